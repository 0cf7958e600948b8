"""Use cases of a restaurant's set-up: read it, replace it as a new version, see its history, move its tables' states.

Called by routes, wiring (demonstration) and, for `current`, by every other service inside its own transaction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID

from backend.platform.audit import Audit
from backend.platform.cache import DayCache
from backend.platform.clock import Clock
from backend.platform.database import Database, IntegrityError, Row, Tx
from backend.platform.events import Event, Outbox
from backend.platform.refusals import Refusal, field_refusal
from backend.restaurants.changes import changes_between
from backend.restaurants.domain import RestaurantConfig, service_date_of
from backend.restaurants.schemas import ConfigDocument, to_document, to_domain
from backend.restaurants.store import RestaurantStore
from backend.restaurants.wording import check_wording

TABLE_STATES = ("free", "reserved", "occupied", "dirty", "blocked")
_REMEMBERED = 512
_CONFIG = "restaurants.config"


class Stranding(Protocol):
    """Finds the bookings that a new configuration would leave without their table or outside its hours."""

    def find(self, tx: Tx, config: RestaurantConfig, now: datetime) -> list[dict[str, Any]]:
        """`[{id, code, date, time, partySize, reason}]`, soonest first."""


@dataclass(frozen=True, slots=True)
class Saved:
    """A new version, what it changed and whom it strands."""

    config: RestaurantConfig
    changes: list[dict[str, Any]]
    stranded: list[dict[str, Any]]


class ConfigReader:
    """The configuration that holds, read at most once a version and process."""

    def __init__(self, store: RestaurantStore) -> None:
        self._store = store
        self._known: dict[tuple[UUID, int], RestaurantConfig] = {}
        self._newest: dict[UUID, RestaurantConfig] = {}

    def current(self, tx: Tx, version: int | None = None) -> RestaurantConfig:
        """The version that holds, the same one for the whole of a transaction; `version` saves a look when the caller's statement
        has read its number already."""
        assert tx.restaurant_id is not None  # noqa: S101 - tenant transactions have one
        if version is None and _CONFIG in tx.noted:
            noted: RestaurantConfig = tx.noted[_CONFIG]
            return noted
        number = version if version is not None else self._store.version(tx)
        if not number:
            raise Refusal("not_found")
        config = self._known.get((tx.restaurant_id, number)) or self._load(tx, tx.restaurant_id)
        tx.noted[_CONFIG] = config
        return config

    def latest(self, tx: Tx) -> RestaurantConfig:
        """What this process last knew to hold; the caller compares its version with the database's in its next statement."""
        assert tx.restaurant_id is not None  # noqa: S101 - tenant transactions have one
        return self._newest.get(tx.restaurant_id) or self.current(tx)

    def _load(self, tx: Tx, restaurant_id: UUID) -> RestaurantConfig:
        row = self._store.current(tx)
        if row is None:
            raise Refusal("not_found")
        config = to_domain(ConfigDocument.model_validate(row["document"]), restaurant_id, row["version"])
        if len(self._known) >= _REMEMBERED:
            self._known.clear()
            self._newest.clear()
        self._known[restaurant_id, row["version"]] = self._newest[restaurant_id] = config
        return config


class RestaurantService:
    """What staff and other parts may do with a restaurant's set-up."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        store: RestaurantStore,
        reader: ConfigReader,
        outbox: Outbox,
        audit: Audit,
        cache: DayCache,
        stranding: Stranding,
    ) -> None:
        self._database = database
        self._clock = clock
        self._store = store
        self._reader = reader
        self._outbox = outbox
        self._audit = audit
        self._cache = cache
        self._stranding = stranding

    def find(self, id_or_slug: str) -> Row:
        """`{id, slug, name, timezone, config_version}` by id or slug; raises Refusal('not_found')."""
        with self._database.platform() as tx:
            row = self._store.find(tx, id_or_slug[:100])
        if row is None:
            raise Refusal("not_found")
        return row

    def all(self) -> list[Row]:
        """Every restaurant of this installation, oldest first."""
        with self._database.platform() as tx:
            return self._store.all(tx)

    def config(self, restaurant_id: UUID) -> RestaurantConfig:
        """The configuration that holds."""
        with self._database.tenant(restaurant_id) as tx:
            return self._reader.current(tx)

    def face(self, restaurant_id: UUID) -> tuple[RestaurantConfig, date]:
        """The configuration that holds, and the service date that it is there now."""
        config = self.config(restaurant_id)
        return config, service_date_of(config, self._clock.now())

    def create(self, restaurant_id: UUID, document: ConfigDocument, by: str) -> RestaurantConfig:
        """A new restaurant with its first version."""
        now = self._clock.now()
        config = to_domain(document, restaurant_id, 1)
        with self._database.tenant(restaurant_id) as tx:
            self._store.create(tx, config, now)
            self._store.add_version(tx, config, to_document(config), [], by, now)
            self._audit.write(
                tx,
                actor=by,
                action="restaurant.created",
                subject_kind="restaurant",
                subject_id=restaurant_id,
                before=None,
                after={"version": 1},
                reason=None,
                now=now,
            )
        return config

    def preview(self, restaurant_id: UUID, document: ConfigDocument) -> Saved:
        """What `replace` would change and strand; changes nothing."""
        with self._database.tenant(restaurant_id) as tx:
            return self._compare(tx, document, self._reader.current(tx))

    def replace(self, restaurant_id: UUID, document: ConfigDocument, expected: int, by: str) -> Saved:
        """Makes the document the next version; raises Refusal('version_conflict') when `expected` is not the newest."""
        now = self._clock.now()
        try:
            with self._database.tenant(restaurant_id) as tx:
                newest = self._store.lock(tx)
                if newest is None:
                    raise Refusal("not_found")
                if newest != expected:
                    raise Refusal("version_conflict", params={"version": newest})
                saved = self._compare(tx, document, self._reader.current(tx, newest))
                if saved.changes:
                    self._save(tx, saved, by, now)
        except IntegrityError as clash:
            raise Refusal("slug_taken") if "slug" in str(clash.orig) else clash from clash
        self._cache.forget(restaurant_id)
        self._outbox.wake()
        return saved

    def _compare(self, tx: Tx, document: ConfigDocument, current: RestaurantConfig) -> Saved:
        config = to_domain(document, current.restaurant_id, current.version + 1)
        check_wording(dict(config.profile.wording))
        changes = changes_between(_plain(current), _plain(config))
        stranded = self._stranding.find(tx, config, self._clock.now()) if changes else []
        return Saved(config if changes else current, changes, stranded)

    def _save(self, tx: Tx, saved: Saved, by: str, now: datetime) -> None:
        config = saved.config
        self._store.add_version(tx, config, to_document(config), saved.changes, by, now)
        self._audit.write(
            tx,
            actor=by,
            action="restaurant.config_replaced",
            subject_kind="restaurant",
            subject_id=config.restaurant_id,
            before={"version": config.version - 1},
            after={"version": config.version, "changes": saved.changes},
            reason=None,
            now=now,
        )
        data = {"version": config.version, "paths": [change["path"] for change in saved.changes][:50]}
        self._outbox.add(
            tx, [Event("availability.changed", config.restaurant_id, config.restaurant_id, now, data)]
        )

    def history(self, restaurant_id: UUID, before: int, limit: int) -> list[Row]:
        """`{version, changed_by, changed_at, changes}`, newest first."""
        with self._database.tenant(restaurant_id) as tx:
            return self._store.history(tx, before, limit)

    def tables(self, restaurant_id: UUID) -> list[Row]:
        """The tables with their state tonight."""
        with self._database.tenant(restaurant_id) as tx:
            return self._store.tables(tx)

    def tables_in(self, tx: Tx, state: str) -> list[Row]:
        """The tables in a state, inside a caller's transaction."""
        return [row for row in self._store.tables(tx) if row["state"] == state]

    def set_table_state(
        self, restaurant_id: UUID, table_id: UUID, state: str, reason: str | None, by: str
    ) -> Row:
        """A table becomes free, occupied, dirty or blocked."""
        if state not in TABLE_STATES:
            raise field_refusal("state", "not_a_choice")
        now = self._clock.now()
        with self._database.tenant(restaurant_id) as tx:
            if all(row["id"] != table_id for row in self._store.tables(tx)):
                raise Refusal("not_found")
            self.move_tables(tx, [table_id], state, reason, by, now)
            row = next(row for row in self._store.tables(tx) if row["id"] == table_id)
        self._outbox.wake()
        return row

    def move_tables(
        self, tx: Tx, ids: Sequence[UUID], state: str, reason: str | None, by: str, now: datetime
    ) -> None:
        """The same inside a caller's transaction, with its events and audit rows."""
        for row in self._store.set_table_state(tx, ids, state, reason, now):
            data = {
                "table": {"id": str(row["id"]), "number": row["number"], "area": row["area"], "state": state}
            }
            assert tx.restaurant_id is not None  # noqa: S101 - tenant transactions have one
            self._outbox.add(tx, [Event("table.changed", tx.restaurant_id, row["id"], now, data)])
            self._audit.write(
                tx,
                actor=by,
                action="table.state",
                subject_kind="table",
                subject_id=row["id"],
                before=None,
                after={"state": state},
                reason=reason,
                now=now,
            )


def _plain(config: RestaurantConfig) -> dict[str, Any]:
    document = to_document(config)
    document.pop("version", None)
    rules = dict(document["rules"])
    rules.pop("version", None)
    return {**document, "rules": rules}
