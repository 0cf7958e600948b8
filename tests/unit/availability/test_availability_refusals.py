"""Every refusal of the gates, each produced by the one rule that stands in the way."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest
from restaurant_builders import (
    FRIDAY,
    NOON,
    ask,
    closed_on,
    hours,
    named,
    restaurant,
    shift,
    table,
    taken,
    with_rules,
)

from backend.availability.domain import Offer, Refused, evaluate
from backend.restaurants.domain import (
    Capacity,
    CustomSlots,
    Pacing,
    PartySize,
    ReservationWindow,
    SpecialDate,
    TimeSlots,
)


def refusal(config, wish, occupied=(), now=NOON) -> Refused:
    answer = evaluate(config, occupied, wish, now)
    assert isinstance(answer, Refused), answer
    return answer


def test_a_free_table_is_offered_with_its_stay_and_buffer():
    config = restaurant(table("1"))
    offer = evaluate(config, [], ask(at="20:00"), NOON)
    assert isinstance(offer, Offer)
    assert offer.starts_at.isoformat() == "2026-12-18T19:00:00+00:00"
    assert offer.ends_at - offer.starts_at == timedelta(minutes=90)
    assert offer.blocks_until - offer.ends_at == timedelta(minutes=15)
    assert (offer.service_date, offer.time, offer.area) == (FRIDAY, time(20), "sala")
    assert offer.table_ids == (named("table 1"),)


def test_less_than_the_minimum_notice_is_too_soon_and_says_the_first_allowed_instant():
    config = restaurant(reservation_window=ReservationWindow(min_hours_advance=8.5))
    refused = refusal(config, ask(at="20:00"))
    assert refused == Refused("too_soon", {"hours": 8.5, "firstAllowed": "2026-12-18T20:30+01:00"})


def test_whole_hours_are_told_without_a_decimal_point():
    config = restaurant(reservation_window=ReservationWindow(min_hours_advance=24.0))
    assert str(refusal(config, ask()).params["hours"]) == "24"


def test_exactly_the_minimum_notice_is_soon_enough():
    config = restaurant(reservation_window=ReservationWindow(min_hours_advance=8))
    assert isinstance(evaluate(config, [], ask(at="20:00"), NOON), Offer)


def test_a_time_that_has_passed_is_too_soon_even_without_a_minimum_notice():
    assert refusal(restaurant(), ask(FRIDAY - timedelta(days=1))).code == "too_soon"


def test_a_day_beyond_the_window_is_too_far_and_the_last_day_is_not():
    config = restaurant(reservation_window=ReservationWindow(0, max_days_advance=30))
    assert isinstance(evaluate(config, [], ask(FRIDAY + timedelta(days=30)), NOON), Offer)
    refused = refusal(config, ask(FRIDAY + timedelta(days=31)))
    assert refused == Refused("too_far", {"days": 30, "lastAllowed": "2027-01-17"})


@pytest.mark.parametrize("day", [date.max, date(2200, 1, 1)])
def test_a_date_ages_ahead_is_too_far_also_for_staff(day):
    assert refusal(restaurant(), ask(day, channel="staff", override=True)).code == "too_far"


@pytest.mark.parametrize("day", [date.min, date(1999, 12, 31)])
def test_a_date_long_past_is_too_soon_also_for_staff(day):
    assert refusal(restaurant(), ask(day, channel="staff", override=True)).code == "too_soon"


def test_the_same_day_is_refused_where_the_rules_do_not_allow_it():
    config = restaurant(reservation_window=ReservationWindow(0, 30, allow_same_day=False))
    assert refusal(config, ask()) == Refused("same_day_not_allowed", {"firstAllowed": "2026-12-19"})
    assert isinstance(evaluate(config, [], ask(FRIDAY + timedelta(days=1)), NOON), Offer)


def test_the_same_day_is_the_restaurants_day_not_the_servers():
    config = restaurant(
        zone="America/Mexico_City", reservation_window=ReservationWindow(0, 30, allow_same_day=False)
    )
    late = NOON + timedelta(hours=16)  # 03:00 UTC of Saturday, still Friday evening in Mexico
    assert refusal(config, ask(FRIDAY, "22:00"), now=late).code == "same_day_not_allowed"
    assert isinstance(evaluate(config, [], ask(FRIDAY + timedelta(days=1)), late), Offer)


def test_a_weekday_without_service_is_closed():
    config = restaurant(business_hours=closed_on(hours("19:00", "23:30"), 4))
    assert refusal(config, ask()) == Refused("closed", {"date": "2026-12-18", "weekday": "friday"})


def test_a_closed_special_date_is_its_own_refusal():
    config = restaurant(special_dates=(SpecialDate(FRIDAY, "closed"),))
    assert refusal(config, ask()) == Refused("special_date_closed", {"date": "2026-12-18"})


@pytest.mark.parametrize("at", ["18:30", "23:30", "03:00", "12:00"])
def test_before_opening_and_from_closing_on_is_outside_hours(at):
    refused = refusal(restaurant(), ask(at=at))
    assert refused.code == "outside_hours"
    assert (refused.params["open"], refused.params["close"]) == ("19:00", "23:30")


def test_between_two_shifts_is_outside_hours_and_names_the_services():
    config = restaurant(
        business_hours=hours("12:00", "23:59"),
        shifts=(shift("lunch", "13:00", "15:30"), shift("dinner", "20:00", "23:00")),
    )
    refused = refusal(config, ask(at="17:00"), now=NOON)
    assert refused.code == "outside_hours"
    assert refused.params["services"] == ["13:00–15:30", "20:00–23:00"]


def test_special_hours_replace_those_of_the_weekday():
    special = SpecialDate(FRIDAY, "special_hours", custom_hours=(time(13), time(17)))
    config = restaurant(special_dates=(special,))
    assert refusal(config, ask(at="20:00")).code == "outside_hours"
    assert isinstance(evaluate(config, [], ask(at="14:00"), NOON), Offer)


def test_a_time_off_the_grid_is_not_a_slot_and_names_the_nearest():
    refused = refusal(restaurant(), ask(at="20:10"))
    assert refused == Refused("not_a_slot", {"time": "20:10", "nearest": ["20:00", "20:30"]})


def test_custom_slots_of_a_date_replace_the_grid_there():
    config = restaurant(
        time_slots=TimeSlots(custom_slots=(CustomSlots((time(20, 15), time(22, 40)), date=FRIDAY),))
    )
    assert refusal(config, ask(at="20:00")).code == "not_a_slot"
    assert isinstance(evaluate(config, [], ask(at="22:40"), NOON), Offer)
    assert isinstance(evaluate(config, [], ask(FRIDAY + timedelta(days=1), "20:00"), NOON), Offer)


def test_custom_slots_of_a_weekday_hold_on_that_weekday_only():
    config = restaurant(time_slots=TimeSlots(custom_slots=(CustomSlots((time(21),), weekday=4),)))
    assert refusal(config, ask(at="20:00")).code == "not_a_slot"
    assert isinstance(evaluate(config, [], ask(FRIDAY + timedelta(days=1), "20:00"), NOON), Offer)


def test_fewer_guests_than_the_rules_take_are_too_few():
    config = restaurant(party_size=PartySize(min=2, max=8))
    assert refusal(config, ask(people=1)) == Refused("party_too_small", {"min": 2})


@pytest.mark.parametrize("people", [0, -3])
def test_nobody_is_too_few_for_anyone(people):
    assert refusal(restaurant(), ask(people=people, channel="staff", override=True)).code == "party_too_small"


def test_more_guests_than_the_rules_take_are_too_many():
    config = restaurant(table("1", seats=20), party_size=PartySize(1, 8))
    assert refusal(config, ask(people=9)) == Refused("party_too_large", {"max": 8})


def test_more_guests_than_any_table_seats_are_too_many_whatever_the_rules_take():
    config = restaurant(table("1", 4), table("2", 6), party_size=PartySize(1, 50))
    assert refusal(config, ask(people=7)) == Refused("party_too_large", {"max": 6})


@pytest.mark.parametrize("people", [13, 10_000])
def test_a_crowd_is_too_many_for_staff_too(people):
    assert refusal(restaurant(), ask(people=people, channel="staff", override=True)).code == "party_too_large"


def test_fewer_guests_than_any_table_takes_are_too_few():
    config = restaurant(table("1", 6, fewest=4), table("2", 4, fewest=3))
    assert refusal(config, ask(people=2)) == Refused("party_too_small", {"min": 3})


def test_a_tables_limit_by_number_is_kept():
    config = restaurant(table("1", 6), capacity=Capacity(max_party_size_per_table=(("1", 4),)))
    assert refusal(config, ask(people=5)) == Refused("party_too_large", {"max": 4})


def test_when_every_table_is_taken_the_slot_is_unavailable():
    config = restaurant(table("1"), table("2"))
    occupied = [taken(config, "1", "19:30"), taken(config, "2", "21:00")]
    assert refusal(config, ask(at="20:00"), occupied) == Refused(
        "slot_unavailable", {"date": "2026-12-18", "time": "20:00", "partySize": 2}
    )


def test_only_tables_of_the_area_asked_for_count():
    config = restaurant(table("1"), table("T1", area="terraza"))
    occupied = [taken(config, "T1", "20:00")]
    refused = refusal(config, ask(at="20:00", area="terraza"), occupied)
    assert (refused.code, refused.params["area"]) == ("slot_unavailable", "terraza")


def test_an_area_that_does_not_exist_is_named():
    assert refusal(restaurant(), ask(area="azotea")) == Refused("unknown_area", {"area": "azotea"})


def test_a_table_that_does_not_exist_is_named():
    stranger = named("table 99")
    refused = refusal(restaurant(), ask(channel="staff", tables=(stranger,)))
    assert refused == Refused("unknown_table", {"tableId": str(stranger)})


def test_too_many_covers_in_one_window_reach_the_pacing_limit():
    config = restaurant(*(table(str(n)) for n in range(6)), pacing=Pacing(30, max_covers=6))
    occupied = [taken(config, "0", "20:00", people=4)]
    refused = refusal(config, ask(at="20:00", people=3), occupied)
    assert refused == Refused(
        "pacing_limit",
        {"time": "20:00", "windowStart": "20:00", "windowMinutes": 30, "freeCovers": 2, "freeParties": None},
    )
    assert isinstance(evaluate(config, occupied, ask(at="20:00", people=2), NOON), Offer)
    assert isinstance(evaluate(config, occupied, ask(at="20:30", people=4), NOON), Offer)


def test_too_many_parties_in_one_window_reach_the_pacing_limit():
    config = restaurant(*(table(str(n)) for n in range(6)), pacing=Pacing(15, max_parties=1))
    occupied = [taken(config, "0", "20:00")]
    refused = refusal(config, ask(at="20:00"), occupied)
    assert (refused.code, refused.params["freeParties"]) == ("pacing_limit", 0)


def test_pacing_counts_a_combined_booking_once():
    config = restaurant(*(table(str(n)) for n in range(6)), pacing=Pacing(15, max_covers=10))
    occupied = [taken(config, number, "20:00", people=7, owner="big party") for number in ("0", "1")]
    assert isinstance(evaluate(config, occupied, ask(at="20:00", people=3), NOON), Offer)


def test_pacing_counts_holds_and_not_tables_out_of_service():
    config = restaurant(*(table(str(n)) for n in range(6)), pacing=Pacing(15, max_parties=1))
    blocked = [taken(config, "0", "20:00", kind="block")]
    held = [taken(config, "0", "20:00", kind="hold")]
    assert isinstance(evaluate(config, blocked, ask(at="20:00"), NOON), Offer)
    assert refusal(config, ask(at="20:00"), held).code == "pacing_limit"


def test_the_gates_answer_in_order_policy_then_pacing_then_tables():
    config = restaurant(table("1"), pacing=Pacing(15, max_parties=1))
    occupied = [taken(config, "1", "20:00")]
    assert refusal(config, ask(at="20:00"), occupied).code == "pacing_limit"
    assert refusal(config, ask(at="20:30"), occupied).code == "slot_unavailable"
    strict = with_rules(config, reservation_window=ReservationWindow(min_hours_advance=24))
    assert refusal(strict, ask(at="20:00"), occupied).code == "too_soon"
