"""A whole SaveIt on loopback as `scripts/run` starts it, for end-to-end tests of the host app: book, enrol,
look, and cut the network by stopping it and starting it again on the same data.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import requests
from servers import free_port, short_folder, wait_until

ROOT = Path(__file__).resolve().parents[2]
_READY_S = 180.0
_STOP_S = 90.0


class House:
    """The demonstration restaurant, and a manager's hands in it."""

    def __init__(self, data: Path, console: Path) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._data = data
        self._console = console
        self._process: subprocess.Popen[bytes] | None = None
        self._token = ""

    def start(self) -> None:
        """Starts everything and waits until it is ready."""
        command = [sys.executable, str(ROOT / "scripts" / "run"), "--port", str(self.port)]
        with self._console.open("ab") as console:
            self._process = subprocess.Popen(
                [*command, "--data", str(self._data)],
                env={**os.environ, "SAVEIT_RATE_LIMITS": "off"},
                stdout=console,
                stderr=console,
                start_new_session=True,
            )
        wait_until(self._is_ready, "the house to be ready", _READY_S)
        self._log_in()

    def stop(self) -> None:
        """Stops everything: to a tablet, the network is gone."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(_STOP_S)

    @contextmanager
    def away(self) -> Iterator[None]:
        """To a tablet the network is gone; it is back afterwards, whatever happened meanwhile."""
        self.stop()
        try:
            yield
        finally:
            self.start()

    def close(self) -> None:
        """Stops what is still running."""
        if self._process is not None and self._process.poll() is None:
            self.stop()

    @property
    def demo(self) -> dict[str, Any]:
        """`demo.json`: keys and accounts."""
        found: dict[str, Any] = json.loads((self._data / "demo.json").read_text(encoding="utf-8"))
        return found

    def enrolment(self) -> dict[str, Any]:
        """A fresh enrolment code as the manager's page gets it: `code`, `text`, `qrUrl`."""
        return self._ask("POST", "/devices/enrolment-codes", json={"uses": 1, "validMinutes": 60})

    def book(self, name: str, *, minutes: int = 5, party_size: int = 2, **more: Any) -> dict[str, Any]:
        """A booking that starts so many minutes from now: `{reservation, qr, manageUrl}`."""
        starts = datetime.now(ZoneInfo(self.demo["timezone"])) + timedelta(minutes=minutes)
        body = {
            "restaurantId": self.demo["restaurantId"],
            "date": more.pop("date", starts.date().isoformat()),
            "time": starts.strftime("%H:%M"),
            "partySize": party_size,
            "guest": {"name": name, "phone": f"+346{str(uuid4().int)[:8]}"},
            "privacyAccepted": True,
            "override": True,
            "reason": "end-to-end test",
            **more,
        }
        return self._ask("POST", "/reservations", json=body, headers={"Idempotency-Key": str(uuid4())})

    def reservation(self, booked: dict[str, Any]) -> dict[str, Any]:
        """The reservation as the server has it now."""
        found: dict[str, Any] = self._ask("GET", f"/reservations/{booked['reservation']['id']}")[
            "reservation"
        ]
        return found

    def trail(self, booked: dict[str, Any]) -> str:
        """Everything the audit trail says of a reservation, as one text."""
        return json.dumps(self._ask("GET", f"/reservations/{booked['reservation']['id']}/trail"))

    def conversations(self) -> list[dict[str, Any]]:
        """The conversations that the team has."""
        query = f"restaurantId={self.demo['restaurantId']}&handler=staff"
        found: list[dict[str, Any]] = self._ask("GET", f"/conversations?{query}")["conversations"]
        return found

    def hand_back(self, conversation: dict[str, Any]) -> None:
        """The assistant has that conversation again."""
        self._ask("POST", f"/conversations/{conversation['id']}/release")

    def picture(self, booked: dict[str, Any]) -> bytes:
        """The PNG of the QR as the guest gets it."""
        return self._bytes(booked["qr"]["imageUrl"])

    def enrolment_picture(self, enrolment: dict[str, Any]) -> bytes:
        """The PNG of an enrolment code as the manager's page shows it."""
        return self._bytes(enrolment["qrUrl"])

    def _bytes(self, address: str) -> bytes:
        url = address if address.startswith("http") else self.url + address
        answer = requests.get(url, timeout=20)
        answer.raise_for_status()
        return answer.content

    def _is_ready(self) -> bool:
        assert self._process is not None
        said = self._console.read_text(encoding="utf-8")
        assert self._process.poll() is None, f"scripts/run ended:\n{said}"
        try:
            return requests.get(f"{self.url}/readyz", timeout=5).status_code == 200
        except requests.RequestException:
            return False

    def _log_in(self) -> None:
        manager = next(each for each in self.demo["staff"] if each["role"] == "manager")
        body = {"email": manager["email"], "password": manager["password"]}
        self._token = self._ask("POST", "/auth/login", json=body)["accessToken"]

    def _ask(
        self, method: str, path: str, headers: dict[str, str] | None = None, **more: Any
    ) -> dict[str, Any]:
        authorization = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        answer = requests.request(
            method,
            f"{self.url}/api/v1{path}",
            headers={**authorization, **(headers or {})},
            timeout=20,
            **more,
        )
        assert answer.ok, f"{method} {path}: {answer.status_code} {answer.text}"
        found: dict[str, Any] = answer.json()
        return found


@contextmanager
def house(console: Path) -> Iterator[House]:
    """A house that is ready; stopped and removed afterwards."""
    with short_folder() as folder:
        one = House(folder / "data", console)
        try:
            one.start()
            yield one
        finally:
            one.close()
