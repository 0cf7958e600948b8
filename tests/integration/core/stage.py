"""A whole SaveIt in one process for the tests of the core: real PostgreSQL and Redis, a clock that is set, the HTTP edge in memory.

`Stage` has one restaurant of its own: Casa Prueba in Madrid, open every day 13:00 to 00:30, six tables.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from backend.app import mount_all
from backend.platform.database import db, engine_options
from backend.platform.events.deliveries import Deliveries
from backend.platform.events.relay import Relay
from backend.platform.http.caller import OWNER, PUBLISHABLE, SECRET, Caller
from backend.platform.ids import uuid7
from backend.platform.keys import KeyFile
from backend.platform.migrate import migrate
from backend.platform.roles import application_url
from backend.restaurants.schemas import ConfigDocument
from backend.settings import Settings
from backend.wiring import Services, build

ZONE = ZoneInfo("Europe/Madrid")
# Wednesday, 10:00 in Madrid: bookings for the same evening are within the rules.
NOW = datetime(2026, 12, 16, 9, 0, tzinfo=UTC)
TODAY, TOMORROW = date(2026, 12, 16), date(2026, 12, 17)
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class SetClock:
    """Stands where it is put."""

    def __init__(self, now: datetime = NOW) -> None:
        self.at = now

    def now(self) -> datetime:
        return self.at


class NoScreens:
    """The live feed of a test without screens; keeps what was published."""

    def __init__(self) -> None:
        self.published: list[tuple[int, Any]] = []

    def publish(self, events: Any) -> None:
        self.published += events


def document(slug: str, **rules: Any) -> dict[str, Any]:
    """Casa Prueba's configuration; keyword arguments replace members of its rules."""
    tables = [("1", 1, 2), ("2", 1, 2), ("3", 2, 4), ("4", 2, 4), ("5", 2, 4), ("6", 4, 6)]
    areas = {"1": "sala", "2": "sala", "3": "sala", "4": "terraza", "5": "terraza", "6": "sala"}
    made = [
        {"id": str(uuid4()), "number": number, "minParty": low, "maxParty": high, "area": areas[number]}
        for number, low, high in tables
    ]
    ids = {table["number"]: table["id"] for table in made}
    return {
        "profile": {
            "name": "Casa Prueba",
            "slug": slug,
            "timezone": "Europe/Madrid",
            "locale": "es-ES",
            "currency": "EUR",
        },
        "areas": [{"id": "sala", "name": {"es": "Sala"}}, {"id": "terraza", "name": {"es": "Terraza"}}],
        "tables": made,
        "combinations": [[ids["4"], ids["5"]]],
        "rules": {
            "reservationWindow": {"minHoursAdvance": 2, "maxDaysAdvance": 30, "allowSameDay": True},
            "businessHours": {day: {"open": "13:00", "close": "00:30", "closed": False} for day in DAYS},
            "timeSlots": {"slotDuration": 30, "turnoverTime": 15},
            **rules,
        },
    }


@dataclass
class Stage:
    """One restaurant on a web process and a worker."""

    app: Flask
    services: Services
    worker: Services
    clock: SetClock
    restaurant_id: UUID
    publishable: dict[str, str]
    secret: dict[str, str]
    staff: dict[str, dict[str, str]]
    device: dict[str, str]
    live: NoScreens

    def close(self) -> None:
        """Gives the connections back."""
        self.services.database.engine.dispose()
        self.worker.database.engine.dispose()

    @property
    def client(self) -> FlaskClient:
        """A fresh client: it keeps no state between requests."""
        return self.app.test_client()

    def call(self, method: str, path: str, who: dict[str, str] | None = None, **more: Any) -> TestResponse:
        """One request under /api/v1."""
        headers = {**(who or {}), **more.pop("headers", {})}
        return self.client.open(f"/api/v1{path}", method=method, headers=headers, **more)

    def body(self, **changes: Any) -> dict[str, Any]:
        """A booking for four tomorrow at eight; keyword arguments replace members, `None` removes one."""
        made = {
            "restaurantId": str(self.restaurant_id),
            "date": TOMORROW.isoformat(),
            "time": "20:00",
            "partySize": 4,
            "guest": {"name": "Lucía García", "phone": "600 111 222"},
            "privacyAccepted": True,
            **changes,
        }
        return {name: value for name, value in made.items() if value is not None}

    def book(self, who: dict[str, str] | None = None, key: str | None = None, **changes: Any) -> TestResponse:
        """Books; by a diner's page unless `who` says otherwise."""
        headers = {"Idempotency-Key": key} if key else {}
        return self.call(
            "POST", "/reservations", who or self.publishable, json=self.body(**changes), headers=headers
        )

    def booked(self, **changes: Any) -> dict[str, Any]:
        """The answer of a booking that must succeed."""
        answer = self.book(**changes)
        assert answer.status_code == 201, answer.get_data(as_text=True)
        return answer.get_json()

    def guest(self, booked: dict[str, Any]) -> dict[str, str]:
        """The caller that holds a booking's link."""
        return {"Authorization": f"Bearer {booked['manageUrl'].rsplit('/', 1)[1]}"}

    def move(self, booked: dict[str, Any], status: str, **more: Any) -> TestResponse:
        """A move by the host."""
        path = f"/reservations/{booked['reservation']['id']}/status"
        return self.call("POST", path, self.staff["host"], json={"status": status, **more})

    def scan(self, booked: dict[str, Any], **more: Any) -> TestResponse:
        """A scan of the booking's code by the device, now."""
        scan = {
            "code": booked["qr"]["code"],
            "eventId": str(uuid4()),
            "scannedAt": self.clock.at.isoformat(),
            **more,
        }
        return self.call("POST", "/qr/checkin", self.device, json=scan)

    def set_rules(self, **rules: Any) -> dict[str, Any]:
        """Replaces members of the rules as a new version; the answer."""
        path = f"/restaurants/{self.restaurant_id}/config"
        current = self.call("GET", path, self.staff["owner"]).get_json()
        current["rules"] |= rules
        answer = self.call(
            "PUT", path, self.staff["owner"], json=current, headers={"If-Match": str(current["version"])}
        )
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return answer.get_json()

    def at(self, local: str) -> None:
        """Sets the clock to a wall-clock time in Madrid, `2026-12-17 20:00`."""
        self.clock.at = datetime.fromisoformat(local).replace(tzinfo=ZONE).astimezone(UTC)

    def later(self, **more: float) -> None:
        """Moves the clock on."""
        self.clock.at += timedelta(**more)

    def work(self) -> None:
        """What the worker does until nothing is left: relay, handlers, scheduled work, messages."""
        relay = Relay(self.worker.database, self.worker.handlers, self.live)
        deliveries = Deliveries(self.worker.database, self.worker.handlers)
        while True:
            now = self.clock.now()
            done = relay.run_once(now)
            done += deliveries.run_due(now)
            done += self.worker.jobs.run_due(self.worker.database, now)
            done += self.worker.notifications.send_due(now)
            done += sum(errand.work(now, 50) for errand in self.worker.errands)
            if not done:
                return

    def mails(self) -> list[dict[str, Any]]:
        """What lies in this restaurant's mailbox, oldest first."""
        folder = self.services.settings.data_dir / "mailbox"
        slug = self.services.restaurants.config(self.restaurant_id).profile.slug
        found = [json.loads(path.read_text()) for path in (folder / slug).glob("*.json")]
        return sorted(found, key=lambda mail: mail["message_id"])


@dataclass(frozen=True)
class Ground:
    """A migrated database and the files beside it."""

    owner_url: str
    redis_url: str
    folder: Path
    secrets: KeyFile


def make_ground(owner_url: str, redis_url: str, folder: Path) -> Ground:
    """Migrates a fresh database."""
    secrets = KeyFile(folder / "secrets" / "keys.json")
    secrets.ensure()
    migrate(owner_url, secrets)
    return Ground(owner_url, redis_url, folder, secrets)


def settings_of(ground: Ground, **changes: Any) -> Settings:
    """Settings of a process on that ground; no limits unless asked."""
    return Settings(
        **{
            "data_dir": ground.folder,
            "database_url": ground.owner_url,
            "redis_url": ground.redis_url,
            "rate_limits": "off",
            "access_token_s": 90 * 86400,  # tests walk through days; sessions have tests of their own
            **changes,
        }
    )


def connected(ground: Ground, role: str, clock: Any, **changes: Any) -> tuple[Flask, Services]:
    """An application and its services as one process has them."""
    settings = settings_of(ground, **changes)
    app = Flask(f"saveit-test-{role}", static_folder=None)
    app.config["SQLALCHEMY_DATABASE_URI"] = application_url(ground.owner_url, ground.secrets, role)
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = engine_options(pool=24, statement_timeout_ms=20_000, name=role)
    db.init_app(app)
    with app.app_context():
        return app, build(settings, db.engine, ground.secrets, clock=clock)


def open_stage(
    ground: Ground, *, clock: SetClock | None = None, config: dict[str, Any] | None = None, **changes: Any
) -> Stage:
    """A new restaurant on the ground with its people, keys and a device."""
    clock = clock or SetClock()
    app, services = connected(ground, "app", clock, **changes)
    _, worker = connected(ground, "worker", clock, **changes)
    mount_all(app, services)
    restaurant_id = uuid7()
    slug = f"casa-{restaurant_id.hex[-12:]}"
    services.restaurants.create(
        restaurant_id, ConfigDocument.model_validate(config or document(slug)), "system:test"
    )
    owner = Caller(OWNER, restaurant_id)
    access = services.access
    staff = {}
    for role in ("owner", "manager", "host"):
        email = f"{role}-{restaurant_id.hex}@casa.example"
        access.people.add(owner, email=email, name=role, role=role, password="una frase larga 7", locale="es")
        session = access.sessions.sign_in(email, "una frase larga 7", "127.0.0.1")
        staff[role] = {"Authorization": f"Bearer {session.access_token}"}
    enrolled = access.devices.enrol(
        access.devices.create_code(owner, uses=5, valid_for=timedelta(days=1)).code, "Puerta"
    )
    return Stage(
        app=app,
        services=services,
        worker=worker,
        clock=clock,
        restaurant_id=restaurant_id,
        publishable={"X-Api-Key": access.api_keys.create(owner, kind=PUBLISHABLE, name="web").key},
        secret={"X-Api-Key": access.api_keys.create(owner, kind=SECRET, name="partner").key},
        staff=staff,
        device={"Authorization": f"Bearer {enrolled.device_token}"},
        live=NoScreens(),
    )
