"""What a screen may ask, read from its text. Pure; used by the screen."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

_TOKEN_CHARACTERS = 4096
_LARGEST = 2**53  # whole numbers up to here survive every JSON reader


@dataclass(frozen=True, slots=True)
class Ping:
    """Are you there?"""


@dataclass(frozen=True, slots=True)
class Authenticate:
    """Says who it is."""

    token: str


@dataclass(frozen=True, slots=True)
class Subscribe:
    """Wants a restaurant's events: those after `after`, or from now on."""

    restaurant_id: UUID
    after: int | None


@dataclass(frozen=True, slots=True)
class Unsubscribe:
    """Wants no more of them."""

    restaurant_id: UUID


Ask = Ping | Authenticate | Subscribe | Unsubscribe


def read(text: str) -> Ask | None:
    """The request in a message; None when it is none."""
    try:
        given = json.loads(text)
        return _read(given) if isinstance(given, dict) else None
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def _read(given: dict[str, Any]) -> Ask | None:
    match given.get("action"):
        case "ping":
            return Ping()
        case "authenticate":
            return Authenticate(_token(given["token"]))
        case "subscribe":
            return Subscribe(_identifier(given["restaurantId"]), _sequence(given.get("lastEventId")))
        case "unsubscribe":
            return Unsubscribe(_identifier(given["restaurantId"]))
    return None


def _token(value: object) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= _TOKEN_CHARACTERS or not value.isascii():
        raise ValueError("not a token")
    return value


def _identifier(value: object) -> UUID:
    if not isinstance(value, str):
        raise TypeError("not an identifier")
    return UUID(value)


def _sequence(value: object) -> int | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < _LARGEST:
        raise ValueError("not a sequence")
    return value
