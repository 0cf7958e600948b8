"""Listens to Redis for the announcements of the restaurants that have screens here. One greenlet a web
process; used by the hub.

Losing Redis loses nothing: each (re)subscription is reported, and the feed then reads what it has not heard.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

import gevent
import redis
from gevent.event import Event as Signal
from redis.backoff import NoBackoff
from redis.retry import Retry

log = logging.getLogger(__name__)

_LISTEN_S = 0.25  # a new channel waits this long at most
_PAUSES = (0.1, 0.2, 0.5, 1.0)
_HEALTH_S = 5


class Ears:
    """The channels this process wants to hear, kept subscribed through every loss of Redis."""

    def __init__(
        self,
        url: str,
        timeout_ms: int,
        *,
        heard: Callable[[bytes], None],
        listening: Callable[[str], None],
    ) -> None:
        self._url = url
        self._timeout_s = timeout_ms / 1000
        self._heard = heard
        self._listening = listening
        self._wanted: set[str] = set()
        self._open: set[str] = set()
        self._changed = Signal()
        self._failures = 0

    def want(self, channel: str) -> None:
        """Listens to one more channel; `listening` is called each time that it is subscribed."""
        self._wanted.add(channel)
        self._changed.set()

    def unwant(self, channel: str) -> None:
        """Listens to one less."""
        self._wanted.discard(channel)

    def run(self) -> None:
        """Listens for ever."""
        while True:
            try:
                self._wait_for_wishes()
                self._listen()
            except (redis.RedisError, OSError) as lost:
                if not self._failures:
                    log.warning(
                        "live feed does not hear redis, looks at the database: %s", type(lost).__name__
                    )
                gevent.sleep(_PAUSES[min(self._failures, len(_PAUSES) - 1)])
                self._failures += 1

    def _wait_for_wishes(self) -> None:
        while not self._wanted:
            self._changed.clear()
            self._changed.wait()

    def _listen(self) -> None:
        client = redis.Redis.from_url(
            self._url,
            socket_timeout=self._timeout_s,
            socket_connect_timeout=self._timeout_s,
            health_check_interval=_HEALTH_S,
            retry=Retry(NoBackoff(), 0),
        )
        self._open = set()
        with client, client.pubsub() as pubsub:  # type: ignore[no-untyped-call]
            self._settle(pubsub)
            if self._failures:
                log.info("live feed hears redis again")
                self._failures = 0
            while self._wanted:
                self._settle(pubsub)
                message = pubsub.get_message(timeout=_LISTEN_S)
                if message is not None:
                    self._take(message)

    def _settle(self, pubsub: redis.client.PubSub) -> None:
        if new := self._wanted - self._open:
            pubsub.subscribe(*new)
        if old := self._open - self._wanted:
            pubsub.unsubscribe(*old)  # type: ignore[no-untyped-call]
        self._open = set(self._wanted)

    def _take(self, message: dict[str, object]) -> None:
        if message["type"] == "message":
            self._heard(bytes(message["data"]))  # type: ignore[call-overload]
        elif message["type"] == "subscribe":
            self._listening(bytes(message["channel"]).decode())  # type: ignore[call-overload]
