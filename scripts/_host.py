"""What `scripts/host` does: installs what the app needs, and becomes the app."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NoReturn

from _bootstrap import ROOT, environment

from backend.platform.embedded.trouble import Trouble
from backend.platform.supervisor.console import Console
from host_app import options


def main(argv: list[str]) -> int:
    """Does not return when all is well: this process becomes the app. 1 and an explanation if it cannot start."""
    chosen = options.parse(argv)  # a mistake or --help ends here, before minutes of installing
    console = Console()
    try:
        python = environment(["host_app/requirements.txt"], console, fallback=chosen.data)
    except Trouble as trouble:
        console.trouble(trouble)
        return 1
    except KeyboardInterrupt:
        console.lines([console.say("setup.interrupted")])
        return 130
    return _become(python, argv)


def _become(python: Path, argv: list[str]) -> NoReturn:
    # `-P`: the app is found in the checkout and nowhere else, and paths are read from where the person stands.
    command = [str(python), "-P", "-m", "host_app", *argv]
    os.execve(python, command, {**os.environ, "PYTHONPATH": str(ROOT)})  # noqa: S606
