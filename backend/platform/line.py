"""One database connection as a transaction uses it: messages out, results back, and what to do when one fails.

Called by `backend.platform.database` only. The connection is psycopg2's own, from SQLAlchemy's pool; a message costs no more
than the driver's work. psycopg2 is told to begin nothing by itself (autocommit): BEGIN and COMMIT are in our messages.
"""

from __future__ import annotations

from collections.abc import Sequence

import psycopg2
import psycopg2.extensions
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import PoolProxiedConnection

from backend.platform.statements import Compiled

_IDLE = psycopg2.extensions.TRANSACTION_STATUS_IDLE
_PREPARED = "saveit.prepared"


class Line:
    """A connection taken from the pool."""

    __slots__ = ("_connection", "_fresh", "_pool", "_pooled", "_prepared", "engine")

    def __init__(self, engine: Engine, pooled: PoolProxiedConnection) -> None:
        self.engine = engine
        self._pool = engine.pool
        self._pooled = pooled
        self._connection: psycopg2.extensions.connection = pooled.dbapi_connection
        self._prepared: set[str] = pooled.info.setdefault(_PREPARED, set())
        self._fresh: list[str] = []

    def texts_of(self, statement: Compiled) -> list[str]:
        """What to send for a statement: when it is to be prepared and is not yet on this connection, that comes first."""
        definition = statement.definition
        if definition is None or definition in self._prepared or definition in self._fresh:
            return [statement.text]
        self._fresh.append(definition)
        return [definition, statement.text]

    def send(self, texts: Sequence[str], params: Sequence[object]) -> psycopg2.extensions.cursor:
        """Sends one message and waits; the result is that of its last statement. Raises SQLAlchemy's DBAPIError classes; the error
        names the statements, never their values."""
        message = ";\n".join(texts)
        cursor = self._connection.cursor()
        try:
            # psycopg2 quotes every value; nothing is ever formatted into a statement by us.
            cursor.execute(message, params) if params else cursor.execute(message.replace("%%", "%"))
        except psycopg2.Error as failed:
            raise self._wrapped(message, failed) from failed
        if self._fresh:
            self._prepared.update(self._fresh)
            self._fresh.clear()
        return cursor

    def _wrapped(self, message: str, failed: psycopg2.Error) -> DBAPIError:
        lost = self.engine.dialect.is_disconnect(failed, self._connection, None)
        if lost and self.engine.pool is self._pool:
            self.engine.dispose()  # the others of this pool were connected to the same server
        error: DBAPIError = DBAPIError.instance(
            message,
            None,
            failed,
            psycopg2.Error,
            hide_parameters=True,
            connection_invalidated=lost,
            dialect=self.engine.dialect,
        )
        return error

    def roll_back(self) -> None:
        """Ends a transaction that failed; a connection that cannot even do that is thrown away by `give_back`."""
        if self._connection.closed or self._connection.get_transaction_status() == _IDLE:
            return
        # Which of the statements of a failed message were prepared is not known: all are forgotten.
        forget = ["DEALLOCATE ALL"] if self._fresh else []
        try:
            self._connection.cursor().execute(";\n".join(["ROLLBACK", *forget]))
        except psycopg2.Error:
            return
        if forget:
            self._fresh.clear()
            self._prepared.clear()

    def give_back(self) -> None:
        """Returns the connection to the pool, or drops it when it is broken or in the middle of something."""
        connection = self._connection
        if connection.closed or self._fresh or connection.get_transaction_status() != _IDLE:
            self._pooled.invalidate()
        self._pooled.close()
