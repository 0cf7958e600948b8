"""The chat of a guest's page beside its messages: what was said before a reload, and what the page hears while it is open. Called
by the chat's routes, and by the live feed's sockets, whose `Chats` it fulfils.

A page shows what it is by its restaurant's publishable key, and which thread is its own by the session's name, which it made itself
and nobody can guess.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from backend.conversations.inbox.events import CONVERSATION_MESSAGE
from backend.conversations.inbox.ports import Whispers
from backend.conversations.inbox.present import guest_message_json
from backend.conversations.inbox.records import WEB, Message, page_after
from backend.conversations.inbox.store import ThreadStore
from backend.platform.database import Database
from backend.platform.events import Event
from backend.platform.http.caller import Caller
from backend.platform.live import News, Page, Seat
from backend.platform.refusals import Refusal

_NOBODY = Seat(None, "bot")


class Pages(Protocol):
    """Which pages may talk to which restaurant; `access.authenticator` knows."""

    def authenticate_page(self, key: str, origin: str | None, host_url: str, address: str) -> Caller:
        """The key's caller, counted as a request is. Raises Refusal."""

    def check_page(self, key: str, origin: str | None, host_url: str) -> Caller:
        """The same without counting."""


class Restaurants(Protocol):
    """Restaurants by name; `restaurants.service` knows them."""

    def find(self, id_or_slug: str) -> Mapping[str, Any]:
        """By id or slug; raises Refusal('not_found')."""


@dataclass(frozen=True, slots=True)
class Resumed:
    """A part of what was said, oldest first; `next_cursor` is the name of the last message when more follow."""

    handler: str
    messages: list[Message]
    next_cursor: str | None


class WebChat:
    """What guests' pages see of their threads."""

    def __init__(
        self,
        database: Database,
        store: ThreadStore,
        pages: Pages,
        restaurants: Restaurants,
        whispers: Whispers,
    ) -> None:
        self._database = database
        self._store = store
        self._pages = pages
        self._restaurants = restaurants
        self._whispers = whispers

    def restaurant_of(self, caller: Caller, name: str) -> UUID:
        """The restaurant by id or slug, which must be the caller's own; raises Refusal('not_found')."""
        if caller.restaurant_id is None:
            raise Refusal("unauthenticated")
        if name == str(caller.restaurant_id):
            return caller.restaurant_id
        if not name.isprintable() or self._restaurants.find(name)["id"] != caller.restaurant_id:
            raise Refusal("not_found")
        return caller.restaurant_id

    def resume(self, restaurant_id: UUID, session_id: str, after: str | None, limit: int) -> Resumed:
        """What was said in the session after the message of that name; from its beginning without one, and when the session does
        not have it: it may have been forgotten since, and a page that knows it must not stay without the rest.
        """
        with self._database.reading(restaurant_id) as tx:
            thread = self._store.of_session(tx, session_id)
            if thread is None:
                return Resumed(_NOBODY.handler, [], None)
            place = self._store.place_named(tx, thread, after) if after else None
            messages, more = page_after(self._store.after(tx, thread, place, limit), place, limit)
        return Resumed(thread.handler, messages, messages[-1].name if more else None)

    # as the live feed's sockets ask -------------------------------------------------------------------------

    def admit(self, page: Page, restaurant: str, key: str) -> UUID:
        """The restaurant that the page may chat with; raises Refusal."""
        caller = self._pages.authenticate_page(key, page.origin, page.host_url, page.address)
        return self.restaurant_of(caller, restaurant)

    def check(self, page: Page, key: str) -> None:
        """Whether the key still holds for that page; raises Refusal."""
        self._pages.check_page(key, page.origin, page.host_url)

    def seat(self, restaurant_id: UUID, session_id: str) -> Seat:
        """Who has the session's thread now."""
        with self._database.reading(restaurant_id) as tx:
            thread = self._store.of_session(tx, session_id)
        return _NOBODY if thread is None else Seat(thread.id, thread.handler)

    def concerns(self, event: Event) -> bool:
        """Whether a guest's page may have to hear of it."""
        data = event.data
        return (
            event.type == CONVERSATION_MESSAGE
            and data.get("channel") == WEB
            and data.get("author") != "guest"
        )

    def news(self, restaurant_id: UUID, events: Sequence[Event]) -> Sequence[News]:
        """What was said, and who has the thread now; an erased thread is no news."""
        message_ids = [UUID(each.data["messageId"]) for each in events if "messageId" in each.data]
        with self._database.reading(restaurant_id) as tx:
            threads = {row["id"]: row for row in self._store.states(tx, [each.subject_id for each in events])}
            said = {message.id: message for message in self._store.named(tx, message_ids)}
        return [
            _news(threads[each.subject_id], said.get(each.data.get("messageId", "")))
            for each in events
            if each.subject_id in threads
        ]

    def typing(self, restaurant_id: UUID, conversation_id: UUID) -> None:
        """Shows the house that the guest is writing."""
        self._whispers.typing(restaurant_id, conversation_id, "guest")


def _news(thread: Any, message: Message | None) -> News:
    def messages(base_url: str) -> list[dict[str, Any]]:
        return [] if message is None else [guest_message_json(message, base_url)]

    return News(thread["session_id"], thread["id"], thread["handler"], messages)
