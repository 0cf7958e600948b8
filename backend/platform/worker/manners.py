"""The worker steps back when the machine is busy: guests who wait come before messages that are on their way. Called by the
worker's loop at its start.
"""

from __future__ import annotations

import logging
import os
from pathlib import Path

log = logging.getLogger(__name__)

# A third of a web process's share of a busy machine, all of an idle one. Screens wait for the worker's relay: less would show.
_NICE = 5
_GROUP = Path("/proc/self/autogroup")


def step_back() -> None:
    """Lowers this process's share of a busy machine.

    Linux shares the machine out among sessions first (autogroup), and the supervisor gives each process its own: there
    the session's share is what counts, elsewhere the process's.
    """
    os.nice(_NICE)
    try:
        _GROUP.write_text(str(_NICE), encoding="ascii")
    except OSError as refused:  # no such kernel, or a container that may not
        log.info("keeps its session's share", extra={"reason": refused.strerror})
