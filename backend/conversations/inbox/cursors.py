"""Where a page of a list goes on, as an opaque text. Pure; called by the inbox."""

from __future__ import annotations

import base64
import binascii
from datetime import datetime
from uuid import UUID

from backend.conversations.inbox.records import Place
from backend.platform.refusals import Refusal, field_refusal


def write_thread_cursor(at: datetime, conversation_id: UUID) -> str:
    """After the thread that was touched at that instant."""
    return _written(f"{at.isoformat()}|{conversation_id}")


def read_thread_cursor(cursor: str) -> tuple[datetime, UUID]:
    """The inverse; raises Refusal naming the field for anything else."""
    at, identity = _parts(cursor)
    try:
        instant, conversation_id = datetime.fromisoformat(at), UUID(identity)
    except ValueError:
        raise _bad() from None
    if instant.tzinfo is None:
        raise _bad()
    return instant, conversation_id


def write_place_cursor(place: Place) -> str:
    """Ahead of the message at that place."""
    return _written(f"{place[0]}|{place[1]}")


def read_place_cursor(cursor: str) -> Place:
    """The inverse; raises Refusal naming the field for anything else."""
    whole, index = _parts(cursor)
    if not (whole + index).isascii() or not (whole.isdigit() and index.isdigit()) or len(whole + index) > 18:
        raise _bad()
    return int(whole), int(index)


def _written(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _parts(cursor: str) -> tuple[str, str]:
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        first, second = base64.b64decode(padded, altchars=b"-_", validate=True).decode().split("|")
    except (ValueError, UnicodeError, binascii.Error):
        raise _bad() from None
    return first, second


def _bad() -> Refusal:
    return field_refusal("cursor", "bad_cursor")
