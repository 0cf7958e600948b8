"""Two restaurants on a real database and the access endpoints over HTTP: the stage of the access tests."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest import mock
from uuid import UUID

import psycopg2
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import create_engine
from werkzeug.test import TestResponse

from backend.access.authenticator import AccessAuthenticator, CallerLimits
from backend.access.last_seen import LastSeen
from backend.access.passwords import Passwords
from backend.access.routes import access_api
from backend.access.service import AccessOptions, AccessService
from backend.platform.ciphers import Cipher
from backend.platform.database import Database, engine_options
from backend.platform.http import ANYONE, DEVICE, KEYS, OWNER, STAFF, Api, Call
from backend.platform.http.caller import GUEST, Caller
from backend.platform.http.mount import mount
from backend.platform.ids import uuid7
from backend.platform.keys import KeyFile
from backend.platform.limits import RateLimiter
from backend.platform.line import Line
from backend.platform.migrate import migrate
from backend.platform.redis import Redis
from backend.platform.roles import application_url
from backend.platform.telemetry import Telemetry

PASSWORD = "el toldo verde de la esquina"


class MovableClock:
    """A clock that tests move."""

    def __init__(self) -> None:
        self.moved = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.moved

    def move(self, **by: float) -> None:
        self.moved += timedelta(**by)


@dataclass
class CountingPasswords(Passwords):
    """Real argon2 with the smallest costs, and a count of verifications."""

    checked: list[bool] = field(default_factory=list)
    meanwhile: Callable[[], object] | None = None  # what happens elsewhere while a password is checked

    def __post_init__(self) -> None:
        super().__init__(memory_kib=8, passes=1)

    def matches(self, stored: str | None, password: str) -> bool:
        outcome = super().matches(stored, password)
        self.checked.append(outcome)
        if self.meanwhile is not None:
            self.meanwhile()
        return outcome


class StatementCount:
    """Counts the messages sent to a database inside a `with` block."""

    def __init__(self, database: Database) -> None:
        self._engine = database.engine
        self._patch = mock.patch.object(Line, "send", self._counted(Line.send))
        self.count = 0

    def __enter__(self) -> StatementCount:
        self._patch.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._patch.stop()

    def _counted(self, send: Callable[..., Any]) -> Callable[..., Any]:
        def counting(line: Line, *given: Any) -> Any:
            self.count += line.engine is self._engine
            return send(line, *given)

        return counting


@dataclass
class Ground:
    """A migrated database and its keys, shared by the tests of a process."""

    owner_url: str
    secrets: KeyFile
    database: Database


@dataclass
class House:
    """One web process with the access endpoints, and two restaurants, each with an owner."""

    ground: Ground
    service: AccessService
    authenticator: AccessAuthenticator
    last_seen: LastSeen
    passwords: CountingPasswords
    clock: MovableClock
    client: FlaskClient
    limiter: RateLimiter
    here: UUID
    there: UUID
    emails: dict[str, str]

    def call(
        self, method: str, path: str, body: Any = None, *, token: str = "", key: str = ""
    ) -> TestResponse:
        headers = {"X-Api-Key": key} if key else {"Authorization": f"Bearer {token}"} if token else {}
        return self.client.open(f"/api/v1{path}", method=method, json=body, headers=headers)

    def sign_in(self, who: str, password: str = PASSWORD) -> TestResponse:
        return self.call("POST", "/auth/login", {"email": self.emails[who], "password": password})

    def token(self, who: str) -> str:
        """An access token of 'owner', 'manager', 'host', or 'stranger' (the other restaurant's owner)."""
        answer = self.sign_in(who)
        assert answer.status_code == 200, answer.json
        return str(answer.json["accessToken"])

    def person(self, who: str) -> UUID:
        return UUID(self.call("GET", "/auth/me", token=self.token(who)).json["id"])

    def enrol(self, name: str = "Entrada", restaurant: UUID | None = None) -> dict[str, str]:
        """A fresh device; its `deviceId` and `deviceToken`."""
        caller = Caller(OWNER, restaurant or self.here)
        code = self.service.devices.create_code(caller, uses=1, valid_for=timedelta(hours=1)).code
        answer = self.call("POST", "/devices/enrol", {"code": code, "name": name})
        assert answer.status_code == 201, answer.json
        return dict(answer.json)

    def audit(self, action: str | None = None) -> list[dict[str, Any]]:
        """Audit rows of this restaurant, oldest first."""
        with self.ground.database.tenant(self.here) as tx:
            rows = tx.all("SELECT * FROM audit ORDER BY at, id")
        return [dict(row) for row in rows if action is None or row["action"] == action]

    def as_owner(self, sql: str, *params: object) -> list[tuple[Any, ...]]:
        """SQL past row-level security, for checking what is really stored."""
        connection = psycopg2.connect(self.ground.owner_url.replace("postgresql+psycopg2", "postgresql"))
        try:
            with connection, connection.cursor() as cursor:
                cursor.execute(sql, params)
                return list(cursor.fetchall()) if cursor.description else []
        finally:
            connection.close()


def make_ground(url: str, folder: Path) -> Ground:
    """Migrates the empty database at `url` and connects as the application does."""
    secrets = KeyFile(folder / "keys.json")
    secrets.ensure()
    migrate(url, secrets)
    options = engine_options(pool=6, statement_timeout_ms=5000, name="test-access")
    return Ground(url, secrets, Database(create_engine(application_url(url, secrets, "app"), **options)))


def build_house(
    ground: Ground, redis: Redis, *, limited: bool = False, limits: CallerLimits | None = None
) -> House:
    """One web process on that ground with two fresh restaurants."""
    clock, passwords = MovableClock(), CountingPasswords()
    limiter = RateLimiter(redis, enabled=limited)
    cipher = Cipher(ground.secrets)
    service = AccessService(
        ground.database, ground.secrets, cipher, limiter, clock, options=AccessOptions(), passwords=passwords
    )
    last_seen = LastSeen(ground.database, background=False)
    authenticator = AccessAuthenticator(
        ground.database,
        ground.secrets,
        service.tokens,
        limiter,
        clock,
        cache=service.cache,
        last_seen=last_seen,
        limits=limits,
    )
    app = Flask("access-test")
    mount(app, [access_api(service), _probe()], authenticator, Telemetry(), "https://mesa.example")
    here, there = _open_restaurant(ground), _open_restaurant(ground)
    house = House(
        ground,
        service,
        authenticator,
        last_seen,
        passwords,
        clock,
        app.test_client(),
        limiter,
        here,
        there,
        {},
    )
    _hire(house)
    return house


def _hire(house: House) -> None:
    for who, restaurant, role in (
        ("owner", house.here, "owner"),
        ("manager", house.here, "manager"),
        ("host", house.here, "host"),
        ("stranger", house.there, "owner"),
    ):
        house.emails[who] = f"{who}.{house.here.hex[-12:]}@mesa.example"
        house.service.people.add(
            Caller(OWNER, restaurant),
            email=house.emails[who],
            name=f"Lucía Fernández ({who})",
            role=role,
            password=PASSWORD,
            locale="es-ES",
        )


def _open_restaurant(ground: Ground) -> UUID:
    restaurant_id = uuid7()
    with ground.database.tenant(restaurant_id) as tx:
        tx.run(
            "INSERT INTO restaurants (id, slug, name, timezone) VALUES (:id, :slug, 'Mesa', 'Europe/Madrid')",
            id=restaurant_id,
            slug=f"mesa-{restaurant_id.hex[-12:]}",
        )
    return restaurant_id


def _probe() -> Api:
    """An endpoint that answers who was recognised."""
    api = Api("probe")

    @api.route("GET", "/probe", who=KEYS | STAFF | {DEVICE, GUEST, ANYONE}, summary="Who calls")
    def probe(call: Call) -> dict[str, object]:
        caller = call.caller
        return {"kind": caller.kind, "restaurantId": caller.restaurant_id, "label": caller.label}

    return api
