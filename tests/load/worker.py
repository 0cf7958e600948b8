"""Waits until the worker has nothing left to do, so that one load's events do not slow the next one. Used between loads."""

from __future__ import annotations

import time

import psycopg2

from tests.load.figures import tell
from tests.load.stack import Stack

_LEFT = """
SELECT (SELECT count(*) FROM outbox WHERE published_at IS NULL)
     + (SELECT count(*) FROM deliveries WHERE state = 'waiting' AND due_at <= now() + interval '1 second')
     + (SELECT count(*) FROM messages WHERE state = 'waiting' AND due_at <= now())
"""
_LONGEST_S = 120.0


def settle(stack: Stack) -> None:
    """Returns when all events are handled and all messages sent, or after two minutes, saying what is left."""
    deadline = time.monotonic() + _LONGEST_S
    while (left := waiting(stack)) > 0:
        if time.monotonic() > deadline:
            tell(f"the worker still has {left} to do; going on")
            return
        time.sleep(0.2)


def waiting(stack: Stack) -> int:
    """How many events, deliveries and messages are due and not done."""
    connection = psycopg2.connect(application_url_of(stack))
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(_LEFT)
            row = cursor.fetchone()
            return int(row[0]) if row else 0
    finally:
        connection.close()


def application_url_of(stack: Stack) -> str:
    """The worker role's URL: it sees the post of every restaurant."""
    from backend.platform.roles import application_url

    url = application_url(stack.settings.database_url, stack.services.secrets, "worker")
    return url.set(drivername="postgresql").render_as_string(hide_password=False)
