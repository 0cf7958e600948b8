"""What a running SaveIt costs: CPU and memory of all its processes by kind, from /proc. Used by the benches and by the stack.

CPU is what a booking costs whatever else the machine does meanwhile; on a busy machine it says more than a rate.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from tests.load.figures import Figure

_TICKS = os.sysconf("SC_CLK_TCK")
KINDS = ("web", "postgres", "redis", "worker", "supervisor")


def descendants(root: int) -> list[int]:
    """`root` and the processes below it, by the parents that /proc names."""
    children: dict[int, list[int]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        stat = _stat(int(folder.name))
        if stat is not None:
            children.setdefault(int(stat[1]), []).append(int(folder.name))
    found, todo = [], [root]
    while todo:
        found.append(todo.pop())
        todo += children.get(found[-1], [])
    return found


def of_kind(root: int, kind: str) -> list[int]:
    """The processes of a kind below `root`."""
    return [pid for pid in descendants(root) if _kind(pid) == kind]


def cpu_seconds(root: int) -> dict[str, float]:
    """CPU used so far by kind, with that of processes that have ended and were waited for."""
    used = dict.fromkeys(KINDS, 0.0)
    for pid in descendants(root):
        stat = _stat(pid)
        if stat is not None:
            used[_kind(pid)] += sum(int(ticks) for ticks in stat[11:15]) / _TICKS
    return used


class Meter:
    """CPU used since it was made or read last, by kind."""

    def __init__(self, root: int) -> None:
        self._root = root
        self._last = cpu_seconds(root)

    def read(self) -> dict[str, float]:
        """Seconds since then."""
        now = cpu_seconds(self._root)
        spent = {kind: now[kind] - self._last[kind] for kind in KINDS}
        self._last = now
        return spent


def cpu_figure(name: str, spent: Mapping[str, float], count: int, what: str) -> Figure:
    """What one of `count` requests cost, however busy the machine is; the worker's share is what it did meanwhile, and the rest it
    does later."""
    each = {kind: spent[kind] / count * 1000 for kind in ("web", "postgres", "redis", "worker")}
    shares = ", ".join(f"{kind} {value:.2f}" for kind, value in each.items())
    return Figure(name, sum(each.values()), "ms", note=f"CPU {what}: {shares}")


def pss_mib(root: int) -> dict[str, float]:
    """Memory in MiB by kind; pages shared by several processes are shared out among them (PSS)."""
    held = dict.fromkeys(KINDS, 0.0)
    for pid in descendants(root):
        try:
            rollup = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
        except OSError:
            continue  # it ended while we looked
        sizes = dict(line.split(":", 1) for line in rollup.splitlines()[1:])
        held[_kind(pid)] += int(sizes["Pss"].split()[0]) / 1024
    return held


def _stat(pid: int) -> list[str] | None:
    """The fields of /proc/PID/stat from the state on; None when it has ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:
        return None


def _kind(pid: int) -> str:
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return "supervisor"
    if "redis-server" in command:
        return "redis"
    if "postgres" in command.split(" ", 1)[0] or command.startswith("postgres"):
        return "postgres"
    if " serve" in command or "saveit-web" in command:
        return "web"
    return "worker" if " worker" in command else "supervisor"
