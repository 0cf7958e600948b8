"""Which service date a date and a time mean once the night runs past midnight."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from restaurant_builders import FRIDAY, NOON, ask, closed_on, hours, instant, restaurant, table

from backend.availability.domain import Offer, Refused, day_slots, evaluate
from backend.restaurants.domain import ReservationWindow, service_date_of

SATURDAY = FRIDAY + timedelta(days=1)


@pytest.fixture
def late_house():
    return restaurant(table("1"), business_hours=hours("20:00", "01:00"))


def test_half_past_midnight_of_fridays_service_is_early_on_saturday(late_house):
    offer = evaluate(late_house, [], ask(FRIDAY, "00:30"), NOON)
    assert isinstance(offer, Offer)
    assert (offer.service_date, offer.time) == (FRIDAY, time(0, 30))
    assert offer.starts_at == datetime(2026, 12, 18, 23, 30, tzinfo=UTC)


def test_a_days_slots_go_on_past_midnight_under_the_days_own_date(late_house):
    times = [f"{slot.time:%H:%M}" for slot in day_slots(late_house, [], FRIDAY, 2, None, NOON)]
    assert times == ["20:00", "20:30", "21:00", "21:30", "22:00", "22:30", "23:00", "23:30", "00:00", "00:30"]


def test_the_date_is_the_service_date_where_both_readings_are_possible(late_house):
    offer = evaluate(late_house, [], ask(SATURDAY, "00:30"), NOON)
    assert isinstance(offer, Offer)
    assert (offer.service_date, offer.starts_at.day) == (SATURDAY, 19)


def test_the_date_is_the_calendar_day_where_only_last_nights_service_has_that_time():
    config = restaurant(table("1"), business_hours=closed_on(hours("20:00", "01:00"), 5))
    offer = evaluate(config, [], ask(SATURDAY, "00:30"), NOON)
    assert isinstance(offer, Offer)
    assert (offer.service_date, offer.starts_at) == (FRIDAY, instant(config, SATURDAY, "00:30"))


def test_what_was_granted_can_be_asked_for_again_with_its_own_date_and_time(late_house):
    for wish in (ask(FRIDAY, "00:30"), ask(SATURDAY, "00:30"), ask(SATURDAY, "21:00")):
        first = evaluate(late_house, [], wish, NOON)
        assert isinstance(first, Offer)
        again = evaluate(late_house, [], ask(first.service_date, f"{first.time:%H:%M}"), NOON)
        assert again == first


def test_a_house_open_round_the_clock_has_every_half_hour_once():
    config = restaurant(table("1"), business_hours=hours("00:00", "00:00"))
    slots = day_slots(config, [], SATURDAY, 2, None, NOON)
    assert len({slot.starts_at for slot in slots}) == len(slots) == 48


def test_after_midnight_tonight_can_still_be_booked_where_the_same_day_is_not():
    config = restaurant(
        table("1"),
        business_hours=hours("20:00", "02:00"),
        reservation_window=ReservationWindow(0, 30, allow_same_day=False),
    )
    refused = evaluate(config, [], ask(FRIDAY, "01:00"), instant(config, SATURDAY, "00:10"))
    assert isinstance(refused, Refused)
    assert refused.code == "same_day_not_allowed"


def test_the_service_date_of_an_instant_turns_at_closing_not_at_midnight(late_house):
    assert service_date_of(late_house, instant(late_house, SATURDAY, "00:59")) == FRIDAY
    assert service_date_of(late_house, instant(late_house, SATURDAY, "01:00")) == SATURDAY
    assert service_date_of(late_house, instant(late_house, date(2026, 12, 19), "20:00")) == SATURDAY
