"""The command line of the host app. Read by `python -m host_app` and by `scripts/host`."""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_DEFAULT_SIZE = (1280, 800)


@dataclass(frozen=True, slots=True)
class Options:
    """What was asked for."""

    data: Path
    server: str | None = None
    enrol: str | None = None
    camera: str | None = None
    size: tuple[int, int] = _DEFAULT_SIZE
    language: str | None = None
    state: Path | None = None


def parse(arguments: Sequence[str]) -> Options:
    """Reads the arguments; prints help or a mistake and exits as command lines do."""
    parser = argparse.ArgumentParser(
        prog="scripts/host", description="SaveIt at the door: arrivals and QR check-in."
    )
    parser.add_argument("--server", metavar="URL", help="the server to enrol at, e.g. http://localhost:8080")
    parser.add_argument("--enrol", metavar="CODE", help="enrol this device with the code and start")
    parser.add_argument(
        "--camera",
        metavar="N|FILE",
        help="number of a camera, or a video, a stream, a picture or a folder of pictures",
    )
    parser.add_argument(
        "--size", metavar="WxH", type=_size, default=_DEFAULT_SIZE, help="of the window, in pixels"
    )
    parser.add_argument("--language", choices=("es", "en"), help="instead of the one chosen in Settings")
    parser.add_argument(
        "--data", metavar="DIR", type=Path, default=_default_data(), help="where this device keeps its data"
    )
    parser.add_argument(
        "--state", metavar="FILE", type=Path, help="append what the window shows as JSON lines (for tests)"
    )
    return Options(**vars(parser.parse_args(arguments)))


def _size(text: str) -> tuple[int, int]:
    found = re.fullmatch(r"(\d{3,5})x(\d{3,5})", text)
    if found is None:
        raise argparse.ArgumentTypeError("a size is written like 800x1280")
    return int(found[1]), int(found[2])


def _default_data() -> Path:
    base = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(base) / "saveit-host"
