"""What is said on the live feed: the messages of the contract's "Live feed", and the announcements between
processes.

Pure; used by the feed, the screens and the worker's sink.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from backend.platform.database import to_json
from backend.platform.events.event import Event
from backend.platform.live.frames import json_frame, text_frame

# Adds to events what the screens of the house may see (a guest's name); called once an event and process. May
# be slow; raises Refusal('unavailable') when it cannot say now.
Enrich = Callable[[UUID, Sequence[Event]], Sequence[Event]]

Numbered = tuple[int, Event]

RELOAD = json_frame({"type": "reload"})
PONG = json_frame({"type": "pong"})
CHAT_TYPING = json_frame({"type": "typing", "author": "staff"})


@dataclass(frozen=True, slots=True)
class Frame:
    """An event as bytes for the socket: for staff and devices of the house, and for a partner's server."""

    sequence: int
    house: bytes
    partner: bytes


def event_frame(sequence: int, plain: Event, enriched: Event) -> Frame:
    """The event's frames; one and the same when there is nothing to add."""
    partner = _event(sequence, plain)
    return Frame(sequence, partner if enriched is plain else _event(sequence, enriched), partner)


def _event(sequence: int, event: Event) -> bytes:
    body = {
        "type": event.type,
        "restaurantId": event.restaurant_id,
        "occurredAt": event.occurred_at,
        "data": event.data,
    }
    return text_frame(to_json({"type": "event", "id": sequence, "event": body}).encode())


def subscribed(last: int) -> bytes:
    """The subscription stands; `last` is the newest event there is."""
    return json_frame({"type": "subscribed", "lastEventId": last})


def error(code: str) -> bytes:
    """What was asked for cannot be done."""
    return json_frame({"type": "error", "code": code})


def typing(restaurant_id: UUID, conversation_id: UUID, author: str) -> bytes:
    """Somebody is writing in a conversation; for the screens of the house."""
    said = {"restaurantId": str(restaurant_id), "conversationId": str(conversation_id), "author": author}
    return json_frame({"type": "typing", **said})


def chat_opened(handler: str) -> bytes:
    """A guest's page is heard from now on; `handler` has its thread."""
    return json_frame({"type": "opened", "handler": handler})


def chat_handler(handler: str) -> bytes:
    """The guest's thread went to `handler`."""
    return json_frame({"type": "handler", "handler": handler})


def chat_message(message: Mapping[str, Any]) -> bytes:
    """Something was said to the guest."""
    return json_frame({"type": "message", "message": dict(message)})


def channel(restaurant_id: UUID) -> str:
    """The Redis channel of a restaurant's announcements."""
    return f"live:{restaurant_id}"


def announcement(sequence: int, event: Event) -> bytes:
    """An event for the other processes; without personal data, as events are."""
    return to_json(
        {
            "sequence": sequence,
            "id": event.id,
            "restaurantId": event.restaurant_id,
            "subjectId": event.subject_id,
            "type": event.type,
            "occurredAt": event.occurred_at,
            "data": event.data,
        }
    ).encode()


def read_announcement(given: Mapping[str, Any]) -> Numbered:
    """The event of an announcement; raises ValueError, KeyError or TypeError when it is none."""
    event = Event(
        type=given["type"],
        restaurant_id=UUID(given["restaurantId"]),
        subject_id=UUID(given["subjectId"]),
        occurred_at=datetime.fromisoformat(given["occurredAt"]),
        data=given["data"],
        id=UUID(given["id"]),
    )
    return int(given["sequence"]), event
