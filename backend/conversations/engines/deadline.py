"""Runs a call and waits for it no longer than a deadline, whatever the call does: a slow drip of bytes beats every socket timeout.

Called by the chain. The call runs on a thread of its own (a greenlet in the web process); one that is late is left to its socket
timeouts and keeps its place until it ends, so that a hanging service can never hold more than a few.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

from backend.conversations.engines.port import EngineError

T = TypeVar("T")


class Lines:
    """At most `at_once` calls at the same time; no call waits for a place."""

    def __init__(self, at_once: int) -> None:
        self._free = threading.BoundedSemaphore(at_once)

    def call(self, work: Callable[[], T], within: float) -> T:
        """What `work` returns or raises; EngineError('timeout') after `within` seconds, EngineError('busy') with no place free."""
        if not self._free.acquire(blocking=False):
            raise EngineError("busy")
        outcome: Future[T] = Future()
        thread = threading.Thread(target=self._run, args=(work, outcome), daemon=True, name="engine")
        try:
            thread.start()
        except RuntimeError as full:  # the machine has no thread left
            self._free.release()
            raise EngineError("busy", str(full)) from full
        try:
            return outcome.result(within)
        except TimeoutError as late:
            raise EngineError("timeout") from late

    def _run(self, work: Callable[[], T], outcome: Future[T]) -> None:
        try:
            result = work()
        except Exception as problem:  # noqa: BLE001 -- handed over to who waits, who raises it
            outcome.set_exception(problem)
        except BaseException as ended:  # noqa: BLE001 -- this thread or greenlet was ended; who waits is not to end with it
            outcome.set_exception(EngineError("failed", type(ended).__name__))
        else:
            outcome.set_result(result)
        finally:
            self._free.release()
