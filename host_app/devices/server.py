"""The backend's HTTP API as the host app calls it: the `Server` of core, over `requests`.

Called by the desk and the sync on their own threads. It turns everything that can happen to a call into three
outcomes: an answer, RejectedError (the server's no) or UnreachableError (no usable answer).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any, TypeVar
from uuid import UUID

import requests

from host_app.core import wire
from host_app.core.ports import RejectedError, ServerFailedError, UnreachableError
from host_app.core.records import Answer, CheckIn, Enrolment, Manifest, Party, Restaurant
from host_app.core.server_clock import ServerClock

T = TypeVar("T")

AT_THE_DOOR_SECONDS = 1.5  # how long a guest waits for the server before the device decides alone
IN_THE_BACKGROUND_SECONDS = 10.0
_TOO_MANY = 429
_SERVER_ERROR = 500


class HttpServer:
    """Calls one server with one device token. Every thread has its own connection pool."""

    def __init__(self, clock: ServerClock, language: Callable[[], str]) -> None:
        self._clock = clock
        self._language = language
        self._enrolment: Enrolment | None = None
        self._local = threading.local()

    def use(self, enrolment: Enrolment | None) -> None:
        """Speaks to this server as this device from now on."""
        self._enrolment = enrolment

    def enrol(self, server_url: str, code: str, device_name: str) -> Enrolment:
        """Trades an enrolment code for a device token."""
        base = server_url.rstrip("/")
        body = self._send(
            "POST", f"{base}/api/v1/devices/enrol", token=None, body={"code": code, "name": device_name}
        )
        return wire.read(
            lambda answer: Enrolment(
                server_url=base,
                device_id=str(answer["deviceId"]),
                device_name=device_name,
                restaurant_id=UUID(answer["restaurantId"]),
                token=str(answer["deviceToken"]),
            ),
            body,
        )

    def manifest(self, service_date: date | None) -> Manifest:
        """One service day; None is the restaurant's today."""
        query = {"date": service_date.isoformat()} if service_date else {}
        sent = self._clock.own_now()
        manifest = self.read(wire.manifest, self.call("GET", "/devices/manifest", query=query))
        self._clock.learn(manifest.server_time, sent, self._clock.own_now())
        return manifest

    def restaurant(self, restaurant_id: UUID) -> Restaurant:
        """Name, zone and door rules from the configuration."""
        config = self.call("GET", f"/restaurants/{restaurant_id}/config")
        return self.read(wire.restaurant, {"id": str(restaurant_id), **config})

    def party(self, reservation_id: UUID) -> Party:
        """One reservation as it is now."""
        answer = self.call("GET", f"/reservations/{reservation_id}")
        return self.read(lambda each: wire.party(_with_guest(each)), answer)

    def check_in(self, act: CheckIn) -> Answer:
        """The server's verdict, or UnreachableError within AT_THE_DOOR_SECONDS."""
        answer = self.call("POST", "/qr/checkin", body=wire.check_in_body(act), seconds=AT_THE_DOOR_SECONDS)
        return self.read(wire.answer, answer)

    def check_in_batch(self, acts: Sequence[CheckIn]) -> list[Answer]:
        """The verdicts on acts of the past, in their order."""
        body = {"checkins": [wire.check_in_body(act) for act in acts]}
        answer = self.call("POST", "/qr/checkin/batch", body=body)
        verdicts = self.read(lambda each: [wire.answer(verdict) for verdict in each["verdicts"]], answer)
        if len(verdicts) != len(acts):
            raise ServerFailedError(f"{len(verdicts)} verdicts for {len(acts)} acts")
        return verdicts

    def call(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
        seconds: float = IN_THE_BACKGROUND_SECONDS,
    ) -> Any:
        """One call as this device; the JSON of its answer, or None of an empty one."""
        enrolment = self._enrolment
        if enrolment is None:
            raise RejectedError(401, "not_enrolled")
        url = f"{enrolment.server_url}/api/v1{path}"
        return self._send(method, url, token=enrolment.token, query=query, body=body, seconds=seconds)

    def _send(
        self,
        method: str,
        url: str,
        *,
        token: str | None,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
        seconds: float = IN_THE_BACKGROUND_SECONDS,
    ) -> Any:
        headers = {"Accept-Language": self._language(), "Accept": "application/json"}
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        try:
            answer = self._session().request(
                method, url, params=query, json=body, headers=headers, timeout=seconds, allow_redirects=False
            )
            return _outcome(answer)
        except requests.exceptions.RequestException as unreachable:
            raise UnreachableError(str(unreachable)) from unreachable

    def _session(self) -> requests.Session:
        if not hasattr(self._local, "session"):
            self._local.session = requests.Session()
        session: requests.Session = self._local.session
        return session

    @property
    def restaurant_id(self) -> UUID:
        """Whose device this is."""
        if self._enrolment is None:
            raise RejectedError(401, "not_enrolled")
        return self._enrolment.restaurant_id

    @staticmethod
    def read(reader: Callable[[Any], T], document: Any) -> T:
        """What a reader of the wire makes of an answer; one that it cannot read is the server's failure, never a no."""
        try:
            return wire.read(reader, document)
        except wire.WireError as defective:
            raise ServerFailedError(str(defective)) from defective


def _outcome(answer: requests.Response) -> Any:
    if answer.status_code >= _SERVER_ERROR:
        raise ServerFailedError(f"{answer.status_code} from {answer.url}")
    if answer.status_code == _TOO_MANY:
        raise UnreachableError("the server asks for patience")
    if answer.ok:
        return answer.json() if answer.content else None
    raise RejectedError(answer.status_code, *_problem(answer))


def _problem(answer: requests.Response) -> tuple[str, str]:
    try:
        document = answer.json()
    except requests.exceptions.JSONDecodeError:
        return f"http_{answer.status_code}", ""
    if not isinstance(document, dict):
        return f"http_{answer.status_code}", ""
    return str(document.get("code") or f"http_{answer.status_code}"), str(document.get("detail") or "")


def _with_guest(answer: Mapping[str, Any]) -> Mapping[str, Any]:
    """`GET /reservations/{id}` may carry the guest inside the reservation or beside it."""
    reservation: Mapping[str, Any] = answer["reservation"]
    return {**reservation, "guest": reservation.get("guest") or answer.get("guest") or {}}
