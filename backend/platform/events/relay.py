"""The relay: takes committed events in order, numbers them for the live feed, hands them to handlers and screens.

One relay at a time holds an advisory lock; the others stand by. Numbering and queueing are one transaction, so a relay that is
killed anywhere has either done both or neither. Called by the worker's loop.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from backend.platform.database import Database, Row, Tx
from backend.platform.events.event import Event, Handler

_LOCK = "SELECT pg_try_advisory_xact_lock(hashtext('saveit.relay'))"
_TAKE = """
SELECT id, position, restaurant_id, subject_id, type, occurred_at, data FROM outbox
WHERE published_at IS NULL ORDER BY position LIMIT :limit
"""
_NUMBER = """
INSERT INTO feeds (restaurant_id, last_sequence) VALUES (:restaurant_id, :count)
ON CONFLICT (restaurant_id) DO UPDATE SET last_sequence = feeds.last_sequence + :count
RETURNING last_sequence
"""
_MARK = """
UPDATE outbox SET published_at = :now, feed_sequence = given.sequence
FROM unnest(CAST(:ids AS uuid[]), CAST(:sequences AS bigint[])) AS given (id, sequence)
WHERE outbox.id = given.id
"""
_QUEUE = """
INSERT INTO deliveries (event_id, handler, restaurant_id, subject_id, position, due_at)
SELECT given.event_id, given.handler, given.restaurant_id, given.subject_id, given.position, :now
FROM unnest(CAST(:events AS uuid[]), CAST(:handlers AS text[]), CAST(:restaurants AS uuid[]),
            CAST(:subjects AS uuid[]), CAST(:positions AS bigint[]))
     AS given (event_id, handler, restaurant_id, subject_id, position)
ON CONFLICT DO NOTHING
"""


class LiveSink(Protocol):
    """Where numbered events go to be shown at once."""

    def publish(self, events: Sequence[tuple[int, Event]]) -> None:
        """Tells every web process; best effort, the feed's memory is the outbox itself."""


class Relay:
    """Moves committed events from the outbox to the handlers' queue and the live feed."""

    def __init__(self, database: Database, handlers: Sequence[Handler], live: LiveSink) -> None:
        self._database = database
        self._handlers = handlers
        self._live = live

    def run_once(self, now: datetime, limit: int = 200) -> int:
        """Relays up to `limit` events; how many. 0 also when another worker is relaying."""
        with self._database.platform() as tx:
            if not tx.value(_LOCK):
                return 0
            rows = tx.all(_TAKE, limit=limit)
            if not rows:
                return 0
            sequences = _number(tx, rows)
            tx.run(_MARK, now=now, ids=[row["id"] for row in rows], sequences=sequences)
            self._queue(tx, rows, now)
        self._live.publish([(sequence, event_of(row)) for sequence, row in zip(sequences, rows, strict=True)])
        return len(rows)

    def _queue(self, tx: Tx, rows: Sequence[Row], now: datetime) -> None:
        wanted = [
            (row, handler.name) for row in rows for handler in self._handlers if row["type"] in handler.types
        ]
        if wanted:
            tx.run(
                _QUEUE,
                now=now,
                events=[row["id"] for row, _ in wanted],
                handlers=[name for _, name in wanted],
                restaurants=[row["restaurant_id"] for row, _ in wanted],
                subjects=[row["subject_id"] for row, _ in wanted],
                positions=[row["position"] for row, _ in wanted],
            )


def _number(tx: Tx, rows: Sequence[Row]) -> list[int]:
    counts: dict[Any, int] = {}
    for row in rows:
        counts[row["restaurant_id"]] = counts.get(row["restaurant_id"], 0) + 1
    following = {
        restaurant: tx.value(_NUMBER, restaurant_id=restaurant, count=count) - count + 1
        for restaurant, count in sorted(counts.items())
    }
    sequences = []
    for row in rows:
        sequences.append(following[row["restaurant_id"]])
        following[row["restaurant_id"]] += 1
    return sequences


def event_of(row: Mapping[str, Any]) -> Event:
    """The event of an outbox row."""
    return Event(
        type=row["type"],
        restaurant_id=row["restaurant_id"],
        subject_id=row["subject_id"],
        occurred_at=row["occurred_at"],
        data=row["data"],
        id=row["id"],
    )
