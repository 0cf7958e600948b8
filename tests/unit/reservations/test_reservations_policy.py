"""Cancelling, not coming, requirements and lateness."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from restaurant_builders import FRIDAY, restaurant

from backend.reservations.domain import (
    Applicant,
    Lateness,
    Money,
    Refused,
    Requirement,
    Status,
    cancellation,
    deposit,
    first_status,
    lateness,
    no_show_block,
    no_show_penalty,
    pending_deadline,
    refuse_unsettled,
    requirements,
    screen,
    unsettled,
)
from backend.restaurants.domain import CancellationPolicy, Requirements, SpecialDate

START = datetime(2026, 12, 18, 19, tzinfo=UTC)
STRICT = CancellationPolicy(free_cancellation_hours=24, no_show_penalty=True, penalty_amount=Decimal("25.50"))
EVERYTHING = Requirements(True, Decimal(20), True, True, True)
BUSY = (SpecialDate(FRIDAY, "high_demand", multiplier=Decimal("1.5")),)


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


# cancelling ---------------------------------------------------------------------------------------


def cancel(config, before_start: timedelta, status=Status.CONFIRMED, **more):
    return cancellation(config, FRIDAY, START, status, START - before_start, **more)


def test_cancelling_in_time_is_free_to_the_last_second():
    found = cancel(restaurant(cancellation_policy=STRICT), timedelta(hours=24))
    assert (found.late, found.penalty, found.free_until) == (False, None, START - timedelta(hours=24))


def test_cancelling_late_costs_the_penalty():
    found = cancel(restaurant(cancellation_policy=STRICT), timedelta(hours=24) - timedelta(seconds=1))
    assert (found.late, found.penalty) == (True, Money(Decimal("25.50"), "EUR"))


def test_a_late_cancellation_is_late_even_where_it_costs_nothing():
    found = cancel(restaurant(cancellation_policy=CancellationPolicy(24)), timedelta(hours=1))
    assert (found.late, found.penalty) == (True, None)


def test_a_penalty_needs_its_switch_and_its_amount():
    switched_off = CancellationPolicy(24, no_show_penalty=False, penalty_amount=Decimal(10))
    no_amount = CancellationPolicy(24, no_show_penalty=True)
    assert no_show_penalty(restaurant(cancellation_policy=switched_off), FRIDAY) is None
    assert no_show_penalty(restaurant(cancellation_policy=no_amount), FRIDAY) is None


def test_staff_may_waive_the_penalty_and_it_stays_late():
    found = cancel(restaurant(cancellation_policy=STRICT), timedelta(hours=1), waive=True)
    assert (found.late, found.penalty) == (True, None)


def test_a_booking_that_was_never_confirmed_costs_nothing_to_cancel():
    found = cancel(restaurant(cancellation_policy=STRICT), timedelta(hours=1), Status.PENDING)
    assert (found.late, found.penalty) == (False, None)


def test_a_date_in_high_demand_multiplies_penalty_and_deposit():
    config = restaurant(cancellation_policy=STRICT, requirements=EVERYTHING, special_dates=BUSY)
    assert no_show_penalty(config, FRIDAY) == Money(Decimal("38.25"), "EUR")
    assert deposit(config, FRIDAY) == Money(Decimal("30.00"), "EUR")
    another = FRIDAY + timedelta(days=1)
    assert no_show_penalty(config, another) == Money(Decimal("25.50"), "EUR")
    assert deposit(config, another) == Money(Decimal("20.00"), "EUR")


def test_without_a_deposit_or_its_amount_there_is_none():
    assert deposit(restaurant(), FRIDAY) is None
    assert deposit(restaurant(requirements=Requirements(True)), FRIDAY) is None


# blocking -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("limit", "no_shows", "blocked"), [(2, 1, False), (2, 2, True), (2, 5, True), (0, 9, False)]
)
def test_a_guest_is_blocked_after_as_many_no_shows_as_the_rules_say(limit, no_shows, blocked):
    policy = CancellationPolicy(blocked_reservations_after_no_show=limit)
    answer = no_show_block(restaurant(cancellation_policy=policy), no_shows)
    assert answer == (Refused("guest_blocked") if blocked else None)


def test_a_guest_may_be_blocked_by_the_staffs_decision():
    assert no_show_block(restaurant(), 0, blocked=True) == Refused("guest_blocked")


# requirements -------------------------------------------------------------------------------------

GUEST = Applicant(has_phone=True, privacy_accepted=True)


def test_who_does_not_accept_the_privacy_policy_cannot_book():
    assert screen(restaurant(), FRIDAY, Applicant(True, False)) == Refused("privacy_not_accepted")


def test_a_blocked_guest_cannot_book():
    assert screen(restaurant(), FRIDAY, Applicant(True, True, no_shows=2)) == Refused("guest_blocked")


def test_where_phones_are_verified_a_booking_needs_one():
    config = restaurant(requirements=Requirements(requires_phone_verification=True))
    refused = screen(config, FRIDAY, Applicant(has_phone=False, privacy_accepted=True))
    assert refused == Refused("phone_verification_required", {"requirement": "phone_verification"})
    assert screen(config, FRIDAY, GUEST) is None
    assert screen(restaurant(), FRIDAY, Applicant(has_phone=False, privacy_accepted=True)) is None


def test_staff_may_write_anyone_down_and_vouch_for_them():
    config = restaurant(requirements=EVERYTHING)
    by_staff = Applicant(False, False, no_shows=9, blocked=True, staff=True)
    assert screen(config, FRIDAY, by_staff) is None
    assert unsettled(config, FRIDAY, by_staff) == frozenset()


@pytest.mark.parametrize(
    ("rules", "wanted"),
    [
        (Requirements(), set()),
        (Requirements(requires_deposit=True), {Requirement.DEPOSIT}),
        (Requirements(requires_phone_verification=True), {Requirement.PHONE_VERIFICATION}),
        (Requirements(requires_credit_card=True), {Requirement.CARD}),
        (Requirements(requires_identification=True), {Requirement.IDENTIFICATION}),
        (EVERYTHING, set(Requirement)),
    ],
)
def test_each_requirement_makes_a_new_booking_pending_until_it_is_settled(rules, wanted):
    config = restaurant(requirements=rules)
    assert requirements(config, FRIDAY) == wanted
    lacking = unsettled(config, FRIDAY, GUEST)
    assert lacking == wanted
    assert first_status(lacking) is (Status.PENDING if wanted else Status.CONFIRMED)


def test_a_number_verified_once_stays_verified():
    config = restaurant(requirements=EVERYTHING)
    known = Applicant(True, True, phone_verified=True)
    assert Requirement.PHONE_VERIFICATION not in unsettled(config, FRIDAY, known)


def test_what_is_missing_is_named_one_at_a_time_the_deposit_with_its_amount():
    assert refuse_unsettled(set()) is None
    both = {Requirement.IDENTIFICATION, Requirement.DEPOSIT}
    assert refuse_unsettled(both, Money(Decimal("20.00"), "EUR")) == Refused(
        "deposit_required", {"requirement": "deposit", "amount": "20.00", "currency": "EUR"}
    )
    assert refuse_unsettled({Requirement.CARD}) == Refused("deposit_required", {"requirement": "card"})
    assert refuse_unsettled({Requirement.IDENTIFICATION}) == Refused(
        "identification_required", {"requirement": "identification"}
    )


def test_a_pending_booking_waits_a_day_and_not_past_its_start():
    config = restaurant(requirements=EVERYTHING)
    lacking = {Requirement.DEPOSIT}
    long_before = START - timedelta(days=9)
    assert pending_deadline(config, lacking, long_before, START) == long_before + timedelta(hours=24)
    assert pending_deadline(config, lacking, START - timedelta(hours=3), START) == START


def test_a_booking_made_after_its_start_is_not_due_before_it_was_made():
    made = START + timedelta(minutes=5)
    assert pending_deadline(restaurant(), {Requirement.DEPOSIT}, made, START) == made


def test_identification_is_shown_at_the_door_so_the_booking_waits_until_then():
    config = restaurant(no_show_after_minutes=40)
    long_before = START - timedelta(days=9)
    only = {Requirement.IDENTIFICATION}
    assert pending_deadline(config, only, long_before, START) == START + minutes(40)


# lateness -----------------------------------------------------------------------------------------


def clock(status, now, arrived=0, **rules):
    return lateness(restaurant(**rules), status, START, START + minutes(90), 6, arrived, now)


def test_an_expected_party_is_late_once_the_grace_is_over():
    on_time = clock(Status.CONFIRMED, START + minutes(15))
    assert (on_time.late, on_time.minutes_late) == (False, 15)
    late = clock(Status.CONFIRMED, START + minutes(15.5))
    assert (late.late, late.minutes_late) == (True, 15)


def test_before_the_start_nobody_is_late():
    assert clock(Status.CONFIRMED, START - minutes(30)).minutes_late == 0


def test_who_is_here_is_not_late_and_the_missing_are_counted():
    found = clock(Status.CHECKED_IN, START + minutes(40), arrived=2)
    assert (found.late, found.minutes_late, found.missing) == (False, 0, 4)


def test_a_confirmed_party_of_which_nobody_came_is_due_as_a_no_show():
    assert not clock(Status.CONFIRMED, START + minutes(29), no_show_after_minutes=30).no_show_due
    assert clock(Status.CONFIRMED, START + minutes(30), no_show_after_minutes=30).no_show_due
    assert not clock(Status.PENDING, START + minutes(30), no_show_after_minutes=30).no_show_due


def test_who_sits_past_the_planned_end_is_overdue():
    assert not clock(Status.SEATED, START + minutes(90), arrived=6).overdue
    over = clock(Status.SEATED, START + minutes(101), arrived=6)
    assert (over.overdue, over.minutes_over, over.missing) == (True, 11, 0)


@pytest.mark.parametrize("status", [Status.COMPLETED, Status.CANCELLED, Status.NO_SHOW, Status.EXPIRED])
def test_what_is_over_is_neither_late_nor_overdue(status):
    found = clock(status, START + timedelta(days=1))
    assert found == Lateness(False, 0, False, False, 0, 0)
