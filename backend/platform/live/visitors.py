"""The guests' pages of one web process: their sockets, and what the live feed's events mean for them. Made by `LiveFeed`.

The feed brings every committed event once and in order, however Redis fares; those of conversations are looked up once a process
and told to the pages of their sessions. A page that was away fetches what it missed.
"""

from __future__ import annotations

import logging
from collections import Counter, deque
from collections.abc import Sequence
from uuid import UUID

import gevent

from backend.platform.events.event import Event
from backend.platform.live import chat_requests, frames
from backend.platform.live.chats import Chats, News, Page, Seat
from backend.platform.live.connection import Connection, Limits
from backend.platform.live.hub import Hub
from backend.platform.live.visitor import Visitor
from backend.platform.live.whispers import Whisper
from backend.platform.refusals import Refusal
from backend.platform.telemetry import Telemetry

log = logging.getLogger(__name__)

_AGAIN_S = 1.0  # until the database is asked again
_WAITING = 500  # events that may wait for it


class Visitors:
    """All of them. They join the hub, whose feeds and heartbeat they share."""

    def __init__(self, hub: Hub, chats: Chats, telemetry: Telemetry) -> None:
        self.settings = hub.settings
        self._hub = hub
        self._chats = chats
        self._telemetry = telemetry
        self._limits = Limits(self.settings.live_backlog_bytes, self.settings.live_message_bytes)
        self._visitors: set[Visitor] = set()
        self._addresses: Counter[str] = Counter()
        self._rooms: dict[UUID, Room] = {}
        hub.companies.append(self)

    def has_room(self, address: str) -> bool:
        """Whether one more page fits, and one more of that address."""
        fits = len(self._visitors) < self.settings.chat_visitors
        return fits and self._addresses[address] < self.settings.chat_visitors_address

    def admit_socket(self, fd: int, page: Page) -> None:
        """Takes over a socket after its handshake."""
        self._hub.start()
        connection = Connection(fd, self._limits)
        visitor = Visitor(connection, self, page)
        self._visitors.add(visitor)
        self._addresses[page.address] += 1
        self._telemetry.visitors.inc()
        connection.start(visitor)

    def forget(self, visitor: Visitor, why: str) -> None:
        """A page has gone."""
        self._visitors.discard(visitor)
        address = visitor.page.address
        self._addresses[address] -= 1
        if not self._addresses[address]:
            del self._addresses[address]
        self._telemetry.visitors.dec()
        self._telemetry.outcome("chat", why)
        room = self._rooms.get(visitor.restaurant_id) if visitor.restaurant_id else None
        if room is not None:
            room.leave(visitor)
            if room.is_empty:
                room.close()
                del self._rooms[room.restaurant_id]

    # as a visitor asks --------------------------------------------------------------------------------------

    def admit(self, page: Page, asked: chat_requests.Open) -> UUID:
        """The restaurant that the page may chat with; raises Refusal. A crowd that comes back at once takes turns."""
        with self._hub.turns:
            return self._chats.admit(page, asked.restaurant, asked.key)

    def check(self, page: Page, key: str) -> None:
        """Raises Refusal when the key no longer holds."""
        with self._hub.turns:
            self._chats.check(page, key)

    def seat(self, restaurant_id: UUID, session_id: str) -> Seat:
        """Who has the session's thread."""
        with self._hub.turns:
            return self._chats.seat(restaurant_id, session_id)

    def typing(self, restaurant_id: UUID, conversation_id: UUID) -> None:
        """Shows the house that a guest is writing."""
        self._chats.typing(restaurant_id, conversation_id)

    def base_url(self, page: Page) -> str:
        """The address by which the page reaches us."""
        return self.settings.public_url.rstrip("/") or page.host_url.rstrip("/")

    def join(self, visitor: Visitor) -> None:
        """From now on the visitor's restaurant is listened to. Raises Refusal('unavailable')."""
        assert visitor.restaurant_id is not None  # noqa: S101 - it has been admitted
        room = self._rooms.get(visitor.restaurant_id)
        if room is None:
            room = self._rooms[visitor.restaurant_id] = Room(visitor.restaurant_id, self)
        room.enter(visitor)
        self._hub.feed(visitor.restaurant_id).attach(room)
        if room.is_empty:  # they left while the feed was being asked
            room.close()

    def concerns(self, event: Event) -> bool:
        """Whether an event may be news for a page."""
        return self._chats.concerns(event)

    def news(self, restaurant_id: UUID, events: Sequence[Event]) -> Sequence[News]:
        """What events mean for pages; raises Refusal('unavailable')."""
        with self._hub.turns:
            return self._chats.news(restaurant_id, events)

    def detach(self, room: Room) -> None:
        """Nobody listens to the room's restaurant any more."""
        self._hub.feed(room.restaurant_id).detach(room)

    # as the hub tells it ------------------------------------------------------------------------------------

    def beat(self, now: float) -> None:
        """About once a second."""
        for visitor in tuple(self._visitors):
            visitor.beat(now)

    def send_away(self) -> None:
        """Every page is to come back soon."""
        for visitor in tuple(self._visitors):
            visitor.close(frames.GOING_AWAY, "restarting")

    @property
    def left(self) -> int:
        """How many are still there."""
        return len(self._visitors)

    def abort(self) -> None:
        """Ends without a goodbye."""
        for visitor in tuple(self._visitors):
            visitor.abort()


class Room:
    """The pages of one restaurant, listening to its feed."""

    def __init__(self, restaurant_id: UUID, visitors: Visitors) -> None:
        self.restaurant_id = restaurant_id
        self._all = visitors
        self._sessions: dict[str, set[Visitor]] = {}
        self._waiting: deque[Event] = deque()
        self._busy = False

    @property
    def is_empty(self) -> bool:
        """Nobody is here."""
        return not self._sessions

    def enter(self, visitor: Visitor) -> None:
        """One more page; a session may be open in several."""
        self._sessions.setdefault(visitor.session_id, set()).add(visitor)

    def leave(self, visitor: Visitor) -> None:
        """One less."""
        here = self._sessions.get(visitor.session_id)
        if here is not None:
            here.discard(visitor)
            if not here:
                del self._sessions[visitor.session_id]

    def close(self) -> None:
        """Listens no more."""
        self._waiting.clear()
        self._all.detach(self)

    # as the feed tells it -----------------------------------------------------------------------------------

    def on_events(self, events: Sequence[Event]) -> None:
        """What was committed, once and in order. Does not wait."""
        self._waiting.extend(each for each in events if self._all.concerns(each))
        if len(self._waiting) > _WAITING:
            self._send_away("too much to catch up with")
        if self._waiting and not self._busy:
            self._busy = True
            gevent.spawn(self._tell_all)

    def on_whisper(self, whisper: Whisper) -> None:
        """The staff are writing to somebody who may be here."""
        for visitor in self._everybody():
            if visitor.conversation_id == whisper.conversation_id:
                visitor.hear_typing()

    def _tell_all(self) -> None:
        try:
            while self._waiting:
                self._tell(list(self._waiting))
        except Exception:
            log.exception("guests' pages could not be told what happened")
            self._send_away("come back")
        finally:
            self._busy = False

    def _tell(self, events: Sequence[Event]) -> None:
        try:
            news = self._all.news(self.restaurant_id, events)
        except Refusal as refused:
            log.info("guests' pages wait for the database", extra={"code": refused.code})
            gevent.sleep(_AGAIN_S)
            return
        for _ in range(min(len(events), len(self._waiting))):
            self._waiting.popleft()
        for each in news:
            for visitor in tuple(self._sessions.get(each.session_id, ())):
                visitor.hear(each)

    def _send_away(self, reason: str) -> None:
        """They come back and fetch what they missed."""
        self._waiting.clear()
        for visitor in self._everybody():
            visitor.close(frames.TRY_AGAIN, reason)

    def _everybody(self) -> list[Visitor]:
        return [visitor for here in self._sessions.values() for visitor in here]
