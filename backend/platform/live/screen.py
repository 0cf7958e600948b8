"""One client of the live feed: who it is, what it asks, what it sees. Made by the hub for each connection.

Requests are answered in their order, by a greenlet that exists only while there is something to do.
"""

from __future__ import annotations

import logging
import random
import time
from collections import deque
from collections.abc import Sequence
from typing import TYPE_CHECKING

import gevent

from backend.platform.http.caller import DEVICE, SECRET, STAFF, Caller
from backend.platform.live import frames, messages, requests
from backend.platform.live.connection import Connection
from backend.platform.live.feed import Feed
from backend.platform.live.messages import Frame
from backend.platform.refusals import Refusal

if TYPE_CHECKING:
    from backend.platform.live.hub import Hub

log = logging.getLogger(__name__)

_MAY_LOOK = STAFF | {DEVICE, SECRET}
_WAITING = 16  # requests that may wait for their answer
_TRIES = 3  # wrong tokens before the connection is closed
_FAREWELL_S = 3.0  # how long the peer may take to say goodbye too
_CODES = {401: "unauthenticated", 429: "too_many"}


class Screen:
    """A connected client."""

    __slots__ = (
        "_asked",
        "_busy",
        "_check_at",
        "_connection",
        "_hub",
        "_opened_at",
        "_ping_at",
        "_token",
        "_wrong",
        "caller",
        "feed",
        "seen",
    )

    def __init__(self, connection: Connection, hub: Hub) -> None:
        self.caller: Caller | None = None
        self.feed: Feed | None = None
        self.seen = 0
        self._connection = connection
        self._hub = hub
        self._token = ""
        self._wrong = 0
        self._asked: deque[requests.Ask] = deque()
        self._busy = False
        self._opened_at = time.monotonic()
        self._ping_at = self._opened_at + hub.settings.live_heartbeat_s * random.random()  # noqa: S311 - spread, not a secret
        self._check_at = float("inf")

    # As the feed and the hub see it
    # ----------------------------------------------------------------------------------

    @property
    def is_open(self) -> bool:
        """Whether it is still connected."""
        return self._connection.is_open

    @property
    def is_house(self) -> bool:
        """Whether it may see guests' names."""
        return self.caller is not None and self.caller.works_here

    def send(self, data: bytes) -> None:
        """Sends without waiting."""
        self._connection.send(data)

    def begin(self, last: int, missed: Sequence[Frame] | None) -> None:
        """The subscription stands: says so, then what was missed, or that it was too much."""
        self.send(messages.subscribed(last))
        if missed is None:
            self.send(messages.RELOAD)
        elif missed:
            shown = (frame.house if self.is_house else frame.partner for frame in missed)
            self._connection.send(b"".join(shown), replay=True)

    def close(self, code: int, reason: str) -> None:
        """Says goodbye and hears no more requests."""
        self._leave()
        self._connection.close(code, reason)

    def abort(self) -> None:
        """Ends without a goodbye."""
        self._connection.abort("closed")

    def beat(self, now: float) -> None:
        """About once a second: pings, and ends what has gone silent, has not said who it is, or has said
        goodbye.
        """
        connection, settings = self._connection, self._hub.settings
        if connection.closing_since is not None:
            if now - connection.closing_since > _FAREWELL_S:
                connection.abort("closed")
        elif now - connection.heard_at > 3 * settings.live_heartbeat_s:
            connection.abort("silent")
        elif not self._may_look and now - self._opened_at > settings.live_authenticate_s:
            self._turn_away()
        else:
            self._ping_and_check(now)

    def _ping_and_check(self, now: float) -> None:
        if now >= self._ping_at:
            self._ping_at = now + self._hub.settings.live_heartbeat_s
            self._connection.rest()
            self.send(frames.PING)
        if now >= self._check_at:
            self._check_at = float("inf")
            gevent.spawn(self._check, self._token)

    # As the connection tells it
    # --------------------------------------------------------------------------------------

    def on_text(self, text: str) -> None:
        """A message: answered at once, or after those before it."""
        ask = requests.read(text)
        if ask is None:
            self.on_malformed()
        elif isinstance(ask, requests.Ping) and not self._busy:
            self.send(messages.PONG)
        elif len(self._asked) >= _WAITING:
            self.send(messages.error("too_many"))
        else:
            self._asked.append(ask)
            if not self._busy:
                self._busy = True
                gevent.spawn(self._answer_all)

    def on_malformed(self) -> None:
        """A message that makes no sense."""
        self.send(messages.error("malformed"))

    def on_flood(self) -> None:
        """Far too many messages."""
        self.send(messages.error("too_many"))
        self.close(frames.POLICY_VIOLATION, "too many messages")

    def on_gone(self, why: str) -> None:
        """The connection has ended."""
        self._leave()
        self._hub.forget(self, why)

    # What it asks
    # ----------------------------------------------------------------------------------------------------

    @property
    def _may_look(self) -> bool:
        return self.caller is not None and self.caller.kind in _MAY_LOOK

    def _answer_all(self) -> None:
        try:
            while self._asked and self.is_open:
                self._answer(self._asked.popleft())
        finally:
            self._busy = False

    def _answer(self, ask: requests.Ask) -> None:
        try:
            match ask:
                case requests.Ping():
                    self.send(messages.PONG)
                case requests.Authenticate():
                    self._authenticate(ask.token)
                case requests.Subscribe():
                    self._subscribe(ask)
                case requests.Unsubscribe():
                    self._own(ask.restaurant_id)
                    self._leave()
        except Refusal as refused:
            self.send(messages.error(_CODES.get(refused.status, refused.code)))
        except Exception:
            log.exception("a screen's request failed")
            self.send(messages.error("internal_error"))

    def _authenticate(self, token: str) -> None:
        try:
            caller = self._hub.identify(token)
        except Refusal as refused:
            self._wrong += refused.status == 401
            if self._wrong >= _TRIES:
                self._turn_away()
                return
            raise
        if self.caller is not None and self.caller.restaurant_id != caller.restaurant_id:
            self._leave()
        self.caller, self._token = caller, token
        self._check_later()
        if not self._may_look:
            raise Refusal("forbidden")

    def _subscribe(self, ask: requests.Subscribe) -> None:
        self._own(ask.restaurant_id)
        if self._connection.is_catching_up:
            raise Refusal("too_many")
        self._leave()
        self._hub.feed(ask.restaurant_id).join(self, ask.after)

    def _own(self, restaurant_id: object) -> None:
        """Raises Refusal when the caller may not look at that restaurant."""
        if self.caller is None:
            raise Refusal("unauthenticated")
        if self.caller.restaurant_id != restaurant_id:
            raise Refusal("not_found")
        if not self._may_look:
            raise Refusal("forbidden")

    def _leave(self) -> None:
        if self.feed is not None:
            self.feed.leave(self)

    def _check_later(self) -> None:
        wait = self._hub.settings.live_recheck_s * (0.75 + 0.25 * random.random())  # noqa: S311 - spread, not a secret
        self._check_at = time.monotonic() + wait

    def _check(self, token: str) -> None:
        """Whether the token still holds: a tablet may be revoked and a session end while the screen is on."""
        caller = self.caller
        try:
            caller = self._hub.identify(token)
        except Refusal as refused:
            # Any other refusal says that the database is away: ask again later.
            if refused.status == 401 and token == self._token:
                self._turn_away()
                return
        except Exception:
            log.exception("a screen's token could not be looked at")
        if token == self._token:
            self.caller = caller
            if not self._may_look:
                self._turn_away()
            self._check_later()

    def _turn_away(self) -> None:
        self.send(messages.error("unauthenticated"))
        self.close(frames.UNAUTHENTICATED, "authenticate again")
