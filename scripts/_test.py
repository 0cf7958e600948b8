"""What `scripts/test` does: installs what the tests need, then checks from the quickest to the slowest;
pytest comes last.

With arguments: only pytest, with those arguments.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from _bootstrap import ROOT, environment
from _debian import install_missing

from backend.platform.embedded.trouble import Trouble
from backend.platform.supervisor.console import Console

# Folders in the order of their speed: what fails early is seen early.
_FOLDERS = ("tests/unit", "tests/contract", "tests/integration", "tests/e2e", "tests/load")
_MOST_PROCESSES = 4


def _checks(python: Path) -> dict[str, list[str]]:
    """Name: command of each check before the tests."""
    module = [str(python), "-m"]
    imports = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    return {
        "ruff check": [*module, "ruff", "check", "."],
        "ruff format": [*module, "ruff", "format", "--check", "."],
        "mypy": [*module, "mypy", "backend", "host_app", "scripts"],
        "import-linter": [str(python), "-c", imports],
    }


def _pytest_arguments() -> list[str]:
    """A file stays on one process, so that its servers and browsers start once; files keep their order."""
    processes = str(min(_MOST_PROCESSES, os.cpu_count() or 1))
    folders = [folder for folder in _FOLDERS if (ROOT / folder).is_dir()]
    return ["-n", processes, "--dist", "loadfile", "--no-loadscope-reorder", *folders]


def main(argv: list[str]) -> int:
    """The exit code of the first check that fails, else pytest's; the last line is pytest's summary."""
    console = Console()
    try:
        python = environment(["requirements-dev.txt"], console)
    except Trouble as trouble:
        console.trouble(trouble)
        return 1
    install_missing(console)
    os.chdir(ROOT)
    for name, command in {} if argv else _checks(python).items():
        console.lines([console.say("setup.check", name=name)])
        code = subprocess.run(command, check=False).returncode
        if code != 0:
            console.lines([console.say("setup.check_failed", name=name)])
            return code
    sys.stdout.flush()
    return subprocess.run([python, "-m", "pytest", *(argv or _pytest_arguments())], check=False).returncode
