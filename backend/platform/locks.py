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

from backend.platform.redis import Redis, Script, Step
from backend.platform.refusals import Refusal

_TAKE = Script("""
if redis.call('set', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then return 1 end
return 0
""")
_RELEASE = Script("""
if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end
return 0
""")


class RedisSlotLocks:
    """Locks in Redis; without Redis every caller passes at once and PostgreSQL alone decides."""

    def __init__(self, redis: Redis, *, wait_ms: int, ttl_ms: int) -> None:
        self._redis = redis
        self._wait_s = wait_ms / 1000
        self._ttl_ms = ttl_ms

    @contextmanager
    def held(self, key: str) -> Iterator[list[Step]]:
        """Holds the key for a `with` block; raises Refusal('lock_timeout') when it stays taken.

        Steps put into the list are run with the release, in its round trip and before it.
        """
        token = secrets.token_hex(8)
        may_be_ours = self._take(key, token)
        also: list[Step] = []
        try:
            yield also
        finally:
            # A lock left behind would keep everybody from its slot until it expires.
            self._redis.run(*also, _RELEASE.step([key], [token]), insist=may_be_ours)

    def _take(self, key: str, token: str) -> bool:
        """Whether the key may be ours: also when only the answer was lost, as with a Redis that was too slow for once."""
        deadline = time.monotonic() + self._wait_s
        pause = 0.002
        while True:
            # None means Redis is down (go on), 1 means taken, 0 means somebody holds it.
            asked = not self._redis.is_left_alone
            answers = self._redis.run(_TAKE.step([key], [token, self._ttl_ms]))
            if answers is None or answers[0] == 1:
                return asked
            if time.monotonic() + pause > deadline:
                raise Refusal("lock_timeout", headers={"Retry-After": "1"})
            time.sleep(pause * (0.5 + random.random()))  # noqa: S311 - jitter, not a secret
            pause = min(pause * 1.6, 0.05)
