"""When the house is open, and which slots a service date has."""

from __future__ import annotations

from datetime import date, time, timedelta

from hypothesis import given
from hypothesis import strategies as st
from restaurant_builders import FRIDAY, hours, instant, restaurant, shift, table

from backend.restaurants.domain import (
    CustomSlots,
    OpenHours,
    Refused,
    SpecialDate,
    TimeSlots,
    TurnTime,
    is_real,
    minute_of,
    opening,
    service_date_of,
    slots_of,
)


def times(config, day=FRIDAY) -> list[str]:
    return [f"{slot.time:%H:%M}" for slot in slots_of(config, day)]


def test_the_grid_runs_from_opening_to_the_last_slot_that_fits_whole():
    config = restaurant(business_hours=hours("11:00", "13:00"), time_slots=TimeSlots(45))
    assert times(config) == ["11:00", "11:45"]


def test_hours_shorter_than_a_slot_still_have_their_opening():
    config = restaurant(business_hours=hours("11:00", "11:20"), time_slots=TimeSlots(30))
    assert times(config) == ["11:00"]


def test_a_closing_time_before_the_opening_is_on_the_next_day():
    assert opening(restaurant(business_hours=hours("20:00", "02:00")).rules, FRIDAY) == OpenHours(
        FRIDAY, 1200, 1560
    )


def test_the_same_opening_and_closing_time_means_all_day():
    assert opening(restaurant(business_hours=hours("06:00", "06:00")).rules, FRIDAY) == OpenHours(
        FRIDAY, 360, 1800
    )


def test_shifts_decide_the_slots_with_the_last_seating_included():
    config = restaurant(
        business_hours=hours("12:00", "00:30"),
        shifts=(shift("lunch", "13:00", "14:00"), shift("dinner", "23:00", "00:00")),
    )
    assert times(config) == ["13:00", "13:30", "14:00", "23:00", "23:30", "00:00"]


def test_a_shift_that_begins_after_midnight_belongs_to_the_night_before():
    config = restaurant(business_hours=hours("20:00", "03:00"), shifts=(shift("late", "00:30", "01:30"),))
    assert times(config) == ["00:30", "01:00", "01:30"]
    assert {slot.service_date for slot in slots_of(config, FRIDAY)} == {FRIDAY}


def test_shifts_are_cut_to_the_hours_of_the_day():
    config = restaurant(business_hours=hours("13:30", "21:00"), shifts=(shift("all", "13:00", "23:00"),))
    assert (times(config)[0], times(config)[-1]) == ("13:30", "20:30")


def test_hours_that_leave_nothing_of_any_shift_use_the_grid():
    config = restaurant(business_hours=hours("09:00", "10:00"), shifts=(shift("dinner", "20:00", "23:00"),))
    assert times(config) == ["09:00", "09:30"]


def test_a_weekday_without_a_shift_uses_its_hours():
    config = restaurant(
        business_hours=hours("20:00", "21:00"),
        shifts=(shift("weekend", "20:30", "20:30", frozenset({5, 6})),),
    )
    assert times(config) == ["20:00", "20:30"]
    assert times(config, FRIDAY + timedelta(days=1)) == ["20:30"]


def test_overlapping_shifts_offer_each_time_once():
    config = restaurant(shifts=(shift("a", "20:00", "21:00"), shift("b", "20:30", "21:30")))
    assert times(config) == ["20:00", "20:30", "21:00", "21:30"]


def test_special_hours_replace_hours_and_shifts():
    special = SpecialDate(FRIDAY, "special_hours", custom_hours=(time(17), time(18)))
    config = restaurant(shifts=(shift("dinner", "20:00", "22:00"),), special_dates=(special,))
    assert times(config) == ["17:00", "17:30"]
    overlapping = restaurant(shifts=(shift("lunch", "17:30", "22:00"),), special_dates=(special,))
    assert times(overlapping) == ["17:00", "17:30"]


def test_high_demand_keeps_the_usual_hours():
    config = restaurant(
        business_hours=hours("20:00", "21:00"), special_dates=(SpecialDate(FRIDAY, "high_demand"),)
    )
    assert times(config) == ["20:00", "20:30"]


def test_a_dates_own_slots_come_before_those_of_its_weekday():
    customs = (CustomSlots((time(20),), weekday=4), CustomSlots((time(21),), date=FRIDAY))
    config = restaurant(time_slots=TimeSlots(custom_slots=customs))
    assert times(config) == ["21:00"]
    assert times(config, FRIDAY + timedelta(days=7)) == ["20:00"]


def test_a_weekdays_slots_give_way_to_special_hours_and_a_dates_own_do_not():
    special = SpecialDate(FRIDAY, "special_hours", custom_hours=(time(12), time(13)))
    weekly = TimeSlots(custom_slots=(CustomSlots((time(20),), weekday=4),))
    dated = TimeSlots(custom_slots=(CustomSlots((time(12, 15),), date=FRIDAY),))
    assert times(restaurant(time_slots=weekly, special_dates=(special,))) == ["12:00", "12:30"]
    assert times(restaurant(time_slots=dated, special_dates=(special,))) == ["12:15"]


def test_explicit_slots_outside_the_hours_are_left_out():
    config = restaurant(time_slots=TimeSlots(custom_slots=(CustomSlots((time(9), time(20)), date=FRIDAY),)))
    assert times(config) == ["20:00"]


def test_explicit_slots_past_midnight_come_after_those_before_it():
    customs = (CustomSlots((time(0, 15), time(23)), date=FRIDAY),)
    config = restaurant(business_hours=hours("20:00", "01:00"), time_slots=TimeSlots(custom_slots=customs))
    assert times(config) == ["23:00", "00:15"]


def test_a_closed_special_date_wins_over_explicit_slots():
    config = restaurant(
        special_dates=(SpecialDate(FRIDAY, "closed"),),
        time_slots=TimeSlots(custom_slots=(CustomSlots((time(20),), date=FRIDAY),)),
    )
    assert times(config) == []
    assert isinstance(opening(config.rules, FRIDAY), Refused)


def test_times_that_clocks_skip_are_not_real():
    zone = restaurant().zone
    assert not is_real(zone, date(2026, 3, 29), time(2, 30))
    assert is_real(zone, date(2026, 3, 29), time(3, 0))


@given(st.times(), st.times(), st.dates(date(2026, 1, 1), date(2027, 12, 31)))
def test_every_minute_of_the_hours_is_found_at_its_own_wall_time(opens, closes, day):
    rules = restaurant(
        business_hours=hours(f"{opens:%H:%M}", f"{closes:%H:%M}"),
    ).rules
    found = opening(rules, day)
    assert isinstance(found, OpenHours)
    for minute in (found.open, (found.open + found.close) // 2, found.close - 1):
        assert minute_of(found, time.fromisoformat(found.clock(minute))) == minute


@given(st.dates(date(2026, 1, 1), date(2027, 12, 31)), st.sampled_from(["23:00", "00:00", "02:30", "06:00"]))
def test_every_slot_belongs_to_its_own_service_date(day, closes):
    config = restaurant(business_hours=hours("18:00", closes))
    assert all(service_date_of(config, slot.starts_at) == day for slot in slots_of(config, day))


def test_the_service_date_of_a_morning_is_its_own_day():
    config = restaurant(business_hours=hours("20:00", "02:00"))
    assert service_date_of(config, instant(config, FRIDAY, "09:00")) == FRIDAY


def test_turn_times_of_the_shift_come_before_general_ones_and_the_floor_before_both():
    rules = restaurant(
        table("1"),
        turn_times=(TurnTime(1, 4, 100), TurnTime(1, 2, 120, "dinner"), TurnTime(5, 6, 30)),
    ).rules
    assert rules.stay_minutes(2, "dinner") == 120
    assert rules.stay_minutes(2, None) == 100
    assert rules.stay_minutes(3, "dinner") == 100
    assert rules.stay_minutes(5, None) == 90
    assert (rules.shortest_stay_minutes(), rules.longest_stay_minutes()) == (90, 120)
