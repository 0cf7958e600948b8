"""Bookings over HTTP, by one client and by eight, against pgbench running the same writes in turn on the same server.

The rounds alternate so that whatever else the machine does meets both alike; the ratio is of all rounds together.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

from tests.load import clients, house, worker
from tests.load.figures import Figure, milliseconds, tell
from tests.load.house import House
from tests.load.pgbench import Floor, recorded
from tests.load.processes import cpu_seconds
from tests.load.stack import Stack

_DAYS = 90  # enough tables for everyone, few enough that days fill up
_MANY = 8
# Two parties at one table at the same time: what must never be.
_DOUBLED = """
SELECT count(*) FROM allocations one JOIN allocations other
ON one.table_id = other.table_id AND one.during && other.during AND one.id < other.id
WHERE one.restaurant_id = :restaurant_id
"""
_WITHOUT_TABLE = """
SELECT count(*) FROM reservations WHERE restaurant_id = :restaurant_id AND status = 'confirmed'
AND (SELECT count(*) FROM allocations WHERE owner_id = reservations.id) <> cardinality(table_ids)
"""


def run(stack: Stack, seconds: float, rounds: int) -> Iterator[Figure]:
    """The figures; `seconds` is one slice of one of the four loads."""
    booked, bare = house.make(stack.services, "bench-book"), house.make(stack.services, "bench-bare")
    with recorded() as sent:
        house.fill_day(stack.services, bare, bare.today(stack.services.clock.now()) + timedelta(days=1), 1)
    floor, bookings = Floor(stack, bare, sent), Bookings(stack, booked)
    bookings.run(1, 1.0)  # connections, plans and caches as they are in the middle of an evening
    done: dict[int, list[clients.Load]] = {1: [], _MANY: []}
    rates: dict[int, list[float]] = {1: [], _MANY: []}
    spent = Counter[str]()
    for number in range(rounds):
        for many in (1, _MANY):
            tell(f"book, round {number + 1} of {rounds}, {many} clients")
            worker.settle(stack)
            rates[many].append(floor.run(many, max(1, round(seconds))).tps)
            before = cpu_seconds(stack.process.pid)
            done[many].append(bookings.run(many, seconds))
            if many == _MANY:
                spent.update(
                    {kind: now - before[kind] for kind, now in cpu_seconds(stack.process.pid).items()}
                )
    for many in (1, _MANY):
        yield from _figures(many, done[many], rates[many])
    yield _cpu(spent, sum(len(load.times(201)) for load in done[_MANY]))
    yield Figure("book_doubled_tables", _doubled(stack, booked), "tables", limit=0)


def _figures(many: int, loads: list[clients.Load], rates: list[float]) -> Iterator[Figure]:
    tag = "book" if many == _MANY else f"book_{many}_client"
    booked = sum(len(load.times(201)) for load in loads)
    others = sorted({each.status for load in loads for each in load.answers} - {201, 409})
    if others:
        raise RuntimeError(f"unexpected answers: {others}")
    rate = booked / sum(load.seconds for load in loads)
    floor = sum(rates) / len(rates)
    lost = sum(len(load.times(409)) for load in loads)
    note = f"{many} client(s) over HTTP against pgbench with the same writes; {booked} booked, {lost} refused"
    yield Figure(tag, rate, "bookings/s", rate / floor, floor, 0.5 if many == _MANY else None, False, note)
    times = [each for load in loads for each in load.times(201)]
    yield Figure(f"{tag}_p50", milliseconds(times, 0.5), "ms")
    yield Figure(f"{tag}_p99", milliseconds(times, 0.99), "ms")


def _cpu(spent: Counter[str], bookings: int) -> Figure:
    """What a booking costs however busy the machine is; the worker's share is what it did meanwhile, the rest it does later."""
    each = {kind: spent[kind] / bookings * 1000 for kind in ("web", "postgres", "redis", "worker")}
    note = ", ".join(f"{kind} {value:.2f}" for kind, value in each.items())
    return Figure("book_cpu", sum(each.values()), "ms", note=f"CPU a booking, 8 clients: {note}")


class Bookings:
    """Guests who book, each a day and hour of their own choice."""

    def __init__(self, stack: Stack, place: House) -> None:
        self._stack, self._house = stack, place
        self._today = place.today(stack.services.clock.now())
        self._rounds = 0

    def run(self, many: int, seconds: float) -> clients.Load:
        """`many` clients book for a while."""
        self._rounds += 1
        guests = house.Guests(self._rounds)
        return clients.run(self._stack.port, many, seconds, lambda _client: self._request(guests))

    def _request(self, guests: house.Guests) -> bytes:
        dice = guests.dice
        body = {
            "restaurantId": str(self._house.id),
            "date": (self._today + timedelta(days=dice.randrange(1, _DAYS))).isoformat(),
            "time": dice.choice(house.SLOTS).strftime("%H:%M"),
            "partySize": dice.choice((2, 2, 2, 3, 4, 4, 5)),
            "guest": guests.next(),
            "privacyAccepted": True,
        }
        headers = {**self._house.publishable, "Idempotency-Key": str(uuid4())}
        return clients.post("/api/v1/reservations", body, headers)


def _doubled(stack: Stack, place: House) -> float:
    began = time.monotonic()
    with stack.services.database.tenant(place.id) as tx:
        twice = tx.value(_DOUBLED, restaurant_id=place.id)
        without = tx.value(_WITHOUT_TABLE, restaurant_id=place.id)
    tell(f"looked for doubled tables in {time.monotonic() - began:.1f} s")
    return float(twice + without)
