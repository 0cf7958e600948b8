"""What the sockets of guests' pages need of the conversation. Fulfilled by `backend.conversations.web_chat`, faked in tests."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from backend.platform.events.event import Event


@dataclass(frozen=True, slots=True)
class Page:
    """The page that a guest's socket comes from: what its browser says of it, and by which address it reached us."""

    origin: str | None
    host_url: str
    address: str


@dataclass(frozen=True, slots=True)
class Seat:
    """A guest's place in a conversation; without an id before they have said anything."""

    conversation_id: UUID | None
    handler: str


@dataclass(frozen=True, slots=True)
class News:
    """Something for the page of one session: who has the thread now, and messages as they look from an address of ours."""

    session_id: str
    conversation_id: UUID
    handler: str
    messages: Callable[[str], Sequence[Mapping[str, Any]]]


class Chats(Protocol):
    """The conversations of guests' pages."""

    def admit(self, page: Page, restaurant: str, key: str) -> UUID:
        """The restaurant that the page may chat with. Raises Refusal: 'unauthenticated', 'origin_not_allowed', 'rate_limited',
        'not_found' or 'unavailable'."""

    def check(self, page: Page, key: str) -> None:
        """Whether the key still holds; raises as `admit` does. Counts nothing."""

    def seat(self, restaurant_id: UUID, session_id: str) -> Seat:
        """Who has the session's thread now. Raises Refusal('unavailable')."""

    def concerns(self, event: Event) -> bool:
        """Whether it may be news for a page. Pure."""

    def news(self, restaurant_id: UUID, events: Sequence[Event]) -> Sequence[News]:
        """What the events mean for guests' pages, in order. Raises Refusal('unavailable')."""

    def typing(self, restaurant_id: UUID, conversation_id: UUID) -> None:
        """Shows the house that the guest is writing."""
