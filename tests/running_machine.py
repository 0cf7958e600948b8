"""A whole machine for tests: supervisor, PostgreSQL, Redis, web server and worker as processes, by default
with the stand-in backend.

Used by the tests of the machine itself and by whoever needs to kill parts of a running one.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
from servers import free_port, wait_until

from backend.platform.embedded.ending import alive
from backend.platform.supervisor.processes import remembered

ROOT = Path(__file__).resolve().parent.parent
_READY_S = 90.0
_STOP_S = 60.0


def stand_in_command(root: Path = ROOT, python: str = sys.executable) -> list[str]:
    """Starts the supervisor of the code in `root` with the stand-in backend; data folder and port are added."""
    return [python, str(root / "tests" / "stand_in_machine.py")]


class RunningMachine:
    """One supervisor process and what it keeps running. `start`, then `until_ready`."""

    def __init__(self, data_dir: Path, console: Path, port: int | None = None) -> None:
        self.data_dir = data_dir
        self.port = port or free_port()
        self._console = console
        self._process: subprocess.Popen[bytes] | None = None

    def start(
        self,
        command: Sequence[str] | None = None,
        *,
        root: Path = ROOT,
        environment: Mapping[str, str] | None = None,
        user: int | None = None,
    ) -> None:
        """Starts the supervisor; `user` is the id of an ordinary user to start it as."""
        arguments = [*(command or stand_in_command()), str(self.data_dir), str(self.port)]
        settings = {
            **os.environ,
            "PYTHONPATH": str(root),
            "LANG": "en_GB.UTF-8",
            "LC_ALL": "",
            **(environment or {}),
        }
        identity: dict[str, Any] = {} if user is None else {"user": user, "group": user, "extra_groups": []}
        with self._console.open("ab") as output:
            self._process = subprocess.Popen(
                arguments,
                env=settings,
                cwd=root,
                stdout=output,
                stderr=output,
                start_new_session=True,
                **identity,
            )

    @property
    def process(self) -> subprocess.Popen[bytes]:
        """The supervisor."""
        assert self._process is not None, "start() comes first"
        return self._process

    @property
    def said(self) -> str:
        """Everything on the console so far."""
        return self._console.read_text(encoding="utf-8")

    def get(self, path: str) -> int:
        """Status of a GET, 0 when nobody answers."""
        return self.send("GET", path)

    def send(self, method: str, path: str) -> int:
        """Status of a request, 0 when nobody answers."""
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", method=method)
        try:
            with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310
                return int(answer.status)
        except urllib.error.HTTPError as refused:
            return refused.code
        except OSError:
            return 0

    def read(self, path: str) -> bytes:
        """Body of a GET."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as answer:
            content: bytes = answer.read()
        return content

    def until_ready(self) -> None:
        """Until `GET /readyz` answers 200 and the page is on the console."""

        def ready() -> bool:
            assert self.process.poll() is None, f"the supervisor ended:\n{self.said}"
            return self.get("/readyz") == 200 and "SaveIt is ready" in self.said

        wait_until(ready, "the machine to be ready", _READY_S)

    def pid(self, name: str) -> int | None:
        """Process of `postgres`, `redis`, `web` or `worker` while it is alive."""
        return remembered(self.data_dir / "run" / f"{name}.pid")

    def pids(self) -> dict[str, int]:
        """Processes of all four."""
        found = {name: self.pid(name) for name in ("postgres", "redis", "web", "worker")}
        return {name: pid for name, pid in found.items() if pid is not None}

    def stop(self, wanted: signal.Signals = signal.SIGTERM) -> int:
        """Asks for an ordered stop and returns the exit code."""
        self.process.send_signal(wanted)
        return self.process.wait(_STOP_S)

    def kill(self) -> None:
        """SIGKILL to the supervisor alone."""
        self.process.kill()
        self.process.wait(_STOP_S)


def running(pids: Sequence[int]) -> list[int]:
    """Those of the processes that are still running."""
    return [pid for pid in pids if psutil.pid_exists(pid) and alive(psutil.Process(pid))]


@contextmanager
def machine(data_dir: Path, console: Path, **start: object) -> Iterator[RunningMachine]:
    """A machine that is ready; stopped at the end if the test has not done that."""
    one = RunningMachine(data_dir, console)
    one.start(**start)  # type: ignore[arg-type]
    try:
        one.until_ready()
        yield one
    finally:
        if one.process.poll() is None:
            one.stop()
