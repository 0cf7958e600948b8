"""The thread that keeps inbox and server together, and does what the screen asks of the server there.

Made by the wiring, started and stopped by the runtime. It is one of its own: an answer that hangs must not keep the door waiting.
"""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from host_app.core.postbox import Postbox

log = logging.getLogger(__name__)

_FIRST_RETRY_SECONDS = 1.0
_LONGEST_RETRY_SECONDS = 15.0


class InboxThread:
    """Rounds of the postbox, and calls between them, one after the other. `start` once, `stop` once."""

    def __init__(self, postbox: Postbox, is_enrolled: Callable[[], bool]) -> None:
        self._postbox = postbox
        self._is_enrolled = is_enrolled
        self._calls: queue.Queue[Callable[[], None] | None] = queue.Queue()
        self._round_asked = threading.Event()
        self._stopping = threading.Event()
        self._failures = 0
        self._next_round = 0.0
        self._thread = threading.Thread(target=self._run, name="inbox", daemon=True)

    def start(self) -> None:
        """Begins with a round."""
        self._thread.start()

    def stop(self) -> None:
        """Ends the thread; what waits to be sent is on the disk."""
        self._stopping.set()
        self._calls.put(None)
        self._thread.join(5)

    def wake(self) -> None:
        """There is something to do: a round, soon. Asked many times at once, it is one."""
        if not self._round_asked.is_set():
            self._round_asked.set()
            self._calls.put(self._round)

    def submit(self, work: Callable[..., None], *args: Any) -> Future[None]:
        """Runs `work` after what was submitted before, off the calling thread."""
        future: Future[None] = Future()

        def call() -> None:
            try:
                work(*args)
            except BaseException as problem:  # noqa: BLE001 - whoever asked is told, whatever it is
                future.set_exception(problem)
            else:
                future.set_result(None)

        self._calls.put(call)
        return future

    def _run(self) -> None:
        self._round()
        while not self._stopping.is_set():
            try:
                call = self._calls.get(timeout=max(0.0, self._next_round - time.monotonic()))
            except queue.Empty:
                call = self._round
            if call is not None and not self._stopping.is_set():
                call()

    def _round(self) -> None:
        self._round_asked.clear()
        self._failures = 0 if not self._is_enrolled() or self._went_well() else self._failures + 1
        calm = self._postbox.pause.total_seconds()
        retry = min(_FIRST_RETRY_SECONDS * 2 ** min(self._failures - 1, 10), _LONGEST_RETRY_SECONDS)
        self._next_round = time.monotonic() + (retry if self._failures else calm)

    def _went_well(self) -> bool:
        try:
            return self._postbox.round()
        # a defect must be seen, but an inbox that never looks again is worse than one
        except Exception:
            log.exception("a round of the inbox failed; it is tried again")
            return False
