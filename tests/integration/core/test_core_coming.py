"""What guests say of a booking before they come: ETA, confirmation, words for the team; and what the house sees of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from stage import Stage

from backend.platform.refusals import Refusal
from backend.reservations.service import By

GUEST = By("conversation:whatsapp", "guest")
EIGHT = datetime(2026, 12, 17, 19, 0, tzinfo=UTC)


def identity(booked: dict[str, Any]) -> UUID:
    return UUID(booked["reservation"]["id"])


def seen(stage: Stage, booked: dict[str, Any]) -> dict[str, Any]:
    """The booking as the host sees it."""
    path = f"/reservations/{booked['reservation']['id']}"
    return stage.call("GET", path, stage.staff["host"]).get_json()["reservation"]


@pytest.mark.parametrize(("minutes", "kept"), [(10, True), (15, True), (16, False), (45, False)])
def test_an_eta_is_seen_by_the_house_and_the_table_is_kept_as_long_as_the_grace_lasts(
    stage: Stage, minutes: int, kept: bool
) -> None:
    booked = stage.booked()
    coming = stage.services.reservations.coming

    told = coming.late(stage.restaurant_id, identity(booked), EIGHT + timedelta(minutes=minutes), GUEST)

    assert told.kept is kept
    assert told.kept_until == EIGHT + timedelta(minutes=15)
    assert seen(stage, booked)["eta"] == f"2026-12-17T20:{minutes:02}:00+01:00"


def test_an_eta_is_told_on_the_live_feed_and_writes_the_guest_nothing(stage: Stage) -> None:
    booked = stage.booked(guest={"name": "Lucía", "email": "lucia@example.com"})
    stage.work()
    mails = len(stage.mails())

    stage.services.reservations.coming.late(
        stage.restaurant_id, identity(booked), EIGHT + timedelta(minutes=20), GUEST
    )
    stage.work()

    (_, event) = stage.live.published[-1]
    assert (event.type, event.data["change"]) == ("reservation.updated", "eta")
    assert event.data["reservation"]["eta"] == "2026-12-17T20:20:00+01:00"
    assert len(stage.mails()) == mails


def test_who_will_be_on_time_after_all_has_no_eta(stage: Stage) -> None:
    booked, coming = stage.booked(), stage.services.reservations.coming
    coming.late(stage.restaurant_id, identity(booked), EIGHT + timedelta(minutes=20), GUEST)

    coming.late(stage.restaurant_id, identity(booked), EIGHT, GUEST)

    assert seen(stage, booked)["eta"] is None


def test_an_eta_after_the_stay_is_no_eta(stage: Stage) -> None:
    booked = stage.booked()

    with pytest.raises(Refusal, match="window_passed"):
        stage.services.reservations.coming.late(
            stage.restaurant_id, identity(booked), EIGHT + timedelta(hours=6), GUEST
        )


def test_a_confirmation_is_kept_with_its_instant_and_said_once(stage: Stage) -> None:
    booked, coming = stage.booked(), stage.services.reservations.coming

    coming.confirm(stage.restaurant_id, identity(booked), GUEST)
    first = seen(stage, booked)
    stage.later(hours=1)
    coming.confirm(stage.restaurant_id, identity(booked), GUEST)

    assert first["guestConfirmedAt"] == "2026-12-16T10:00:00+01:00"
    assert seen(stage, booked)["guestConfirmedAt"] == first["guestConfirmedAt"]


def test_a_booking_that_moves_to_another_hour_forgets_what_was_said_of_the_old_one(stage: Stage) -> None:
    booked, coming = stage.booked(), stage.services.reservations.coming
    coming.late(stage.restaurant_id, identity(booked), EIGHT + timedelta(minutes=10), GUEST)
    coming.confirm(stage.restaurant_id, identity(booked), GUEST)

    path = f"/reservations/{booked['reservation']['id']}"
    stage.call("PUT", path, stage.staff["host"], json={"time": "21:00"})

    moved = seen(stage, booked)
    assert (moved["eta"], moved["guestConfirmedAt"]) == (None, None)


def test_words_for_the_team_are_added_to_the_notes_and_written_once(stage: Stage) -> None:
    booked = stage.booked(notes="Trona")
    coming = stage.services.reservations.coming

    for _ in range(2):
        coming.note(stage.restaurant_id, identity(booked), "alergia al marisco", GUEST)

    assert seen(stage, booked)["notes"] == "Trona; alergia al marisco"


def test_of_a_cancelled_booking_nothing_more_is_written(stage: Stage) -> None:
    booked, coming = stage.booked(), stage.services.reservations.coming
    stage.call("DELETE", f"/reservations/{booked['reservation']['id']}", stage.staff["host"])

    with pytest.raises(Refusal, match="invalid_transition"):
        coming.note(stage.restaurant_id, identity(booked), "alergia al marisco", GUEST)
    with pytest.raises(Refusal, match="invalid_transition"):
        coming.confirm(stage.restaurant_id, identity(booked), GUEST)
