"""The nights on which clocks change, in five zones: what does not exist is not offered, what comes twice is
offered once."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from restaurant_builders import ask, hours, instant, restaurant, table, taken

from backend.availability.domain import Offer, Refused, day_slots, evaluate, span
from backend.restaurants.domain import ReservationWindow, TimeSlots, service_date_of

WINDOW = ReservationWindow(min_hours_advance=0, max_days_advance=700)
LONG_BEFORE = datetime(2026, 1, 2, 12, tzinfo=UTC)

# zone, service date (the evening before the change), skipped wall-clock times
SPRING = [
    ("Europe/Madrid", date(2026, 3, 28), ["02:00", "02:30"]),
    ("Atlantic/Canary", date(2026, 3, 28), ["01:00", "01:30"]),
    ("America/New_York", date(2026, 3, 7), ["02:00", "02:30"]),
    ("America/Santiago", date(2026, 9, 5), ["00:00", "00:30"]),
]
# zone, service date, times that come twice, offset of the first occurrence
AUTUMN = [
    ("Europe/Madrid", date(2026, 10, 24), ["02:00", "02:30"], "+02:00"),
    ("Atlantic/Canary", date(2026, 10, 24), ["01:00", "01:30"], "+01:00"),
    ("America/New_York", date(2026, 10, 31), ["01:00", "01:30"], "-04:00"),
    ("America/Santiago", date(2026, 4, 4), ["23:00", "23:30"], "-03:00"),
]
NIGHT = [f"{minute // 60 % 24:02d}:{minute % 60:02d}" for minute in range(18 * 60, 29 * 60 - 30 + 1, 30)]


def night_bar(zone: str, **rules):
    """Open from 18:00 to 05:00, no buffer."""
    return restaurant(
        table("1"),
        zone=zone,
        business_hours=hours("18:00", "05:00"),
        reservation_window=WINDOW,
        time_slots=TimeSlots(turnover_time=0),
        **rules,
    )


def offered(config, day):
    return [
        f"{slot.time:%H:%M}" for slot in day_slots(config, [], day, 2, None, LONG_BEFORE) if slot.available
    ]


@pytest.mark.parametrize(("zone", "evening", "skipped"), SPRING)
def test_times_that_the_spring_change_skips_are_not_offered(zone, evening, skipped):
    assert offered(night_bar(zone), evening) == [at for at in NIGHT if at not in skipped]


@pytest.mark.parametrize(("zone", "evening", "skipped"), SPRING)
def test_asking_for_a_skipped_time_is_not_a_slot_even_for_staff(zone, evening, skipped):
    config = night_bar(zone)
    for wish in (ask(evening, skipped[0]), ask(evening, skipped[0], channel="staff", override=True)):
        refused = evaluate(config, [], wish, LONG_BEFORE)
        assert isinstance(refused, Refused)
        assert (refused.code, refused.params["skippedByClockChange"]) == ("not_a_slot", True)


@pytest.mark.parametrize(("zone", "evening", "twice", "offset"), AUTUMN)
def test_times_that_come_twice_in_autumn_are_offered_once_at_their_first_occurrence(
    zone, evening, twice, offset
):
    config = night_bar(zone)
    assert offered(config, evening) == NIGHT
    slots = {f"{slot.time:%H:%M}": slot for slot in day_slots(config, [], evening, 2, None, LONG_BEFORE)}
    for at in twice:
        assert slots[at].starts_at.astimezone(config.zone).isoformat().endswith(offset)


@pytest.mark.parametrize(("zone", "evening"), [(each[0], each[1]) for each in [*SPRING, *AUTUMN]])
def test_slots_follow_one_another_in_real_time(zone, evening):
    starts = [slot.starts_at for slot in day_slots(night_bar(zone), [], evening, 2, None, LONG_BEFORE)]
    assert all(later > earlier for earlier, later in pairwise(starts))


@pytest.mark.parametrize(("zone", "evening"), [(each[0], each[1]) for each in [*SPRING, *AUTUMN]])
def test_a_stay_is_elapsed_minutes_across_the_change(zone, evening):
    config = night_bar(zone)
    for slot in day_slots(config, [], evening, 2, None, LONG_BEFORE):
        offer = evaluate(config, [], ask(evening, f"{slot.time:%H:%M}"), LONG_BEFORE)
        assert isinstance(offer, Offer)
        assert offer.ends_at - offer.starts_at == timedelta(minutes=90)


def test_a_stay_across_the_spring_gap_ends_an_hour_later_on_the_wall():
    config = night_bar("Europe/Madrid")
    evening = date(2026, 3, 28)
    occupied = [taken(config, "1", "01:30", day=evening + timedelta(days=1), minutes=90)]
    answers = {at: evaluate(config, occupied, ask(evening, at), LONG_BEFORE) for at in ("03:30", "04:00")}
    assert isinstance(answers["03:30"], Refused)
    assert isinstance(answers["04:00"], Offer)


def test_a_stay_across_the_autumn_fold_ends_within_the_repeated_hour():
    config = night_bar("Europe/Madrid")
    evening = date(2026, 10, 24)
    # From the first 02:00 for ninety minutes: over at the second 02:30, half an hour before 03:00.
    occupied = [taken(config, "1", "02:00", day=evening + timedelta(days=1), minutes=90)]
    assert isinstance(evaluate(config, occupied, ask(evening, "02:30"), LONG_BEFORE), Refused)
    assert isinstance(evaluate(config, occupied, ask(evening, "03:00"), LONG_BEFORE), Offer)


def test_mexico_city_has_no_change_left_in_any_night_of_the_year():
    config = night_bar("America/Mexico_City")
    first = date(2026, 1, 3)
    assert all(offered(config, first + timedelta(days=count)) == NIGHT for count in range(365))


@pytest.mark.parametrize("zone", [each[0] for each in SPRING] + ["America/Mexico_City"])
def test_after_midnight_is_still_last_nights_service_date(zone):
    config = night_bar(zone)
    for day in (date(2026, 3, 29), date(2026, 10, 25), date(2026, 7, 4)):
        assert service_date_of(config, instant(config, day, "04:30")) == day - timedelta(days=1)
        assert service_date_of(config, instant(config, day, "05:00")) == day


@pytest.mark.parametrize(("zone", "evening"), [(each[0], each[1]) for each in [*SPRING, *AUTUMN]])
def test_the_span_to_read_covers_every_stay_of_the_night(zone, evening):
    config = night_bar(zone)
    start, end = span(config, evening, evening)
    for slot in day_slots(config, [], evening, 2, None, LONG_BEFORE):
        offer = evaluate(config, [], ask(evening, f"{slot.time:%H:%M}"), LONG_BEFORE)
        assert isinstance(offer, Offer)
        assert start <= offer.starts_at
        assert offer.blocks_until <= end


@pytest.mark.parametrize(
    ("zone", "day", "hours_long"),
    [
        ("Europe/Madrid", date(2026, 3, 29), 23),
        ("Europe/Madrid", date(2026, 10, 25), 25),
        ("America/Santiago", date(2026, 9, 6), 23),
    ],
)
def test_the_minimum_notice_is_elapsed_hours_on_days_of_23_and_25_hours(zone, day, hours_long):
    config = restaurant(zone=zone, reservation_window=ReservationWindow(min_hours_advance=hours_long))
    the_evening_before = instant(config, day - timedelta(days=1), "20:00")
    assert isinstance(evaluate(config, [], ask(day, "20:00"), the_evening_before), Offer)
    late = the_evening_before + timedelta(minutes=1)
    assert evaluate(config, [], ask(day, "20:00"), late).code == "too_soon"
