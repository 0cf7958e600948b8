"""Which moves between the states of a booking are allowed, for whom and when."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.reservations.domain import (
    TAKES_CAPACITY,
    UNDO_WINDOW,
    Allowed,
    Facts,
    Refused,
    Requirement,
    Status,
    move,
    moves_from,
)

START = datetime(2026, 12, 18, 19, tzinfo=UTC)
BEFORE = START - timedelta(hours=5)
STAFF = Facts(
    actor="staff",
    starts_at=START,
    ends_at=START + timedelta(minutes=90),
    status_since=START - timedelta(days=1),
)
GUEST = replace(STAFF, actor="guest")
SYSTEM = replace(STAFF, actor="system")

# Every move that is allowed to somebody at some moment without undoing; all others never are.
ALLOWED = {
    ("pending", "confirmed"),
    ("pending", "checked_in"),
    ("pending", "seated"),
    ("pending", "cancelled"),
    ("pending", "expired"),
    ("confirmed", "checked_in"),
    ("confirmed", "seated"),
    ("confirmed", "cancelled"),
    ("confirmed", "no_show"),
    ("checked_in", "seated"),
    ("checked_in", "cancelled"),
    ("seated", "completed"),
    ("cancelled", "confirmed"),
    ("expired", "confirmed"),
    ("no_show", "checked_in"),
    ("no_show", "seated"),
}


def allowed(status: Status, to: Status, facts: Facts, now: datetime) -> Allowed:
    answer = move(status, to, facts, now)
    assert isinstance(answer, Allowed), answer
    return answer


def refused(status: Status, to: Status, facts: Facts, now: datetime) -> Refused:
    answer = move(status, to, facts, now)
    assert isinstance(answer, Refused), answer
    return answer


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("to", Status)
def test_a_move_is_allowed_at_its_moment_exactly_when_it_is_in_the_list(status, to):
    moments = {
        "no_show": START + timedelta(minutes=20),  # after the grace
        "cancelled": START + timedelta(hours=1),
    }
    now = moments["no_show"] if to == "no_show" else BEFORE
    facts = replace(STAFF, status_since=now)
    assert isinstance(move(status, to, facts, now), Allowed) is ((status.value, to.value) in ALLOWED)


def test_a_refused_move_names_both_states():
    assert refused(Status.CONFIRMED, Status.COMPLETED, STAFF, BEFORE) == Refused(
        "invalid_transition", {"from": "confirmed", "to": "completed"}
    )


@given(
    st.sampled_from(Status),
    st.sampled_from(Status),
    st.sampled_from(["guest", "staff", "system"]),
    st.integers(-600, 600),
)
def test_capacity_is_taken_and_freed_exactly_when_the_states_differ_in_taking_it(status, to, actor, minutes):
    answer = move(status, to, replace(STAFF, actor=actor), START + timedelta(minutes=minutes))
    if isinstance(answer, Allowed):
        assert answer.needs_capacity == (status not in TAKES_CAPACITY and to in TAKES_CAPACITY)
        assert answer.frees_capacity == (status in TAKES_CAPACITY and to not in TAKES_CAPACITY)


def test_these_states_and_no_others_take_capacity():
    assert {each.value for each in TAKES_CAPACITY} == {"pending", "confirmed", "checked_in", "seated"}


# guests -------------------------------------------------------------------------------------------


def test_all_a_guest_may_do_is_cancel_before_the_start():
    for status in Status:
        wanted = (Status.CANCELLED,) if status in (Status.PENDING, Status.CONFIRMED) else ()
        assert moves_from(status, GUEST, BEFORE) == wanted
        assert moves_from(status, GUEST, START) == ()


def test_after_the_start_the_guest_is_told_that_it_has_started():
    answer = refused(Status.CONFIRMED, Status.CANCELLED, GUEST, START)
    assert answer.params["startedAt"] == START.isoformat()
    assert isinstance(move(Status.CONFIRMED, Status.CANCELLED, STAFF, START), Allowed)


# no-shows -----------------------------------------------------------------------------------------


def test_nobody_is_a_no_show_before_the_grace_has_passed():
    facts = replace(STAFF, grace=timedelta(minutes=15))
    answer = refused(Status.CONFIRMED, Status.NO_SHOW, facts, START + timedelta(minutes=14, seconds=59))
    assert answer.params["earliest"] == (START + timedelta(minutes=15)).isoformat()
    assert allowed(Status.CONFIRMED, Status.NO_SHOW, facts, START + timedelta(minutes=15)).frees_capacity


def test_a_party_of_which_somebody_came_is_no_no_show():
    facts = replace(SYSTEM, arrived_count=1)
    assert refused(Status.CONFIRMED, Status.NO_SHOW, facts, START + timedelta(hours=1)).params["arrived"] == 1


def test_a_no_show_who_turns_up_within_two_hours_may_still_check_in_if_there_is_room():
    marked = START + timedelta(minutes=30)
    facts = replace(STAFF, status_since=marked)
    assert allowed(Status.NO_SHOW, Status.CHECKED_IN, facts, marked + timedelta(hours=2)).needs_capacity
    late = refused(Status.NO_SHOW, Status.CHECKED_IN, facts, marked + timedelta(hours=2, seconds=1))
    assert late.params["reversibleUntil"] == (marked + timedelta(hours=2)).isoformat()


# bringing back ------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [Status.CANCELLED, Status.EXPIRED])
def test_staff_may_bring_a_booking_back_while_its_time_is_not_over_and_only_if_there_is_room(status):
    assert allowed(status, Status.CONFIRMED, STAFF, BEFORE).needs_capacity
    assert (
        refused(status, Status.CONFIRMED, STAFF, STAFF.ends_at).params["endedAt"] == STAFF.ends_at.isoformat()
    )
    assert refused(status, Status.CONFIRMED, SYSTEM, BEFORE).params["only"] == "staff"


# requirements -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lacking", "code"),
    [
        (Requirement.PHONE_VERIFICATION, "phone_verification_required"),
        (Requirement.DEPOSIT, "deposit_required"),
        (Requirement.CARD, "deposit_required"),
        (Requirement.IDENTIFICATION, "identification_required"),
    ],
)
def test_an_unsettled_booking_is_not_confirmed_nor_let_in(lacking, code):
    facts = replace(STAFF, unsettled=frozenset({lacking}))
    for to in (Status.CONFIRMED, Status.CHECKED_IN, Status.SEATED):
        answer = refused(Status.PENDING, to, facts, BEFORE)
        assert (answer.code, answer.params["requirement"]) == (code, lacking.value)


def test_at_the_door_staff_may_let_an_unsettled_booking_in_with_an_override():
    facts = replace(STAFF, unsettled=frozenset({Requirement.DEPOSIT}), override=True)
    allowed(Status.PENDING, Status.CHECKED_IN, facts, START)
    assert refused(Status.PENDING, Status.CONFIRMED, facts, START).code == "deposit_required"
    by_system = replace(facts, actor="system")
    assert refused(Status.PENDING, Status.CHECKED_IN, by_system, START).code == "deposit_required"


# undoing ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "previous"),
    [
        (Status.CHECKED_IN, Status.CONFIRMED),
        (Status.CHECKED_IN, Status.PENDING),
        (Status.SEATED, Status.CHECKED_IN),
        (Status.SEATED, Status.CONFIRMED),
        (Status.COMPLETED, Status.SEATED),
        (Status.NO_SHOW, Status.CONFIRMED),
        (Status.CANCELLED, Status.CHECKED_IN),
        (Status.CANCELLED, Status.PENDING),
        (Status.CONFIRMED, Status.PENDING),
    ],
)
def test_staff_may_take_a_move_back_within_a_few_minutes(status, previous):
    facts = replace(STAFF, status_since=START, previous=previous)
    assert allowed(status, previous, facts, START + UNDO_WINDOW).undo
    too_late = START + UNDO_WINDOW + timedelta(seconds=1)
    assert refused(status, previous, facts, too_late).code == "invalid_transition"
    assert refused(status, previous, replace(facts, actor="guest"), START).code == "invalid_transition"


def test_only_the_last_move_can_be_taken_back():
    facts = replace(STAFF, status_since=START, previous=Status.CHECKED_IN)
    assert refused(Status.SEATED, Status.CONFIRMED, facts, START).code == "invalid_transition"


def test_a_manager_may_be_given_longer_to_take_a_move_back():
    facts = replace(STAFF, status_since=START, previous=Status.SEATED, undo_window=timedelta(hours=4))
    answer = allowed(Status.COMPLETED, Status.SEATED, facts, START + timedelta(hours=3))
    assert answer.undo
    assert answer.needs_capacity


def test_the_buttons_of_a_screen_are_the_moves_allowed_now():
    assert moves_from(Status.CONFIRMED, STAFF, BEFORE) == (Status.CHECKED_IN, Status.SEATED, Status.CANCELLED)
    late = START + timedelta(minutes=20)
    assert Status.NO_SHOW in moves_from(Status.CONFIRMED, STAFF, late)
    assert moves_from(Status.COMPLETED, STAFF, late) == ()
