"""The feed's memory: the numbered events in the outbox, and the newest number. Called by the feed."""

from __future__ import annotations

from typing import Protocol
from uuid import UUID

from backend.platform.database import Database
from backend.platform.events.relay import event_of
from backend.platform.live.messages import Numbered

_LAST = "SELECT last_sequence FROM feeds WHERE restaurant_id = :restaurant_id"
_BETWEEN = """
SELECT feed_sequence, id, restaurant_id, subject_id, type, occurred_at, data FROM outbox
WHERE restaurant_id = :restaurant_id AND feed_sequence > :after AND feed_sequence <= :upto
ORDER BY feed_sequence LIMIT :limit
"""
_NEWEST = 2**63 - 1


class FeedMemory(Protocol):
    """What the feed asks of the database. Raises Refusal('unavailable') when it cannot be reached."""

    def last(self, restaurant_id: UUID) -> int:
        """The newest sequence of the restaurant; 0 before the first event."""

    def after(self, restaurant_id: UUID, sequence: int, limit: int, upto: int = _NEWEST) -> list[Numbered]:
        """The first `limit` events after `sequence` up to `upto`, in order."""


class OutboxMemory:
    """The outbox read as the restaurant itself: row-level security holds here too."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def last(self, restaurant_id: UUID) -> int:
        with self._database.tenant(restaurant_id) as tx:
            return int(tx.value(_LAST, restaurant_id=restaurant_id) or 0)

    def after(self, restaurant_id: UUID, sequence: int, limit: int, upto: int = _NEWEST) -> list[Numbered]:
        with self._database.tenant(restaurant_id) as tx:
            rows = tx.all(_BETWEEN, restaurant_id=restaurant_id, after=sequence, upto=upto, limit=limit)
        return [(row["feed_sequence"], event_of(row)) for row in rows]
