"""Booking over the HTTP edge: what is answered, stored and refused."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from stage import TODAY, TOMORROW, Stage


def refusal(answer: Any) -> str:
    assert answer.mimetype == "application/problem+json", answer.get_data(as_text=True)
    return answer.get_json()["code"]


def test_a_diner_books_and_gets_a_confirmed_table_with_code_and_link(stage: Stage) -> None:
    booked = stage.booked()

    assert booked["reservation"]["status"] == "confirmed"
    assert [table["number"] for table in booked["reservation"]["tables"]] == ["3"]
    assert booked["reservation"]["startsAt"] == "2026-12-17T20:00:00+01:00"
    assert len(booked["qr"]["code"]) == 112
    assert booked["qr"]["imageUrl"].startswith("http")
    assert "guest" not in booked


def test_the_smallest_adequate_table_is_given_and_a_combination_when_no_single_one_fits(stage: Stage) -> None:
    for _ in range(2):
        stage.booked(partySize=2)
    for _ in range(3):
        stage.booked(partySize=4)
    assert [t["number"] for t in stage.booked(partySize=5)["reservation"]["tables"]] == ["6"]
    assert refusal(stage.book(partySize=2)) == "slot_unavailable"

    stage_two = stage.booked(time="14:00", partySize=6)
    assert [t["number"] for t in stage_two["reservation"]["tables"]] == ["6"]
    combined = stage.booked(time="14:00", partySize=8)
    assert sorted(t["number"] for t in combined["reservation"]["tables"]) == ["4", "5"]


def test_a_full_slot_is_refused_with_alternatives_that_can_really_be_booked(stage: Stage) -> None:
    stage.booked(partySize=6, time="20:00")
    stage.booked(partySize=6, time="20:00")

    answer = stage.book(partySize=6, time="20:00")

    assert answer.status_code == 409
    assert refusal(answer) == "slot_unavailable"
    offered = answer.get_json()["alternatives"]
    assert 1 <= len(offered) <= 3
    for each in offered:
        assert stage.call(
            "POST",
            "/availability/check",
            stage.publishable,
            json={"restaurantId": str(stage.restaurant_id), "partySize": 6, **each},
        ).get_json()["available"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"date": TODAY.isoformat(), "time": "13:00", "partySize": 2}, None),
        ({"date": (TODAY + timedelta(days=40)).isoformat()}, "too_far"),
        ({"date": (TODAY - timedelta(days=3)).isoformat()}, "too_soon"),
        ({"time": "11:00"}, "outside_hours"),
        ({"time": "20:10"}, "not_a_slot"),
        ({"partySize": 0}, "party_too_small"),
        ({"partySize": 10_000}, "party_too_large"),
        ({"privacyAccepted": False}, "privacy_not_accepted"),
    ],
)
def test_a_rule_that_says_no_answers_422_with_its_code(
    stage: Stage, changes: dict[str, Any], code: str | None
) -> None:
    answer = stage.book(**changes)

    if code is None:
        assert answer.status_code == 201
    else:
        assert (answer.status_code, refusal(answer)) == (422, code)


def test_too_soon_names_the_hours_and_the_first_time_allowed(stage: Stage) -> None:
    stage.at("2026-12-17 19:00")

    answer = stage.book()

    assert (answer.status_code, refusal(answer)) == (422, "too_soon")
    assert answer.get_json()["params"]["hours"] == 2


@pytest.mark.parametrize(
    ("rules", "code"),
    [
        (
            {"reservationWindow": {"minHoursAdvance": 0, "maxDaysAdvance": 30, "allowSameDay": False}},
            "same_day_not_allowed",
        ),
        ({"specialDates": [{"date": TODAY.isoformat(), "type": "closed"}]}, "special_date_closed"),
        ({"pacing": {"windowMinutes": 30, "maxCovers": 3}}, "pacing_limit"),
        ({"partySize": {"min": 5, "max": 8}}, "party_too_small"),
        ({"partySize": {"min": 1, "max": 3}}, "party_too_large"),
        ({"requirements": {"requiresPhoneVerification": True}}, "phone_verification_required"),
    ],
)
def test_a_changed_rule_holds_from_its_version_on(stage: Stage, rules: dict[str, Any], code: str) -> None:
    stage.set_rules(**rules)

    answer = stage.book(date=TODAY.isoformat(), guest={"name": "Ana", "email": "ana@example.com"})

    assert (answer.status_code, refusal(answer)) == (422, code)


def test_a_closed_weekday_is_refused_as_closed(stage: Stage) -> None:
    path = f"/restaurants/{stage.restaurant_id}/config"
    hours = stage.call("GET", path, stage.staff["owner"]).get_json()["rules"]["businessHours"]
    stage.set_rules(businessHours={**hours, "thursday": {"closed": True}})

    assert refusal(stage.book()) == "closed"


def test_a_guest_past_the_allowed_no_shows_is_blocked_online_and_may_be_booked_by_staff(stage: Stage) -> None:
    stage.set_rules(cancellationPolicy={"blockedReservationsAfterNoShow": 1})
    missed = stage.booked(date=TODAY.isoformat(), time="14:00")
    stage.at("2026-12-16 14:40")
    assert stage.move(missed, "no_show").status_code == 200

    assert refusal(stage.book()) == "guest_blocked"
    assert stage.book(stage.staff["host"]).status_code == 201


def test_a_deposit_leaves_the_booking_pending_until_staff_settle_it(stage: Stage) -> None:
    stage.set_rules(requirements={"requiresDeposit": True, "depositAmount": 20})
    booked = stage.booked()
    identity = booked["reservation"]["id"]
    assert booked["reservation"]["status"] == "pending"
    assert booked["reservation"]["requirements"]["deposit"]["amount"] == "20.00" or booked["reservation"][
        "requirements"
    ]["deposit"]["amount"].startswith("20")

    refused = stage.move(booked, "confirmed")
    assert (refused.status_code, refusal(refused)) == (422, "deposit_required")
    settled = stage.call(
        "POST",
        f"/reservations/{identity}/requirements/deposit",
        stage.staff["host"],
        json={"state": "settled"},
    )
    assert settled.get_json()["reservation"]["status"] == "confirmed"


def test_identification_missing_is_named_when_staff_confirm(stage: Stage) -> None:
    stage.set_rules(requirements={"requiresIdentification": True})
    refused = stage.move(stage.booked(), "confirmed")

    assert (refused.status_code, refusal(refused)) == (422, "identification_required")


def test_the_same_key_and_body_answer_the_same_and_book_once(stage: Stage) -> None:
    key = str(uuid4())
    first, second = stage.book(key=key), stage.book(key=key)

    assert first.get_json() == second.get_json()
    page = stage.call(
        "GET", f"/reservations?restaurantId={stage.restaurant_id}", stage.staff["host"]
    ).get_json()
    assert len(page["reservations"]) == 1


def test_the_same_key_with_another_body_is_refused(stage: Stage) -> None:
    key = str(uuid4())
    stage.book(key=key)

    answer = stage.book(key=key, partySize=2)

    assert (answer.status_code, refusal(answer)) == (422, "idempotency_key_reused")


def test_staff_may_book_against_window_hours_and_pacing_with_a_reason_but_never_a_taken_table(
    stage: Stage,
) -> None:
    host = stage.staff["host"]
    assert stage.book(host, time="12:00").status_code == 422
    missing = stage.book(host, time="12:00", override=True)
    assert missing.get_json()["errors"][0]["field"] == "reason"
    assert stage.book(host, time="12:00", override=True, reason="cumpleaños").status_code == 201

    table = stage.booked(time="21:00")["reservation"]["tables"][0]["id"]
    taken = stage.book(host, time="21:00", override=True, reason="vip", tableIds=[table])
    assert (taken.status_code, refusal(taken)) == (409, "slot_unavailable")


def test_a_diner_may_not_override(stage: Stage) -> None:
    assert refusal(stage.book(override=True, reason="porque sí")) == "override_not_allowed"


def test_overbooking_accepts_guests_without_a_table_up_to_its_percentage(stage: Stage) -> None:
    stage.set_rules(capacity={"overbookingPercent": 10, "minimumTableTurnoverMinutes": 90})
    for party in (2, 2, 4, 4, 4, 6):
        stage.booked(partySize=party)

    assert stage.booked(partySize=2)["reservation"]["tables"] == []
    assert refusal(stage.book(partySize=2)) == "slot_unavailable"


def test_refused_demand_is_counted_by_gate_and_time(stage: Stage) -> None:
    stage.book(time="11:00")
    stage.book(time="11:00", partySize=2)

    path = f"/availability/{stage.restaurant_id}/refused?first={TOMORROW}&last={TOMORROW}"
    rows = stage.call("GET", path, stage.staff["manager"]).get_json()["rows"]

    assert rows == [{"code": "outside_hours", "time": "11:00", "times": 2, "covers": 6}]


def test_a_hold_keeps_the_table_from_others_and_is_used_up_by_its_booking(stage: Stage) -> None:
    ask = {
        "restaurantId": str(stage.restaurant_id),
        "date": TOMORROW.isoformat(),
        "time": "20:00",
        "partySize": 6,
    }
    first = stage.call("POST", "/availability/holds", stage.publishable, json=ask).get_json()
    second = stage.call("POST", "/availability/holds", stage.publishable, json=ask)
    assert second.status_code == 201
    assert refusal(stage.book(partySize=6)) == "slot_unavailable"

    assert stage.book(partySize=6, holdId=first["holdId"]).status_code == 201
    assert (
        stage.call("DELETE", f"/availability/holds/{first['holdId']}", stage.publishable).status_code == 404
    )


def test_a_hold_that_nobody_used_gives_its_table_back_when_it_lapses(stage: Stage) -> None:
    ask = {
        "restaurantId": str(stage.restaurant_id),
        "date": TOMORROW.isoformat(),
        "time": "20:00",
        "partySize": 6,
    }
    for _ in range(2):
        assert stage.call("POST", "/availability/holds", stage.publishable, json=ask).status_code == 201
    stage.later(minutes=6)

    assert stage.book(partySize=6).status_code == 201


def test_the_cached_day_changes_with_every_booking_cancellation_and_rule(stage: Stage) -> None:
    path = f"/availability/{stage.restaurant_id}?date={TOMORROW}&partySize=6"

    def free_at_eight() -> bool:
        slots = stage.call("GET", path, stage.publishable).get_json()["slots"]
        return next(slot["available"] for slot in slots if slot["time"] == "20:00")

    assert free_at_eight()
    one, two = stage.booked(partySize=6), stage.booked(partySize=6)
    assert not free_at_eight()
    stage.call("DELETE", f"/reservations/{one['reservation']['id']}", stage.guest(one))
    assert free_at_eight()
    stage.set_rules(partySize={"min": 1, "max": 4})
    assert not free_at_eight()
    assert two["reservation"]["status"] == "confirmed"
