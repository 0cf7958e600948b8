"""A day's availability with 60 tables and 200 bookings: on the server (the whole request without the socket), and over HTTP.

Cached means that nothing changed since the last question; uncached that something changed before every question.
"""

from __future__ import annotations

import io
import itertools
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

from tests.load import clients, house
from tests.load.figures import Figure, milliseconds, tell
from tests.load.house import House
from tests.load.stack import Stack

_BOOKINGS = 200
_PARTIES = (2, 4, 3, 6, 5)
_PEER = 69.5  # pretix at 8 clients on two cores, a second


def run(stack: Stack, seconds: float) -> Iterator[Figure]:
    """The figures; each of the four measurements takes `seconds`."""
    place = house.make(stack.services, "bench-availability")
    day = place.today(stack.services.clock.now()) + timedelta(days=3)
    house.fill_day(stack.services, place, day, _BOOKINGS)
    asked = _Questions(stack, place, day)
    tell("availability, on the server")
    asked.on_server(0.5, forget=True)
    yield from _times("availability", asked.on_server(seconds, forget=True), 10, "on the server, uncached")
    yield from _times(
        "availability_cached", asked.on_server(seconds, forget=False), 3, "on the server, cached"
    )
    tell("availability, over HTTP")
    uncached = asked.over_http(1, seconds, forget=True)
    yield from _times("availability_http", uncached.times(200), None, "over HTTP, 1 client, uncached")
    many = asked.over_http(8, seconds, forget=False)
    yield from _times("availability_http_cached", many.times(200), None, "over HTTP, 8 clients, cached")
    rate = many.rate(200)
    note = "8 clients over HTTP, cached; against the nearest peer's"
    yield Figure("availability_rate", rate, "days/s", rate / _PEER, _PEER, note=note)


def _times(name: str, times: list[float], limit: float | None, note: str) -> Iterator[Figure]:
    yield Figure(name, milliseconds(times, 0.95), "ms", limit=limit, note=f"p95 {note}")
    yield Figure(f"{name}_p50", milliseconds(times, 0.5), "ms", note=note)


class _Questions:
    """The same day asked about for parties of different sizes in turn."""

    def __init__(self, stack: Stack, place: House, day: date) -> None:
        self._stack, self._house, self._day = stack, place, day
        self._path = f"/api/v1/availability/{place.id}"
        self._queries = [f"date={day}&partySize={party}" for party in _PARTIES]

    def forget(self) -> None:
        """As a booking on that day does."""
        self._stack.services.availability.refresh(self._house.id, self._day)

    def on_server(self, seconds: float, *, forget: bool) -> list[float]:
        """The seconds of each request that the application was given in this process."""
        times, until = [], time.perf_counter() + seconds
        for query in itertools.cycle(self._queries):
            if forget:
                self.forget()
            began = time.perf_counter()
            self._ask(query)
            times.append(time.perf_counter() - began)
            if began > until:
                return times
        raise AssertionError("a cycle has no end")

    def over_http(self, many: int, seconds: float, *, forget: bool) -> clients.Load:
        """The load of `many` clients."""
        queries = itertools.cycle(self._queries)

        def request(_client: int) -> bytes:
            if forget:
                self.forget()
            return clients.get(f"{self._path}?{next(queries)}", self._house.publishable)

        return clients.run(self._stack.port, many, seconds, request)

    def _ask(self, query: str) -> None:
        statuses: list[str] = []

        def start(status: str, _headers: object, _error: object = None, /) -> Callable[[bytes], object]:
            statuses.append(status)
            return bytes.strip  # stands for the old way to write a body, which nobody takes

        body = b"".join(self._stack.app.wsgi_app(self._environ(query), start))
        if statuses != ["200 OK"]:
            raise RuntimeError(f"availability answered {statuses}: {body[:500]!r}")

    def _environ(self, query: str) -> dict[str, Any]:
        return {
            "REQUEST_METHOD": "GET",
            "PATH_INFO": self._path,
            "QUERY_STRING": query,
            "SERVER_NAME": "localhost",
            "SERVER_PORT": str(self._stack.port),
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "127.0.0.1",
            "HTTP_HOST": "localhost",
            "HTTP_X_API_KEY": self._house.publishable["X-Api-Key"],
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(),
        }
