"""Puts a PostgreSQL data folder in order before a start: a server left running, its orphaned backends, a
stale `postmaster.pid`.

Called before every start of the embedded PostgreSQL. A process counts as a server of a data folder when it is
called `postgres` and works in that folder, which is where every PostgreSQL process stays; a number in a pid
file alone proves nothing, numbers are used again. The caller holds the data folder's lock, so nobody starts a
server meanwhile.
"""

from __future__ import annotations

import signal
from pathlib import Path

import psutil

from backend.platform.embedded.ending import alive, outlast, send
from backend.platform.embedded.trouble import Trouble

LOCK_FILE = "postmaster.pid"
_FAST_STOP_S = 15.0
_QUICK_STOP_S = 5.0
_ORPHANS_LEAVE_S = 10.0


def server_processes(cluster: Path) -> list[psutil.Process]:
    """Every living PostgreSQL process that works in `cluster`, the postmaster and its backends."""
    return [process for process in psutil.process_iter() if _works_in(process, cluster)]


def _works_in(process: psutil.Process, cluster: Path) -> bool:
    try:
        return process.name() == "postgres" and alive(process) and Path(process.cwd()) == cluster
    except psutil.Error:  # gone meanwhile, or another user's: then it is no server of ours
        return False


def locked_by(lock: Path) -> int | None:
    """The number a lock file of PostgreSQL holds, whoever has it now; None without a file, or with one that a
    crash cut short.
    """
    try:
        first = lock.read_text(encoding="utf-8").partition("\n")[0].strip()
    except FileNotFoundError:
        return None
    return int(first) if first.isdigit() else None


def clear_leftovers(cluster: Path, sockets: Path) -> None:
    """Leaves the folder with no server process and no lock file that would keep the next server from
    starting.

    A server still running is stopped as by `pg_ctl stop -m fast`. Orphans of a killed postmaster notice its
    death and leave by themselves; those that do not, in half a minute at most, are killed, which is safe once
    no postmaster is left to hand out their memory.
    """
    cluster = cluster.resolve()
    pid = locked_by(cluster / LOCK_FILE)
    running = server_processes(cluster)
    postmaster = [process for process in running if process.pid == pid]
    for wanted, patience in ((signal.SIGINT, _FAST_STOP_S), (signal.SIGQUIT, _QUICK_STOP_S)):
        if postmaster:
            send(postmaster, wanted)
            postmaster = outlast(postmaster, patience)
    send(postmaster, signal.SIGKILL)
    _see_off(outlast(server_processes(cluster), _ORPHANS_LEAVE_S))
    if server_processes(cluster):
        raise Trouble("server_will_not_stop", cluster=cluster)
    _remove_if_stale(cluster / LOCK_FILE)
    for lock in sockets.glob(".s.PGSQL.*.lock"):
        _remove_if_stale(lock)


def _see_off(orphans: list[psutil.Process]) -> None:
    for wanted in (signal.SIGQUIT, signal.SIGKILL):
        send(orphans, wanted)
        orphans = outlast(orphans, _QUICK_STOP_S)


def _remove_if_stale(lock: Path) -> None:
    """PostgreSQL itself clears a lock whose number nobody has, and with it the old shared memory; when a
    stranger has got the number it refuses to start. Only then is the file removed, and only now that no
    server of this folder is alive.
    """
    pid = locked_by(lock)
    if pid is None or psutil.pid_exists(pid):
        lock.unlink(missing_ok=True)
