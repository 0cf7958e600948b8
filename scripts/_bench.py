"""What `scripts/bench` does: installs what measuring needs, and becomes the measuring program."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import NoReturn

from _bootstrap import ROOT, environment

from backend.platform.embedded.trouble import Trouble
from backend.platform.supervisor.console import Console


def main(argv: list[str]) -> int:
    """Does not return when all is well: this process becomes the measuring program. 1 and an explanation if it cannot start."""
    console = Console(sys.stderr)  # standard output carries the figures and nothing else
    try:
        python = environment(["requirements-dev.txt"], console)
    except Trouble as trouble:
        console.trouble(trouble)
        return 1
    except KeyboardInterrupt:
        console.lines([console.say("setup.interrupted")])
        return 130
    return _become(python, argv)


def _become(python: Path, argv: list[str]) -> NoReturn:
    os.chdir(ROOT)
    command = [str(python), "-m", "tests.load", *argv]
    os.execve(python, command, {**os.environ, "PYTHONPATH": str(ROOT)})  # noqa: S606
