"""Real PostgreSQL and Redis for tests, thrown away afterwards: the same embedded servers that `scripts/run`
starts.

Use the fixtures `postgres_url` and `redis_url` of conftest.py for one server a test process; a test that
kills servers opens its own with `postgres_server()` or `redis_server()`. A server cannot outlive the test
process, however that ends.
"""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg2
import redis
from psycopg2 import sql

from backend.platform.embedded.binaries import binaries
from backend.platform.embedded.ending import outlast, send
from backend.platform.embedded.orphans import server_processes
from backend.platform.embedded.places import Places, settle
from backend.platform.embedded.postgres import EmbeddedPostgres
from backend.platform.embedded.redis import EmbeddedRedis
from backend.platform.embedded.user import server_user

_READY_S = 30.0
_POLL_S = 0.02


def free_port() -> int:
    """A TCP port of the loopback that nobody listens on now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def wait_until(condition: Callable[[], bool], what: str, seconds: float = _READY_S) -> None:
    """Returns as soon as `condition()` holds; fails, naming `what`, when it does not in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {seconds:g} s in vain: {what}")
        time.sleep(_POLL_S)


@contextmanager
def short_folder(*, closed: bool = False) -> Iterator[Path]:
    """An empty folder with a short path (pytest's own are too deep for sockets), removed afterwards.

    Other users may pass through it, as through most folders, unless `closed`. Databases that were put
    elsewhere because of that go too.
    """
    folder = Path(tempfile.mkdtemp(prefix="saveit-t-", dir="/tmp"))
    folder.chmod(0o700 if closed else 0o711)
    try:
        yield folder
    finally:
        for pointer in folder.rglob("servers.at"):
            elsewhere = Path(pointer.read_text(encoding="utf-8").strip())
            assert elsewhere.name.startswith("saveit-"), elsewhere
            shutil.rmtree(elsewhere)
        shutil.rmtree(folder)


class _Server:
    """One server process of a throwaway data folder."""

    def __init__(self, places: Places, server: EmbeddedPostgres | EmbeddedRedis) -> None:
        self.places = places
        self._server = server
        self._log = places.logs / f"{type(server).__name__}.log"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """How to connect; the same after a restart."""
        return self._server.url

    @property
    def process(self) -> subprocess.Popen[bytes]:
        """The running server."""
        assert self._process is not None, "the server is not running"
        return self._process

    @property
    def pid(self) -> int:
        """Process id of the server."""
        return self.process.pid

    def start(self) -> None:
        """Starts the server and returns once it answers."""
        self._before_start()
        with self._log.open("ab") as output:
            self._process = subprocess.Popen(
                self._server.command(),
                env=dict(self._server.environment()),
                cwd=self.places.files,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        wait_until(self._is_up, f"{self._log.stem} to answer")
        self._after_start()

    def _is_up(self) -> bool:
        assert self._process is not None
        if self._process.poll() is not None:
            raise AssertionError(f"the server ended: {self._log.read_text(encoding='utf-8')[-2000:]}")
        return self._answers()

    def stop(self, wanted: signal.Signals = signal.SIGINT) -> None:
        """Stops the server in order; does nothing when it is not running."""
        if self._process is not None:
            self._process.send_signal(wanted)
            self._process.wait(_READY_S)
            self._process = None

    def kill(self) -> None:
        """SIGKILL to every process of the server, as a crash would; `restart()` brings it back."""
        assert self._process is not None, "the server is not running"
        self._process.kill()
        self._process.wait(_READY_S)
        self._process = None
        self._kill_rest()

    def restart(self) -> None:
        """Stops it if it is running, and starts it with what it kept."""
        self.stop()
        self.start()

    def _before_start(self) -> None: ...

    def _after_start(self) -> None: ...

    def _kill_rest(self) -> None: ...

    def _answers(self) -> bool:
        raise NotImplementedError


class PostgresServer(_Server):
    """A PostgreSQL with the database `saveit` of the role `saveit`, as in production. Local: no waits for the
    disk unless durable.
    """

    def __init__(self, places: Places, *, durable: bool) -> None:
        self._postgres = EmbeddedPostgres(places, binaries(places.files, places.user), durable=durable)
        super().__init__(places, self._postgres)

    def _before_start(self) -> None:
        self._postgres.prepare()
        self._postgres.clear_leftovers()

    def _answers(self) -> bool:
        try:
            psycopg2.connect(self._postgres.superuser_url).close()
        except psycopg2.OperationalError:
            return False
        return True

    def _after_start(self) -> None:
        self._postgres.ensure_database()

    def _kill_rest(self) -> None:
        rest = server_processes(self._postgres.cluster)
        send(rest, signal.SIGKILL)
        assert not outlast(rest, _READY_S)

    def new_database(self, template: str | None = None) -> str:
        """The owner's URL of one more, empty database, or of a copy of `template`, unused by anybody."""
        name = f"test_{uuid.uuid4().hex[:12]}"
        copied = sql.SQL(" TEMPLATE {}").format(sql.Identifier(template)) if template else sql.SQL("")
        statement = sql.SQL("CREATE DATABASE {} OWNER saveit").format(sql.Identifier(name)) + copied
        connection = psycopg2.connect(self._postgres.superuser_url)
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(statement)
        finally:
            connection.close()
        return self.url.replace("@/saveit?", f"@/{name}?")


class RedisServer(_Server):
    """A Redis with the settings of production."""

    def __init__(self, places: Places) -> None:
        super().__init__(places, EmbeddedRedis(places, binaries(places.files, places.user)))

    def _answers(self) -> bool:
        client = redis.Redis.from_url(self.url)
        try:
            return bool(client.ping())
        except redis.exceptions.ConnectionError:
            return False
        finally:
            client.close()

    def stop(self, wanted: signal.Signals = signal.SIGTERM) -> None:
        super().stop(wanted)


@contextmanager
def postgres_server(*, durable: bool = False) -> Iterator[PostgresServer]:
    """A running PostgreSQL of its own."""
    with short_folder() as folder:
        server = PostgresServer(settle(folder, server_user()), durable=durable)
        server.start()
        try:
            yield server
        finally:
            server.stop(signal.SIGQUIT)


@contextmanager
def redis_server() -> Iterator[RedisServer]:
    """A running Redis of its own."""
    with short_folder() as folder:
        server = RedisServer(settle(folder, server_user()))
        server.start()
        try:
            yield server
        finally:
            server.stop()
