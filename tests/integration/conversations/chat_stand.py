"""A SaveIt with real processes for the tests of the chat's sockets: PostgreSQL, Redis, two web processes; the relay runs here.

`ChatStand.stage` is the restaurant as the other tests have it, in this process, on the same database; what it does over HTTP is
seen by the web processes only through PostgreSQL and Redis.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from servers import free_port, wait_until
from stage import Ground, Stage, open_stage
from websockets.sync.client import ClientConnection, connect

from backend.platform.clock import SystemClock
from backend.platform.embedded.leash import leashed
from backend.platform.events.relay import Relay
from backend.platform.live import RedisLiveSink

ROOT = Path(__file__).resolve().parents[3]
_SERVE = """
import sys
from backend.platform.webserver import serve
from backend.settings import Settings
sys.exit(serve(Settings()))
"""


@dataclass
class ChatStand:
    """A running server and a restaurant on it."""

    stage: Stage
    port: int
    process: subprocess.Popen[bytes]
    log: Path
    open: list[ClientConnection] = field(default_factory=list)

    def connect(self, path: str, **options: Any) -> ClientConnection:
        """A connected client that has said nothing yet."""
        connection = connect(
            f"ws://127.0.0.1:{self.port}{path}",
            compression=None,
            proxy=None,
            max_queue=None,
            ping_interval=None,
            close_timeout=2,
            **options,
        )
        self.open.append(connection)
        return connection

    def page(self, session: str, *, key: str | None = None, **options: Any) -> ClientConnection:
        """A guest's page that has asked to hear of a session."""
        connection = self.connect("/ws/chat", **options)
        say(
            connection,
            action="open",
            restaurant=str(self.stage.restaurant_id),
            key=key or self.stage.publishable["X-Api-Key"],
            sessionId=session,
        )
        return connection

    def opened(self, session: str, **options: Any) -> ClientConnection:
        """One that is heard."""
        connection = self.page(session, **options)
        assert hear(connection)["type"] == "opened"
        return connection

    def screen(self) -> ClientConnection:
        """A screen of the staff that sees what comes."""
        connection = self.connect("/ws")
        token = self.stage.staff["host"]["Authorization"].removeprefix("Bearer ")
        say(connection, action="authenticate", token=token)
        say(connection, action="subscribe", restaurantId=str(self.stage.restaurant_id))
        assert hear(connection)["type"] == "subscribed"
        return connection

    def web_processes(self) -> list[int]:
        """The process ids of the web processes."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [int(pid) for pid in children.split()]

    def hang_up(self) -> None:
        """Closes every client."""
        while self.open:
            self.open.pop().close()


def say(connection: ClientConnection, **message: object) -> None:
    """Sends a message."""
    connection.send(json.dumps(message))


def hear(connection: ClientConnection, timeout: float = 10) -> dict[str, Any]:
    """The next message."""
    told = connection.recv(timeout)
    assert isinstance(told, str)
    return dict(json.loads(told))


def hear_kind(connection: ClientConnection, kind: str) -> dict[str, Any]:
    """The next message of that kind; what comes before it is passed over."""
    while True:
        told = hear(connection)
        if told["type"] == kind:
            return told


@contextmanager
def relaying(stage: Stage) -> Iterator[None]:
    """Relays what is committed while the test goes on, as the worker does."""
    relay, over = Relay(stage.worker.database, [], RedisLiveSink(stage.worker.redis)), threading.Event()

    def run() -> None:
        while not over.wait(0.01):
            relay.run_once(stage.clock.now())

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


@contextmanager
def chat_stand(ground: Ground, **settings: object) -> Iterator[ChatStand]:
    """Starts the web server on a ground and opens a restaurant on it."""
    port = free_port()
    environment = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "SAVEIT_DATA_DIR": str(ground.folder),
        "SAVEIT_PORT": str(port),
        "SAVEIT_DATABASE_URL": ground.owner_url,
        "SAVEIT_REDIS_URL": ground.redis_url,
        "SAVEIT_RATE_LIMITS": "off",
        **{f"SAVEIT_{name.upper()}": str(value) for name, value in settings.items()},
    }
    log = ground.folder / f"web-{port}.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            leashed([sys.executable, "-c", _SERVE], death_signal=signal.SIGTERM),
            cwd=ROOT,
            env=environment,
            stdout=out,
            stderr=out,
        )
    stage = open_stage(ground, clock=SystemClock())  # type: ignore[arg-type]  # sockets live in real time
    running = ChatStand(stage, port, process, log)
    try:
        wait_until(lambda: _answers(running), "the web server to answer")
        with relaying(stage):
            yield running
    finally:
        running.hang_up()
        process.send_signal(signal.SIGTERM)
        process.wait(15)
        stage.close()


def _answers(running: ChatStand) -> bool:
    assert running.process.poll() is None, running.log.read_text()[-4000:]
    try:
        running.connect("/ws/chat").close()
    except OSError:
        return False
    return True
