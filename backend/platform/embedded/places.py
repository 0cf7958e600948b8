"""Where the embedded servers keep their files and their sockets. Called by the supervisor and the tests'
servers.

Normally both lie in the data folder. The servers' user may be unable to reach it (root's data folder inside a
root-only folder), and a socket's path may be too long for the kernel: then they lie elsewhere, and a pointer
file in the data folder says where. Permissions of folders that are not SaveIt's own are never touched.
"""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from backend.platform.embedded.trouble import Trouble
from backend.platform.embedded.user import ServerUser, can_enter, give

MARKER = "SAVEIT-DATA.txt"
# sun_path is 108 bytes on Linux and 104 on macOS, with the final zero; PostgreSQL adds "/.s.PGSQL.5432.lock"
# to the folder.
_LONGEST_SOCKET_FOLDER = 80
_SHORT_FOLDER = Path("/tmp")  # noqa: S108 -- mkdtemp inside, mode 700: short, and reachable for every user
_STATE_FOLDERS = (Path("/var/lib"), Path("/var/opt"), Path("/srv"), Path("/opt"))
_ABOUT = """This folder belongs to SaveIt: the restaurant's database, keys, logs and messages.
Stop SaveIt before you copy it, and keep `secrets` safe: without it the data cannot be read.
If there is a file `servers.at`, the database lies in the folder that it names; copy that one too.
"""
_ABOUT_ELSEWHERE = """This is the database of the SaveIt data folder
{data_dir}
It lies here because its server does not run as root and cannot enter that folder.
Delete it only together with that folder.
"""


@dataclass(frozen=True)
class Places:
    """Folders of one data folder; `files` and `sockets` belong to the servers' user and are closed to
    everyone else but root.
    """

    data_dir: Path
    files: Path
    sockets: Path
    user: ServerUser | None

    @property
    def secrets(self) -> Path:
        return self.data_dir / "secrets"

    @property
    def logs(self) -> Path:
        return self.data_dir / "logs"

    @property
    def run(self) -> Path:
        """Process ids and the lock of the running supervisor."""
        return self.data_dir / "run"

    @property
    def elsewhere(self) -> bool:
        """Whether the database lies outside the data folder."""
        return not self.files.is_relative_to(self.data_dir)


def make_data_dir(data_dir: Path, user: ServerUser | None) -> Path:
    """Makes the data folder and its private parts, gives the servers' group the right to pass through,
    returns its real path.
    """
    created = not data_dir.exists()
    data_dir.mkdir(parents=True, exist_ok=True)
    data_dir = data_dir.resolve()
    marker = data_dir / MARKER
    if created or marker.exists() or _is_unused(data_dir):
        if created:
            data_dir.chmod(0o700)
        marker.write_text(_ABOUT, encoding="utf-8")
        _let_pass(data_dir, user)
    for private in ("secrets", "logs", "run"):
        (data_dir / private).mkdir(mode=0o700, exist_ok=True)
    return data_dir


def _is_unused(folder: Path) -> bool:
    """A folder with nothing but plain files in it, such as the console's own log, was made for us; a home folder is not."""
    return all(entry.is_file() for entry in folder.iterdir())


def _let_pass(own_folder: Path, user: ServerUser | None) -> None:
    """Search permission for the servers' group alone, on a folder of ours that no other group uses."""
    status = own_folder.stat()
    if user is None or status.st_mode & (stat.S_IRWXG | stat.S_IXOTH) or can_enter(own_folder, user):
        return
    os.chown(own_folder, -1, user.gid)
    own_folder.chmod(stat.S_IMODE(status.st_mode) | stat.S_IXGRP)


def settle(data_dir: Path, user: ServerUser | None) -> Places:
    """Makes every folder the servers need, or finds those of an earlier start; raises Trouble, OSError."""
    data_dir = make_data_dir(data_dir, user)
    files = _files_folder(data_dir, user)
    return Places(data_dir, files, _socket_folder(data_dir, files, user), user)


def _files_folder(data_dir: Path, user: ServerUser | None) -> Path:
    pointer = data_dir / "servers.at"
    if pointer.exists():
        files = Path(pointer.read_text(encoding="utf-8").strip())
        if not files.is_dir():
            raise Trouble("database_gone", pointer=pointer, files=files)
        return files
    files = data_dir / "servers"
    if files.exists() or can_enter(data_dir, user):
        _check_owner(files, user)
        files.mkdir(mode=0o700, exist_ok=True)
        give(files, user, 0o700)
        if can_enter(files, user):
            return files
        if any(files.iterdir()):
            raise Trouble("data_dir_closed", data_dir=data_dir, user=user.name if user else "")
        files.rmdir()
    return _files_elsewhere(data_dir, pointer, user)


def _check_owner(files: Path, user: ServerUser | None) -> None:
    """Data made by one user is not quietly handed to another: afterwards neither could start it."""
    if not files.exists():
        return
    owner = files.stat().st_uid
    if owner not in (os.geteuid(), user.uid if user else os.geteuid()):
        raise Trouble("data_of_other_user", files=files, owner=owner)


def _files_elsewhere(data_dir: Path, pointer: Path, user: ServerUser | None) -> Path:
    for parent in _STATE_FOLDERS:
        if parent.is_dir() and os.access(parent, os.W_OK) and can_enter(parent, user):
            files = Path(tempfile.mkdtemp(prefix="saveit-", dir=parent))
            (files / "README.txt").write_text(_ABOUT_ELSEWHERE.format(data_dir=data_dir), encoding="utf-8")
            give(files, user, 0o700)
            pointer.write_text(f"{files}\n", encoding="utf-8")
            return files
    tried = ", ".join(str(folder) for folder in _STATE_FOLDERS)
    raise Trouble("no_place", data_dir=data_dir, tried=tried)


def _socket_folder(data_dir: Path, files: Path, user: ServerUser | None) -> Path:
    near = files / "sockets"
    if len(os.fsencode(near)) <= _LONGEST_SOCKET_FOLDER:
        near.mkdir(mode=0o700, exist_ok=True)
        give(near, user, 0o700)
        return near
    pointer = data_dir / "run" / "sockets.at"
    if pointer.exists():
        earlier = Path(pointer.read_text(encoding="utf-8").strip())
        if _is_private(earlier, user):
            return earlier
    short = Path(tempfile.mkdtemp(prefix="saveit-", dir=_SHORT_FOLDER))
    give(short, user, 0o700)
    pointer.write_text(f"{short}\n", encoding="utf-8")
    return short


def _is_private(folder: Path, user: ServerUser | None) -> bool:
    """A folder in a place open to all is used again only when nobody else can have put it there."""
    try:
        status = folder.lstat()
    except FileNotFoundError:
        return False
    owner = user.uid if user else os.geteuid()
    return stat.S_ISDIR(status.st_mode) and status.st_uid == owner and stat.S_IMODE(status.st_mode) == 0o700


def remove_short_sockets(places: Places) -> None:
    """After a clean stop: nothing stays outside the data folder that the next start would not need."""
    if places.sockets.is_relative_to(places.files):
        return
    shutil.rmtree(places.sockets)
    (places.run / "sockets.at").unlink(missing_ok=True)
