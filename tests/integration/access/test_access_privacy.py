"""Names, addresses and secrets are nowhere they need not be: not in the audit trail, not in logs,
not in clear in rows.
"""

from __future__ import annotations

import json
import logging

import pytest
from access_house import PASSWORD, House

from backend.platform.database import to_json


@pytest.fixture
def busy(house: House, caplog: pytest.LogCaptureFixture) -> tuple[House, list[str]]:
    """A house in which everything happened once, and the secrets and names that were in play."""
    caplog.set_level(logging.DEBUG)
    session = house.sign_in("owner").json
    token = session["accessToken"]
    person = {
        "email": f"privado.{house.here.hex[-12:]}@mesa.example",
        "name": "Íñigo Muñoz",
        "role": "host",
        "password": "una cuchara bajo la lluvia",
    }
    staff = house.call("POST", "/staff", person, token=token).json["staff"]
    house.call("PUT", f"/staff/{staff['id']}", {"name": "Ana Belén", "password": PASSWORD}, token=token)
    device = house.enrol("iPad de Lucía")
    house.call("POST", f"/devices/{device['deviceId']}/revoke", token=token)
    made = house.call("POST", "/api-keys", {"kind": "secret", "name": "Socio de Íñigo"}, token=token).json
    house.call("POST", f"/api-keys/{made['apiKey']['id']}/revoke", token=token)
    house.call(
        "POST", "/auth/login", {"email": "nadie@mesa.example", "password": "una contraseña mal puesta"}
    )
    house.sign_in("manager", "una contraseña mal puesta")
    house.call("POST", "/auth/refresh", {"refreshToken": session["refreshToken"]})
    house.clock.move(minutes=1)
    house.call("POST", "/auth/refresh", {"refreshToken": session["refreshToken"]})
    words = ["mesa.example", "Muñoz", "Lucía", "Belén", "Íñigo", "mal puesta", PASSWORD, "cuchara"]
    return house, [*words, token, session["refreshToken"], device["deviceToken"], made["key"]]


def test_the_audit_trail_names_nobody(busy: tuple[House, list[str]]) -> None:
    house, words = busy
    rows = house.audit()
    assert {row["action"] for row in rows} == {
        "staff.created",
        "staff.changed",
        "staff.signed_in",
        "session.reuse_detected",
        "enrolment_code.created",
        "device.enrolled",
        "device.revoked",
        "api_key.created",
        "api_key.revoked",
    }
    trail = to_json(rows)
    assert [word for word in words if word in trail] == []


def test_the_logs_name_nobody(busy: tuple[House, list[str]], caplog: pytest.LogCaptureFixture) -> None:
    _, words = busy
    lines = [
        json.dumps(vars(record), default=str, ensure_ascii=False) for record in caplog.get_records("setup")
    ]
    assert any("sign-in refused" in line for line in lines)
    log = "\n".join(lines)
    assert [word for word in words if word in log] == []


def test_names_addresses_and_passwords_are_not_stored_in_clear(busy: tuple[House, list[str]]) -> None:
    house, words = busy
    stored = house.as_owner("SELECT s::text FROM staff s WHERE restaurant_id = %s", str(house.here))
    text = " ".join(row for (row,) in stored)
    assert len(stored) == 4
    assert [word for word in words if word in text or word.encode().hex() in text] == []


def test_an_answer_never_repeats_a_password(house: House) -> None:
    body = {"email": "x", "password": {"deep": PASSWORD}}
    answer = house.call("POST", "/auth/login", body)
    assert answer.status_code == 422
    assert PASSWORD not in answer.text
