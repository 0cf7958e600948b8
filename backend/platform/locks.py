"""The lock that makes contention for a slot cheap and polite. The guarantee is PostgreSQL's; this only makes losing quick.

`reservation:lock:{restaurantId}:{date}:{time}` is taken with SET NX PX and given back by compare-and-delete, so a lock that
expired in the middle is never taken from its next holder. Called by `reservations` and `availability` (holds).
"""

from __future__ import annotations

import random
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from backend.platform.redis import Redis
from backend.platform.refusals import Refusal

_RELEASE = "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return 0"


class SlotLocks(Protocol):
    """Bounded, jittered waiting for one key."""

    def held(self, key: str) -> Iterator[None]:
        """Holds the key for a `with` block; raises Refusal('lock_timeout') when it stays taken."""


class RedisSlotLocks:
    """Locks in Redis; without Redis every caller passes at once and PostgreSQL alone decides."""

    def __init__(self, redis: Redis, *, wait_ms: int, ttl_ms: int) -> None:
        self._redis = redis
        self._wait_s = wait_ms / 1000
        self._ttl_ms = ttl_ms

    @contextmanager
    def held(self, key: str) -> Iterator[None]:
        token = secrets.token_hex(8)
        self._take(key, token)
        try:
            yield
        finally:
            self._redis.attempt(lambda client: client.eval(_RELEASE, 1, key, token))

    def _take(self, key: str, token: str) -> None:
        deadline = time.monotonic() + self._wait_s
        pause = 0.002
        while True:
            # None means Redis is down (go on), True means taken, False means somebody holds it.
            taken = self._redis.attempt(lambda client: bool(client.set(key, token, nx=True, px=self._ttl_ms)))
            if taken is not False:
                return
            if time.monotonic() + pause > deadline:
                raise Refusal("lock_timeout", headers={"Retry-After": "1"})
            time.sleep(pause * (0.5 + random.random()))  # noqa: S311 - jitter, not a secret
            pause = min(pause * 1.6, 0.05)
