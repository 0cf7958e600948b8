"""Devices: enrolment codes and their pictures, enrolling, last seen, revoking."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest
import zxingcpp
from access_house import House, build_house
from PIL import Image
from servers import RedisServer

from backend.platform.redis import Redis
from backend.platform.refusals import Refusal


def make_code(house: House, **body: int) -> dict[str, str]:
    answer = house.call("POST", "/devices/enrolment-codes", body or None, token=house.token("manager"))
    assert answer.status_code == 201, answer.json
    return dict(answer.json)


def enrol(house: House, code: str) -> tuple[int, str | None]:
    answer = house.call("POST", "/devices/enrol", {"code": code, "name": "Entrada"})
    return answer.status_code, answer.json.get("code")


def test_a_device_enrols_with_the_code_and_is_known_by_its_token(house: House) -> None:
    answer = house.call("POST", "/devices/enrol", {"code": make_code(house)["code"], "name": "Entrada"})
    assert (answer.status_code, answer.json["restaurantId"]) == (201, str(house.here))
    me = house.call("GET", "/auth/me", token=answer.json["deviceToken"]).json
    assert (me["kind"], me["id"], me["name"]) == ("device", answer.json["deviceId"], "Entrada")


def test_a_code_is_taken_as_people_type_it(house: House) -> None:
    code = make_code(house)["code"]
    assert enrol(house, f" {code.lower().replace('-', ' ')} ")[0] == 201


def test_a_code_is_good_for_as_many_devices_as_it_says(house: House) -> None:
    code = make_code(house, uses=2)["code"]
    assert [enrol(house, code) for _ in range(3)] == [(201, None), (201, None), (410, "enrolment_code_used")]


def test_the_last_use_of_a_code_goes_to_one_of_many_at_once(house: House) -> None:
    code = make_code(house)["code"]

    def attempt(number: int) -> str:
        try:
            house.service.devices.enrol(code, f"Tablet {number}")
        except Refusal as refusal:
            return refusal.code
        return "enrolled"

    with ThreadPoolExecutor(4) as tablets:
        outcomes = list(tablets.map(attempt, range(8)))
    assert sorted(outcomes) == ["enrolled"] + ["enrolment_code_used"] * 7


def test_a_code_expires(house: House) -> None:
    code = make_code(house, validMinutes=5)["code"]
    house.clock.move(minutes=5, seconds=1)
    assert enrol(house, code) == (410, "enrolment_code_used")


@pytest.mark.parametrize("code", ["AAAA-AAAA", "K7M2", "ñ" * 8, "'; DROP TABLE devices; --"])
def test_a_code_nobody_made_is_refused(house: House, code: str) -> None:
    assert enrol(house, code) == (410, "enrolment_code_used")


def test_a_withdrawn_code_is_refused_and_no_longer_listed(house: House) -> None:
    made = make_code(house)
    token = house.token("manager")
    listed = house.call("GET", "/devices/enrolment-codes", token=token).json["codes"]
    assert [each["id"] for each in listed] == [made["id"]]
    path = f"/devices/enrolment-codes/{made['id']}/withdraw"
    assert house.call("POST", path, token=token).status_code == 204
    assert house.call("GET", "/devices/enrolment-codes", token=token).json["codes"] == []
    assert enrol(house, made["code"]) == (410, "enrolment_code_used")


def test_the_picture_of_a_code_says_where_the_server_is_and_the_code(house: House) -> None:
    made = make_code(house)
    picture = house.client.get(made["qrUrl"])
    assert picture.mimetype == "image/png"
    [found] = zxingcpp.read_barcodes(Image.open(io.BytesIO(picture.data)).convert("L"))
    assert found.text == made["text"]
    said = urlsplit(found.text)
    assert f"{said.scheme}:{said.path}" == "saveit:enrol"
    assert parse_qs(said.query) == {"server": ["https://mesa.example"], "code": [made["code"]]}


def test_the_address_of_the_picture_does_not_tell_the_code(house: House) -> None:
    made = make_code(house)
    assert made["code"].replace("-", "") not in made["qrUrl"].replace("-", "").upper()


def test_the_picture_is_gone_with_its_code(house: House) -> None:
    made = make_code(house)
    enrol(house, made["code"])
    assert house.client.get(made["qrUrl"]).status_code == 404


@pytest.mark.parametrize("ticket", ["x", "A" * 80, "....", "%00", "é" * 30])
def test_a_picture_at_a_made_up_address_is_not_found(house: House, ticket: str) -> None:
    assert house.client.get(f"/api/v1/devices/enrolment-codes/{ticket}/qr.png").status_code == 404


def test_the_code_is_not_stored(house: House) -> None:
    plain = make_code(house)["code"].replace("-", "")
    [(stored,)] = house.as_owner(
        "SELECT string_agg(e::text, ' ') FROM enrolment_codes e WHERE restaurant_id = %s", str(house.here)
    )
    assert plain not in stored
    assert plain.encode().hex() not in stored


def test_hosts_make_no_codes(house: House) -> None:
    assert house.call("POST", "/devices/enrolment-codes", token=house.token("host")).status_code == 403


def test_codes_of_days_ago_are_dropped_when_one_is_made(house: House) -> None:
    make_code(house)
    house.clock.move(days=3)
    make_code(house)
    [(kept,)] = house.as_owner(
        "SELECT count(*) FROM enrolment_codes WHERE restaurant_id = %s", str(house.here)
    )
    assert kept == 1


def test_a_revoked_device_is_refused_at_once_in_this_process(house: House) -> None:
    device = house.enrol()
    assert house.call("GET", "/auth/me", token=device["deviceToken"]).status_code == 200
    revoked = house.call("POST", f"/devices/{device['deviceId']}/revoke", token=house.token("manager"))
    assert revoked.json["device"]["revokedAt"] is not None
    assert house.call("GET", "/auth/me", token=device["deviceToken"]).json["code"] == "unauthenticated"


def test_a_revoked_device_is_refused_elsewhere_when_the_cache_runs_out(
    house: House, redis_cache: RedisServer
) -> None:
    elsewhere = build_house(house.ground, Redis(redis_cache.url))
    now = [0.0]
    elsewhere.service.cache._monotonic = lambda: now[0]
    device = house.enrol()
    assert elsewhere.call("GET", "/auth/me", token=device["deviceToken"]).status_code == 200
    house.call("POST", f"/devices/{device['deviceId']}/revoke", token=house.token("manager"))
    now[0] = 5.0
    assert elsewhere.call("GET", "/auth/me", token=device["deviceToken"]).status_code == 401


def test_revoking_twice_keeps_the_first_time_and_one_audit_row(house: House) -> None:
    device = house.enrol()
    path, token = f"/devices/{device['deviceId']}/revoke", house.token("manager")
    first = house.call("POST", path, token=token).json
    house.clock.move(minutes=1)
    assert house.call("POST", path, token=token).json == first
    assert [row["subject_id"] for row in house.audit("device.revoked")] == [UUID(device["deviceId"])]


def test_a_revoked_device_can_enrol_again_while_it_still_sends_its_old_token(house: House) -> None:
    device = house.enrol()
    house.call("POST", f"/devices/{device['deviceId']}/revoke", token=house.token("manager"))
    body = {"code": make_code(house)["code"], "name": "Entrada"}
    assert house.call("POST", "/devices/enrol", body, token=device["deviceToken"]).status_code == 201


def last_seen(house: House) -> str:
    return str(house.call("GET", "/devices", token=house.token("manager")).json["devices"][0]["seenAt"])


def test_a_device_is_seen_when_it_calls(house: House) -> None:
    device = house.enrol()
    before = last_seen(house)
    house.clock.move(minutes=2)
    house.call("GET", "/auth/me", token=device["deviceToken"])
    house.last_seen.flush()
    assert last_seen(house) > before


def test_a_call_of_a_device_writes_nothing_itself(house: House) -> None:
    device = house.enrol()
    before = last_seen(house)
    house.clock.move(minutes=2)
    house.call("GET", "/auth/me", token=device["deviceToken"])
    assert last_seen(house) == before


def test_a_device_is_written_once_a_minute_however_often_it_calls(house: House) -> None:
    device = house.enrol()
    house.clock.move(minutes=2)
    written = []
    for _ in range(3):
        house.call("GET", "/auth/me", token=device["deviceToken"])
        written.append(house.last_seen.flush())
        house.clock.move(seconds=25)
    assert written == [1, 0, 0]


def test_the_background_thread_writes_what_was_noted(house: House) -> None:
    device = house.enrol()
    before = last_seen(house)
    house.last_seen._background = True
    house.clock.move(minutes=2)
    house.call("GET", "/auth/me", token=device["deviceToken"])
    house.last_seen.stop()
    assert last_seen(house) > before
