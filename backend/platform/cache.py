"""A cache of computed answers that is thrown away by generation.

An entry's key holds the generation of its restaurant and day; `forget` raises the generation, so what was computed from older
data can never be read again, even when it is written after the change. Called by `availability`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from backend.platform.redis import Redis, Script, Step

_DAY_S = 86400
# The entry's key is made where the generations are read: one round trip, and nothing can come between.
_READ = Script("""
local marks = redis.call('mget', KEYS[1], KEYS[2])
local stamp = (marks[1] or '0') .. '.' .. (marks[2] or '0')
return {stamp, redis.call('get', ARGV[1] .. stamp .. ':' .. ARGV[2])}
""")
_WRITE = Script("""
redis.call('set', KEYS[1], ARGV[1], 'EX', ARGV[2])
return 1
""")
_FORGET = Script("""
for _, key in ipairs(KEYS) do
    redis.call('incr', key)
    redis.call('expire', key, ARGV[1])
end
return 1
""")


class DayCache:
    """Answers by restaurant and service date."""

    def __init__(self, redis: Redis, ttl_s: int) -> None:
        self._redis = redis
        self._ttl_s = ttl_s

    def read(self, restaurant_id: UUID, day: date, question: str) -> tuple[str | None, bytes | None]:
        """`(stamp, answer)`: pass the stamp to `write`. The answer is None when there is none; both None without Redis."""
        marks = [_generation(restaurant_id, day), _generation(restaurant_id, None)]
        answers = self._redis.run(_READ.step(marks, [_entries(restaurant_id, day), question]))
        if answers is None:
            return None, None
        stamp, answer = answers[0]
        return stamp.decode(), answer

    def write(self, restaurant_id: UUID, day: date, question: str, stamp: str | None, answer: bytes) -> None:
        """Keeps an answer computed after `read` gave that stamp."""
        if stamp is None:
            return
        key = f"{_entries(restaurant_id, day)}{stamp}:{question}"
        self._redis.run(_WRITE.step([key], [answer, self._ttl_s]))

    def forget(self, restaurant_id: UUID, days: Sequence[date] | None = None, *also: Step) -> None:
        """Throws away the answers of those days, or of all days when None; runs other steps in the same round trip."""
        self._redis.run(self.forgetting(restaurant_id, days), *also)

    def forgetting(self, restaurant_id: UUID, days: Sequence[date] | None = None) -> Step:
        """The same as a step to be run with others."""
        return _FORGET.step(
            [_generation(restaurant_id, day) for day in ([None] if days is None else days)], [_DAY_S]
        )


def _generation(restaurant_id: UUID, day: date | None) -> str:
    return f"availability:generation:{restaurant_id}:{day.isoformat() if day else 'all'}"


def _entries(restaurant_id: UUID, day: date) -> str:
    return f"availability:{restaurant_id}:{day.isoformat()}:"
