"""A lane: one kind of work on a thread of its own, so that a slow mail server holds up mails and nothing
else.

Used by the worker's loop.
"""

from __future__ import annotations

import logging
import random
import threading
from collections.abc import Callable, Sequence

from backend.platform.refusals import Refusal

log = logging.getLogger(__name__)

Work = Callable[[], int]

_FIRST_WAIT_S = 0.1
_LONGEST_WAIT_S = 5.0


class Lane(threading.Thread):
    """Does `work` until told to stop: at once again while it had something to do, else after `pause_s` or a
    wake.

    `work` answers how much it did. `then` are lanes that its results give work to. Whatever it raises is
    waited out: the work is rows in the database, and stays there.
    """

    def __init__(self, name: str, work: Work, *, pause_s: float, then: Sequence[Lane] = ()) -> None:
        super().__init__(name=name, daemon=True)
        self._work = work
        self._pause_s = pause_s
        self._then = then
        self._woken = threading.Event()
        self._stopping = threading.Event()
        self._failures = 0

    def wake(self) -> None:
        """There is something to do."""
        self._woken.set()

    def stop(self) -> None:
        """Ends after the work at hand."""
        self._stopping.set()
        self._woken.set()

    def run(self) -> None:
        while not self._stopping.is_set():
            # Before the work, so that a wake during it is not forgotten.
            self._woken.clear()
            if not self._once() and not self._stopping.is_set():
                self._woken.wait(self._pause_s)

    def _once(self) -> bool:
        """Whether there may be more to do at once."""
        try:
            done = self._work()
        except Exception as error:  # noqa: BLE001 - the lane outlives everything; _wait_out says what it was
            self._wait_out(error)
            return True
        if self._failures:
            log.info("works again", extra={"lane": self.name, "failures": self._failures})
            self._failures = 0
        if done:
            for lane in self._then:
                lane.wake()
        return bool(done)

    def _wait_out(self, error: Exception) -> None:
        if not is_away(error):
            log.error("work failed", exc_info=error, extra={"lane": self.name})
        elif not self._failures:
            log.warning("waits for the database", extra={"lane": self.name, "reason": type(error).__name__})
        wait = min(_LONGEST_WAIT_S, _FIRST_WAIT_S * 2**self._failures)
        self._failures = min(self._failures + 1, 16)
        self._stopping.wait(wait * (0.5 + random.random() / 2))  # noqa: S311 - jitter, not a secret


def is_away(error: Exception) -> bool:
    """Whether the database is restarting or out of reach, which passes; anything else is a defect."""
    return isinstance(error, Refusal) and error.code == "unavailable"
