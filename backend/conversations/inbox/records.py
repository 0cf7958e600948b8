"""Threads and messages as people read them. Pure; called by the inbox and the web chat, filled by the store.

A turn is a guest's message with the assistant's answers to it; what the staff say, and the assistant's answers on channels that
do not fetch them, are rows of their own. Both have a place in the thread, and the messages of one place an index.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

WEB = "web"
Place = tuple[int, int]  # place in the thread, index within it


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a thread. Holds personal data.

    `id` is what the staff know it by; `name` what the guest's page does, which gave its own messages their names. `body` is
    `{text, quickReplies?, list?, card?}`. `state` is how far a message that went out has come, None for what needs no sending.
    """

    id: str
    name: str
    author: str
    body: Mapping[str, Any]
    at: datetime
    place: Place
    staff_id: UUID | None = None
    state: str | None = None


@dataclass(frozen=True, slots=True)
class Thread:
    """One conversation as a list shows it. Holds personal data; `last` is None before anything was said."""

    id: UUID
    channel: str
    handler: str
    reason: str | None
    name: str | None
    language: str | None
    unread: int
    handed_over_at: datetime | None
    updated_at: datetime
    reservation_ids: tuple[UUID, ...]
    last: Message | None


@dataclass(frozen=True, slots=True)
class Turn:
    """A guest's message and what was answered to it at once."""

    id: UUID
    message_id: str
    said: str
    answers: Sequence[Mapping[str, Any]]
    at: datetime
    place: int

    def messages(self, channel: str) -> list[Message]:
        """In order. On channels that do not fetch, the answers are messages of their own."""
        said = Message(str(self.id), self.message_id, "guest", {"text": self.said}, self.at, (self.place, 0))
        if channel != WEB:
            return [said]
        return [said] + [
            Message(
                f"{self.id}/{index}",
                f"{self.message_id}/{index}",
                "assistant",
                body,
                self.at,
                (self.place, index + 1),
            )
            for index, body in enumerate(self.answers)
        ]


def answered_index(name: str) -> tuple[str, int] | None:
    """The guest's message and the index that an answer's name is made of: `m-1/0` is the first answer to `m-1`."""
    message_id, slash, index = name.rpartition("/")
    if not slash or not index.isascii() or not index.isdigit() or len(index) > 3:
        return None
    return message_id, int(index) + 1


def page_after(messages: Sequence[Message], after: Place | None, limit: int) -> tuple[list[Message], bool]:
    """The first `limit` messages behind a place, oldest first, and whether there are more."""
    later = [each for each in messages if after is None or each.place > after]
    return later[:limit], len(later) > limit


def page_before(messages: Sequence[Message], before: Place | None, limit: int) -> tuple[list[Message], bool]:
    """The last `limit` messages ahead of a place, oldest first, and whether there are more."""
    earlier = [each for each in messages if before is None or each.place < before]
    return earlier[-limit:], len(earlier) > limit
