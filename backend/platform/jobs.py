"""Scheduled work as rows with a due time, taken with SKIP LOCKED, so that several workers share it safely.

`Jobs.plan` inside a transaction; the worker's loop calls `run_due`, `python -m backend dead-letters` the last two. A job runs in
the tenant's transaction that marks it done, and is known by its kind and subject: planning it again moves it, dropping it makes it
never run.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from backend.platform.database import Database, Prepared, Row, Tx, to_json
from backend.platform.events.deliveries import backoff
from backend.platform.ids import uuid7

log = logging.getLogger(__name__)

JobRunner = Callable[[Tx, UUID, Mapping[str, Any], datetime], None]

_PLAN = Prepared("""
INSERT INTO jobs (id, restaurant_id, kind, subject_id, due_at, payload)
VALUES (:id, :restaurant_id, :kind, :subject_id, :due_at, CAST(:payload AS jsonb))
ON CONFLICT (kind, subject_id) DO UPDATE
    SET due_at = EXCLUDED.due_at, payload = EXCLUDED.payload, state = 'waiting', attempts = 0, last_error = NULL
""")
_DROP = Prepared("""
UPDATE jobs SET state = 'dropped', done_at = :now
WHERE kind = :kind AND subject_id = :subject_id AND state = 'waiting'
""")
_DUE = Prepared("""
SELECT id, restaurant_id FROM jobs WHERE state = 'waiting' AND due_at <= :now AND restaurant_id IS NOT NULL
ORDER BY due_at LIMIT :limit
""")
_TAKE = Prepared("""
SELECT id, kind, subject_id, payload, attempts FROM jobs
WHERE id = :id AND state = 'waiting' AND due_at <= :now FOR UPDATE SKIP LOCKED
""")
_DONE = "UPDATE jobs SET state = 'done', done_at = :now WHERE id = :id"
_FAILED = """
UPDATE jobs SET attempts = attempts + 1, last_error = :error, due_at = :due_at,
    state = CASE WHEN attempts + 1 >= :most THEN 'dead' ELSE 'waiting' END
WHERE id = :id AND state = 'waiting'
"""
_DEAD = """
SELECT id, kind, restaurant_id, subject_id, due_at, attempts, last_error FROM jobs
WHERE state = 'dead' ORDER BY due_at LIMIT :limit
"""
_REPLAY = """
UPDATE jobs SET state = 'waiting', attempts = 0, due_at = :now
WHERE state = 'dead' AND (CAST(:id AS uuid) IS NULL OR id = :id)
"""


class Jobs:
    """Plans and runs scheduled work."""

    def __init__(self, runners: Mapping[str, JobRunner] | None = None, *, attempts: int = 8) -> None:
        self._runners: dict[str, JobRunner] = dict(runners or {})
        self._most = attempts

    def register(self, kind: str, runner: JobRunner) -> None:
        """Says who does a kind of work."""
        self._runners[kind] = runner

    def plan(
        self, tx: Tx, kind: str, subject_id: UUID, due_at: datetime, payload: Mapping[str, Any] | None = None
    ) -> None:
        """Plans work for the transaction's restaurant, or moves it when it is planned already."""
        tx.queue(
            _PLAN,
            id=uuid7(),
            restaurant_id=tx.restaurant_id,
            kind=kind,
            subject_id=subject_id,
            due_at=due_at,
            payload=to_json(payload or {}),
        )

    def drop(self, tx: Tx, kind: str, subject_id: UUID, now: datetime) -> None:
        """Takes planned work off the list."""
        tx.queue(_DROP, kind=kind, subject_id=subject_id, now=now)

    def run_due(self, database: Database, now: datetime, limit: int = 100) -> int:
        """Runs what is due; how many jobs were tried."""
        with database.platform() as tx:
            due = tx.all(_DUE, now=now, limit=limit)
        return sum(self._run(database, row, now) for row in due)

    def _run(self, database: Database, due: Row, now: datetime) -> bool:
        attempts = 0
        try:
            with database.tenant(due["restaurant_id"]) as tx:
                row = tx.one(_TAKE, id=due["id"], now=now)
                if row is None:
                    return False
                attempts = row["attempts"]
                # Marked before it runs: a runner that plans itself again (a daily job) sets it waiting once more.
                tx.queue(_DONE, id=row["id"], now=now)
                self._runners[row["kind"]](tx, row["subject_id"], row["payload"], now)
        except Exception as error:
            log.warning("job failed", extra={"job": str(due["id"])}, exc_info=error)
            with database.platform() as tx:
                tx.run(
                    _FAILED,
                    id=due["id"],
                    error=f"{type(error).__name__}: {error}"[:500],
                    due_at=now + backoff(attempts, 2.0),
                    most=self._most,
                )
        return True

    def dead(self, database: Database, limit: int = 200) -> list[Row]:
        """Work that was given up, oldest first."""
        with database.platform() as tx:
            return tx.all(_DEAD, limit=limit)

    def replay(self, database: Database, now: datetime, job_id: UUID | None = None) -> int:
        """Makes one job that was given up, or all, due again; how many."""
        with database.platform() as tx:
            return tx.run(_REPLAY, now=now, id=job_id)
