"""The line to the server as all parts of the app share it: one Connection, changed by whoever just used it.

Called by desk, sync and live feed from their own threads; the header listens.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime

from host_app.core.connection import Connection
from host_app.core.ports import RejectedError


class Line:
    """Holds the current Connection; safe to use from several threads."""

    def __init__(self) -> None:
        self._connection = Connection()
        self._lock = threading.Lock()
        self._listeners: list[Callable[[], None]] = []

    @property
    def connection(self) -> Connection:
        """What is known right now."""
        with self._lock:
            return self._connection

    def listen(self, listener: Callable[[], None]) -> None:
        """Calls `listener` after every change, on the thread that brought it."""
        self._listeners.append(listener)

    def note_reached(self, at: datetime) -> None:
        """The server answered."""
        self._change(lambda known: known.reached(at))

    def note_missed(self, at: datetime) -> None:
        """The server did not answer."""
        self._change(lambda known: known.missed(at))

    def note_waiting(self, count: int) -> None:
        """So many acts are waiting for the server."""
        self._change(lambda known: known.with_waiting(count))

    def note_rejected(self, no: RejectedError) -> None:
        """The server said no to us, which matters here only when it means that the device was turned away."""
        if no.revoked:
            self._change(Connection.turned_away)

    def start_over(self) -> None:
        """A new enrolment: nothing is known of its server yet."""
        self._change(lambda known: Connection(waiting=known.waiting))

    def _change(self, move: Callable[[Connection], Connection]) -> None:
        with self._lock:
            before, self._connection = self._connection, move(self._connection)
            changed = before != self._connection
        if changed:
            for listener in list(self._listeners):
                listener()
