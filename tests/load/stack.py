"""A SaveIt of its own for the benches: everything `scripts/run` starts, in a throwaway data folder, on a free port of the loopback.

Rate limits are off. Used by `__main__`; whatever happens, `Stack.stop` takes all of it down again.
"""

from __future__ import annotations

import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask

from backend.app import connect, mount_all
from backend.platform.embedded import addresses
from backend.settings import Settings
from backend.wiring import Services
from tests.load.processes import descendants

ROOT = Path(__file__).resolve().parents[2]
_START_S, _STOP_S = 120.0, 60.0


@dataclass
class Stack:
    """A running SaveIt, and its services in this process for setting things up."""

    process: subprocess.Popen[bytes]
    data_dir: Path
    port: int
    settings: Settings
    app: Flask
    services: Services

    def stop(self) -> None:
        """An ordered stop; what does not end is killed, and the data folder removed."""
        self.services.database.engine.dispose()
        _end(self.process, self.data_dir)


def start(folder: str | None = None) -> Stack:
    """Starts everything, with its data in `folder`, and waits until it is ready; raises RuntimeError with what it said if not."""
    data_dir = Path(tempfile.mkdtemp(prefix="saveit-bench-", dir=folder))
    data_dir.chmod(0o711)  # the servers' own user passes through; what is in it is closed
    port = _free_port()
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("SAVEIT_")},
        "SAVEIT_DATA_DIR": str(data_dir),
        "SAVEIT_PORT": str(port),
        "SAVEIT_RATE_LIMITS": "off",
    }
    with (data_dir / "console.txt").open("wb") as console:
        process = subprocess.Popen(
            [sys.executable, "-m", "backend", "supervise"],
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=console,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # a Ctrl-C is ours to pass on
        )
    try:
        _wait_ready(process, port, data_dir)
        return _connected(process, data_dir, port)
    except BaseException:
        _end(process, data_dir)
        raise


def _connected(process: subprocess.Popen[bytes], data_dir: Path, port: int) -> Stack:
    reached = addresses.read(data_dir)
    if reached is None:
        raise RuntimeError("the supervisor has not said where its servers are")
    options: dict[str, Any] = {"data_dir": data_dir, "port": port, "rate_limits": "off"}
    settings = Settings(database_url=reached.database_url, redis_url=reached.redis_url, **options)
    app, services = connect(settings, "app")
    mount_all(app, services)
    return Stack(process, data_dir, port, settings, app, services)


def _free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def _wait_ready(process: subprocess.Popen[bytes], port: int, data_dir: Path) -> None:
    deadline = time.monotonic() + _START_S
    while not _is_ready(port):
        if process.poll() is not None or time.monotonic() > deadline:
            said = (data_dir / "console.txt").read_text(encoding="utf-8", errors="replace")
            raise RuntimeError(f"SaveIt did not start:\n{said[-2000:]}")
        time.sleep(0.1)


def _is_ready(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def _end(process: subprocess.Popen[bytes], data_dir: Path) -> None:
    left = descendants(process.pid)
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(_STOP_S)
    except subprocess.TimeoutExpired:
        for pid in left:
            _kill(pid)
        process.wait()
    elsewhere = data_dir / "servers.at"
    if elsewhere.exists():
        shutil.rmtree(elsewhere.read_text(encoding="utf-8").strip(), ignore_errors=True)
    shutil.rmtree(data_dir, ignore_errors=True)


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return
