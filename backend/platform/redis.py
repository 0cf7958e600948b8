"""Redis as SaveIt uses it: a cache, polite locks, rate counters and the live fan-out. Never the truth.

Each of these goes on without Redis: `Redis.attempt` answers None when it cannot be reached, and after a failure leaves it alone
for a moment so that a dead server costs one time-out a second and not one a request. Called by the adapters beside this file.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import TypeVar

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

log = logging.getLogger(__name__)
T = TypeVar("T")

_PAUSE_S = 1.0


class Redis:
    """A connection pool that may be unreachable."""

    def __init__(self, url: str, timeout_ms: int = 500) -> None:
        seconds = timeout_ms / 1000
        self.client = redis.Redis.from_url(
            url,
            socket_timeout=seconds,
            socket_connect_timeout=seconds,
            retry=Retry(NoBackoff(), 0),
            health_check_interval=0,
        )
        self.url = url
        self._leave_alone_until = 0.0
        self.failures = 0

    def attempt(self, call: Callable[[redis.Redis], T]) -> T | None:
        """The call's answer, or None when Redis is down. Callers must be right either way."""
        if time.monotonic() < self._leave_alone_until:
            return None
        try:
            return call(self.client)
        except (redis.ConnectionError, redis.TimeoutError) as lost:
            self._leave_alone_until = time.monotonic() + _PAUSE_S
            self.failures += 1
            log.warning("redis is unreachable, going on without it: %s", type(lost).__name__)
            return None

    def is_up(self) -> bool:
        """Whether Redis answers now."""
        return bool(self.attempt(lambda client: client.ping()))
