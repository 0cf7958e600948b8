"""Makes psycopg2 wait for PostgreSQL without holding up the other greenlets of the process. Called by each
web process at its start.

Like psycogreen's callback, with an end: a server that goes silent (a lost network, a stopped machine) is an
error and not a greenlet that hangs for ever. PostgreSQL's own statement time-out is shorter, so a healthy
server never meets this one.
"""

from __future__ import annotations

from typing import Any

import psycopg2
from gevent.socket import wait_read, wait_write
from psycopg2 import extensions


def wait_cooperatively(longest_s: float) -> None:
    """From now on psycopg2 waits in the event loop, `longest_s` seconds at most for each answer."""

    def wait(connection: Any, _timeout: None = None) -> None:
        waits = {extensions.POLL_READ: wait_read, extensions.POLL_WRITE: wait_write}
        while (state := connection.poll()) != extensions.POLL_OK:
            silent = psycopg2.OperationalError(f"PostgreSQL has not answered for {longest_s:g} s")
            waits[state](connection.fileno(), timeout=longest_s, timeout_exc=silent)

    extensions.set_wait_callback(wait)
