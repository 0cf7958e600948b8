"""One guest's page on its socket: says which session it shows, hears what the staff say there and who has the thread, tells that
the guest is writing. Made by `Visitors` for each connection.
"""

from __future__ import annotations

import logging
import random
import time
from typing import TYPE_CHECKING
from uuid import UUID

import gevent

from backend.platform.live import chat_requests, frames, messages
from backend.platform.live.chats import News, Page
from backend.platform.live.connection import Connection
from backend.platform.refusals import Refusal

if TYPE_CHECKING:
    from backend.platform.live.visitors import Visitors

log = logging.getLogger(__name__)

_FAREWELL_S = 3.0  # how long the peer may take to say goodbye too
_TYPING_S = 1.0  # the house hears of a guest's typing no more often
_CODES = {401: "unauthenticated", 429: "too_many"}


class Visitor:
    """A connected guest."""

    __slots__ = (
        "_asked",
        "_check_at",
        "_connection",
        "_key",
        "_opened_at",
        "_ping_at",
        "_typed_at",
        "_visitors",
        "conversation_id",
        "handler",
        "is_seated",
        "is_stale",
        "page",
        "restaurant_id",
        "session_id",
    )

    def __init__(self, connection: Connection, visitors: Visitors, page: Page) -> None:
        self.page = page
        self.restaurant_id: UUID | None = None
        self.session_id = ""
        self.conversation_id: UUID | None = None
        self.handler = ""
        self.is_seated = False  # it has been told who has the thread; from then on it hears news
        self.is_stale = False  # news came before that
        self._connection = connection
        self._visitors = visitors
        self._asked = False
        self._key = ""
        self._opened_at = time.monotonic()
        self._ping_at = self._opened_at + visitors.settings.live_heartbeat_s * random.random()  # noqa: S311 - spread, not a secret
        self._check_at = float("inf")
        self._typed_at = 0.0

    # what it hears ------------------------------------------------------------------------------------------

    def hear(self, news: News) -> None:
        """Who has the thread, if that is new, and what was said."""
        if not self.is_seated:
            self.is_stale = True
            return
        self.conversation_id = news.conversation_id
        if news.handler != self.handler:
            self.handler = news.handler
            self._send(messages.chat_handler(news.handler))
        for message in news.messages(self._visitors.base_url(self.page)):
            self._send(messages.chat_message(message))

    def hear_typing(self) -> None:
        """Somebody of the staff is writing."""
        if self.is_seated:
            self._send(messages.CHAT_TYPING)

    def _send(self, data: bytes) -> None:
        self._connection.send(data)

    # as the connection tells it -----------------------------------------------------------------------------

    def on_text(self, text: str) -> None:
        """A message of the page."""
        match chat_requests.read(text):
            case chat_requests.Ping():
                self._send(messages.PONG)
            case chat_requests.Typing():
                self._typed()
            case chat_requests.Open() as asked if not self._asked:
                self._asked = True
                gevent.spawn(self._open, asked)
            case _:
                self.on_malformed()

    def on_malformed(self) -> None:
        """A message that makes no sense. Before the page has said who it is, that ends it."""
        self._send(messages.error("malformed"))
        if not self._asked:
            self.close(frames.POLICY_VIOLATION, "malformed")

    def on_flood(self) -> None:
        """Far too many messages."""
        self._refuse("too_many")

    def on_gone(self, why: str) -> None:
        """The connection has ended."""
        self._visitors.forget(self, why)

    # what it asks -------------------------------------------------------------------------------------------

    def _open(self, asked: chat_requests.Open) -> None:
        try:
            restaurant_id = self._visitors.admit(self.page, asked)
            if self._connection.is_open:  # who left meanwhile is not to be kept
                self.restaurant_id, self.session_id, self._key = restaurant_id, asked.session_id, asked.key
                self._visitors.join(self)
                self._seat()
        except Refusal as refused:
            self._refuse(_CODES.get(refused.status, refused.code))
        except Exception:
            log.exception("a guest's page could not be let in")
            self._refuse("internal_error")

    def _seat(self) -> None:
        """Who has the thread. News that come while the database is asked may be newer than its answer: then it is asked again."""
        assert self.restaurant_id is not None  # noqa: S101 - it has been admitted
        seat = self._visitors.seat(self.restaurant_id, self.session_id)
        while self.is_stale:
            self.is_stale = False
            seat = self._visitors.seat(self.restaurant_id, self.session_id)
        self.conversation_id, self.handler, self.is_seated = seat.conversation_id, seat.handler, True
        self._check_later()
        self._send(messages.chat_opened(seat.handler))

    def _typed(self) -> None:
        now = time.monotonic()
        if self.handler != "staff" or self.conversation_id is None or now - self._typed_at < _TYPING_S:
            return
        self._typed_at = now
        gevent.spawn(self._visitors.typing, self.restaurant_id, self.conversation_id)

    # its end ------------------------------------------------------------------------------------------------

    def beat(self, now: float) -> None:
        """About once a second: pings, and ends what has gone silent, has not said who it is, or has said goodbye."""
        connection, settings = self._connection, self._visitors.settings
        if connection.closing_since is not None:
            if now - connection.closing_since > _FAREWELL_S:
                connection.abort("closed")
        elif now - connection.heard_at > 3 * settings.live_heartbeat_s:
            connection.abort("silent")
        elif not self.is_seated and now - self._opened_at > settings.live_authenticate_s:
            self._refuse("unauthenticated")
        else:
            self._ping_and_check(now)

    def _ping_and_check(self, now: float) -> None:
        if now >= self._ping_at:
            self._ping_at = now + self._visitors.settings.live_heartbeat_s
            self._connection.rest()
            self._send(frames.PING)
        if now >= self._check_at:
            self._check_at = float("inf")
            gevent.spawn(self._check)

    def _check(self) -> None:
        """Whether the key still holds: one may be revoked, or lose a site, while the page is open."""
        try:
            self._visitors.check(self.page, self._key)
        except Refusal as refused:
            # Any other refusal says that the database is away: ask again later.
            if refused.status in (401, 403):
                self._refuse(_CODES.get(refused.status, refused.code))
                return
        except Exception:
            log.exception("a page's key could not be looked at")
        self._check_later()

    def _check_later(self) -> None:
        wait = self._visitors.settings.live_recheck_s * (0.75 + 0.25 * random.random())  # noqa: S311 - spread, not a secret
        self._check_at = time.monotonic() + wait

    def _refuse(self, code: str) -> None:
        self._send(messages.error(code))
        self.close(frames.UNAUTHENTICATED if code == "unauthenticated" else frames.POLICY_VIOLATION, code)

    def close(self, code: int, reason: str) -> None:
        """Says goodbye and hears no more."""
        self.is_seated = False
        self._connection.close(code, reason)

    def abort(self) -> None:
        """Ends without a goodbye."""
        self._connection.abort("closed")
