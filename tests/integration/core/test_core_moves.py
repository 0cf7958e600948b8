"""States of a booking over the HTTP edge: guards, undo, cancellation policy, no-shows, changes, walk-ins."""

from __future__ import annotations

from typing import Any

import pytest
from stage import TODAY, TOMORROW, Stage


def code_of(answer: Any) -> str:
    return answer.get_json()["code"]


def status_of(stage: Stage, booked: dict[str, Any]) -> str:
    path = f"/reservations/{booked['reservation']['id']}"
    return stage.call("GET", path, stage.staff["host"]).get_json()["reservation"]["status"]


def free_tables(stage: Stage, time: str, party: int = 6) -> bool:
    ask = {
        "restaurantId": str(stage.restaurant_id),
        "date": TOMORROW.isoformat(),
        "time": time,
        "partySize": party,
    }
    return stage.call("POST", "/availability/check", stage.publishable, json=ask).get_json()["available"]


def test_a_party_arrives_sits_and_leaves_and_its_table_follows(stage: Stage) -> None:
    booked = stage.booked(date=TODAY.isoformat(), time="14:00")
    table = booked["reservation"]["tables"][0]["id"]
    stage.at("2026-12-16 14:02")

    def table_state() -> str:
        tables = stage.call("GET", f"/restaurants/{stage.restaurant_id}/tables", stage.device).get_json()[
            "tables"
        ]
        return next(each["state"] for each in tables if each["id"] == table)

    assert stage.move(booked, "checked_in").status_code == 200
    assert stage.move(booked, "seated").get_json()["reservation"]["arrivedCount"] == 4
    assert table_state() == "occupied"
    stage.at("2026-12-16 15:10")
    assert stage.move(booked, "completed").get_json()["reservation"]["status"] == "completed"
    assert table_state() == "dirty"


def test_a_table_left_early_can_be_booked_again_at_once(stage: Stage) -> None:
    stage.set_rules(reservationWindow={"minHoursAdvance": 0, "maxDaysAdvance": 30, "allowSameDay": True})
    first = stage.booked(date=TODAY.isoformat(), time="14:00", partySize=6)
    stage.booked(date=TODAY.isoformat(), time="14:00", partySize=6)
    stage.at("2026-12-16 14:05")
    stage.move(first, "seated")
    assert stage.book(date=TODAY.isoformat(), time="14:30", partySize=6).status_code == 409

    stage.at("2026-12-16 14:20")
    stage.move(first, "completed")

    assert stage.book(date=TODAY.isoformat(), time="14:30", partySize=6).status_code == 201


@pytest.mark.parametrize("status", ["completed", "no_show"])
def test_a_move_that_its_state_does_not_allow_answers_409(stage: Stage, status: str) -> None:
    answer = stage.move(stage.booked(), status)

    assert (answer.status_code, code_of(answer)) == (409, "invalid_transition")


def test_a_slip_of_the_finger_is_undone_for_a_few_minutes_and_not_after(stage: Stage) -> None:
    booked = stage.booked()
    path = f"/reservations/{booked['reservation']['id']}/undo"
    stage.move(booked, "checked_in")
    undone = stage.call("POST", path, stage.staff["host"]).get_json()["reservation"]
    moved = ("version", "statusSince", "guest")  # what a move changes, and what only the house sees
    assert {k: v for k, v in undone.items() if k not in moved} == {
        k: v for k, v in booked["reservation"].items() if k not in moved
    }
    assert code_of(stage.call("POST", path, stage.staff["host"])) == "nothing_to_undo"

    stage.move(booked, "checked_in")
    stage.later(minutes=6)
    assert code_of(stage.call("POST", path, stage.staff["host"])) == "nothing_to_undo"


def test_an_undone_cancellation_takes_its_table_back_or_is_refused_when_somebody_has_it(stage: Stage) -> None:
    first = stage.booked(partySize=6)
    second = stage.booked(partySize=6)
    path = f"/reservations/{first['reservation']['id']}"
    stage.call("DELETE", path, stage.staff["host"])
    assert stage.call("POST", f"{path}/undo", stage.staff["host"]).status_code == 200
    assert not free_tables(stage, "20:00")

    stage.call("DELETE", path, stage.staff["host"])
    stage.booked(partySize=6)
    refused = stage.call("POST", f"{path}/undo", stage.staff["host"])
    assert (refused.status_code, code_of(refused)) == (409, "slot_unavailable")
    assert second["reservation"]["status"] == "confirmed"


def test_a_guest_cancels_in_time_for_free_and_late_with_the_penalty(stage: Stage) -> None:
    stage.set_rules(
        cancellationPolicy={"freeCancellationHours": 24, "noShowPenalty": True, "penaltyAmount": 15}
    )
    early, late = stage.booked(), stage.booked(time="21:00")

    free = stage.call("DELETE", f"/reservations/{early['reservation']['id']}", stage.guest(early)).get_json()
    assert (free["lateCancellation"], free.get("penalty")) == (False, None)
    stage.at("2026-12-17 12:00")
    paid = stage.call("DELETE", f"/reservations/{late['reservation']['id']}", stage.guest(late)).get_json()
    assert paid["lateCancellation"] is True
    assert paid["penalty"] == {"amount": "15.00", "currency": "EUR"}


def test_a_high_demand_date_multiplies_the_penalty(stage: Stage) -> None:
    stage.set_rules(
        cancellationPolicy={"freeCancellationHours": 24, "noShowPenalty": True, "penaltyAmount": 15},
        specialDates=[{"date": TOMORROW.isoformat(), "type": "high_demand", "multiplier": 2}],
    )
    booked = stage.booked()
    stage.at("2026-12-17 12:00")

    answer = stage.call(
        "DELETE", f"/reservations/{booked['reservation']['id']}", stage.guest(booked)
    ).get_json()

    assert answer["penalty"]["amount"] == "30.00"


def test_cancelling_twice_answers_the_same_and_counts_once(stage: Stage) -> None:
    booked = stage.booked()
    path = f"/reservations/{booked['reservation']['id']}"
    stage.at("2026-12-17 12:00")
    first = stage.call("DELETE", path, stage.guest(booked)).get_json()
    second = stage.call("DELETE", path, stage.guest(booked)).get_json()

    assert first == second
    guest = stage.call("GET", path, stage.staff["host"]).get_json()["guest"]
    assert guest["lateCancellations"] == 1


def test_nobody_came_and_the_scheduler_says_so_frees_the_table_and_writes_to_the_guest(stage: Stage) -> None:
    booked = stage.booked(guest={"name": "Ana", "phone": "600111222", "email": "ana@example.com"})
    stage.work()
    stage.at("2026-12-17 20:29")
    stage.work()
    assert status_of(stage, booked) == "confirmed"

    stage.at("2026-12-17 20:31")
    stage.work()

    assert status_of(stage, booked) == "no_show"
    assert "no-show.detected" in [event.type for _, event in stage.live.published]
    guest = stage.call("GET", f"/reservations/{booked['reservation']['id']}", stage.device).get_json()[
        "guest"
    ]
    assert guest["noShows"] == 1


def test_a_party_that_came_is_never_called_a_no_show(stage: Stage) -> None:
    booked = stage.booked()
    stage.work()
    stage.at("2026-12-17 20:05")
    stage.scan(booked)
    stage.work()
    stage.at("2026-12-17 21:00")
    stage.work()

    assert status_of(stage, booked) == "checked_in"


def test_a_pending_booking_expires_when_nothing_is_settled_in_time(stage: Stage) -> None:
    stage.set_rules(requirements={"requiresDeposit": True, "depositAmount": 20})
    booked = stage.booked()
    stage.work()
    stage.later(hours=25)
    stage.work()

    assert status_of(stage, booked) == "expired"


def test_a_change_moves_the_table_and_gives_a_new_code(stage: Stage) -> None:
    booked = stage.booked()
    path = f"/reservations/{booked['reservation']['id']}"

    changed = stage.call(
        "PUT", path, stage.guest(booked), json={"time": "21:30", "partySize": 2}, headers={"If-Match": "1"}
    )

    answer = changed.get_json()
    assert (changed.status_code, answer["reservation"]["time"], answer["reservation"]["version"]) == (
        200,
        "21:30",
        2,
    )
    assert answer["qr"]["code"] != booked["qr"]["code"]


def test_a_change_to_a_full_slot_is_refused_and_the_old_slot_is_kept(stage: Stage) -> None:
    stage.booked(partySize=6, time="22:00")
    stage.booked(partySize=6, time="22:00")
    mine = stage.booked(partySize=6, time="14:00")
    path = f"/reservations/{mine['reservation']['id']}"

    refused = stage.call("PUT", path, stage.guest(mine), json={"time": "22:00"})

    assert (refused.status_code, code_of(refused)) == (409, "slot_unavailable")
    assert refused.get_json()["alternatives"]
    assert stage.call("GET", path, stage.guest(mine)).get_json()["reservation"]["time"] == "14:00"
    assert stage.book(partySize=6, time="14:00").status_code == 201
    assert stage.book(partySize=6, time="14:00").status_code == 409


def test_a_change_of_an_older_version_is_refused_with_412(stage: Stage) -> None:
    booked = stage.booked()
    path = f"/reservations/{booked['reservation']['id']}"
    stage.call("PUT", path, stage.guest(booked), json={"notes": "Trona"}, headers={"If-Match": '"1"'})

    answer = stage.call("PUT", path, stage.guest(booked), json={"partySize": 2}, headers={"If-Match": '"1"'})

    assert (answer.status_code, code_of(answer)) == (412, "version_conflict")


def test_a_walk_in_sits_until_the_next_booking_needs_the_table(stage: Stage) -> None:
    stage.set_rules(reservationWindow={"minHoursAdvance": 0, "maxDaysAdvance": 30, "allowSameDay": True})
    booked = stage.booked(date=TODAY.isoformat(), time="15:00", partySize=6)
    table = booked["reservation"]["tables"][0]
    stage.at("2026-12-16 13:55")
    path = f"/availability/{stage.restaurant_id}/walk-in?partySize=4"
    choices = stage.call("GET", path, stage.device).get_json()["choices"]
    mine = next(each for each in choices if each["numbers"] == [table["number"]])
    assert mine["freeUntil"] == "2026-12-16T15:00:00+01:00"

    seated = stage.call(
        "POST",
        "/walk-ins",
        stage.device,
        json={"restaurantId": str(stage.restaurant_id), "partySize": 4, "tableIds": [table["id"]]},
    )

    reservation = seated.get_json()["reservation"]
    assert (seated.status_code, reservation["status"], reservation["endsAt"]) == (
        201,
        "seated",
        "2026-12-16T15:00:00+01:00",
    )


def test_staff_give_a_booking_another_table_unless_it_is_taken(stage: Stage) -> None:
    one, other = stage.booked(), stage.booked()
    theirs = other["reservation"]["tables"][0]["id"]
    path = f"/reservations/{one['reservation']['id']}/tables"

    refused = stage.call("POST", path, stage.staff["host"], json={"tableIds": [theirs]})
    assert (refused.status_code, code_of(refused)) == (409, "slot_unavailable")

    config = stage.call("GET", f"/restaurants/{stage.restaurant_id}/config", stage.staff["host"]).get_json()
    six = next(each["id"] for each in config["tables"] if each["number"] == "6")
    moved = stage.call("POST", path, stage.staff["host"], json={"tableIds": [six]})
    assert [each["number"] for each in moved.get_json()["reservation"]["tables"]] == ["6"]


def test_a_configuration_that_strands_bookings_names_them(stage: Stage) -> None:
    booked = stage.booked()
    answer = stage.set_rules(specialDates=[{"date": TOMORROW.isoformat(), "type": "closed"}])

    assert [(each["code"], each["reason"]) for each in answer["stranded"]] == [
        (booked["reservation"]["code"], "special_date_closed")
    ]


def test_configurations_are_versions_and_their_history_says_who_changed_what(stage: Stage) -> None:
    stage.set_rules(holdMinutes=7)
    path = f"/restaurants/{stage.restaurant_id}/config"
    newest = stage.call("GET", f"{path}/history", stage.staff["manager"]).get_json()["versions"][0]

    assert newest["version"] == 2
    assert newest["changedBy"].startswith("owner:")
    assert newest["changes"] == [{"path": "rules.holdMinutes", "before": 5, "after": 7}]
    stale = stage.call("GET", path, stage.staff["owner"]).get_json()
    refused = stage.call("PUT", path, stage.staff["owner"], json=stale, headers={"If-Match": "1"})
    assert (refused.status_code, code_of(refused)) == (412, "version_conflict")


def test_every_move_is_in_the_trail_with_who_and_what(stage: Stage) -> None:
    booked = stage.booked()
    stage.move(booked, "checked_in")
    path = f"/reservations/{booked['reservation']['id']}/trail"

    entries = stage.call("GET", path, stage.staff["manager"]).get_json()["entries"]

    assert [entry["action"] for entry in entries] == ["reservation.booked", "reservation.checked_in"]
    assert entries[1]["before"]["status"] == "confirmed"
    assert entries[1]["actor"].startswith("host:")
    assert "Lucía" not in str(entries)
