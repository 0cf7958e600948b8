"""From the commit of an event to the moment the last of two thousand screens has it."""

from __future__ import annotations

import resource
import time
from collections.abc import Iterator
from uuid import uuid4

from backend.platform.events import Event
from tests.load import house
from tests.load.figures import Figure, milliseconds, tell
from tests.load.house import House
from tests.load.screens import Wall
from tests.load.stack import Stack

_EVENTS = 30
_PAUSE_S = 0.1
_SPARE_FILES = 200


def run(stack: Stack, screens: int) -> Iterator[Figure]:
    """The figures, for so many screens or as many as this machine lets one process open."""
    screens = min(screens, _most_files() - _SPARE_FILES)
    place = house.make(stack.services, "bench-live", tablets=1)
    token = place.tablets[0]["Authorization"].removeprefix("Bearer ")
    wall = Wall(stack.port, place.id, token)
    try:
        tell(f"live, {screens} screens")
        began = time.perf_counter()
        wall.grow(screens)
        yield Figure("live_connect", time.perf_counter() - began, "s", note=f"{screens} screens subscribed")
        _event(stack, place, wall)  # the first one finds everything cold
        times = [_event(stack, place, wall) for _ in range(_EVENTS)]
    finally:
        wall.close()
    note = f"p99 of {_EVENTS} events, from commit to the last of {screens} screens"
    yield Figure("live", milliseconds(times, 0.99), "ms", limit=250, note=note)
    yield Figure("live_p50", milliseconds(times, 0.5), "ms")


def _event(stack: Stack, place: House, wall: Wall) -> float:
    """Commits an event as every use case does, and waits for the screens; seconds."""
    services, mark = stack.services, uuid4().hex
    event = Event("availability.changed", place.id, place.id, services.clock.now(), {"mark": mark})
    with services.database.tenant(place.id) as tx:
        services.outbox.add(tx, [event])
    committed = time.perf_counter()
    services.outbox.wake()
    seconds = wall.wait_for(mark.encode()) - committed
    time.sleep(_PAUSE_S)
    return seconds


def _most_files() -> int:
    """How many files this process may open, once it has asked for as many as it may ask for."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard if hard != resource.RLIM_INFINITY else 1_000_000
