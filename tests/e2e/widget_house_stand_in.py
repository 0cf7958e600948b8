"""SaveIt's side of the widget's form and of its live answers: what `ChatStandIn` hands on that is not POST /chat.

`HouseStandIn` answers as the API's documents say (profile, calendar, day, check, holds, reservations, the thread's
record) and plays what a test plans for a path first. `GuestSocket` is a guest's socket: RFC 6455 by the `websockets`
package, on the connection of the HTTP server.
"""

from __future__ import annotations

import json
import socket
import threading
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import uuid4

from websockets.frames import Frame, Opcode
from websockets.protocol import OPEN
from websockets.server import ServerProtocol

TODAY = date(2026, 12, 1)
RESTAURANT_ID = "0193a0c2-8c1e-7000-8000-000000000001"
PROFILE: dict[str, Any] = {
    "restaurantId": RESTAURANT_ID,
    "slug": "casa-lucia",
    "name": "Casa Lucía",
    "timezone": "Europe/Madrid",
    "locale": "es-ES",
    "formality": "tu",
    "today": TODAY.isoformat(),
    "firstDate": TODAY.isoformat(),
    "lastDate": "2027-01-30",
    "smallestParty": 1,
    "largestParty": 8,
    "areas": [{"id": "sala", "name": "Sala"}, {"id": "terraza", "name": "Terraza"}],
    "address": "Calle Mayor 1, Madrid",
    "phone": "+34 912 345 678",
    "mapUrl": "https://maps.example/casa",
    "privacyUrl": "/r/casa-lucia/privacy",
}
TIMES = ("13:30", "14:00", "20:00", "20:30", "21:00")


@dataclass
class Asked:
    """One request: `query` and `body` as they came."""

    method: str
    path: str
    query: dict[str, str]
    body: Any
    headers: dict[str, str]


@dataclass
class HouseStandIn:
    """Free every day but Mondays (closed) and the 25th (full); `full` are slots that somebody else took."""

    asked: list[Asked] = field(default_factory=list)
    planned: defaultdict[str, deque[Callable[[Asked], tuple[int, Any]]]] = field(
        default_factory=lambda: defaultdict(deque)
    )
    hold_seconds: int = 300
    thread: list[dict[str, Any]] = field(default_factory=list)
    handler: str = "bot"
    sockets: list[GuestSocket] = field(default_factory=list)
    has_socket: bool = True
    arrival: threading.Condition = field(default_factory=threading.Condition)

    def plan(self, ending: str, status: int, body: Any, times: int = 1) -> None:
        """The next requests whose path ends so are answered with this."""
        self.planned[ending].extend([lambda asked: (status, body)] * times)

    def of(self, ending: str, method: str | None = None) -> list[Asked]:
        """What was asked so far of paths that end so."""
        return [each for each in self.asked if each.path.endswith(ending) and method in (None, each.method)]

    def wait_for(self, ending: str, count: int, method: str | None = None) -> list[Asked]:
        """Blocks until so many requests have come; fails when they do not."""
        with self.arrival:
            assert self.arrival.wait_for(lambda: len(self.of(ending, method)) >= count, 10), self.asked
        return self.of(ending, method)

    def answer(self, asked: Asked) -> tuple[int, Any]:
        """Status and JSON."""
        with self.arrival:
            self.asked.append(asked)
            self.arrival.notify_all()
        for ending, plans in self.planned.items():
            if asked.path.endswith(ending) and plans:
                return plans.popleft()(asked)
        for ending, answer in _ANSWERS.items():
            if asked.path.endswith(ending):
                return answer(self, asked)
        if asked.method == "DELETE":
            return 204, None
        return self._day(asked)

    def _calendar(self, asked: Asked) -> tuple[int, Any]:
        first = date.fromisoformat(f"{asked.query['month']}-01")
        days = [first + timedelta(days=count) for count in range(31)]
        return 200, {"days": [_day(day) for day in days if day.month == first.month]}

    def _day(self, asked: Asked) -> tuple[int, Any]:
        day = date.fromisoformat(asked.query["date"])
        free = bool(_day(day)["available"])
        slots = [
            {
                "time": time,
                "startsAt": f"{day.isoformat()}T{time}:00+01:00",
                "available": free,
                "areas": ["sala"],
                **({} if free else {"reason": "slot_unavailable"}),
            }
            for time in TIMES
        ]
        return 200, {"restaurantId": RESTAURANT_ID, "date": day.isoformat(), "slots": slots}

    def _booked(self, asked: Asked) -> tuple[int, Any]:
        body = asked.body
        reservation = {
            "id": str(uuid4()),
            "code": "K7QF2M",
            "status": "confirmed",
            **{name: body[name] for name in ("date", "time", "partySize")},
        }
        return 201, {
            "reservation": reservation,
            "qr": {"code": "SI1", "imageUrl": "/qr/K7QF2M.png", "expiresAt": "2026-12-19T00:00:00+01:00"},
            "manageUrl": "/g/token",
        }

    def _history(self, asked: Asked) -> tuple[int, Any]:
        after = asked.query.get("after")
        ids = [message["id"] for message in self.thread]
        start = ids.index(after) + 1 if after in ids else 0
        return 200, {"handler": self.handler, "messages": self.thread[start:]}

    # the people's side --------------------------------------------------------------------------------------------

    def say(self, text: str, **more: Any) -> dict[str, Any]:
        """A person of the restaurant answers: kept in the thread, and told to whoever listens."""
        message = {"id": str(uuid4()), "author": "staff", "text": text, "at": "2026-12-01T13:00:00Z", **more}
        self.thread.append(message)
        self.tell({"type": "message", "message": message})
        return message

    def tell(self, record: dict[str, Any]) -> None:
        """To every open socket."""
        for each in list(self.sockets):
            each.send(record)

    def wait_for_socket(self) -> GuestSocket:
        """The guest's socket, once it has introduced itself."""
        with self.arrival:
            assert self.arrival.wait_for(lambda: bool(self.sockets), 10), "no socket was opened"
        return self.sockets[-1]


class GuestSocket:
    """One guest's socket: what they said is in `heard`."""

    def __init__(self, house: HouseStandIn, request: BaseHTTPRequestHandler) -> None:
        self.house = house
        self.heard: list[dict[str, Any]] = []
        self._request = request
        self._protocol = ServerProtocol()
        self._lock = threading.Lock()

    def serve(self) -> None:
        """Until one of the two closes."""
        lines = [
            f"GET {self._request.path} HTTP/1.1",
            *(f"{k}: {v}" for k, v in self._request.headers.items()),
        ]
        self._protocol.receive_data(("\r\n".join(lines) + "\r\n\r\n").encode())
        [asked] = self._protocol.events_received()
        self._protocol.send_response(self._protocol.accept(asked))  # type: ignore[arg-type]
        self._flush()
        while self._protocol.state is OPEN:
            data = self._request.connection.recv(4096)
            if not data:
                break
            self._protocol.receive_data(data)
            for event in self._protocol.events_received():
                if isinstance(event, Frame) and event.opcode is Opcode.TEXT:
                    self._hear(json.loads(event.data))
            self._flush()
        if self in self.house.sockets:
            self.house.sockets.remove(self)

    def _hear(self, record: dict[str, Any]) -> None:
        with self.house.arrival:
            self.heard.append(record)
            if record["action"] == "open":
                self.house.sockets.append(self)
            self.house.arrival.notify_all()
        if record["action"] == "open":
            self.send({"type": "opened", "handler": self.house.handler})

    def send(self, record: dict[str, Any]) -> None:
        """One record to the guest."""
        with self._lock:
            self._protocol.send_text(json.dumps(record).encode())
            self._flush()

    def drop(self) -> None:
        """The connection breaks without a word."""
        self._request.connection.shutdown(socket.SHUT_RDWR)

    def _flush(self) -> None:
        for data in self._protocol.data_to_send():
            if data:
                self._request.connection.sendall(data)


def asked_of(request: BaseHTTPRequestHandler) -> Asked:
    """The request as `HouseStandIn.answer` takes it."""
    address = urlsplit(request.path)
    length = int(request.headers.get("Content-Length") or 0)
    body = json.loads(request.rfile.read(length)) if length else None
    query = {name: values[-1] for name, values in parse_qs(address.query).items()}
    return Asked(
        request.command, address.path, query, body, {k.lower(): v for k, v in request.headers.items()}
    )


def refusal(status: int, code: str, detail: str, **more: Any) -> tuple[int, Any]:
    """A problem document."""
    return status, {
        "type": f"/problems/{code}",
        "title": detail,
        "status": status,
        "code": code,
        "detail": detail,
        **more,
    }


def _day(day: date) -> dict[str, Any]:
    reason = "closed" if day.weekday() == 0 else "slot_unavailable" if day.day == 25 else None
    return {"date": day.isoformat(), "available": reason is None, **({"reason": reason} if reason else {})}


_ANSWERS: dict[str, Callable[[HouseStandIn, Asked], tuple[int, Any]]] = {
    "/profile": lambda house, asked: (200, PROFILE),
    "/calendar": HouseStandIn._calendar,
    "/check": lambda house, asked: (
        200,
        {
            "available": False,
            "reasons": ["slot_unavailable"],
            "alternatives": [
                {"date": "2026-12-26", "time": "20:30", "area": "terraza"},
                {"date": "2026-12-26", "time": "21:00"},
            ],
        },
    ),
    "/holds": lambda house, asked: (
        201,
        {"holdId": str(uuid4()), "expiresAt": "2026-12-01T13:05:00+01:00", "expiresIn": house.hold_seconds},
    ),
    "/reservations": HouseStandIn._booked,
    "/messages": HouseStandIn._history,
}
