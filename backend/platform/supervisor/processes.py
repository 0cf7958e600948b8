"""Knows again the processes of an earlier run of this data folder, and ends what is left of them. Called by
the keepers before they start.

On Linux every program is tied to the supervisor's life (`embedded.leash`), so there is rarely anything left;
this is for what the tie does not reach: grandchildren, other systems, and programs still busy stopping.
"""

from __future__ import annotations

import os
import signal
from pathlib import Path

import psutil

from backend.platform.embedded.ending import alive, outlast, send

_POLITE_S = 3.0
_KILLED_S = 5.0


def identity(pid: int) -> str | None:
    """Text that no other process ever has, or None when nobody has this number now.

    Numbers are used again, also after a reboot, and wall-clock start times move with the clock: on Linux it
    is the boot and the start in ticks since it.
    """
    stat = Path(f"/proc/{pid}/stat")
    boot = Path("/proc/sys/kernel/random/boot_id")
    try:
        if boot.exists():
            fields = stat.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
            return f"{boot.read_text(encoding='ascii').strip()}:{fields[19]}"
        return f"created:{psutil.Process(pid).create_time():.0f}"
    except (OSError, psutil.Error):
        return None


def remember(pid_file: Path, pid: int) -> None:
    """Writes the number, then who it was, on two lines."""
    unfinished = pid_file.with_suffix(".unfinished")
    unfinished.write_text(f"{pid}\n{identity(pid) or ''}\n", encoding="utf-8")
    unfinished.replace(pid_file)


def remembered(pid_file: Path) -> int | None:
    """The number in the file if that very process is still there."""
    try:
        pid, who = pid_file.read_text(encoding="utf-8").splitlines()[:2]
    except (FileNotFoundError, ValueError):
        return None
    return int(pid) if who and identity(int(pid)) == who else None


def group_of(leader: int) -> list[psutil.Process]:
    """Living members of the process group that `leader` began; every program is started as the leader of its
    own.
    """
    return [process for process in psutil.process_iter() if _leader_of(process) == leader and alive(process)]


def _leader_of(process: psutil.Process) -> int | None:
    try:
        return os.getpgid(process.pid)
    except ProcessLookupError:
        return None


def end_group(leader: int, polite_s: float = _POLITE_S) -> None:
    """Ends what is left of a group: SIGTERM, `polite_s` seconds, SIGKILL. Blocks until nobody is left."""
    left = group_of(leader)
    for wanted, patience in ((signal.SIGTERM, polite_s), (signal.SIGKILL, _KILLED_S)):
        send(left, wanted)
        left = outlast(left, patience)


def stop_leftover(pid_file: Path) -> None:
    """Ends the program that an earlier supervisor left running, if it is the one in the file. Blocks up to
    ten seconds.
    """
    pid = remembered(pid_file)
    if pid is not None:
        end_group(pid)
    pid_file.unlink(missing_ok=True)
