"""The database session: engine, tenant transactions, and nothing else.

`Database.tenant(id)` opens a transaction in which row-level security lets through one restaurant's rows; `Database.platform()`
one with no tenant, for look-ups before the tenant is known and for the worker's plumbing. Called by services; stores get the `Tx`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

import psycopg2.extensions
import psycopg2.extras
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Connection, CursorResult, Engine, TextClause, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from backend.platform.refusals import Refusal

db = SQLAlchemy()
psycopg2.extras.register_uuid()
# Instants travel as UTC; psycopg2 otherwise answers in the server's zone.
psycopg2.extensions.register_adapter(dict, psycopg2.extras.Json)

Row = Mapping[str, Any]


@lru_cache(maxsize=1024)
def _clause(sql: str) -> TextClause:
    return text(sql)


@dataclass(slots=True)
class Tx:
    """A running transaction. Statements are constants of store modules with `:name` parameters."""

    connection: Connection
    restaurant_id: UUID | None

    def run(self, sql: str, **params: object) -> int:
        """Execute; the number of rows touched."""
        result: CursorResult[Any] = self.connection.execute(_clause(sql), params)
        return result.rowcount

    def all(self, sql: str, **params: object) -> list[Row]:
        """Every row as a mapping."""
        return list(self.connection.execute(_clause(sql), params).mappings())

    def one(self, sql: str, **params: object) -> Row | None:
        """The first row, or None."""
        return self.connection.execute(_clause(sql), params).mappings().first()

    def value(self, sql: str, **params: object) -> Any:
        """The first column of the first row, or None."""
        return self.connection.execute(_clause(sql), params).scalar()


class Database:
    """Opens transactions on one engine (one role)."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    @contextmanager
    def tenant(self, restaurant_id: UUID) -> Iterator[Tx]:
        """A transaction that sees one restaurant. Commits at the end, rolls back on any exception.

        Raises Refusal("unavailable") when the database cannot be reached.
        """
        with self._begin() as connection:
            connection.exec_driver_sql(
                "SELECT set_config('saveit.restaurant_id', %s, true)", (str(restaurant_id),)
            )
            yield Tx(connection, restaurant_id)

    @contextmanager
    def platform(self) -> Iterator[Tx]:
        """A transaction without a tenant."""
        with self._begin() as connection:
            yield Tx(connection, None)

    @contextmanager
    def _begin(self) -> Iterator[Connection]:
        try:
            with self.engine.begin() as connection:
                yield connection
        except (OperationalError, InterfaceError) as lost:
            if is_unreachable(lost):
                raise Refusal("unavailable", headers={"Retry-After": "2"}) from lost
            raise


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
