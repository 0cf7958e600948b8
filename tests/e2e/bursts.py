"""Bursts of bookings for the crash tests, and what must be true after one, whatever was killed meanwhile."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from crowd import Act, Crowd
from http_client import Caller
from running import Saveit
from servers import wait_until

_TIMES = [
    f"{hour}:{minute}" for hour in ("13", "14", "20", "21", "22") for minute in ("00", "15", "30", "45")
]
_SETTLED_S = 120.0
_STORED = """
SELECT id, status, version, cardinality(table_ids) AS tables,
    (SELECT count(*) FROM allocations WHERE owner_id = reservations.id) AS taken
FROM reservations WHERE restaurant_id = %(restaurant)s AND service_date = ANY(%(days)s::date[]) ORDER BY id
"""


class Wishes:
    """Bookings that guests want on days that the demonstration leaves empty; no two bursts share a day."""

    def __init__(self, saveit: Saveit) -> None:
        self._saveit = saveit
        self._page = saveit.publishable()
        self._days = free_days(saveit)
        self._dice = random.Random(7)

    def some(self, count: int, days: int = 4) -> list[Act]:
        """That many, on that many days: they meet each other at the tables. Each guest has an e-mail of their own."""
        chosen = [next(self._days) for _ in range(days)]
        return [booking(self._page, self._body(self._dice.choice(chosen))) for _ in range(count)]

    def _body(self, day: date) -> dict[str, Any]:
        name = uuid4().hex[:12]
        return {
            "restaurantId": self._saveit.restaurant_id,
            "date": day.isoformat(),
            "time": self._dice.choice(_TIMES),
            "partySize": self._dice.choice((2, 2, 3, 4, 5)),
            "guest": {"name": f"Invitada {name}", "email": f"{name}@guests.example"},
            "privacyAccepted": True,
        }


def booking(caller: Caller, body: dict[str, Any]) -> Act:
    """A booking with a key of its own."""
    key = uuid4().hex
    return Act(caller, "/api/v1/reservations", body, {"Idempotency-Key": key}, key)


def free_days(saveit: Saveit) -> Iterator[date]:
    """From after the demonstration's week to the end of its booking window, without its special dates."""
    today, eves = saveit.now().date(), {(12, 24), (12, 25), (12, 31)}
    for ahead in range(9, 59):
        day = today + timedelta(days=ahead)
        if (day.month, day.day) not in eves:
            yield day


def until_settled(saveit: Saveit) -> None:
    """Until the worker has nothing left to do: every event relayed and handled, every message sent."""
    waiting = """
        SELECT (SELECT count(*) FROM outbox WHERE published_at IS NULL)
             + (SELECT count(*) FROM deliveries WHERE state = 'waiting')
             + (SELECT count(*) FROM messages WHERE state = 'waiting' AND due_at <= now()) AS left_to_do
    """
    wait_until(lambda: saveit.value(waiting) == 0, "the worker to finish", _SETTLED_S)


# what must be true -----------------------------------------------------------------------------------------------


def check_bookings(saveit: Saveit, burst: Crowd) -> None:
    """What was answered 201 is there, once, and nothing else is; the same key again tells the same."""
    booked = burst.done()
    told = ids_of(burst)
    days = sorted({act.body["date"] for act in burst.acts})
    stored = saveit.rows(_STORED, days=days)
    assert len(set(told)) == len(booked), "two keys were given one booking"
    assert {row["id"] for row in stored} == set(told), "answered 201 and stored must be the same bookings"
    assert {row["status"] for row in stored} == {"confirmed"}
    assert all(row["taken"] == row["tables"] > 0 for row in stored), "each has its tables, and once"
    again = {act.key: act.send() for act in burst.acts if act.key in booked}
    assert {(reply.status, reply.code) for reply in again.values()} == {(201, None)}
    assert {key: reply.json() for key, reply in again.items()} == booked
    assert saveit.rows(_STORED, days=days) == stored, "asking again made nothing new"


def check_tables(saveit: Saveit) -> None:
    """No table is taken twice at one time, by whomever."""
    doubled = saveit.rows(
        "SELECT one.table_id, one.during, other.during AS other FROM allocations one JOIN allocations other"
        " ON one.table_id = other.table_id AND one.during && other.during AND one.id < other.id"
    )
    assert doubled == []


def check_events(saveit: Saveit) -> None:
    """Numbered 1, 2, 3, … without a gap; those of one booking in their order; one `reservation.created` each."""
    events = saveit.rows(
        "SELECT subject_id, type, position, feed_sequence FROM outbox WHERE restaurant_id = %(restaurant)s"
        " ORDER BY feed_sequence"
    )
    assert [row["feed_sequence"] for row in events] == list(range(1, len(events) + 1))
    assert saveit.value("SELECT last_sequence FROM feeds WHERE restaurant_id = %(restaurant)s") == len(events)
    last: dict[UUID, int] = {}
    for row in events:
        assert row["position"] > last.get(row["subject_id"], 0), "two events of one booking changed places"
        last[row["subject_id"]] = row["position"]
    created = sorted(row["subject_id"] for row in events if row["type"] == "reservation.created")
    everyone = saveit.rows("SELECT id FROM reservations WHERE restaurant_id = %(restaurant)s ORDER BY id")
    assert created == [row["id"] for row in everyone]
    assert saveit.rows("SELECT handler, last_error FROM deliveries WHERE state = 'dead'") == []


def check_messages(saveit: Saveit, burst: Crowd) -> None:
    """One confirmation a booking, and what is marked as sent is exactly what lies in the mailbox."""
    written = saveit.rows(
        "SELECT id, reservation_id, kind, state FROM messages WHERE reservation_id = ANY(%(ids)s)",
        ids=ids_of(burst),
    )
    assert sorted(row["reservation_id"] for row in written) == sorted(ids_of(burst))
    assert {(row["kind"], row["state"]) for row in written} == {("confirmation", "sent")}
    mailbox = saveit.data_dir / "mailbox" / saveit.demo["slug"]
    sent = saveit.rows("SELECT id FROM messages WHERE state = 'sent' ORDER BY id")
    assert sorted(path.stem for path in mailbox.glob("*.json")) == [str(row["id"]) for row in sent]
    assert {str(row["id"]) for row in written} <= {path.stem for path in mailbox.glob("*.eml")}
    assert strays(mailbox) == []


def ids_of(burst: Crowd) -> list[UUID]:
    """The bookings that were answered 201."""
    return [UUID(answer["reservation"]["id"]) for answer in burst.done().values()]


def strays(mailbox: Path) -> list[Path]:
    """Files of the mailbox that belong to no message."""
    known = {path.stem for path in mailbox.glob("*.json")}
    return [path for path in mailbox.iterdir() if path.stem not in known]
