"""Restaurants, their configuration versions and tables in PostgreSQL. The only SQL of this folder; called by its service."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from backend.platform.database import Prepared, Row, Tx, to_json
from backend.restaurants.domain import RestaurantConfig

_CURRENT = """
SELECT r.config_version AS version, c.document FROM restaurants r
JOIN restaurant_configs c ON c.restaurant_id = r.id AND c.version = r.config_version
WHERE r.id = :restaurant_id
"""
_VERSION = Prepared("SELECT config_version FROM restaurants WHERE id = :restaurant_id")
_LOCK = "SELECT config_version FROM restaurants WHERE id = :restaurant_id FOR UPDATE"
_ADD_VERSION = """
INSERT INTO restaurant_configs (restaurant_id, version, document, changes, changed_by, changed_at)
VALUES (:restaurant_id, :version, CAST(:document AS jsonb), CAST(:changes AS jsonb), :changed_by, :now)
"""
_POINT = """
UPDATE restaurants SET config_version = :version, name = :name, slug = :slug, timezone = :timezone
WHERE id = :restaurant_id
"""
_CREATE = """
INSERT INTO restaurants (id, slug, name, timezone, created_at) VALUES (:restaurant_id, :slug, :name, :timezone, :now)
"""
_UPSERT_TABLE = """
INSERT INTO tables (id, restaurant_id, number, capacity, area, state_since)
VALUES (:id, :restaurant_id, :number, :capacity, :area, :now)
ON CONFLICT (id) DO UPDATE SET number = EXCLUDED.number, capacity = EXCLUDED.capacity, area = EXCLUDED.area, retired_at = NULL
WHERE tables.restaurant_id = EXCLUDED.restaurant_id
"""
_RETIRE_TABLES = """
UPDATE tables SET retired_at = :now
WHERE restaurant_id = :restaurant_id AND retired_at IS NULL AND NOT (id = ANY(:kept))
"""
_HISTORY = """
SELECT version, changed_by, changed_at, changes FROM restaurant_configs
WHERE restaurant_id = :restaurant_id AND version < :before ORDER BY version DESC LIMIT :limit
"""
_TABLES = """
SELECT id, number, capacity, area, state, state_since, state_reason FROM tables
WHERE restaurant_id = :restaurant_id AND retired_at IS NULL ORDER BY number
"""
_SET_STATE = """
UPDATE tables SET state = :state, state_since = :now, state_reason = :reason
WHERE restaurant_id = :restaurant_id AND id = ANY(:ids) AND state IS DISTINCT FROM :state
RETURNING id, number, area, state
"""
# Functions, because who asks has no tenant yet; they show nothing but these columns.
_FIND = "SELECT * FROM find_restaurant(:wanted)"
_ALL = "SELECT * FROM list_restaurants()"


class RestaurantStore:
    """Reads and writes one restaurant's set-up inside a tenant transaction; `find` and `all` in one without a tenant."""

    def find(self, tx: Tx, id_or_slug: str) -> Row | None:
        """`{id, slug, name, timezone, config_version}`."""
        return tx.one(_FIND, wanted=id_or_slug)

    def all(self, tx: Tx) -> list[Row]:
        """The same of every restaurant, oldest first."""
        return tx.all(_ALL)

    def current(self, tx: Tx) -> Row | None:
        """`{version, document}` of the version that holds."""
        return tx.one(_CURRENT, restaurant_id=tx.restaurant_id)

    def version(self, tx: Tx) -> int | None:
        """The number of the version that holds."""
        held: int | None = tx.value(_VERSION, restaurant_id=tx.restaurant_id)
        return held

    def lock(self, tx: Tx) -> int | None:
        """The same, and nobody else changes it until this transaction ends."""
        held: int | None = tx.value(_LOCK, restaurant_id=tx.restaurant_id)
        return held

    def create(self, tx: Tx, config: RestaurantConfig, now: datetime) -> None:
        """The restaurant itself, before its first version."""
        profile = config.profile
        tx.run(
            _CREATE,
            restaurant_id=tx.restaurant_id,
            slug=profile.slug,
            name=profile.name,
            timezone=profile.timezone,
            now=now,
        )

    def add_version(
        self,
        tx: Tx,
        config: RestaurantConfig,
        document: dict[str, Any],
        changes: Sequence[Any],
        by: str,
        now: datetime,
    ) -> None:
        """A new version, which holds from here on; tables that are gone are retired, never deleted."""
        tx.run(
            _ADD_VERSION,
            restaurant_id=tx.restaurant_id,
            version=config.version,
            document=to_json(document),
            changes=to_json(changes),
            changed_by=by,
            now=now,
        )
        profile = config.profile
        tx.run(
            _POINT,
            restaurant_id=tx.restaurant_id,
            version=config.version,
            name=profile.name,
            slug=profile.slug,
            timezone=profile.timezone,
        )
        tx.run(
            _RETIRE_TABLES,
            restaurant_id=tx.restaurant_id,
            kept=[table.id for table in config.tables],
            now=now,
        )
        for table in config.tables:
            tx.run(
                _UPSERT_TABLE,
                id=table.id,
                restaurant_id=tx.restaurant_id,
                number=table.number,
                capacity=table.capacity,
                area=table.area,
                now=now,
            )

    def history(self, tx: Tx, before: int, limit: int) -> list[Row]:
        """Who changed what, newest first."""
        return tx.all(_HISTORY, restaurant_id=tx.restaurant_id, before=before, limit=limit)

    def tables(self, tx: Tx) -> list[Row]:
        """The tables in use with their state."""
        return tx.all(_TABLES, restaurant_id=tx.restaurant_id)

    def set_table_state(
        self, tx: Tx, ids: Sequence[UUID], state: str, reason: str | None, now: datetime
    ) -> list[Row]:
        """Moves tables to a state; answers those that really changed."""
        return tx.all(
            _SET_STATE, restaurant_id=tx.restaurant_id, ids=list(ids), state=state, reason=reason, now=now
        )
