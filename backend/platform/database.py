"""The database session: engine, tenant transactions, and nothing else.

`Database.tenant(id)` opens a transaction in which row-level security lets through one restaurant's rows, `Database.reading(id)` the
same for use cases that only look; `Database.platform()` one with no tenant, for look-ups before the tenant is known and for the
worker's plumbing. Called by services; stores get the `Tx`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg2
import psycopg2.extensions
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DBAPIError, IntegrityError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from backend.platform.line import Line
from backend.platform.refusals import Refusal
from backend.platform.statements import Prepared, adapt_values, compiled, id_array, read_ids

__all__ = [
    "DBAPIError",
    "Database",
    "IntegrityError",
    "OperationalError",
    "Prepared",
    "Row",
    "Tx",
    "db",
    "engine_options",
    "id_array",
    "is_unreachable",
    "role_url",
    "sqlstate",
    "to_json",
]

db = SQLAlchemy()

Row = Mapping[str, Any]


class Tx:
    """A running transaction. Statements are constants of store modules with `:name` parameters.

    `queue` keeps statements whose result nobody needs; they travel in one message with the next one, or with the commit, in
    order. A round trip costs as much as the work of most of our statements, so BEGIN and COMMIT travel with others too.
    """

    __slots__ = ("_begun", "_line", "_params", "_reads_only", "_texts", "noted", "restaurant_id")

    def __init__(self, line: Line, restaurant_id: UUID | None, *, reads_only: bool) -> None:
        self.restaurant_id = restaurant_id
        # What services have read and hold to for the rest of the transaction.
        self.noted: dict[str, Any] = {}
        self._line = line
        self._reads_only = reads_only
        self._begun = False
        self._texts: list[str] = []
        self._params: list[object] = []

    def queue(self, sql: str, **params: object) -> None:
        """Execute with the next statement or the commit; what it violates is raised there."""
        statement = compiled(sql)
        self._texts += self._line.texts_of(statement)
        self._params += [params[name] for name in statement.names]

    def run(self, sql: str, **params: object) -> int:
        """Execute now; the number of rows touched."""
        self.queue(sql, **params)
        return int(self._send().rowcount)

    def all(self, sql: str, **params: object) -> list[Row]:
        """Every row as a mapping."""
        self.queue(sql, **params)
        cursor = self._send()
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def tuples(self, sql: str, **params: object) -> Sequence[tuple[Any, ...]]:
        """Every row as a plain tuple: for the hot paths that read many."""
        self.queue(sql, **params)
        rows: list[tuple[Any, ...]] = self._send().fetchall()
        return rows

    def one(self, sql: str, **params: object) -> Row | None:
        """The first row, or None."""
        self.queue(sql, **params)
        cursor = self._send()
        row = cursor.fetchone()
        if row is None:
            return None
        return {column.name: value for column, value in zip(cursor.description, row, strict=True)}

    def value(self, sql: str, **params: object) -> Any:
        """The first column of the first row, or None."""
        self.queue(sql, **params)
        row = self._send().fetchone()
        return None if row is None else row[0]

    def flush(self) -> None:
        """Sends what is queued."""
        if self._texts:
            self._send()

    def commit(self) -> None:
        """Ends the transaction; what is queued travels with the COMMIT. Called by `Database` only."""
        if not self._reads_only and (self._begun or self._texts):
            self._texts.append("COMMIT")
        self.flush()

    def _send(self) -> psycopg2.extensions.cursor:
        texts, params = self._texts, self._params
        self._texts, self._params = [], []
        # What only reads needs no transaction of several messages: each message is one, and begins with the tenant.
        if self._reads_only or not self._begun:
            if self.restaurant_id is not None:
                texts.insert(0, _TENANT)
                params.insert(0, str(self.restaurant_id))
            if not self._reads_only:
                texts.insert(0, "BEGIN")
        self._begun = True
        return self._line.send(texts, params)


_TENANT = "SET LOCAL saveit.restaurant_id = %s"


# cancelled by the statement's time-out, mostly while it waited for somebody's lock; lock not available
_WAITED_TOO_LONG = ("57014", "55P03")


class Database:
    """Opens transactions on one engine (one role)."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        # After SQLAlchemy's own, which would register psycopg2's slower reader of ids on each connection.
        event.listen(engine, "connect", _on_connect)

    @contextmanager
    def tenant(self, restaurant_id: UUID) -> Iterator[Tx]:
        """A transaction that sees one restaurant. Commits at the end, rolls back on any exception.

        Raises Refusal("unavailable") when the database cannot be reached.
        """
        with self._open(restaurant_id) as tx:
            yield tx

    @contextmanager
    def reading(self, restaurant_id: UUID) -> Iterator[Tx]:
        """The same for a use case that only looks: each statement sees what is committed at its moment, as in `tenant`, and
        the round trips of BEGIN and COMMIT are saved."""
        with self._open(restaurant_id, reads_only=True) as tx:
            yield tx

    @contextmanager
    def platform(self) -> Iterator[Tx]:
        """A transaction without a tenant."""
        with self._open(None) as tx:
            yield tx

    @contextmanager
    def _open(self, restaurant_id: UUID | None, *, reads_only: bool = False) -> Iterator[Tx]:
        try:
            line = Line(self.engine, self.engine.raw_connection())
            try:
                tx = Tx(line, restaurant_id, reads_only=reads_only)
                yield tx
                tx.commit()
            except BaseException:
                line.roll_back()
                raise
            finally:
                line.give_back()
        except (OperationalError, InterfaceError) as lost:
            if is_unreachable(lost):
                raise Refusal("unavailable", headers={"Retry-After": "2"}) from lost
            if sqlstate(lost) in _WAITED_TOO_LONG:
                raise Refusal("lock_timeout", headers={"Retry-After": "1"}) from lost
            raise
        except (PoolTimeoutError, psycopg2.OperationalError) as busy:
            # No connection is free, or none can be made.
            raise Refusal("unavailable", headers={"Retry-After": "2"}) from busy


def _on_connect(connection: psycopg2.extensions.connection, _record: object) -> None:
    connection.autocommit = True  # BEGIN and COMMIT are in our messages
    adapt_values()  # SQLAlchemy has just registered psycopg2's slower writer of ids, for the whole process
    read_ids(connection)


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
