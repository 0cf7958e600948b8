"""Where the servers of a running data folder are reached, for commands typed by hand while `scripts/run` is
up.

Written by the supervisor when it starts, removed when it stops; read by `backend.__main__` and
`scripts/bench`.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

_NAME = "servers.json"


@dataclass(frozen=True)
class Addresses:
    """URLs of the owner's PostgreSQL and of Redis; they contain a password."""

    database_url: str
    redis_url: str


def _file(data_dir: Path) -> Path:
    return data_dir / "run" / _NAME


def write(data_dir: Path, addresses: Addresses) -> None:
    """Keeps them in a file of mode 600."""
    unfinished = _file(data_dir).with_suffix(".unfinished")
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(asdict(addresses), file)
    unfinished.replace(_file(data_dir))


def read(data_dir: Path) -> Addresses | None:
    """The addresses of the run of this data folder, or None when none is running."""
    try:
        found = json.loads(_file(data_dir).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return Addresses(**found)


def remove(data_dir: Path) -> None:
    """Nothing listens there any more."""
    _file(data_dir).unlink(missing_ok=True)
