"""Work off the drawing thread, and its result back on it. Called by the screens for everything that may wait.

An expected failure goes to `failed`; anything else is a defect and stops the app with its trace, on the
drawing thread.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

from kivy.clock import Clock

from host_app.core.ports import RejectedError, UnreachableError

T = TypeVar("T")


def then(
    future: Future[T], done: Callable[[T], None], failed: Callable[[Exception], None] | None = None
) -> None:
    """Calls `done` with the result or `failed` with an UnreachableError or RejectedError, in a coming frame."""

    def deliver(_: Any) -> None:
        problem = future.exception()
        if problem is None:
            done(future.result())
        elif failed is not None and isinstance(problem, (UnreachableError, RejectedError)):
            failed(problem)
        else:
            raise problem

    future.add_done_callback(lambda _: Clock.schedule_once(deliver, 0))
