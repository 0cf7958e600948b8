"""The database session: engine, tenant transactions, and nothing else.

`Database.tenant(id)` opens a transaction in which row-level security lets through one restaurant's rows; `Database.platform()`
one with no tenant, for look-ups before the tenant is known and for the worker's plumbing. Called by services; stores get the `Tx`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

import psycopg2.extensions
import psycopg2.extras
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Connection, CursorResult, Engine, event, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from backend.platform.refusals import Refusal

db = SQLAlchemy()
psycopg2.extensions.register_adapter(dict, psycopg2.extras.Json)
psycopg2.extras.register_uuid()

# A table's or booking's id is read again and again; a remembered one costs a look-up instead of parsing.
_uuid_of = lru_cache(maxsize=50_000)(UUID)


def _read_uuid(text: str | None, _cursor: object) -> UUID | None:
    return None if text is None else _uuid_of(text)


_UUID = psycopg2.extensions.new_type((2950,), "UUID", _read_uuid)
_UUIDS = psycopg2.extensions.new_array_type((2951,), "UUID[]", _UUID)


def _register_ids(connection: psycopg2.extensions.connection, _record: object) -> None:
    psycopg2.extensions.register_type(_UUID, connection)
    psycopg2.extensions.register_type(_UUIDS, connection)


Row = Mapping[str, Any]
_DIALECT = postgresql.dialect(paramstyle="pyformat")  # type: ignore[no-untyped-call]
_AS_WRITTEN = {"no_parameters": True}


@lru_cache(maxsize=1024)
def _pyformat(sql: str) -> str:
    """The statement with psycopg2's placeholders; the stores' constants are compiled once."""
    return str(text(sql).compile(dialect=_DIALECT))


@dataclass(slots=True)
class Tx:
    """A running transaction. Statements are constants of store modules with `:name` parameters.

    `queue` keeps statements whose result nobody needs; they travel in one message with the next one, or at the commit, in order. A
    round trip costs as much as the work of most of our statements.
    """

    connection: Connection
    restaurant_id: UUID | None
    _waiting: list[str] = field(default_factory=list)

    def queue(self, sql: str, **params: object) -> None:
        """Execute with the next statement or the commit; what it violates is raised there."""
        self._waiting.append(self._bound(sql, params))

    def run(self, sql: str, **params: object) -> int:
        """Execute now; the number of rows touched."""
        return self._execute(sql, params).rowcount

    def all(self, sql: str, **params: object) -> list[Row]:
        """Every row as a mapping."""
        return list(self._execute(sql, params).mappings())

    def tuples(self, sql: str, **params: object) -> Sequence[tuple[Any, ...]]:
        """Every row as a plain tuple: for the hot paths that read many."""
        cursor = self._execute(sql, params).cursor
        assert cursor is not None  # noqa: S101 - a select has one
        return cursor.fetchall()

    def one(self, sql: str, **params: object) -> Row | None:
        """The first row, or None."""
        return self._execute(sql, params).mappings().first()

    def value(self, sql: str, **params: object) -> Any:
        """The first column of the first row, or None."""
        return self._execute(sql, params).scalar()

    def flush(self) -> None:
        """Sends what is queued."""
        if self._waiting:
            message = ";\n".join(self._waiting)
            self._waiting.clear()
            self.connection.exec_driver_sql(message, execution_options=_AS_WRITTEN)

    def _execute(self, sql: str, params: Mapping[str, object]) -> CursorResult[Any]:
        message = ";\n".join([*self._waiting, self._bound(sql, params)])
        self._waiting.clear()
        return self.connection.exec_driver_sql(message, execution_options=_AS_WRITTEN)

    def _bound(self, sql: str, params: Mapping[str, object]) -> str:
        with self.connection.connection.cursor() as cursor:
            # psycopg2 quotes every value; nothing is ever formatted into a statement by us.
            return cursor.mogrify(_pyformat(sql), params).decode()


_TENANT = "SELECT set_config('saveit.restaurant_id', :restaurant_id, true)"


class Database:
    """Opens transactions on one engine (one role)."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        # After SQLAlchemy's own, which would register psycopg2's slower reader of ids on each connection.
        event.listen(engine, "connect", _register_ids)

    @contextmanager
    def tenant(self, restaurant_id: UUID) -> Iterator[Tx]:
        """A transaction that sees one restaurant. Commits at the end, rolls back on any exception.

        Raises Refusal("unavailable") when the database cannot be reached.
        """
        with self._begin(restaurant_id) as tx:
            tx.queue(_TENANT, restaurant_id=str(restaurant_id))
            yield tx

    @contextmanager
    def platform(self) -> Iterator[Tx]:
        """A transaction without a tenant."""
        with self._begin(None) as tx:
            yield tx

    @contextmanager
    def _begin(self, restaurant_id: UUID | None) -> Iterator[Tx]:
        try:
            with self.engine.begin() as connection:
                tx = Tx(connection, restaurant_id)
                yield tx
                tx.flush()
        except (OperationalError, InterfaceError) as lost:
            if is_unreachable(lost):
                raise Refusal("unavailable", headers={"Retry-After": "2"}) from lost
            raise
        except PoolTimeoutError as busy:
            raise Refusal("unavailable", headers={"Retry-After": "2"}) from busy


def is_unreachable(error: DBAPIError) -> bool:
    """Whether the statement failed because the server is gone, starting or shutting down (SQLSTATE classes 08 and 57P)."""
    state = getattr(error.orig, "pgcode", None)
    return error.connection_invalidated or state is None or state.startswith(("08", "57P"))


def sqlstate(error: DBAPIError) -> str | None:
    """PostgreSQL's five-character code of a failed statement."""
    return getattr(error.orig, "pgcode", None)


def engine_options(*, pool: int, statement_timeout_ms: int, name: str) -> dict[str, Any]:
    """Options for Flask-SQLAlchemy's engine: a bounded pool, UTC, time-outs, dead connections noticed before use."""
    options = f"-c timezone=UTC -c statement_timeout={statement_timeout_ms} -c idle_in_transaction_session_timeout=30000"
    return {
        "pool_size": pool,
        "max_overflow": 0,
        "pool_timeout": 10,
        "pool_pre_ping": False,
        "pool_use_lifo": True,
        "query_cache_size": 2000,
        "connect_args": {"options": options, "application_name": f"saveit-{name}", "connect_timeout": 5},
        "json_serializer": to_json,
    }


def role_url(owner_url: str, suffix: str, password: str) -> URL:
    """The owner's URL with the login of one of the application's roles (`<database>_app`, `<database>_worker`)."""
    owner = make_url(owner_url)
    return owner.set(
        drivername="postgresql+psycopg2", username=f"{owner.database}_{suffix}", password=password
    )


def to_json(value: object) -> str:
    """Compact JSON for jsonb columns; UUIDs and instants as text."""
    return json.dumps(value, default=_plain, ensure_ascii=False, separators=(",", ":"))


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value)
