"""A day's slots, a month's days, and the nearest free times."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest
from restaurant_builders import FRIDAY, NOON, ask, closed_on, hours, restaurant, shift, table, taken

from backend.availability.domain import Offer, alternatives, day_slots, evaluate, month_view
from backend.restaurants.domain import (
    Capacity,
    Pacing,
    PartySize,
    ReservationWindow,
    SpecialDate,
)


def times(found) -> list[str]:
    return [f"{each.time:%H:%M}" for each in found]


# a day --------------------------------------------------------------------------------------------


def test_a_day_lists_its_grid_with_the_areas_that_have_a_table():
    config = restaurant(table("1"), table("T1", area="terraza"))
    slots = day_slots(config, [taken(config, "1", "21:00")], FRIDAY, 2, None, NOON)
    assert times(slots) == ["19:00", "19:30", "20:00", "20:30", "21:00", "21:30", "22:00", "22:30", "23:00"]
    assert {f"{slot.time:%H:%M}": slot.areas for slot in slots if slot.areas != ("terraza",)} == {
        "19:00": ("sala", "terraza"),
        "23:00": ("sala", "terraza"),
    }


def test_an_area_asked_for_is_the_only_one_looked_at():
    config = restaurant(table("1"), table("T1", area="terraza"))
    occupied = [taken(config, "T1", "20:00")]
    slots = {f"{each.time:%H:%M}": each for each in day_slots(config, occupied, FRIDAY, 2, "terraza", NOON)}
    assert (slots["20:00"].available, slots["20:00"].reason) == (False, "slot_unavailable")
    assert slots["22:00"].areas == ("terraza",)


def test_each_slot_that_is_not_free_says_which_gate_said_no():
    config = restaurant(
        table("1"),
        table("2"),
        pacing=Pacing(30, max_parties=1),
        reservation_window=ReservationWindow(min_hours_advance=8),
    )
    slots = day_slots(config, [taken(config, "1", "21:00")], FRIDAY, 2, None, NOON)
    assert {f"{slot.time:%H:%M}": slot.reason for slot in slots if slot.reason} == {
        "19:00": "too_soon",
        "19:30": "too_soon",
        "21:00": "pacing_limit",
    }


def test_a_closed_day_and_a_day_beyond_any_calendar_have_no_slots():
    config = restaurant(special_dates=(SpecialDate(FRIDAY, "closed"),))
    assert day_slots(config, [], FRIDAY, 2, None, NOON) == []
    assert day_slots(config, [], date.max, 2, None, NOON) == []
    assert day_slots(config, [], date.min, 2, None, NOON) == []


def test_a_party_nobody_can_seat_gets_the_reason_at_every_slot():
    slots = day_slots(restaurant(party_size=PartySize(1, 4)), [], FRIDAY, 5, None, NOON)
    assert {slot.reason for slot in slots} == {"party_too_large"}


def test_a_slot_within_the_overbooking_is_available_without_an_area():
    config = restaurant(table("1"), capacity=Capacity(overbooking_percent=50))
    slots = {
        slot.time: slot for slot in day_slots(config, [taken(config, "1", "20:00")], FRIDAY, 2, None, NOON)
    }
    assert (slots[time(20)].available, slots[time(20)].areas) == (True, ())


def test_slots_know_their_shift():
    config = restaurant(
        business_hours=hours("12:00", "23:59"),
        shifts=(shift("lunch", "13:00", "14:00"), shift("dinner", "21:00", "22:00")),
    )
    slots = day_slots(config, [], FRIDAY, 2, None, NOON)
    assert [(f"{slot.time:%H:%M}", slot.shift) for slot in slots] == [
        ("13:00", "lunch"),
        ("13:30", "lunch"),
        ("14:00", "lunch"),
        ("21:00", "dinner"),
        ("21:30", "dinner"),
        ("22:00", "dinner"),
    ]


# a month ------------------------------------------------------------------------------------------


def test_a_month_says_of_each_day_whether_and_why_not():
    config = restaurant(
        table("1"),
        business_hours=closed_on(hours("20:00", "22:00"), 0),
        reservation_window=ReservationWindow(0, 10),
        special_dates=(SpecialDate(date(2026, 12, 25), "closed"),),
    )
    full = [taken(config, "1", "19:00", day=date(2026, 12, 20), minutes=360)]
    days = {each.date.day: each for each in month_view(config, full, FRIDAY, 2, NOON)}
    assert len(days) == 31
    assert {day: days[day].reason for day in (16, 20, 21, 25, 29)} == {
        16: "too_soon",
        20: "slot_unavailable",
        21: "closed",
        25: "special_date_closed",
        29: "too_far",
    }
    assert [day for day, each in days.items() if each.available] == [18, 19, 22, 23, 24, 26, 27]


def test_a_day_full_by_pacing_says_so():
    config = restaurant(
        table("1"), table("2"), business_hours=hours("20:00", "20:30"), pacing=Pacing(30, max_parties=1)
    )
    days = month_view(config, [taken(config, "1", "20:00")], FRIDAY, 2, NOON)
    assert days[FRIDAY.day - 1].reason == "pacing_limit"


def test_february_of_a_leap_year_has_its_29th():
    config = restaurant(reservation_window=ReservationWindow(0, 730))
    days = month_view(config, [], date(2028, 2, 10), 2, NOON)
    assert days[-1].date == date(2028, 2, 29)
    assert days[-1].available


def test_the_last_month_of_the_calendar_is_too_far_and_not_an_error():
    days = month_view(restaurant(), [], date(9999, 12, 1), 2, NOON)
    assert {each.reason for each in days} == {"too_far"}
    assert len(days) == 31


# nearby -------------------------------------------------------------------------------------------


def test_the_nearest_free_times_come_first_and_of_two_as_near_the_earlier():
    config = restaurant(table("1"), capacity=Capacity(minimum_table_turnover_minutes=30))
    occupied = [taken(config, "1", "21:00", minutes=30)]
    assert times(alternatives(config, occupied, ask(at="21:00"), NOON)) == ["21:30", "20:00", "22:00"]


def test_another_area_at_the_same_time_is_nearest_of_all():
    config = restaurant(table("1"), table("T1", area="terraza"))
    found = alternatives(config, [taken(config, "T1", "20:00")], ask(at="20:00", area="terraza"), NOON)
    assert (found[0].time, found[0].area) == (time(20), "sala")
    assert len({each.starts_at for each in found}) == 3


def test_without_an_area_wish_alternatives_name_none():
    config = restaurant(table("1"))
    found = alternatives(config, [taken(config, "1", "20:00")], ask(at="20:00"), NOON)
    assert {each.area for each in found} == {None}


def test_a_full_evening_leads_to_the_days_around_it():
    config = restaurant(table("1"))
    occupied = [taken(config, "1", "18:00", minutes=480)]
    found = alternatives(config, occupied, ask(at="20:00"), NOON, limit=2)
    assert [(each.date, each.time) for each in found] == [
        (FRIDAY + timedelta(days=1), time(20)),
        (FRIDAY + timedelta(days=1), time(19, 30)),
    ]
    assert alternatives(config, occupied, ask(at="20:00"), NOON, days_around=0) == []


def test_a_closed_day_leads_to_the_same_time_on_the_days_around_it():
    config = restaurant(special_dates=(SpecialDate(FRIDAY + timedelta(days=1), "closed"),))
    found = alternatives(config, [], ask(FRIDAY + timedelta(days=1), "20:00"), NOON, limit=2)
    assert [(each.date, each.time) for each in found] == [
        (FRIDAY, time(20)),
        (FRIDAY + timedelta(days=2), time(20)),
    ]


def test_too_short_notice_leads_to_the_first_times_allowed():
    config = restaurant(table("1"), reservation_window=ReservationWindow(min_hours_advance=10))
    assert times(alternatives(config, [], ask(at="20:00"), NOON)) == ["22:00", "22:30", "23:00"]


def test_a_time_off_the_grid_leads_to_its_neighbours():
    assert times(alternatives(restaurant(), [], ask(at="20:10"), NOON, limit=2)) == ["20:00", "20:30"]


@pytest.mark.parametrize("wish", [ask(people=50), ask(people=0), ask(date.max), ask(date.min)])
def test_what_no_other_time_would_change_has_no_alternatives(wish):
    assert alternatives(restaurant(), [], wish, NOON) == []


def test_an_alternative_past_midnight_is_granted_under_its_own_date():
    config = restaurant(table("1"), business_hours=hours("22:00", "01:00"))
    occupied = [taken(config, "1", "22:00")]
    found = alternatives(config, occupied, ask(at="22:30"), NOON, limit=1)
    assert (found[0].date, found[0].time) == (FRIDAY, time(0))
    assert isinstance(evaluate(config, occupied, ask(found[0].date, "00:00"), NOON), Offer)
