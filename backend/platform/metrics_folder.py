"""The folder through which the processes of one machine share their figures: `DIR/metrics`.

Called by the web server and the worker before anything imports prometheus_client, which looks for the folder
only once.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

VARIABLE = "PROMETHEUS_MULTIPROC_DIR"


def open_folder(data_dir: Path) -> Path:
    """Makes the folder, removes what ended processes left in it, and points prometheus_client at it.

    Raises RuntimeError when prometheus_client has been imported already, because it would keep its figures to
    itself.
    """
    if "prometheus_client" in sys.modules:
        raise RuntimeError("open_folder() comes before the import of prometheus_client")
    folder = data_dir.resolve() / "metrics"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    for file in folder.glob("*.db"):
        if not _alive(file.stem.rpartition("_")[2]):
            file.unlink(missing_ok=True)
    os.environ[VARIABLE] = str(folder)
    return folder


def forget(pid: int) -> None:
    """A process has ended: its gauges go, its counts stay."""
    from prometheus_client import multiprocess

    multiprocess.mark_process_dead(pid)  # type: ignore[no-untyped-call]
    # One that was killed while it made its files leaves empty ones, which nobody could read.
    for file in Path(os.environ[VARIABLE]).glob(f"*_{pid}.db"):
        if file.stat().st_size == 0:
            file.unlink()


def _alive(pid: str) -> bool:
    if not pid.isdigit():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
