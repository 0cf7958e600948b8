"""One run at a time on a data folder, and a free port. Called by `machine.py` before anything is started."""

from __future__ import annotations

import errno
import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from backend.platform.embedded.trouble import Trouble


@contextmanager
def folder_lock(run: Path) -> Iterator[None]:
    """Holds the folder until the end of the block or of the process; raises Trouble when another run holds
    it.
    """
    path = run / "supervisor.lock"
    handle = os.open(
        path, os.O_RDWR | os.O_CREAT, 0o600
    )  # not inherited by children: it ends with this process
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as held:
            other = os.pread(handle, 20, 0).decode("ascii", "replace").strip()
            raise Trouble("already_running", data_dir=run.parent, pid=other or "?") from held
        os.ftruncate(handle, 0)
        os.pwrite(handle, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(handle)


def check_port(host: str, port: int) -> None:
    """Raises Trouble when the web server could not listen there, naming the next port that is free."""
    reason = _refusal(host, port)
    if reason is None:
        return
    if reason == errno.EADDRINUSE:
        free = next(
            (other for other in range(port + 1, min(port + 50, 65536)) if _refusal(host, other) is None), 0
        )
        raise Trouble("port_taken", host=host, port=port, free=free)
    raise Trouble("port_refused", host=host, port=port, reason=os.strerror(reason))


def _refusal(host: str, port: int) -> int | None:
    """The error number of listening there, None when it works."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as listener:
            listener.setsockopt(
                socket.SOL_SOCKET, socket.SO_REUSEADDR, 1
            )  # as the web server will: closed ones do not count
            listener.bind(address)
            listener.listen(1)
    except socket.gaierror:
        return errno.EADDRNOTAVAIL
    except OSError as refused:
        return refused.errno
    return None
