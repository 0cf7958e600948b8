"""What `scripts/bench` does: installs what the wanted benches need and becomes `python -m tests.load`, where they live."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import NoReturn

from _bootstrap import ROOT, environment

from backend.platform.embedded.trouble import Trouble
from backend.platform.supervisor.console import Console

WITHOUT_DECODER = frozenset({"book", "availability", "checkin", "live", "chat", "memory", "understand"})


def main(argv: list[str]) -> int:
    """Does not return when all is well. 1, explained, when something cannot be installed."""
    # The decoder's packages are large: only for whoever measures scanning, as everybody does who names no bench.
    scans = "scan" in argv or not WITHOUT_DECODER.intersection(argv)
    needed = ["backend/requirements.txt", *(["host_app/requirements.txt"] if scans else [])]
    # Standard output is for results alone.
    console = Console(sys.stderr)
    try:
        python = environment(needed, console)
    except Trouble as trouble:
        console.trouble(trouble)
        return 1
    except KeyboardInterrupt:
        console.lines([console.say("setup.interrupted")])
        return 130
    return _become(python, argv)


def _become(python: Path, argv: list[str]) -> NoReturn:
    os.chdir(ROOT)
    os.execv(python, [str(python), "-m", "tests.load", *argv])  # noqa: S606
