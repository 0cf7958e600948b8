"""The door over the HTTP edge: verdicts, counts, repeats, overrides, offline batches, the tablet's evening."""

from __future__ import annotations

import base64
from typing import Any
from uuid import uuid4

import pytest
from stage import TODAY, TOMORROW, Stage

from backend.checkin import Malformed, parse, verify


@pytest.fixture
def booked(stage: Stage) -> dict[str, Any]:
    """A booking for tonight at eight."""
    return stage.booked(date=TODAY.isoformat())


def test_a_code_in_its_window_lets_the_party_in_with_name_and_table(
    stage: Stage, booked: dict[str, Any]
) -> None:
    stage.at("2026-12-16 20:04")

    verdict = stage.scan(booked).get_json()

    assert (verdict["result"], verdict["reason"]) == ("ok", "ok")
    assert verdict["guest"]["name"] == "Lucía García"
    assert verdict["reservation"]["status"] == "checked_in"
    assert verdict["reservation"]["arrivedCount"] == 4


@pytest.mark.parametrize(
    ("at", "reason"),
    [("2026-12-16 19:40", "too_early"), ("2026-12-16 20:16", "too_late"), ("2026-12-15 20:00", "wrong_day")],
)
def test_outside_the_window_it_is_refused_and_staff_may_let_them_in(
    stage: Stage, booked: dict[str, Any], at: str, reason: str
) -> None:
    stage.at(at)

    refused = stage.scan(booked).get_json()
    assert (refused["result"], refused["reason"], refused["override"]) == ("refused", reason, True)
    let_in = stage.scan(booked, override=True, reason="esperan fuera").get_json()
    assert (let_in["result"], let_in["reason"], let_in["overrode"]) == ("ok", "ok", reason)


def test_the_same_event_gives_the_same_answer_and_counts_once(stage: Stage, booked: dict[str, Any]) -> None:
    stage.at("2026-12-16 20:00")
    event = str(uuid4())

    first, second = stage.scan(booked, eventId=event).get_json(), stage.scan(booked, eventId=event).get_json()

    assert first == second
    again = stage.scan(booked).get_json()
    assert again["result"] == "already"
    assert len(again["previousArrivals"]) == 1


def test_a_party_arrives_in_two_halves(stage: Stage, booked: dict[str, Any]) -> None:
    stage.at("2026-12-16 20:00")
    assert stage.scan(booked, arrivedCount=2).get_json()["reservation"]["arrivedCount"] == 2
    stage.later(minutes=9)

    more = stage.scan(booked, arrivedCount=4).get_json()

    assert more["result"] == "already"
    assert [each["count"] for each in more["previousArrivals"]] == [2]
    assert more["reservation"]["arrivedCount"] == 4


def test_an_undone_arrival_does_not_count_at_the_next_scan(stage: Stage, booked: dict[str, Any]) -> None:
    stage.at("2026-12-16 20:00")
    stage.scan(booked)
    stage.call("POST", f"/reservations/{booked['reservation']['id']}/undo", stage.device)

    verdict = stage.scan(booked).get_json()

    assert (verdict["result"], verdict["previousArrivals"]) == ("ok", [])


@pytest.mark.parametrize(
    ("state", "reason"), [("cancelled", "cancelled"), ("completed", "completed"), ("no_show", "no_show")]
)
def test_the_reservation_decides_not_the_code(
    stage: Stage, booked: dict[str, Any], state: str, reason: str
) -> None:
    if state == "cancelled":
        stage.call("DELETE", f"/reservations/{booked['reservation']['id']}", stage.guest(booked))
        stage.at("2026-12-16 20:00")
    elif state == "completed":
        stage.at("2026-12-16 20:00")
        stage.move(booked, "seated")
        stage.move(booked, "completed")
    else:
        stage.at("2026-12-16 20:40")
        stage.move(booked, "no_show")

    verdict = stage.scan(booked).get_json()

    assert (verdict["result"], verdict["reason"]) == ("refused", reason)


def test_a_pending_booking_is_told_apart_and_may_be_let_in(stage: Stage) -> None:
    stage.set_rules(requirements={"requiresIdentification": True})
    booked = stage.booked(date=TODAY.isoformat())
    stage.at("2026-12-16 20:00")

    refused = stage.scan(booked).get_json()
    assert (refused["reason"], refused["override"]) == ("pending", True)
    assert stage.scan(booked, override=True).get_json()["result"] == "ok"


def test_a_changed_booking_is_found_by_its_older_code(stage: Stage, booked: dict[str, Any]) -> None:
    stage.call(
        "PUT", f"/reservations/{booked['reservation']['id']}", stage.guest(booked), json={"time": "21:00"}
    )
    stage.at("2026-12-16 21:00")

    assert stage.scan(booked).get_json()["result"] == "ok"


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda code: code[:-1] + ("A" if code[-1] != "A" else "B"), "bad_signature"),
        (lambda code: code[:60], "malformed"),
        (lambda code: "https://example.com/menu", "malformed"),
        (lambda code: "🍷" * 200, "malformed"),
        (lambda code: "", "malformed"),
    ],
)
def test_a_code_that_cannot_be_trusted_is_refused_and_tells_nothing(
    stage: Stage, booked: dict[str, Any], spoil: Any, reason: str
) -> None:
    stage.at("2026-12-16 20:00")

    answer = stage.scan(booked, code=spoil(booked["qr"]["code"]))

    verdict = answer.get_json()
    assert (answer.status_code, verdict["result"]) == (200, "refused")
    assert verdict["reason"] in (reason, "malformed", "bad_signature")
    assert "reservation" not in verdict
    assert "guest" not in verdict


def test_a_code_of_another_restaurant_is_refused_as_such(stage: Stage, new_stage: Any) -> None:
    other = new_stage()
    foreign = other.booked(date=TODAY.isoformat())
    stage.at("2026-12-16 20:00")

    verdict = stage.scan(foreign).get_json()

    assert (verdict["result"], verdict["reason"]) == ("refused", "wrong_restaurant")
    assert "reservation" not in verdict


def test_codes_sent_before_a_key_rotation_stay_good_and_new_ones_use_the_new_key(
    stage: Stage, booked: dict[str, Any]
) -> None:
    number = stage.services.secrets.rotate("qr")
    newer = stage.booked(date=TODAY.isoformat(), time="20:00", partySize=2)
    stage.at("2026-12-16 20:00")

    assert stage.scan(booked).get_json()["result"] == "ok"
    payload = parse(newer["qr"]["code"])
    assert not isinstance(payload, Malformed)
    assert payload.key_id == number
    assert stage.scan(newer).get_json()["result"] == "ok"


def test_validate_changes_nothing(stage: Stage, booked: dict[str, Any]) -> None:
    stage.at("2026-12-16 20:00")
    look = stage.call("POST", "/qr/validate", stage.device, json={"code": booked["qr"]["code"]}).get_json()

    assert look["result"] == "ok"
    assert stage.scan(booked).get_json()["result"] == "ok"


def test_validate_tells_who_of_the_party_came_before(stage: Stage, booked: dict[str, Any]) -> None:
    stage.at("2026-12-16 20:00")
    stage.scan(booked, arrivedCount=2)

    look = stage.call("POST", "/qr/validate", stage.device, json={"code": booked["qr"]["code"]}).get_json()

    assert [each["count"] for each in look["previousArrivals"]] == [2]


def test_a_batch_kept_offline_is_judged_by_its_own_times_and_answered_in_order(
    stage: Stage, booked: dict[str, Any]
) -> None:
    late = stage.booked(date=TODAY.isoformat(), time="20:30", partySize=2)
    stage.at("2026-12-16 23:00")
    batch = {
        "checkins": [
            {"code": booked["qr"]["code"], "eventId": str(uuid4()), "scannedAt": "2026-12-16T20:03:00+01:00"},
            {"code": "nonsense", "eventId": str(uuid4()), "scannedAt": "2026-12-16T20:04:00+01:00"},
            {"code": late["qr"]["code"], "eventId": str(uuid4()), "scannedAt": "2026-12-16T20:31:00+01:00"},
        ]
    }

    first = stage.call("POST", "/qr/checkin/batch", stage.device, json=batch).get_json()["verdicts"]
    again = stage.call("POST", "/qr/checkin/batch", stage.device, json=batch).get_json()["verdicts"]

    assert [each["reason"] for each in first] == ["ok", "malformed", "ok"]
    assert first == again
    seen = stage.scan(booked).get_json()
    assert seen["previousArrivals"][0]["at"] == "2026-12-16T20:03:00+01:00"


def test_an_event_id_used_for_another_booking_does_not_lose_the_rest_of_a_batch(
    stage: Stage, booked: dict[str, Any]
) -> None:
    other = stage.booked(date=TODAY.isoformat(), partySize=2)
    stage.at("2026-12-16 20:00")
    event = str(uuid4())
    stage.scan(other, eventId=event)
    at = stage.clock.at.isoformat()
    batch = {
        "checkins": [
            {"code": booked["qr"]["code"], "eventId": event, "scannedAt": at},
            {"code": booked["qr"]["code"], "eventId": str(uuid4()), "scannedAt": at},
        ]
    }

    verdicts = stage.call("POST", "/qr/checkin/batch", stage.device, json=batch).get_json()["verdicts"]

    assert [each["result"] for each in verdicts] == ["refused", "ok"]


def test_the_manifest_holds_the_evening_and_keys_that_verify_its_codes(
    stage: Stage, booked: dict[str, Any]
) -> None:
    cancelled = stage.booked(date=TODAY.isoformat(), partySize=2)
    stage.call("DELETE", f"/reservations/{cancelled['reservation']['id']}", stage.guest(cancelled))

    manifest = stage.call("GET", "/devices/manifest", stage.device).get_json()

    assert [each["code"] for each in manifest["reservations"]] == [booked["reservation"]["code"]]
    assert manifest["reservations"][0]["guest"]["name"] == "Lucía García"
    assert manifest["revoked"] == [cancelled["reservation"]["id"]]
    assert {each["date"] for each in manifest["dayKeys"]} == {TODAY.isoformat(), TOMORROW.isoformat()}
    payload = parse(booked["qr"]["code"])
    assert not isinstance(payload, Malformed)
    keys = {
        (each["date"], each["keyId"]): base64.urlsafe_b64decode(each["key"] + "=")
        for each in manifest["dayKeys"]
    }
    assert verify(payload, keys[TODAY.isoformat(), payload.key_id])


def test_the_seeds_json_form_carries_its_signature(stage: Stage, booked: dict[str, Any]) -> None:
    made = stage.call(
        "POST", "/qr/generate", stage.secret, json={"reservationId": booked["reservation"]["id"]}
    ).get_json()

    assert list(made["payload"]) == [
        "reservationId",
        "restaurantId",
        "timestamp",
        "expiresAt",
        "nonce",
        "signature",
    ]
    assert made["code"] == booked["qr"]["code"]


def test_an_arrival_is_told_to_screens_reserves_the_table_and_counts_in_the_figures(
    stage: Stage, booked: dict[str, Any]
) -> None:
    stage.at("2026-12-16 20:00")
    stage.scan(booked)
    stage.work()

    types = [event.type for _, event in stage.live.published]
    assert "qr.validated" in types
    assert "table.changed" in types
    tables = stage.call("GET", f"/restaurants/{stage.restaurant_id}/tables", stage.device).get_json()[
        "tables"
    ]
    mine = booked["reservation"]["tables"][0]["id"]
    assert next(each["state"] for each in tables if each["id"] == mine) == "reserved"
