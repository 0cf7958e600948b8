"""Starts processes and tells when they end. Called by the keepers and the steps; lives in the supervisor's
one event loop.

One SIGCHLD handler reaps them. asyncio's own subprocesses would bring a thread per child on Python 3.11, and
a child's tie to the supervisor's life (`embedded.leash`) hangs on the thread that started it.
"""

from __future__ import annotations

import asyncio
import shutil
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

LOG_LIMIT_BYTES = 10_000_000


class Child:
    """One running process; `ended` becomes its return code (negative: the signal that ended it)."""

    def __init__(self, popen: subprocess.Popen[bytes]) -> None:
        self._popen = popen
        self.pid = popen.pid
        self.ended: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    def look(self) -> None:
        """Takes note if it has ended."""
        code = self._popen.poll()
        if code is not None and not self.ended.done():
            self.ended.set_result(code)

    def send(self, wanted: signal.Signals) -> None:
        """Sends a signal, or does nothing when it has ended."""
        self._popen.send_signal(wanted)

    async def wait(self, seconds: float) -> bool:
        """Whether it ended within that time."""
        await asyncio.wait({self.ended}, timeout=seconds)
        return self.ended.done()


class Children:
    """All processes of one supervisor. Make it inside the running loop, in the main thread; call `close` at
    the end.
    """

    def __init__(self) -> None:
        self._running: list[Child] = []
        asyncio.get_running_loop().add_signal_handler(signal.SIGCHLD, self._reap)

    def close(self) -> None:
        """Gives SIGCHLD back."""
        asyncio.get_running_loop().remove_signal_handler(signal.SIGCHLD)

    def _reap(self) -> None:
        for child in self._running:
            child.look()
        self._running = [child for child in self._running if not child.ended.done()]

    def start(
        self,
        command: Sequence[str],
        environment: Mapping[str, str],
        log: Path,
        working_dir: str | None = None,
    ) -> Child:
        """Starts a process as leader of its own group, so that Ctrl-C in the terminal reaches the supervisor
        alone.
        """
        with log.open("ab") as output:
            popen = subprocess.Popen(  # noqa: S603
                list(command),
                env=dict(environment),
                cwd=working_dir,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        child = Child(popen)
        self._running.append(child)
        self._reap()  # it may have ended before it was on the list
        return child


def trim_log(log: Path, limit_bytes: int = LOG_LIMIT_BYTES) -> None:
    """Past the limit, moves what was written to `<log>.1` and goes on in an empty file.

    The program keeps its file open for appending, so the file is emptied, not replaced; lines written during
    the copy may be lost.
    """
    if log.exists() and log.stat().st_size > limit_bytes:
        shutil.copyfile(log, log.with_name(f"{log.name}.1"))
        with log.open("r+b") as file:
            file.truncate(0)


def last_lines(log: Path, count: int = 8, at_most_bytes: int = 8192) -> list[str]:
    """The end of a log, for the console when a start fails."""
    if not log.exists():
        return []
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - at_most_bytes))
        return file.read().decode("utf-8", errors="replace").splitlines()[-count:]
