"""Starts one program so that it cannot outlive whoever started it, as another user where asked.

Run by path (`python -I -S leash.py …`) in front of every program of the supervisor and of the tests' servers;
it replaces itself by the program, so the process id stays. It is a program of its own because a `preexec_fn`
is unsafe in a process that has threads, and because dropping root's rights clears the parent-death signal:
the order here matters. Imports the standard library only.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from backend.platform.embedded.user import ServerUser

_PR_SET_PDEATHSIG = 1
CANNOT_START = 126


def leashed(
    command: Sequence[str], *, death_signal: signal.Signals, user: ServerUser | None = None
) -> list[str]:
    """The command line that runs `command` so that `death_signal` reaches it when this thread's process dies
    (Linux).
    """
    options = [
        str(os.getpid()),
        str(int(death_signal)),
        str(user.uid if user else -1),
        str(user.gid if user else -1),
    ]
    return [sys.executable, "-I", "-S", str(Path(__file__).resolve()), *options, *command]


def _drop_to(uid: int, gid: int) -> None:
    if uid < 0 or uid == os.geteuid():
        return
    os.setgroups([])
    os.setgid(gid)
    os.setuid(uid)


def _die_with(parent: int, death_signal: int) -> None:
    """Only Linux knows this; elsewhere the next start clears what is left (`processes.stop_leftover`)."""
    if not sys.platform.startswith("linux"):
        return
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_PDEATHSIG, death_signal, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG)")
    if os.getppid() != parent:  # it died before the line above
        sys.exit(CANNOT_START)


def _main(arguments: list[str]) -> None:
    parent, death_signal, uid, gid = (int(value) for value in arguments[:4])
    command = arguments[4:]
    _drop_to(uid, gid)
    _die_with(parent, death_signal)
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # Python ignores it, and an ignored signal survives exec
    try:
        os.execv(command[0], command)  # noqa: S606 -- replacing itself by the program is this module's purpose
    except OSError as refused:
        sys.stderr.write(f"cannot start {command[0]}: {refused.strerror}\n")
        sys.exit(CANNOT_START)


if __name__ == "__main__":
    _main(sys.argv[1:])
