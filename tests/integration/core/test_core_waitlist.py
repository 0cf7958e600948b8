"""The waiting list over the HTTP edge: who may join, who sees it, and what a freed table does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from itertools import count
from typing import Any
from uuid import UUID

import pytest
from stage import TOMORROW, Stage
from werkzeug.test import TestResponse

from backend.conversations.ports import Sender


def join(stage: Stage, who: dict[str, str] | None = None, **changes: Any) -> TestResponse:
    """Six people wait for tomorrow at eight; keyword arguments replace members."""
    return stage.call(
        "POST", "/waitlist", who or stage.publishable, json=stage.body(**{"partySize": 6, **changes})
    )


def joined(stage: Stage, **changes: Any) -> dict[str, Any]:
    """The entry of somebody who joined."""
    answer = join(stage, **changes)
    assert answer.status_code == 201, answer.get_data(as_text=True)
    return answer.get_json()["entry"]


def listed(stage: Stage, more: str = "", role: str = "host") -> list[dict[str, Any]]:
    """Tomorrow's list as the staff sees it."""
    path = f"/waitlist?restaurantId={stage.restaurant_id}&date={TOMORROW.isoformat()}{more}"
    return stage.call("GET", path, stage.staff[role]).get_json()["entries"]


def set_state(stage: Stage, entry: dict[str, Any], state: str, **headers: str) -> TestResponse:
    """What the host says became of it."""
    path = f"/waitlist/{entry['id']}/state"
    return stage.call("POST", path, stage.staff["host"], json={"state": state}, headers=headers)


def full_evening(stage: Stage) -> list[dict[str, Any]]:
    """Both places for six at eight are taken."""
    return [stage.booked(partySize=6, guest={"name": "Otra", "phone": f"60000000{n}"}) for n in range(2)]


def test_a_diner_joins_and_the_staff_sees_who_it_is(stage: Stage) -> None:
    entry = joined(stage)

    assert "guest" not in entry
    (seen,) = listed(stage)
    assert (seen["id"], seen["state"], seen["before"]) == (entry["id"], "waiting", 0)
    assert seen["guest"]["name"] == "Lucía García"


def test_joining_twice_for_the_same_table_is_joining_once(stage: Stage) -> None:
    first, again = joined(stage), joined(stage)

    assert first["id"] == again["id"]
    assert len(listed(stage)) == 1


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"privacyAccepted": False}, "privacy_not_accepted"),
        ({"time": "11:00"}, "outside_hours"),
        ({"date": (TOMORROW + timedelta(days=60)).isoformat()}, "too_far"),
        ({"guest": {"name": "Ana"}}, "invalid_request"),
        ({"guest": {"name": "Ana", "phone": "12"}}, "invalid_request"),
        ({"area": "tejado"}, "invalid_request"),
    ],
)
def test_who_waits_in_vain_or_cannot_be_reached_is_refused(
    stage: Stage, changes: dict[str, Any], code: str
) -> None:
    answer = join(stage, **changes)

    assert (answer.status_code, answer.get_json()["code"]) == (422, code)
    assert listed(stage) == []


def test_the_list_is_for_the_house_alone(stage: Stage) -> None:
    path = f"/waitlist?restaurantId={stage.restaurant_id}"

    assert stage.call("GET", path, stage.publishable).status_code == 403
    assert stage.call("GET", path).status_code == 401


def test_a_cancellation_shows_the_first_whom_the_table_fits_on_the_live_feed(stage: Stage) -> None:
    taken = full_evening(stage)
    joined(stage, partySize=8, guest={"name": "Ocho", "phone": "611000008"})
    stage.later(seconds=1)
    six = joined(stage, guest={"name": "Seis", "phone": "611000006"})
    stage.work()
    stage.live.published.clear()

    stage.call("DELETE", f"/reservations/{taken[0]['reservation']['id']}", stage.staff["host"])
    stage.work()

    offered = [event for _, event in stage.live.published if event.type == "waitlist.offered"]
    assert [event.data["entry"]["id"] for event in offered] == [six["id"]]
    assert "Seis" not in str(offered[0].data)
    assert [bool(each["offeredAt"]) for each in listed(stage)] == [False, True]


def test_a_freed_table_that_was_shown_is_not_shown_again_for_every_change_of_the_evening(
    stage: Stage,
) -> None:
    taken = full_evening(stage)
    joined(stage)
    for each in taken:
        stage.call("DELETE", f"/reservations/{each['reservation']['id']}", stage.staff["host"])
        stage.work()

    told = [event for _, event in stage.live.published if event.type == "waitlist.offered"]
    assert len(told) == 1


def test_the_staff_says_what_became_of_an_entry_and_can_take_it_back(stage: Stage) -> None:
    entry = joined(stage)

    assert set_state(stage, entry, "notified").get_json()["entry"]["state"] == "notified"
    assert set_state(stage, entry, "seated").status_code == 200
    assert listed(stage) == []
    assert [each["state"] for each in listed(stage, "&state=seated")] == ["seated"]
    assert set_state(stage, entry, "cancelled").get_json()["code"] == "invalid_transition"
    assert set_state(stage, entry, "waiting").status_code == 200


def test_an_entry_changed_meanwhile_is_not_changed_by_an_old_version(stage: Stage) -> None:
    entry = joined(stage)
    set_state(stage, entry, "notified")

    answer = set_state(stage, entry, "cancelled", **{"If-Match": str(entry["version"])})

    assert (answer.status_code, answer.get_json()["code"]) == (412, "version_conflict")


def test_an_entry_is_not_reopened_beside_a_newer_one_of_the_same_guest(stage: Stage) -> None:
    first = joined(stage)
    set_state(stage, first, "cancelled")
    joined(stage)

    assert set_state(stage, first, "waiting").get_json()["code"] == "invalid_transition"


def test_another_restaurant_sees_nothing_of_it(stage: Stage, new_stage: Any) -> None:
    entry, other = joined(stage), new_stage()

    assert set_state(other, entry, "seated").status_code == 404
    assert listed(other) == []


def test_an_erased_guest_waits_no_more_and_has_no_name_there(stage: Stage) -> None:
    joined(stage)
    (seen,) = listed(stage)
    exported = stage.services.guests.export(stage.restaurant_id, UUID(seen["guest"]["id"]), "owner:test")
    assert [each["name"] for each in exported["waitlist"]] == ["Lucía García"]

    stage.services.guests.erase(stage.restaurant_id, UUID(seen["guest"]["id"]), "owner:test")

    (kept,) = listed(stage, "&state=cancelled")
    assert kept["guest"]["name"] is None


def test_an_entry_is_forgotten_some_time_after_its_evening(new_stage: Any) -> None:
    stage = new_stage(conversation_days=2)
    joined(stage)
    forget = stage.worker.keepers["waitlist"]

    assert forget(stage.clock.at) == 0
    stage.later(days=5)
    assert forget(stage.clock.at) >= 1
    assert listed(stage) == []


PHONE = "+34611000006"
KNOWN = Sender(phone=PHONE)
SAID = count()


def say(stage: Stage, text: str, sender: Sender = KNOWN) -> str:
    """What the assistant answers on WhatsApp."""
    thread, message = f"thread-{sender.phone}", f"w{next(SAID)}"
    replies = stage.services.conversations.receive(
        stage.restaurant_id, thread, message, text, "es-ES", "whatsapp", sender
    )
    return " ".join(each.text for each in replies)


def freed(stage: Stage, **changes: Any) -> dict[str, Any]:
    """Somebody waits for a full evening, and a table comes free."""
    taken = full_evening(stage)
    entry = joined(
        stage, **{"guest": {"name": "Seis Gil", "phone": PHONE, "email": "seis@example.com"}, **changes}
    )
    stage.work()
    stage.call("DELETE", f"/reservations/{taken[0]['reservation']['id']}", stage.staff["host"])
    stage.work()
    return entry


def told(stage: Stage) -> list[str]:
    """The subjects of the mails to who waits."""
    return [
        each["subject"]
        for each in stage.mails()
        if each["to"] == {"name": "Seis Gil", "email": "seis@example.com"}
    ]


def test_who_waits_is_told_of_a_table_that_came_free(stage: Stage) -> None:
    freed(stage)

    assert len(told(stage)) == 1
    assert "mesa libre" in told(stage)[0]
    assert [each["state"] for each in listed(stage)] == ["notified"]


def test_who_said_stop_is_shown_to_the_staff_and_not_written_to(stage: Stage) -> None:
    say(stage, "apúntame en la lista de espera")
    joined(stage, guest={"name": "Seis Gil", "phone": PHONE, "email": "seis@example.com"})
    say(stage, "BAJA")

    freed(stage)

    assert told(stage) == []
    (entry,) = listed(stage)
    assert (entry["state"], bool(entry["offeredAt"])) == ("waiting", True)


def test_whom_the_staff_put_on_the_list_is_theirs_to_call(stage: Stage) -> None:
    taken = full_evening(stage)
    guest = {"name": "Seis Gil", "phone": PHONE, "email": "seis@example.com"}
    assert join(stage, stage.staff["host"], guest=guest, privacyAccepted=False).status_code == 201
    stage.call("DELETE", f"/reservations/{taken[0]['reservation']['id']}", stage.staff["host"])
    stage.work()

    assert told(stage) == []
    assert [each["state"] for each in listed(stage)] == ["waiting"]


def test_a_yes_books_the_table_and_the_place_is_used_up(stage: Stage) -> None:
    entry = freed(stage)

    assert "a nombre de Seis Gil" in say(stage, "sí")
    assert "¡Listo, Seis!" in say(stage, "sí")

    assert [each["id"] for each in listed(stage, "&state=seated")] == [entry["id"]]
    path = f"/reservations?restaurantId={stage.restaurant_id}&date={TOMORROW.isoformat()}&status=confirmed"
    booked = stage.call("GET", path, stage.staff["host"]).get_json()["reservations"]
    assert [each["guest"]["name"] for each in booked if each["guest"]["phone"] == PHONE] == ["Seis Gil"]


def test_the_yes_of_somebody_else_books_nothing_of_it(stage: Stage) -> None:
    freed(stage)

    assert "Seis" not in say(stage, "sí", Sender(phone="+34611000099"))
    assert "Seis" not in say(stage, "sí", Sender(phone=PHONE, proven=False))


def test_a_table_that_went_before_the_yes_is_offered_to_nobody_and_they_may_wait_on(stage: Stage) -> None:
    entry = freed(stage)
    stage.booked(partySize=6, guest={"name": "Antes", "phone": "600000077"})
    full = say(stage, "sí")

    assert "ya no queda mesa" in full
    joined(stage, guest={"name": "Seis Gil", "phone": PHONE, "email": "seis@example.com"})
    assert [(each["id"], each["state"]) for each in listed(stage)] == [(entry["id"], "waiting")]


def test_a_table_that_went_before_the_message_is_not_told_of(stage: Stage) -> None:
    taken = full_evening(stage)
    joined(stage, guest={"name": "Seis Gil", "phone": PHONE, "email": "seis@example.com"})
    stage.work()
    stage.call("DELETE", f"/reservations/{taken[0]['reservation']['id']}", stage.staff["host"])
    stage.booked(partySize=6, guest={"name": "Antes", "phone": "600000077"})

    stage.work()

    assert told(stage) == []
    assert [each["state"] for each in listed(stage)] == ["waiting"]


def test_a_yes_the_next_day_is_no_answer_to_it(stage: Stage) -> None:
    freed(stage, date=(TOMORROW).isoformat())
    stage.later(hours=13)

    assert "Seis" not in say(stage, "sí")


def test_an_address_that_floods_the_list_is_told_to_wait_and_the_house_is_not(
    new_stage: Callable[..., Stage],
) -> None:
    stage = new_stage(rate_limits="on", limit_waitlist=2)
    made_up = [{"name": "Nadie", "phone": f"61000000{n}"} for n in range(3)]

    codes = [join(stage, guest=guest).status_code for guest in made_up]

    assert codes == [201, 201, 429]
    assert join(stage, stage.staff["host"], guest=made_up[2]).status_code == 201
