"""Runs handlers on queued events: retries with jitter, order per subject, dead letters, exactly one effect.

A delivery's handler runs in the transaction that marks it done, so a repeat finds it done and does nothing. A later event of the
same subject waits for an earlier one of the same handler. Called by the worker's loop and by `python -m backend dead-letters`.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from backend.platform.database import Database, Prepared, Row
from backend.platform.events.event import Event, Handler, RetryLaterError
from backend.platform.events.relay import event_of

log = logging.getLogger(__name__)

_DUE = Prepared("""
SELECT d.event_id, d.handler, d.restaurant_id FROM deliveries d
WHERE d.state = 'waiting' AND d.due_at <= :now AND NOT EXISTS (
    SELECT 1 FROM deliveries e WHERE e.handler = d.handler AND e.subject_id = d.subject_id
    AND e.state = 'waiting' AND e.position < d.position)
ORDER BY d.due_at, d.position LIMIT :limit
""")
_TAKE = Prepared("""
SELECT d.attempts, o.id, o.restaurant_id, o.subject_id, o.type, o.occurred_at, o.data
FROM deliveries d JOIN outbox o ON o.id = d.event_id
WHERE d.event_id = :event_id AND d.handler = :handler AND d.state = 'waiting' AND d.due_at <= :now
FOR UPDATE OF d SKIP LOCKED
""")
_DONE = Prepared(
    "UPDATE deliveries SET state = 'done', done_at = :now, last_error = NULL WHERE event_id = :event_id AND handler = :handler"
)
_FAILED = """
UPDATE deliveries SET attempts = attempts + 1, last_error = :error, due_at = :due_at,
    state = CASE WHEN attempts + 1 >= :most THEN 'dead' ELSE 'waiting' END
WHERE event_id = :event_id AND handler = :handler AND state = 'waiting'
RETURNING attempts, state
"""
_DEAD = """
SELECT d.event_id, d.handler, d.restaurant_id, d.subject_id, d.attempts, d.last_error, o.type, o.occurred_at
FROM deliveries d JOIN outbox o ON o.id = d.event_id WHERE d.state = 'dead' ORDER BY o.position LIMIT :limit
"""
_REPLAY = """
UPDATE deliveries SET state = 'waiting', attempts = 0, due_at = :now
WHERE state = 'dead' AND (CAST(:event_id AS uuid) IS NULL OR event_id = :event_id)
"""


class Deliveries:
    """The handlers' queue."""

    def __init__(
        self, database: Database, handlers: Sequence[Handler], *, attempts: int = 8, retry_s: float = 1.0
    ) -> None:
        self._database = database
        self._handlers = {handler.name: handler for handler in handlers}
        self._most = attempts
        self._retry_s = retry_s

    def run_due(self, now: datetime, limit: int = 100) -> int:
        """Runs what is due; how many deliveries were tried."""
        with self._database.platform() as tx:
            due = tx.all(_DUE, now=now, limit=limit)
        return sum(self._run(row, now) for row in due)

    def _run(self, due: Row, now: datetime) -> bool:
        handler = self._handlers.get(due["handler"])
        if handler is None:
            self._failed(due, LookupError(f"no handler {due['handler']!r} in this version"), now)
            return True
        try:
            return self._deliver(handler, due, now)
        except Exception as error:  # noqa: BLE001 - whatever a handler raises is kept with the delivery and retried
            self._failed(due, error, now)
            return True

    def _deliver(self, handler: Handler, due: Row, now: datetime) -> bool:
        with self._database.tenant(due["restaurant_id"]) as tx:
            row = tx.one(_TAKE, event_id=due["event_id"], handler=due["handler"], now=now)
            if row is None:
                return False
            event: Event = event_of(row)
            handler.run(tx, event)
            tx.queue(_DONE, event_id=event.id, handler=handler.name, now=now)
        return True

    def _failed(self, due: Row, error: Exception, now: datetime) -> None:
        with self._database.platform() as tx:
            attempts = tx.value(
                "SELECT attempts FROM deliveries WHERE event_id = :event_id AND handler = :handler",
                event_id=due["event_id"],
                handler=due["handler"],
            )
            outcome = tx.one(
                _FAILED,
                event_id=due["event_id"],
                handler=due["handler"],
                error=f"{type(error).__name__}: {error}"[:500],
                due_at=now + backoff(attempts or 0, self._retry_s),
                most=self._most,
            )
        level = logging.INFO if isinstance(error, RetryLaterError) else logging.WARNING
        log.log(
            level,
            "handler failed",
            extra={"handler": due["handler"], "event": str(due["event_id"]), "outcome": dict(outcome or {})},
            exc_info=None if isinstance(error, RetryLaterError) else error,
        )

    def dead(self, limit: int = 200) -> list[Row]:
        """Dead letters, oldest first."""
        with self._database.platform() as tx:
            return tx.all(_DEAD, limit=limit)

    def replay(self, now: datetime, event_id: UUID | None = None) -> int:
        """Puts one event's dead letters, or all, back in the queue; how many."""
        with self._database.platform() as tx:
            return tx.run(_REPLAY, now=now, event_id=event_id)


def backoff(attempts: int, first_s: float, most_s: float = 300.0) -> timedelta:
    """The wait after the given number of failed attempts: doubling, capped, with full jitter above a quarter."""
    ceiling = min(most_s, first_s * 2**attempts)
    return timedelta(seconds=ceiling * (0.25 + 0.75 * random.random()))  # noqa: S311 - jitter, not a secret
