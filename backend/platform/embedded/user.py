"""Which user the embedded servers run as. PostgreSQL refuses to run as root, and Redis has no need of root's
rights.

Called by the supervisor and the tests' servers. Started by an ordinary user, the servers are that user's;
started by root, they are given to the system user `saveit`, made at the first start.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from backend.platform.embedded.trouble import Trouble

NAME = "saveit"
_TRIES = 10


@dataclass(frozen=True)
class ServerUser:
    """A user other than the one running this process; ids as in the password database."""

    name: str
    uid: int
    gid: int


def _find(name: str) -> ServerUser | None:
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        return None
    return ServerUser(name, entry.pw_uid, entry.pw_gid)


def _create(name: str) -> ServerUser | None:
    """Two first starts side by side may both try: whoever loses (a lock, or 'already exists') finds the
    other's user.
    """
    useradd = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if useradd is None:
        return None
    # The home folder is only named, never made: the servers keep nothing outside their data folder.
    command = [useradd, "--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"]
    for _ in range(_TRIES):
        subprocess.run([*command, "--shell", "/usr/sbin/nologin", name], capture_output=True, check=False)  # noqa: S603
        found = _find(name)
        if found:
            return found
        time.sleep(0.2)  # the password database was locked by someone else's change
    return None


def server_user() -> ServerUser | None:
    """The user to run servers as, or None for the user of this process; raises Trouble when root has nobody
    to give them to.
    """
    if os.geteuid() != 0:
        return None
    user = _find(NAME) or _create(NAME) or _find("nobody")
    if user is None or user.uid == 0:
        raise Trouble("no_server_user", name=NAME)
    return user


def give(path: Path, user: ServerUser | None, mode: int) -> None:
    """Makes `path` the server user's with exactly these permission bits."""
    if user is not None:
        os.chown(path, user.uid, user.gid)
    path.chmod(mode)


def as_user(user: ServerUser | None) -> dict[str, Any]:
    """Arguments for `subprocess` that run a program as that user, none for the user of this process."""
    return {"user": user.uid, "group": user.gid, "extra_groups": []} if user else {}


def can_enter(folder: Path, user: ServerUser | None) -> bool:
    """Whether that user may reach what is in `folder`.

    The kernel is asked, because modes alone do not tell (access lists, mounts).
    """
    test = shutil.which("test", path="/usr/bin:/bin")
    if test is None:
        raise Trouble("no_test_program")
    result = subprocess.run([test, "-x", str(folder)], cwd="/", check=False, **as_user(user))  # noqa: S603
    return bool(result.returncode == 0)
