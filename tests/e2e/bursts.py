"""Many guests who book at once, and what must be true afterwards whatever was killed meanwhile.

A guest behaves like our own clients: the same `Idempotency-Key` until there is a final answer, also when the
connection is cut, the server is away (503) or the slot is contended (409 `lock_timeout`). Used by the crash
tests.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from http_client import Caller, LostError, Reply
from running import Saveit
from servers import wait_until

# A guest gives up after this; everything that is killed must be back by then, on a busy machine too.
_PATIENCE_S = 120.0
_PAUSE_S = 0.1
_TIMES = [
    f"{hour}:{minute}" for hour in ("13", "14", "20", "21", "22") for minute in ("00", "15", "30", "45")
]


@dataclass(frozen=True)
class Wish:
    """A booking that somebody wants, and their key for it."""

    body: dict[str, Any]
    key: str = field(default_factory=lambda: uuid4().hex)

    @property
    def email(self) -> str:
        """Nobody else has it."""
        return str(self.body["guest"]["email"])


class Wishes:
    """Wishes for days that the demonstration leaves empty; no two bursts share a day."""

    def __init__(self, saveit: Saveit) -> None:
        self._saveit = saveit
        self._days = _free_days(saveit)
        self._dice = random.Random(7)

    def some(self, count: int, days: int = 4) -> list[Wish]:
        """That many, on that many days: they meet each other at the tables."""
        chosen = [next(self._days) for _ in range(days)]
        return [self._one(self._dice.choice(chosen)) for _ in range(count)]

    def _one(self, day: date) -> Wish:
        name = uuid4().hex[:12]
        return Wish(
            {
                "restaurantId": self._saveit.restaurant_id,
                "date": day.isoformat(),
                "time": self._dice.choice(_TIMES),
                "partySize": self._dice.choice((2, 2, 3, 4, 5)),
                "guest": {"name": f"Invitada {name}", "email": f"{name}@guests.example"},
                "privacyAccepted": True,
            }
        )


def _free_days(saveit: Saveit) -> Iterator[date]:
    """From after the demonstration's week to the end of its booking window, without its special dates."""
    today, eves = saveit.now().date(), {(12, 24), (12, 25), (12, 31)}
    for ahead in range(9, 59):
        day = today + timedelta(days=ahead)
        if (day.month, day.day) not in eves:
            yield day


@dataclass
class Burst:
    """Guests booking beside the test. `answers` are the final ones, by key; `odd` what nobody may ever see."""

    saveit: Saveit
    wishes: Sequence[Wish]
    answers: dict[str, Reply] = field(default_factory=dict)
    odd: list[str] = field(default_factory=list)
    lost: int = 0
    away: int = 0

    def booked(self) -> dict[str, dict[str, Any]]:
        """Key: body of each 201."""
        return {key: each.json() for key, each in tuple(self.answers.items()) if each.status == 201}

    @contextmanager
    def going_on(self, guests: int = 6) -> Iterator[None]:
        """That many guests share the wishes beside the block; at its end every wish has its final answer."""
        shares = [self.wishes[number::guests] for number in range(guests)]
        threads = [threading.Thread(target=self._book_all, args=(share,)) for share in shares]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            for thread in threads:
                thread.join()
        unanswered = [wish.key for wish in self.wishes if wish.key not in self.answers]
        assert unanswered == [], f"no final answer in {_PATIENCE_S:g} s; {self.odd[:3]}"

    def until(self, count: int) -> None:
        """Until that many bookings were answered 201."""
        wait_until(lambda: len(self.booked()) >= count, f"{count} bookings", _PATIENCE_S)

    def _book_all(self, wishes: Sequence[Wish]) -> None:
        caller = self.saveit.publishable()
        for wish in wishes:
            self._insist(caller, wish)

    def _insist(self, caller: Caller, wish: Wish) -> None:
        deadline = time.monotonic() + _PATIENCE_S
        while time.monotonic() < deadline:
            try:
                reply = book(caller, wish)
            except LostError:
                self.lost += 1
            else:
                if self._is_final(reply):
                    self.answers[wish.key] = reply
                    return
            time.sleep(_PAUSE_S)

    def _is_final(self, reply: Reply) -> bool:
        if reply.status == 503 and reply.code == "unavailable":
            self.away += 1
            return False
        if reply.status >= 500 or (reply.code is None and reply.status != 201):
            self.odd.append(f"{reply.status} {reply.body[:300]!r}")
            return False
        return reply.code != "lock_timeout"


def book(caller: Caller, wish: Wish) -> Reply:
    """One try."""
    return caller.call("POST", "/api/v1/reservations", wish.body, {"Idempotency-Key": wish.key})


def until_settled(saveit: Saveit) -> None:
    """Until the worker has nothing left to do: every event relayed and handled, every message sent."""
    waiting = """
        SELECT (SELECT count(*) FROM outbox WHERE published_at IS NULL)
             + (SELECT count(*) FROM deliveries WHERE state = 'waiting')
             + (SELECT count(*) FROM messages WHERE state = 'waiting' AND due_at <= now()) AS left_to_do
    """
    wait_until(lambda: saveit.value(waiting) == 0, "the worker to finish", 120)


# what must be true -----------------------------------------------------------------------------------------------


def check_bookings(saveit: Saveit, burst: Burst) -> None:
    """What was answered 201 is there, once, and nothing else is; the same key again tells the same."""
    booked = burst.booked()
    told = {UUID(answer["reservation"]["id"]) for answer in booked.values()}
    days = sorted({wish.body["date"] for wish in burst.wishes})
    stored = saveit.rows(
        "SELECT id, status, cardinality(table_ids) AS tables,"
        " (SELECT count(*) FROM allocations WHERE owner_id = reservations.id) AS taken"
        " FROM reservations WHERE restaurant_id = %(restaurant)s AND service_date = ANY(%(days)s::date[])",
        days=days,
    )
    assert len(told) == len(booked), "two keys were given one booking"
    assert {row["id"] for row in stored} == told, "answered 201 and stored must be the same bookings"
    assert {row["status"] for row in stored} == {"confirmed"}
    assert all(row["taken"] == row["tables"] > 0 for row in stored), "each has its tables, and once"
    caller = saveit.publishable()
    again = [book(caller, wish) for wish in burst.wishes if wish.key in booked]
    assert [each.status for each in again] == [201] * len(booked)
    by_key = dict(zip([wish.key for wish in burst.wishes if wish.key in booked], again, strict=True))
    assert {key: each.json() for key, each in by_key.items()} == booked
    assert saveit.value("SELECT count(*) FROM reservations WHERE id = ANY(%(ids)s)", ids=list(told)) == len(
        told
    )


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
    dead = saveit.rows("SELECT handler, last_error FROM deliveries WHERE state = 'dead'")
    assert dead == []


def check_messages(saveit: Saveit, burst: Burst) -> None:
    """One confirmation a booking, and what is marked as sent is exactly what lies in the mailbox."""
    told = [UUID(answer["reservation"]["id"]) for answer in burst.booked().values()]
    written = saveit.rows(
        "SELECT id, reservation_id, kind, state FROM messages WHERE reservation_id = ANY(%(ids)s)", ids=told
    )
    assert sorted(row["reservation_id"] for row in written) == sorted(told)
    assert {(row["kind"], row["state"]) for row in written} == {("confirmation", "sent")}
    mailbox = saveit.data_dir / "mailbox" / saveit.demo["slug"]
    sent = saveit.rows("SELECT id FROM messages WHERE state = 'sent' ORDER BY id")
    assert sorted(path.stem for path in mailbox.glob("*.json")) == [str(row["id"]) for row in sent]
    assert {str(row["id"]) for row in written} <= {path.stem for path in mailbox.glob("*.eml")}
    assert leftovers(mailbox) == []


def leftovers(mailbox: Path) -> list[Path]:
    """Files of the mailbox that belong to no message."""
    known = {path.stem for path in mailbox.glob("*.json")}
    return [path for path in mailbox.iterdir() if path.stem not in known]
