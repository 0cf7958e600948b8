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
from tests.load.processes import Meter, cpu_figure
from tests.load.stack import Stack

_DAYS = 90  # enough tables for everyone, few enough that days fill up
_MANY = 8
# pgbench's own protocol is the measure; the other shows how far PostgreSQL itself could still go.
_FLOORS = ((1, "simple"), (_MANY, "simple"), (_MANY, "prepared"))
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
    """The figures; `seconds` is one slice of one load."""
    booked, bare = house.make(stack.services, "bench-book"), house.make(stack.services, "bench-bare")
    with recorded() as sent:
        house.fill_day(stack.services, bare, bare.today(stack.services.clock.now()) + timedelta(days=1), 1)
    bench = _Rounds(stack, Floor(stack, bare, sent), Bookings(stack, booked))
    bench.bookings.run(_MANY, 1.0)  # connections, plans and caches as they are in the middle of an evening
    for number in range(rounds):
        tell(f"book, round {number + 1} of {rounds}")
        bench.run(seconds)
    yield from bench.figures()
    yield Figure("book_doubled_tables", _doubled(stack, booked), "tables", limit=0)


class _Rounds:
    """What was measured in all rounds so far."""

    def __init__(self, stack: Stack, floor: Floor, bookings: Bookings) -> None:
        self._stack, self._floor, self.bookings = stack, floor, bookings
        self._rates: dict[tuple[int, str], list[float]] = {each: [] for each in _FLOORS}
        self._loads: dict[int, list[clients.Load]] = {1: [], _MANY: []}
        self._spent = Counter[str]()

    def run(self, seconds: float) -> None:
        """One round: the loads over HTTP, then every floor, for less time: it writes so much that PostgreSQL tidies up after it."""
        for many, loads in self._loads.items():
            meter = Meter(self._stack.process.pid)
            loads.append(self.bookings.run(many, seconds))
            if many == _MANY:
                self._spent.update(meter.read())
        with worker.paused(self._stack):
            for many, protocol in _FLOORS:
                self._rates[many, protocol].append(self._floor.run(many, seconds / 2, protocol))

    def figures(self) -> Iterator[Figure]:
        """All rounds together."""
        for load in (load for loads in self._loads.values() for load in loads):
            _check(load)
        yield from self._against("book", _MANY, "simple", 0.5)
        yield from self._times("book", _MANY)
        yield from self._against("book_prepared", _MANY, "prepared", None)
        yield from self._against("book_1_client", 1, "simple", None)
        yield from self._times("book_1_client", 1)
        booked = sum(len(load.times(201)) for load in self._loads[_MANY])
        yield cpu_figure("book_cpu", self._spent, booked, f"a booking, {_MANY} clients")

    def _against(self, name: str, many: int, protocol: str, limit: float | None) -> Iterator[Figure]:
        loads, rates = self._loads[many], self._rates[many, protocol]
        booked, refused = (sum(len(load.times(status)) for load in loads) for status in (201, 409))
        rate, floor = booked / sum(load.seconds for load in loads), sum(rates) / len(rates)
        note = f"{many} client(s) over HTTP, {booked} booked, {refused} refused; against pgbench, {protocol} protocol, same writes"
        yield Figure(name, rate, "bookings/s", rate / floor, floor, limit, False, note)

    def _times(self, name: str, many: int) -> Iterator[Figure]:
        times = [each for load in self._loads[many] for each in load.times(201)]
        yield Figure(f"{name}_p50", milliseconds(times, 0.5), "ms")
        yield Figure(f"{name}_p99", milliseconds(times, 0.99), "ms")


def _check(load: clients.Load) -> None:
    """Booked, or refused because the house is full: nothing else."""
    wrong = next((each for each in load.answers if each.status not in (201, 409)), None)
    if wrong is not None:
        raise RuntimeError(f"a booking was answered {wrong.status}: {wrong.body[:500]!r}")


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
