"""What the supervisor runs: programs that stay, and steps that end. Called by `machine.py`, which lists those
of SaveIt, and by tests.
"""

from __future__ import annotations

import signal
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

Probe = Callable[[], Awaitable[bool]]


async def always() -> bool:
    """The probe of a program that is well as long as its process lives."""
    return True


@dataclass(frozen=True)
class Program:
    """A process that is kept running. Times are seconds.

    `ready` says whether it does its work; `alive` whether it answers at all: one that does not for `silent_s`
    is started anew. `before_start` runs before every start and `after_ready` once it is ready; both may
    block, they run in a thread. `stop` is the ladder of signals with the patience after each; whatever is
    left at its end is killed.
    """

    name: str
    command: Callable[[], Sequence[str]]
    environment: Callable[[], Mapping[str, str]]
    ready: Probe = always
    alive: Probe = always
    before_start: Callable[[], None] | None = None
    after_ready: Callable[[], None] | None = None
    stop: Sequence[tuple[signal.Signals, float]] = ((signal.SIGTERM, 10.0),)
    working_dir: str | None = None
    ready_s: float = 60.0
    silent_s: float = 60.0


@dataclass(frozen=True)
class Step:
    """A process that must end with 0 before what comes after it starts; `needed=False`: a failure is shown
    and the start goes on.
    """

    name: str
    command: Sequence[str]
    environment: Callable[[], Mapping[str, str]]
    needed: bool = True


@dataclass(frozen=True)
class Backoff:
    """How long to wait before the next start: doubles from `first_s` to `longest_s`, and forgets after
    `steady_s` of good health.
    """

    first_s: float = 0.25
    longest_s: float = 30.0
    steady_s: float = 30.0

    def delay(self, failures: int) -> float:
        """Seconds to wait after that many failures in a row (1 for the first)."""
        return min(self.first_s * 2.0 ** min(max(failures - 1, 0), 20), self.longest_s)


@dataclass(frozen=True)
class Pace:
    """How often things are looked at, seconds; tests make them short."""

    ready_poll_s: float = 0.05
    watch_s: float = 5.0
    probe_s: float = 3.0
    late_news_s: float = 5.0
    backoff: Backoff = field(default_factory=Backoff)
