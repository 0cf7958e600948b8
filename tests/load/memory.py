"""The memory of the whole stack while guests book, screens watch and the worker writes to everyone."""

from __future__ import annotations

import threading
from collections.abc import Iterator

from tests.load import book, house
from tests.load.figures import Figure, tell
from tests.load.processes import KINDS, pss_mib
from tests.load.screens import Wall
from tests.load.stack import Stack

_LOOK_S = 0.5
_SCREENS = 200


def run(stack: Stack, seconds: float, rounds: int) -> Iterator[Figure]:
    """The figures: the largest sum seen while bookings by eight clients run for as long as all rounds."""
    tell("memory")
    place = house.make(stack.services, "bench-memory", tablets=1)
    wall = Wall(stack.port, place.id, place.tablets[0]["Authorization"].removeprefix("Bearer "))
    seen: list[dict[str, float]] = [pss_mib(stack.process.pid)]
    done = threading.Event()
    looking = threading.Thread(target=_look, args=(stack, seen, done))
    try:
        wall.grow(_SCREENS)
        looking.start()
        load = book.Bookings(stack, place).run(8, seconds * rounds)
        if not load.times(201):
            raise RuntimeError("nothing was booked")
    finally:
        done.set()
        if looking.is_alive():
            looking.join()
        wall.close()
    peak = max(seen, key=lambda held: sum(held.values()))
    shares = ", ".join(f"{kind} {peak[kind]:.0f}" for kind in KINDS)
    note = f"peak PSS under load with {_SCREENS} screens: {shares}"
    yield Figure("memory", sum(peak.values()), "MiB", limit=500, note=note)
    yield Figure("memory_idle", sum(seen[0].values()), "MiB", note="before the load")


def _look(stack: Stack, seen: list[dict[str, float]], done: threading.Event) -> None:
    while not done.wait(_LOOK_S):
        seen.append(pss_mib(stack.process.pid))
