"""A cache of computed answers that is thrown away by generation.

An entry's key holds the generation of its restaurant and day; `forget` raises the generation, so what was computed from older
data can never be read again, even when it is written after the change. Called by `availability`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import cast
from uuid import UUID

import redis

from backend.platform.redis import Redis

_DAY_S = 86400


class DayCache:
    """Answers by restaurant and service date."""

    def __init__(self, redis: Redis, ttl_s: int) -> None:
        self._redis = redis
        self._ttl_s = ttl_s

    def read(self, restaurant_id: UUID, day: date, question: str) -> tuple[str | None, bytes | None]:
        """`(stamp, answer)`: pass the stamp to `write`. The answer is None when there is none; both None without Redis."""
        marks = [_generation(restaurant_id, day), _generation(restaurant_id, None)]
        found = self._redis.attempt(lambda client: client.mget(marks))
        if found is None:
            return None, None
        # The client is made without decoding, so its answers are bytes; its type cannot say so.
        stamp = b".".join(cast("bytes", mark) or b"0" for mark in found).decode()
        answer = self._redis.attempt(lambda client: client.get(_entry(restaurant_id, day, stamp, question)))
        return stamp, cast("bytes | None", answer)

    def write(self, restaurant_id: UUID, day: date, question: str, stamp: str | None, answer: bytes) -> None:
        """Keeps an answer computed after `read` gave that stamp."""
        if stamp is None:
            return
        key = _entry(restaurant_id, day, stamp, question)
        self._redis.attempt(lambda client: client.set(key, answer, ex=self._ttl_s))

    def forget(self, restaurant_id: UUID, days: Sequence[date] | None = None) -> None:
        """Throws away the answers of those days, or of all days when None."""
        keys = (
            [_generation(restaurant_id, day) for day in days]
            if days is not None
            else [_generation(restaurant_id, None)]
        )

        def raise_generations(client: redis.Redis) -> object:
            with client.pipeline(transaction=False) as batch:
                for key in keys:
                    batch.incr(key)
                    batch.expire(key, _DAY_S)
                return batch.execute()

        self._redis.attempt(raise_generations)


def _generation(restaurant_id: UUID, day: date | None) -> str:
    return f"availability:generation:{restaurant_id}:{day.isoformat() if day else 'all'}"


def _entry(restaurant_id: UUID, day: date, stamp: str, question: str) -> str:
    return f"availability:{restaurant_id}:{day.isoformat()}:{stamp}:{question}"
