"""Work off the drawing thread, and its result back on it. Called by the screens for everything that may wait.

The door must go on: a defect in such work is written to the log with its trace and told to the screen like
any other failure.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

from kivy.clock import Clock

from host_app.core.ports import RejectedError, UnreachableError

log = logging.getLogger(__name__)
T = TypeVar("T")


def then(future: Future[T], done: Callable[[T], None], failed: Callable[[BaseException], None]) -> None:
    """Calls `done` with the result or `failed` with what went wrong, in a coming frame."""

    def deliver(_: Any) -> None:
        problem = future.exception()
        if problem is None:
            done(future.result())
            return
        if not isinstance(problem, (UnreachableError, RejectedError)):
            log.error("work for a screen failed", exc_info=problem)
        failed(problem)

    future.add_done_callback(lambda _: Clock.schedule_once(deliver, 0))
