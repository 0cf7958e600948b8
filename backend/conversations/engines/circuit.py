"""A circuit breaker: leaves a service alone for a while after it failed several times. Used by the chain, one for each engine.

Closed: calls pass. Open: none does. Half-open, once the pause is over: one call is let through, and its outcome decides.
Safe among threads and greenlets; tells the time by the function it is given, in seconds of any fixed origin.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable


class Circuit:
    """Opens after `failures` within `window` seconds, for `pause` seconds."""

    def __init__(self, failures: int, window: float, pause: float, clock: Callable[[], float]) -> None:
        self._most = failures
        self._window = window
        self._pause = pause
        self._clock = clock
        self._lock = threading.Lock()
        self._failed: deque[float] = deque()
        self._open_until: float | None = None
        self._trying = False

    def enter(self) -> bool:
        """Whether a call may be made now. Who got True says `succeeded`, `failed` or `left` afterwards, exactly once."""
        with self._lock:
            if self._open_until is None:
                return True
            if self._clock() < self._open_until or self._trying:
                return False
            self._trying = True
            return True

    def succeeded(self) -> None:
        """The call was answered: after a trial, or in time, the past is forgotten."""
        with self._lock:
            if self._trying or self._open_until is None:
                self._failed.clear()
                self._open_until, self._trying = None, False

    def failed(self, pause: float | None = None) -> None:
        """The call was not answered. `pause`: the service itself said how long to leave it alone; it opens at once."""
        with self._lock:
            now = self._clock()
            self._failed.append(now)
            while self._failed and self._failed[0] <= now - self._window:
                self._failed.popleft()
            if self._trying or pause is not None or len(self._failed) >= self._most:
                self._open_until = max(now + max(self._pause, pause or 0.0), self._open_until or now)
                self._trying = False
                self._failed.clear()

    def left(self) -> None:
        """The call was not made after all, or says nothing about the service."""
        with self._lock:
            self._trying = False

    @property
    def is_open(self) -> bool:
        """Whether calls are held back now."""
        with self._lock:
            return self._open_until is not None and (self._clock() < self._open_until or self._trying)
