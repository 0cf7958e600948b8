"""An errand: work of a folder that the worker does on a lane of its own. Declared by the wiring, run by the worker's loop."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Errand:
    """`work` does what is due at an instant, so many at most, and says how much it did; 0 lets the lane rest.

    `pause_s` is the rest, None the worker's usual one. `on_wake`: also when a web process says that there is work;
    `after_events`: also after the relay moved events. `then` are errands listed after this one that its results give work to.
    """

    name: str
    work: Callable[[datetime, int], int]
    pause_s: float | None = None
    on_wake: bool = False
    after_events: bool = False
    then: tuple[str, ...] = ()
