"""Daily housekeeping: the tables that belong to no business word, and what folders ask to be done beside them. Called by the
worker's loop; safe in several workers at once.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from backend.platform.database import Database

log = logging.getLogger(__name__)

# Forgets what a folder need not keep any longer at that instant; how many rows are gone.
Keeper = Callable[[datetime], int]

_BATCH = 5000  # rows a statement, so that none holds its locks for long

_PARTITIONS = "SELECT make_partitions(:now, :ahead)"
_OLD = {
    "idempotency_keys": """
DELETE FROM idempotency_keys WHERE (restaurant_id, caller, key) IN (
    SELECT restaurant_id, caller, key FROM idempotency_keys WHERE created_at < :before LIMIT :batch FOR UPDATE SKIP LOCKED)
""",
    "deliveries": """
DELETE FROM deliveries WHERE (event_id, handler) IN (
    SELECT event_id, handler FROM deliveries WHERE state = 'done' AND done_at < :before LIMIT :batch FOR UPDATE SKIP LOCKED)
""",
    "jobs": """
DELETE FROM jobs WHERE id IN (
    SELECT id FROM jobs WHERE state IN ('done', 'dropped') AND done_at < :before LIMIT :batch FOR UPDATE SKIP LOCKED)
""",
}


class Upkeep:
    """Makes partitions ahead and deletes what nobody asks for any more."""

    def __init__(
        self,
        database: Database,
        *,
        partitions_ahead: int,
        idempotency_hours: int,
        done_days: int,
        keepers: Mapping[str, Keeper] | None = None,
    ) -> None:
        self._keepers = keepers or {}
        self._database = database
        self._ahead = partitions_ahead
        done = timedelta(days=done_days)
        self._ages = {
            "idempotency_keys": timedelta(hours=idempotency_hours),
            "deliveries": done,
            "jobs": done,
        }

    def run(self, now: datetime) -> None:
        """Everything that is due today; `now` is aware, UTC."""
        with self._database.platform() as tx:
            made = tx.value(_PARTITIONS, now=now, ahead=self._ahead)
        gone = {table: self._delete(_OLD[table], now - age) for table, age in self._ages.items()}
        gone |= {name: forget(now) for name, forget in self._keepers.items()}
        log.info("upkeep done", extra={"partitions": made, "deleted": gone})

    def _delete(self, statement: str, before: datetime) -> int:
        total = 0
        while True:
            with self._database.platform() as tx:
                deleted = tx.run(statement, before=before, batch=_BATCH)
            total += deleted
            if deleted < _BATCH:
                return total
