"""The stack's worker while benches run: waits until it has nothing left to do, or lets it stand still. Used between loads."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg2

from backend.platform.roles import application_url
from tests.load.figures import tell
from tests.load.processes import of_kind
from tests.load.stack import Stack

_LEFT = """
SELECT (SELECT count(*) FROM outbox WHERE published_at IS NULL)
     + (SELECT count(*) FROM deliveries WHERE state = 'waiting' AND due_at <= now() + interval '1 second')
     + (SELECT count(*) FROM messages WHERE state = 'waiting' AND due_at <= now())
"""
_LONGEST_S = 180.0


def settle(stack: Stack) -> None:
    """Returns when all events are handled and all messages sent, or after three minutes, saying what is left: one load's events
    must not slow the next one."""
    deadline, told = time.monotonic() + _LONGEST_S, False
    while (left := waiting(stack)) > 0:
        if time.monotonic() > deadline:
            tell(f"the worker still has {left} to do; going on")
            return
        if left > 500 and not told:
            tell(f"waiting for the worker, which has {left} to do")
            told = True
        time.sleep(0.2)


def waiting(stack: Stack) -> int:
    """How many events, deliveries and messages are due and not done."""
    # The worker's role sees the post of every restaurant.
    url = application_url(stack.settings.database_url, stack.services.secrets, "worker")
    connection = psycopg2.connect(url.set(drivername="postgresql").render_as_string(hide_password=False))
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(_LEFT)
            row = cursor.fetchone()
            return int(row[0]) if row else 0
    finally:
        connection.close()


@contextmanager
def paused(stack: Stack) -> Iterator[None]:
    """The worker stands still meanwhile: what it has to catch up with must not slow the floor. For seconds, not for minutes."""
    pids = of_kind(stack.process.pid, "worker")
    try:
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)
