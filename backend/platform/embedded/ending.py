"""Signals to processes that are not our children, and waiting for them to end. Called by `orphans` and the
supervisor's `processes`.
"""

from __future__ import annotations

import signal
import time
from collections.abc import Iterable

import psutil

_POLL_S = 0.02


def send(processes: Iterable[psutil.Process], wanted: signal.Signals) -> None:
    """Sends the signal to each that is still there."""
    for process in processes:
        try:
            process.send_signal(wanted)
        except psutil.NoSuchProcess:
            continue


def alive(process: psutil.Process) -> bool:
    """Whether it still runs. A zombie does not, though its number exists until its parent looks, which some
    never do.
    """
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def outlast(processes: Iterable[psutil.Process], seconds: float) -> list[psutil.Process]:
    """Waits until all have ended, at most that long; returns those that have not. There is no event to wait
    for: it looks.
    """
    deadline = time.monotonic() + seconds
    left = [process for process in processes if alive(process)]
    while left and time.monotonic() < deadline:
        time.sleep(_POLL_S)
        left = [process for process in left if alive(process)]
    return left
