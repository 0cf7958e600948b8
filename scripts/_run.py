"""What `scripts/run` does: reads the arguments, sees that a start can succeed, installs, and becomes the
supervisor.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import NoReturn

from _bootstrap import ROOT, environment

from backend.platform.embedded.trouble import Trouble
from backend.platform.supervisor.console import Console
from backend.platform.supervisor.lock import check_port

# Loopback by default: the pages speak plain HTTP and show the mailbox with guests' messages, and the computer
# may be in the same network as the guests' own phones. Opening that to everyone must be a decision: `--host
# 0.0.0.0`, which the page on the console names.
_HOST = "127.0.0.1"


def _arguments(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="scripts/run",
        description="Starts SaveIt on this machine: PostgreSQL, Redis, web server, worker.",
    )
    parser.add_argument("--port", type=_port, default=8080, help="port of the web server (default: 8080)")
    parser.add_argument(
        "--host", default=_HOST, help=f"address to listen on (default: {_HOST}; 0.0.0.0: the network)"
    )
    parser.add_argument(
        "--data", type=Path, default=ROOT / "data", help="data folder (default: data in the checkout)"
    )
    return parser.parse_args(argv)


def _port(text: str) -> int:
    if not text.isdigit() or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is no port; ports are 1 to 65535")
    return int(text)


def _check_data_dir(data_dir: Path) -> None:
    """Before minutes of installing, not after: can the data folder be made and written?"""
    try:
        data_dir.mkdir(parents=True, mode=0o700, exist_ok=True)
    except OSError as refused:
        raise _refused(data_dir, refused.strerror) from refused
    if not os.access(data_dir, os.W_OK | os.X_OK):
        raise _refused(data_dir, os.strerror(13))


def _refused(data_dir: Path, reason: str | None) -> Trouble:
    return Trouble("data_dir_refused", data_dir=data_dir, path=data_dir, reason=reason)


def main(argv: list[str]) -> int:
    """Does not return when all is well: this process becomes the supervisor. 1, explained, when it cannot."""
    arguments = _arguments(argv)
    console = Console()
    data_dir = arguments.data.expanduser().resolve()
    try:
        _check_data_dir(data_dir)
        check_port(arguments.host, arguments.port)
        python = environment(["backend/requirements.txt"], console, fallback=data_dir)
    except Trouble as trouble:
        console.trouble(trouble)
        return 1
    except KeyboardInterrupt:
        console.lines([console.say("setup.interrupted")])
        return 130
    return _become(python, data_dir, arguments)


def _become(python: Path, data_dir: Path, arguments: argparse.Namespace) -> NoReturn:
    host, port = arguments.host, str(arguments.port)
    wanted = {"SAVEIT_DATA_DIR": str(data_dir), "SAVEIT_HOST": host, "SAVEIT_PORT": port}
    os.chdir(ROOT)
    os.execve(python, [str(python), "-m", "backend", "supervise"], {**os.environ, **wanted})  # noqa: S606
