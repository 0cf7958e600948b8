"""Hears that an event was committed, so that the relay need not wait for its next look. Used by the worker's
loop.

Losing Redis costs one polling interval an event and nothing else.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from backend.platform.events.outbox import WAKE_CHANNEL

log = logging.getLogger(__name__)

_PAUSE_S = 0.5
_LISTEN_S = 1.0
_HEALTH_S = 5


class Wakeups(threading.Thread):
    """Calls `wake` for each word on the wake channel, and whenever it begins to listen."""

    def __init__(self, url: str, timeout_ms: int, wake: Callable[[], None]) -> None:
        super().__init__(name="wakeups", daemon=True)
        self._url = url
        self._timeout_s = timeout_ms / 1000
        self._wake = wake
        self._stopping = threading.Event()

    def stop(self) -> None:
        """Ends within a second."""
        self._stopping.set()

    def run(self) -> None:
        heard = True
        while not self._stopping.is_set():
            try:
                self._listen()
                heard = True
            except (redis.RedisError, OSError) as lost:
                if heard:
                    log.warning("does not hear redis, looks by itself", extra={"reason": type(lost).__name__})
                heard = False
                self._stopping.wait(_PAUSE_S)

    def _listen(self) -> None:
        client = redis.Redis.from_url(
            self._url,
            socket_timeout=self._timeout_s,
            socket_connect_timeout=self._timeout_s,
            health_check_interval=_HEALTH_S,
            retry=Retry(NoBackoff(), 0),
        )
        with client, client.pubsub() as pubsub:  # type: ignore[no-untyped-call]
            pubsub.subscribe(WAKE_CHANNEL)
            while not self._stopping.is_set():
                if pubsub.get_message(timeout=_LISTEN_S) is not None:
                    self._wake()
