"""A web server with the live feed alone, for the tests of the feed: real PostgreSQL, Redis, gunicorn and sockets.

Only who somebody is, is made up here: a token is `kind:restaurant`, and is refused once it stands in DIR/revoked.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg2
from flask import Flask, request
from servers import free_port, short_folder, wait_until
from sqlalchemy import create_engine
from websockets.sync.client import ClientConnection, connect

from backend.platform.database import Database, engine_options
from backend.platform.embedded.leash import leashed
from backend.platform.events import Event, Outbox
from backend.platform.events.relay import Relay
from backend.platform.http.caller import Caller
from backend.platform.http.mount import mount
from backend.platform.ids import uuid7
from backend.platform.keys import KeyFile
from backend.platform.live import LiveFeed, RedisLiveSink
from backend.platform.migrate import migrate
from backend.platform.redis import Redis
from backend.platform.refusals import Refusal
from backend.platform.roles import application_url
from backend.platform.telemetry import Telemetry
from backend.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
_HERE = Path(__file__).resolve().parent
_SERVE = """
import sys
from backend.platform.webserver import serve
from backend.settings import Settings
sys.exit(serve(Settings(), "live_stand:create_app"))
"""


def create_app(settings: Settings) -> Flask:
    """The application of the stand, in each web process."""
    app = Flask("live-stand")
    database = database_of(settings, "app")
    seen: dict[UUID, int] = {}

    def authenticate(token: str) -> Caller:
        revoked = settings.data_dir / "revoked"
        if revoked.exists() and token in revoked.read_text().split():
            raise Refusal("unauthenticated")
        kind, _, restaurant = token.partition(":")
        try:
            return Caller(kind, UUID(restaurant))
        except ValueError:
            raise Refusal("unauthenticated") from None

    def enrich(_restaurant: UUID, events: Sequence[Event]) -> list[Event]:
        rich = []
        for event in events:
            seen[event.id] = seen.get(event.id, 0) + 1
            guest = {"name": "Lucía", "process": os.getpid(), "times": seen[event.id]}
            rich.append(replace(event, data={**event.data, "guest": guest}))
        return rich

    telemetry = Telemetry()
    redis = Redis(settings.redis_url, settings.redis_timeout_ms)
    feed = LiveFeed(settings, database, redis, telemetry, authenticate_token=authenticate, enrich=enrich)
    feed.mount(app)
    mount(app, [], _Nobody(), telemetry, "")
    app.add_url_rule("/process", "process", lambda: {"pid": os.getpid()})
    app.add_url_rule("/slow", "slow", _slow)
    app.add_url_rule("/echo", "echo", lambda: request.get_data(), methods=["POST"])
    app.add_url_rule("/database", "database", lambda: {"backend": _backend(database)})
    app.add_url_rule("/metrics", "metrics", telemetry.exposition)
    return app


def _slow() -> dict[str, bool]:
    time.sleep(float(request.args["seconds"]))
    return {"slow": True}


def _backend(database: Database) -> int:
    """Which PostgreSQL process answers, after a moment."""
    with database.platform() as tx:
        return int(tx.value("SELECT pg_backend_pid() FROM pg_sleep(0.2)"))


class _Nobody:
    def authenticate(self, _request: object) -> Caller:
        raise AssertionError("the stand has no endpoints")

    def count(self, _caller: Caller, _address: str) -> None: ...


def database_of(settings: Settings, role: str) -> Database:
    """The database as one of the application's roles."""
    keys = KeyFile(settings.key_file)
    options = engine_options(pool=settings.database_pool, statement_timeout_ms=5000, name=role)
    return Database(create_engine(application_url(settings.database_url, keys, role), **options))


class _Backwards:
    def __init__(self, sink: RedisLiveSink) -> None:
        self._sink = sink

    def publish(self, events: Sequence[tuple[int, Event]]) -> None:
        self._sink.publish(events[::-1])


@dataclass
class Stand:
    """A running stand."""

    settings: Settings
    environment: Mapping[str, str]
    restaurants: list[UUID]
    process: subprocess.Popen[bytes] | None = None
    open: list[ClientConnection] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.database = database_of(self.settings, "app")
        self._redis = Redis(self.settings.redis_url)
        self.outbox = Outbox(self._redis)
        self._sink = RedisLiveSink(self._redis)
        self._worker = database_of(self.settings, "worker")

    @property
    def house(self) -> UUID:
        """The first restaurant."""
        return self.restaurants[0]

    @property
    def url(self) -> str:
        """The address of the live feed."""
        return f"ws://127.0.0.1:{self.settings.port}/ws"

    def start(self) -> None:
        """Starts the web server and returns once it answers."""
        log = (self.settings.data_dir / "web.log").open("ab")
        with log:
            self.process = subprocess.Popen(
                leashed([sys.executable, "-W", "error", "-c", _SERVE], death_signal=signal.SIGTERM),
                cwd=ROOT,
                env=dict(self.environment),
                stdout=log,
                stderr=log,
            )
        wait_until(self._answers, "the web server to answer")

    def _answers(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, self.log()
        try:
            self.connect().close()
        except OSError:
            return False
        return True

    def log(self) -> str:
        """What the web server has printed."""
        return (self.settings.data_dir / "web.log").read_text(encoding="utf-8")[-4000:]

    def stop(self) -> int:
        """Stops the web server in order; its exit code."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(15)

    def web_processes(self) -> list[int]:
        """The process ids of the web processes."""
        assert self.process is not None
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [int(pid) for pid in children.split()]

    def write(self, count: int = 1, restaurant: UUID | None = None, size: int = 0) -> None:
        """Commits events `{"number": n}`, each in a transaction of its own, and does not relay them."""
        for number in range(count):
            data = {"number": number, **({"filling": "x" * size} if size else {})}
            event = Event("reservation.updated", restaurant or self.house, uuid7(), datetime.now(UTC), data)
            with self.database.tenant(event.restaurant_id) as tx:
                self.outbox.add(tx, [event])

    def relay(self, *, backwards: bool = False) -> int:
        """Relays what is waiting; how many. `backwards` announces the last first."""
        relay = Relay(self._worker, [], _Backwards(self._sink) if backwards else self._sink)
        total = 0
        while done := relay.run_once(datetime.now(UTC)):
            total += done
        return total

    def tell(self, count: int = 1, restaurant: UUID | None = None, size: int = 0) -> None:
        """Commits events and relays them."""
        self.write(count, restaurant, size)
        self.relay()

    def reconnect(self) -> None:
        """Forgets database connections that a killed server has left behind."""
        self.__post_init__()

    def connect(self, **options: Any) -> ClientConnection:
        """A connected client that has said nothing yet."""
        # Without a bound, so that a test may read late and still hang up at once.
        connection = connect(
            self.url,
            compression=None,
            proxy=None,
            max_queue=None,
            ping_interval=None,
            close_timeout=2,
            **options,
        )
        self.open.append(connection)
        return connection

    def hang_up(self) -> None:
        """Closes every client."""
        while self.open:
            self.open.pop().close()

    def screen(
        self, after: int | None = None, *, kind: str = "host", restaurant: UUID | None = None
    ) -> ClientConnection:
        """A client that has authenticated and asked for the restaurant's events."""
        wanted = restaurant or self.house
        connection = self.connect()
        say(connection, action="authenticate", token=f"{kind}:{wanted}")
        asked = {"action": "subscribe", "restaurantId": str(wanted)}
        say(connection, **asked, **({} if after is None else {"lastEventId": after}))
        return connection


def say(connection: ClientConnection, **message: object) -> None:
    """Sends a message."""
    connection.send(json.dumps(message))


def hear(connection: ClientConnection, timeout: float = 10) -> dict[str, Any]:
    """The next message."""
    answer = connection.recv(timeout)
    assert isinstance(answer, str)
    return dict(json.loads(answer))


def hear_events(connection: ClientConnection, count: int, timeout: float = 10) -> list[int]:
    """The ids of the next `count` messages, all of which must be events."""
    messages = [hear(connection, timeout) for _ in range(count)]
    assert {message["type"] for message in messages} <= {"event"}, messages
    return [message["id"] for message in messages]


def upgrade_headers() -> dict[str, str]:
    return {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
    }


def handshake(live: Stand) -> socket.socket:
    """A bare socket after the handshake of RFC 6455's own example: it answers no pings."""
    raw = socket.create_connection(("127.0.0.1", live.settings.port), timeout=10)
    lines = [
        "GET /ws HTTP/1.1",
        "Host: here",
        *(f"{name}: {value}" for name, value in upgrade_headers().items()),
        "",
        "",
    ]
    raw.sendall("\r\n".join(lines).encode())
    answer = b""
    while not answer.endswith(b"\r\n\r\n"):
        answer += raw.recv(1)
    assert b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" in answer
    return raw


def masked(text: str) -> bytes:
    """A text frame of less than 126 bytes, with a mask that changes nothing."""
    payload = text.encode()
    return bytes((0x81, 0x80 | len(payload), 0, 0, 0, 0)) + payload


@contextmanager
def home(
    owner_url: str, redis_url: str, restaurants: int, settings: Mapping[str, object]
) -> Iterator[tuple[Settings, dict[str, str], list[UUID]]]:
    """A data folder, a migrated database with restaurants, and the settings and environment for processes on them."""
    with short_folder() as folder:
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(_HERE), str(_HERE.parent), str(ROOT)]),
            "SAVEIT_DATA_DIR": str(folder),
            "SAVEIT_PORT": str(free_port()),
            "SAVEIT_DATABASE_URL": owner_url,
            "SAVEIT_REDIS_URL": redis_url,
            **{f"SAVEIT_{name.upper()}": str(value) for name, value in settings.items()},
        }
        chosen = Settings(
            **{
                name: environment[f"SAVEIT_{name.upper()}"]
                for name in ("data_dir", "port", "database_url", "redis_url", *settings)
            }
        )
        keys = KeyFile(chosen.key_file)
        keys.ensure()
        migrate(owner_url, keys)
        yield chosen, environment, _restaurants(owner_url, restaurants)


@contextmanager
def stand(owner_url: str, redis_url: str, restaurants: int = 2, **settings: object) -> Iterator[Stand]:
    """A started stand with restaurants of its own in the given, empty database."""
    with home(owner_url, redis_url, restaurants, settings) as (chosen, environment, made):
        running = Stand(chosen, environment, made)
        running.start()
        try:
            yield running
        finally:
            running.hang_up()
            if running.process and running.process.poll() is None:
                running.stop()


def _restaurants(owner_url: str, count: int) -> list[UUID]:
    made = [uuid7() for _ in range(count)]
    connection = psycopg2.connect(owner_url)
    try:
        with connection, connection.cursor() as cursor:
            for each in made:
                cursor.execute(
                    "INSERT INTO restaurants (id, slug, name, timezone) VALUES (%s, %s, 'Casa', 'Europe/Madrid')",
                    (str(each), f"casa-{each.hex}"),
                )
    finally:
        connection.close()
    return made
