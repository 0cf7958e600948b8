"""How often engines may be asked in a day, counted over all processes, so that a flood of messages cannot cost money.

Called by the chain before each call. The count is in Redis; while that is down each process keeps to the limit by itself.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date, datetime
from typing import Final, Protocol

from backend.platform.redis import Redis, Script

_COUNT: Final = Script("""
local used = redis.call('incr', KEYS[1])
if used == 1 then redis.call('expire', KEYS[1], 172800) end
return used
""")


class Budget(Protocol):
    """Says whether one more call may be paid for."""

    def take(self, engine: str) -> bool:
        """Counts one call; False past the day's limit."""


class DailyBudget:
    """So many calls to each engine a day, UTC. `now` is any aware instant."""

    def __init__(self, redis: Redis, per_day: int, now: Callable[[], datetime]) -> None:
        self._redis = redis
        self._per_day = per_day
        self._now = now
        self._lock = threading.Lock()
        self._here: dict[tuple[str, date], int] = {}

    def take(self, engine: str) -> bool:
        """See `Budget`."""
        today = self._now().date()
        mine = self._counted_here(engine, today)
        if mine > self._per_day:
            return False
        answers = self._redis.run(_COUNT.step([f"engines:{engine}:{today.isoformat()}"]))
        return answers is None or int(answers[0]) <= self._per_day

    def _counted_here(self, engine: str, today: date) -> int:
        with self._lock:
            self._here = {key: count for key, count in self._here.items() if key[1] == today}
            self._here[engine, today] = self._here.get((engine, today), 0) + 1
            return self._here[engine, today]
