"""All screens of one web process: their feeds, their heartbeat, the ears on Redis and the look at the
database every second.

Made by `LiveFeed`, one a process; starts with the first screen, so that a process without screens does
nothing.
"""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable
from typing import Protocol
from uuid import UUID

import gevent
from gevent.lock import BoundedSemaphore

from backend.platform.http.caller import Caller
from backend.platform.live import frames
from backend.platform.live.connection import Connection, Limits
from backend.platform.live.ears import Ears
from backend.platform.live.feed import Feed
from backend.platform.live.memory import FeedMemory
from backend.platform.live.messages import Enrich, Numbered, channel, read_announcement
from backend.platform.live.screen import Screen
from backend.platform.live.whispers import read_whisper
from backend.platform.telemetry import Telemetry
from backend.settings import Settings

log = logging.getLogger(__name__)

AuthenticateToken = Callable[[str], Caller]

_BEAT_S = 1.0
_LOOK_S = 1.0
_LOOKS_A_SECOND = 50  # with more restaurants than this, each is looked at less often
_GOODBYE_S = 1.0


class Company(Protocol):
    """Others whose sockets share the hub's feeds, its heartbeat and its end: guests' pages."""

    @property
    def left(self) -> int:
        """How many are still there."""

    def beat(self, now: float) -> None:
        """About once a second."""

    def send_away(self) -> None:
        """Says goodbye to all: they come back soon."""

    def abort(self) -> None:
        """Ends those who do not go."""


class Hub:
    """The live feed of one process."""

    def __init__(
        self,
        settings: Settings,
        memory: FeedMemory,
        authenticate: AuthenticateToken,
        enrich: Enrich,
        telemetry: Telemetry,
        redis_url: str,
    ) -> None:
        self.settings = settings
        self._memory = _InTurn(memory, BoundedSemaphore(max(1, settings.database_pool // 2)))
        self._authenticate = authenticate
        self._enrich = enrich
        self._telemetry = telemetry
        self._limits = Limits(settings.live_backlog_bytes, settings.live_message_bytes)
        self._screens: set[Screen] = set()
        self._feeds: dict[UUID, Feed] = {}
        self._ears = Ears(
            redis_url, settings.redis_timeout_ms, heard=self._on_heard, listening=self._on_listening
        )
        self._greenlets: list[gevent.Greenlet] = []
        self.companies: list[Company] = []
        self._tidied_at = time.monotonic()

    @property
    def is_full(self) -> bool:
        """No room for one more screen."""
        return len(self._screens) >= self.settings.live_screens

    def admit(self, fd: int) -> None:
        """Takes over a socket after its handshake."""
        self.start()
        connection = Connection(fd, self._limits)
        screen = Screen(connection, self)
        self._screens.add(screen)
        self._telemetry.screens.inc()
        connection.start(screen)

    def start(self) -> None:
        """Begins to listen and to beat, once somebody is here."""
        if not self._greenlets:
            self._greenlets = [
                gevent.spawn(self._beat),
                gevent.spawn(self._look),
                gevent.spawn(self._ears.run),
            ]

    @property
    def turns(self) -> BoundedSemaphore:
        """Held by whoever asks the database for a socket."""
        return self._memory.turns

    def forget(self, screen: Screen, why: str) -> None:
        """A screen has gone."""
        self._screens.discard(screen)
        self._telemetry.screens.dec()
        self._telemetry.outcome("live", why)

    def identify(self, token: str) -> Caller:
        """Whose token it is; raises Refusal. A crowd that comes back at once takes turns."""
        with self._memory.turns:
            return self._authenticate(token)

    def feed(self, restaurant_id: UUID) -> Feed:
        """The restaurant's feed in this process."""
        feed = self._feeds.get(restaurant_id)
        if feed is None:
            feed = self._feeds[restaurant_id] = Feed(
                restaurant_id, self._memory, self._enrich, replay_limit=self.settings.live_memory
            )
            self._ears.want(channel(restaurant_id))
        return feed

    def stop(self) -> None:
        """Sends every screen away to come back soon; waits a moment for their goodbyes."""
        for screen in tuple(self._screens):
            screen.close(frames.GOING_AWAY, "restarting")
        for company in self.companies:
            company.send_away()
        deadline = time.monotonic() + _GOODBYE_S
        while (self._screens or any(each.left for each in self.companies)) and time.monotonic() < deadline:
            gevent.sleep(0.01)
        gevent.killall(self._greenlets)
        for screen in tuple(self._screens):
            screen.abort()
        for company in self.companies:
            company.abort()

    def _on_heard(self, said: bytes) -> None:
        try:
            given = json.loads(said)
            whisper = read_whisper(given)
            if whisper is None:
                sequence, event = read_announcement(given)
        except (ValueError, KeyError, TypeError, AttributeError):
            log.warning("an announcement that is none")
            return
        feed = self._feeds.get(event.restaurant_id if whisper is None else whisper.restaurant_id)
        if feed is None:
            return
        if whisper is None:
            feed.hear(sequence, event)
        else:
            feed.whisper(whisper)

    def _on_listening(self, name: str) -> None:
        feed = self._feeds.get(UUID(name.partition(":")[2]))
        if feed is not None:
            feed.look()

    def _look(self) -> None:
        """An announcement can be lost anywhere; the outbox cannot. Also the way on while Redis is down."""
        while True:
            for feed in tuple(self._feeds.values()):
                feed.look()
                gevent.sleep(max(_LOOK_S / max(1, len(self._feeds)), 1 / _LOOKS_A_SECOND))
            if not self._feeds:
                gevent.sleep(_LOOK_S)

    def _beat(self) -> None:
        while True:
            gevent.sleep(_BEAT_S)
            now = time.monotonic()
            for screen in tuple(self._screens):
                screen.beat(now)
            for company in self.companies:
                company.beat(now)
            self._tidy(now)

    def _tidy(self, now: float) -> None:
        for feed in [feed for feed in self._feeds.values() if feed.is_idle]:
            del self._feeds[feed.restaurant_id]
            self._ears.unwant(channel(feed.restaurant_id))
        if now - self._tidied_at > self.settings.live_heartbeat_s:
            self._tidied_at = now
            for feed in self._feeds.values():
                feed.tidy()


class _InTurn:
    """The memory, asked by a few at a time: the pool's other connections are for requests."""

    def __init__(self, memory: FeedMemory, turns: BoundedSemaphore) -> None:
        self._memory = memory
        self.turns = turns

    def last(self, restaurant_id: UUID) -> int:
        with self.turns:
            return self._memory.last(restaurant_id)

    def after(self, restaurant_id: UUID, sequence: int, limit: int, upto: int = 2**63 - 1) -> list[Numbered]:
        with self.turns:
            return self._memory.after(restaurant_id, sequence, limit, upto)
