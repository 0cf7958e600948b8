"""What a guest's page may say on its socket, read from the text. Pure; used by the visitor."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

# A session's name is all that a page shows to see what was said in it, so it must not be one that can be guessed.
SESSION = re.compile(r"[\x21-\x7e]{16,100}")
_KEY_CHARACTERS = 200
_NAME_CHARACTERS = 100


@dataclass(frozen=True, slots=True)
class Ping:
    """Are you there?"""


@dataclass(frozen=True, slots=True)
class Typing:
    """The guest is writing."""


@dataclass(frozen=True, slots=True)
class Open:
    """Wants to hear of a session."""

    restaurant: str
    key: str
    session_id: str


Said = Ping | Typing | Open


def read(text: str) -> Said | None:
    """What was said; None when it is nothing we know."""
    try:
        given = json.loads(text)
        return _read(given) if isinstance(given, dict) else None
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def _read(given: dict[str, Any]) -> Said | None:
    match given.get("action"):
        case "ping":
            return Ping()
        case "typing":
            return Typing()
        case "open":
            session_id = given["sessionId"]
            if SESSION.fullmatch(session_id) is None:
                return None
            return Open(
                _text(given["restaurant"], _NAME_CHARACTERS), _text(given["key"], _KEY_CHARACTERS), session_id
            )
    return None


def _text(value: object, most: int) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= most or not value.isprintable():
        raise ValueError("not such a text")
    return value
