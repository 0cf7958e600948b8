"""A small stand-in for the backend on loopback: real HTTP and a real WebSocket, one restaurant, everything in
memory.

For tests of the host app's core and devices, which must not wait for a database. It judges with the same pure
code as the backend and can be told to be slow, to fail, to lose answers, or to be gone.
"""

from __future__ import annotations

import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from flask import Flask, request
from flask_sock import Sock
from simple_websocket import ConnectionClosed
from werkzeug.serving import make_server

from backend.checkin import (
    Arrival,
    DoorRules,
    MasterKeys,
    Scan,
    Verdict,
    count_arrival,
    decide,
    issue,
    reservation_id_of,
    service_date_of,
)
from host_app.core import wire
from host_app.core.records import Guest, Party

MADRID = ZoneInfo("Europe/Madrid")
RULES = DoorRules(timezone=MADRID)
MASTERS = MasterKeys({1: b"m" * 32}, current=1)


class StandInServer:
    """One restaurant. `url` is where it listens while `running()`; the switches below change its ways."""

    def __init__(self, now: datetime | None = None) -> None:
        self.restaurant_id = uuid4()
        self.enrolment_code = "ENROL-ME"
        self.token = secrets.token_urlsafe(16)
        self.revoked = False
        self.parties: dict[UUID, Party] = {}
        self.answers: dict[str, dict[str, Any]] = {}  # by event id
        self.calls: list[str] = []
        self.delay = 0.0  # seconds before a check-in is answered
        self.fail_with: int | None = None  # HTTP status of every call
        self.poison: set[str] = set()  # event ids the server answers with 422
        self.history_kept = 100
        self._now = now
        self._events: list[tuple[int, dict[str, Any]]] = []
        self._sockets: list[Any] = []
        self._lock = threading.RLock()
        self._app = self._make_app()
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def now(self) -> datetime:
        return self._now or datetime.now(UTC)

    def today(self) -> date:
        return service_date_of(self.now(), RULES)

    @contextmanager
    def running(self) -> Iterator[StandInServer]:
        server = make_server("127.0.0.1", self.port, self._app, threaded=True)
        self.port = server.server_port
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self.drop_sockets()
            server.shutdown()
            server.server_close()
            thread.join(5)

    def book(self, name: str, *, minutes: int = 0, party_size: int = 4, **more: Any) -> Party:
        """A confirmed reservation that starts so many minutes from now."""
        starts_at = self.now() + timedelta(minutes=minutes)
        guest = Guest(name=name, phone=more.pop("phone", "+34600111222"), tags=more.pop("tags", ()))
        guest = replace(guest, allergies=more.pop("allergies", None))
        reservation = uuid4()
        party = Party(
            id=reservation,
            code=reservation.hex[:6].upper(),
            restaurant_id=self.restaurant_id,
            service_date=more.pop("service_date", self.today()),
            starts_at=starts_at,
            ends_at=starts_at + timedelta(minutes=120),
            party_size=party_size,
            arrived_count=0,
            status=more.pop("status", "confirmed"),
            version=1,
            guest=guest,
            tables=more.pop("tables", ("12",)),
            **more,
        )
        with self._lock:
            self.parties[party.id] = party
        self.announce("reservation.created", party)
        return party

    def code_for(self, party: Party, *, key: bytes | None = None) -> str:
        """The code that the guest of this party was sent; another `key` forges it."""
        return issue(
            day_key=key or MASTERS.day_key(1, party.restaurant_id, party.service_date),
            key_id=1,
            service_date=party.service_date,
            reservation_id=party.id,
            restaurant_id=party.restaurant_id,
            issued_at=self.now() - timedelta(days=1),
            expires_at=party.ends_at + timedelta(hours=2),
            nonce=secrets.token_bytes(8),
        )

    def change(self, party: Party, **values: Any) -> Party:
        """Changes a reservation as staff elsewhere would, and announces it."""
        with self._lock:
            known = self.parties[party.id]
            changed = replace(known, version=known.version + 1, **values)
            self.parties[party.id] = changed
        self.announce("reservation.updated", changed)
        return changed

    def announce(self, kind: str, party: Party) -> None:
        self.tell_event(kind, {"reservationId": str(party.id)})

    def whisper(self, frame: dict[str, Any]) -> None:
        """Tells all screens something in passing: without a number, and kept nowhere."""
        with self._lock:
            sockets = list(self._sockets)
        for socket in sockets:
            self._tell(socket, frame)

    def tell_event(self, kind: str, data: dict[str, Any]) -> None:
        event = {
            "type": kind,
            "restaurantId": str(self.restaurant_id),
            "occurredAt": self.now().isoformat(),
            "data": data,
        }
        with self._lock:
            self._events.append((len(self._events) + 1, event))
            del self._events[: -self.history_kept]
            number, sockets = self._events[-1][0], list(self._sockets)
        for socket in sockets:
            self._tell(socket, {"type": "event", "id": number, "event": event})

    def drop_sockets(self) -> None:
        with self._lock:
            sockets, self._sockets = self._sockets, []
        for socket in sockets:
            with suppress(ConnectionClosed):  # the other side was quicker
                socket.close()

    def _make_app(self) -> Flask:
        app = Flask("stand-in")
        app.before_request(self._gate)
        app.post("/api/v1/devices/enrol")(self._enrol)
        app.get("/api/v1/devices/manifest")(self._manifest)
        app.get("/api/v1/reservations/<uuid:reservation_id>")(self._reservation)
        app.post("/api/v1/qr/checkin")(self._check_in)
        app.post("/api/v1/qr/checkin/batch")(self._check_in_batch)
        Sock(app).route("/ws")(self._feed)
        return app

    def _gate(self) -> Any:
        self.calls.append(f"{request.method} {request.path}")
        if self.fail_with is not None:
            return _problem(self.fail_with, "broken")
        open_paths = ("/ws", "/api/v1/devices/enrol")
        wanted = f"Bearer {self.token}"
        if request.path not in open_paths and (
            self.revoked or request.headers.get("Authorization") != wanted
        ):
            return _problem(401, "unauthorized")
        return None

    def _enrol(self) -> Any:
        body = request.get_json()
        if body["code"] != self.enrolment_code:
            return _problem(422, "enrolment_code_unknown")
        self.revoked = False
        return {
            "deviceId": str(uuid4()),
            "deviceToken": self.token,
            "restaurantId": str(self.restaurant_id),
        }, 201

    def _manifest(self) -> Any:
        day = date.fromisoformat(request.args["date"]) if "date" in request.args else self.today()
        with self._lock:
            parties = [each for each in self.parties.values() if each.service_date == day]
            last = self._events[-1][0] if self._events else 0
        return {
            "date": day.isoformat(),
            "serverTime": self.now().isoformat(),
            "reservations": [wire.party_body(each) for each in parties if each.status != "cancelled"],
            "dayKeys": [
                {
                    "date": each.isoformat(),
                    "keyId": 1,
                    "key": wire.key_text(MASTERS.day_key(1, self.restaurant_id, each)),
                }
                for each in (self.today(), self.today() + timedelta(days=1))
            ],
            "revoked": [str(each.id) for each in parties if each.status == "cancelled"],
            "lastEventId": last,
            "restaurant": {
                "id": str(self.restaurant_id),
                "name": "Casa Lumbre",
                "timezone": "Europe/Madrid",
                "areas": [
                    {"id": "sala", "name": {"es": "Sala", "en": "Dining room"}},
                    {"id": "terraza", "name": {"es": "Terraza", "en": "Terrace"}},
                ],
            },
        }

    def _reservation(self, reservation_id: UUID) -> Any:
        party = self.parties.get(reservation_id)
        return {"reservation": wire.party_body(party)} if party else _problem(404, "not_found")

    def _check_in(self) -> Any:
        body = request.get_json()
        answer = self._once(body)  # first the deed, then the delay: a late answer is not an undone deed
        time.sleep(self.delay)
        return answer

    def _check_in_batch(self) -> Any:
        bodies = request.get_json()["checkins"]
        if any(body["eventId"] in self.poison for body in bodies):
            return _problem(422, "invalid")
        return {"verdicts": [self._once(body) for body in bodies]}

    def _once(self, body: dict[str, Any]) -> Any:
        if body["eventId"] in self.poison:
            return _problem(422, "invalid")
        with self._lock:
            if body["eventId"] not in self.answers:
                self.answers[body["eventId"]] = self._judge(body)
            return self.answers[body["eventId"]]

    def _judge(self, body: dict[str, Any]) -> dict[str, Any]:
        act = wire.check_in(body)
        scan = Scan(code=act.code, reservation_id=act.reservation_id)
        party = self.parties.get(reservation_id_of(scan) or uuid4())
        verdict = decide(
            scan,
            party.facts if party else None,
            find_key=MASTERS.find,
            rules=RULES,
            restaurant_id=self.restaurant_id,
            now=act.scanned_at,
            override=act.override,
        )
        if verdict.result != "refused" and party is not None:
            party = self._arrive(party, act.scanned_at, act.arrived_count)
        return _verdict_json(verdict, party if verdict.reservation_id else None)

    def _arrive(self, party: Party, at: datetime, count: int | None) -> Party:
        total = count_arrival(party.arrivals, count, party.party_size)
        arrivals = tuple(sorted((*party.arrivals, Arrival(at, "Door", total)), key=lambda each: each.at))
        return self.change(party, status="checked_in", arrived_count=total, arrivals=arrivals)

    def _feed(self, socket: Any) -> None:
        try:
            while True:
                message = json.loads(socket.receive())
                if message["action"] == "authenticate" and (message["token"] != self.token or self.revoked):
                    self._tell(socket, {"type": "error", "code": "unauthorized"})
                    return
                if message["action"] == "ping":
                    self._tell(socket, {"type": "pong"})
                if message["action"] == "subscribe":
                    self._subscribe(socket, message.get("lastEventId"))
        except ConnectionClosed:
            return

    def _subscribe(self, socket: Any, last: int | None) -> None:
        with self._lock:
            newest = self._events[-1][0] if self._events else 0
            self._tell(socket, {"type": "subscribed", "lastEventId": newest})
            missed = [each for each in self._events if last is not None and each[0] > last]
            if last is not None and missed and missed[0][0] != last + 1:
                self._tell(socket, {"type": "reload"})
                missed = []
            for number, event in missed:
                self._tell(socket, {"type": "event", "id": number, "event": event})
            self._sockets.append(socket)

    def _tell(self, socket: Any, message: dict[str, Any]) -> None:
        try:
            socket.send(json.dumps(message))
        except ConnectionClosed:
            with self._lock:
                self._sockets = [each for each in self._sockets if each is not socket]


def _verdict_json(verdict: Verdict, party: Party | None) -> dict[str, Any]:
    return {
        "result": verdict.result,
        "reason": verdict.reason,
        "override": verdict.override,
        "reservation": wire.party_body(party) if party else None,
        "previousArrivals": [
            {"at": each.at.isoformat(), "device": each.device, "count": each.count}
            for each in verdict.previous_arrivals
        ],
    }


def _problem(status: int, code: str) -> Any:
    return (
        {"status": status, "code": code, "title": code},
        status,
        {"Content-Type": "application/problem+json"},
    )
