"""Which table a party gets, what may be combined, what overbooking takes, and what staff may set aside."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from restaurant_builders import FRIDAY, NOON, ask, closed_on, hours, named, restaurant, shift, table, taken

from backend.availability.domain import Offer, Refused, evaluate
from backend.restaurants.domain import (
    Capacity,
    Pacing,
    PartySize,
    ReservationWindow,
    SpecialDate,
    TimeSlots,
    TurnTime,
)


def given(config, wish, occupied=()) -> set[str]:
    """The numbers of the tables given."""
    offer = evaluate(config, occupied, wish, NOON)
    assert isinstance(offer, Offer), offer
    return {each.number for each in config.tables if each.id in offer.table_ids}


def code(config, wish, occupied=()) -> str:
    refused = evaluate(config, occupied, wish, NOON)
    assert isinstance(refused, Refused), refused
    return refused.code


def test_the_smallest_adequate_table_is_given():
    config = restaurant(table("big", 8), table("fits", 3), table("four", 4))
    assert given(config, ask(people=3)) == {"fits"}


def test_of_two_equal_tables_the_one_with_the_higher_priority_is_given():
    config = restaurant(table("1"), table("2", priority=5))
    assert given(config, ask()) == {"2"}


LONG_EVENING = {"business_hours": hours("15:00", "02:00")}


def test_of_two_equal_tables_the_one_that_leaves_no_useless_gap_is_given():
    config = restaurant(table("1"), table("2"), **LONG_EVENING)
    # At table 1 half an hour before the stay would be lost, though it fits more tightly; table 2 is free all
    # evening.
    occupied = [taken(config, "1", "19:00", minutes=90), taken(config, "1", "22:45", minutes=120)]
    assert given(config, ask(at="21:00"), occupied) == {"2"}


def test_where_no_gap_is_useless_the_tighter_fit_is_given():
    config = restaurant(table("1"), table("2"), **LONG_EVENING)
    occupied = [taken(config, "2", "17:00", minutes=120)]  # two hours free before 21:00; table 1 has six
    assert given(config, ask(at="21:00"), occupied) == {"2"}


def test_a_table_with_a_higher_minimum_is_not_given_to_a_small_party():
    config = restaurant(table("1", 6, fewest=4), table("2", 8, fewest=1))
    assert given(config, ask(people=2)) == {"2"}


def test_a_free_single_table_comes_before_any_combination():
    config = restaurant(table("1", 2), table("2", 2), table("big", 8), pairs=[("1", "2")])
    assert given(config, ask(people=4)) == {"big"}


def test_tables_are_combined_when_no_single_table_is_free():
    config = restaurant(table("1", 2), table("2", 2), table("big", 8), pairs=[("1", "2")])
    assert given(config, ask(people=4), [taken(config, "big", "20:00")]) == {"1", "2"}


def test_only_tables_that_stand_side_by_side_are_combined():
    config = restaurant(table("1", 2), table("2", 2), table("3", 2), pairs=[("1", "2")])
    assert given(config, ask(people=4)) == {"1", "2"}
    assert code(config, ask(people=6)) == "party_too_large"


def test_a_combination_may_be_a_row_up_to_the_most_tables_allowed():
    row = [table(str(n), 2) for n in range(1, 5)]
    pairs = [("1", "2"), ("2", "3"), ("3", "4")]
    assert given(restaurant(*row, pairs=pairs, max_tables_combined=3), ask(people=6)) in (
        {"1", "2", "3"},
        {"2", "3", "4"},
    )
    assert given(restaurant(*row, pairs=pairs, max_tables_combined=4), ask(people=8)) == {"1", "2", "3", "4"}
    assert code(restaurant(*row, pairs=pairs, max_tables_combined=3), ask(people=8)) == "party_too_large"


def test_the_fewest_tables_are_combined():
    config = restaurant(
        table("1", 4), table("2", 2), table("3", 2), pairs=[("1", "2"), ("2", "3"), ("1", "3")]
    )
    assert len(given(config, ask(people=5))) == 2


def test_a_small_table_may_be_the_bridge_between_two_others():
    config = restaurant(table("1", 2), table("2", 1), table("3", 2), pairs=[("1", "2"), ("2", "3")])
    assert given(config, ask(people=4)) == {"1", "2", "3"}


def test_a_party_too_small_for_a_table_does_not_get_two():
    config = restaurant(table("1", 4, fewest=2), table("2", 4, fewest=2), pairs=[("1", "2")])
    assert code(config, ask(people=1)) == "party_too_small"


def test_a_combination_is_free_only_while_each_of_its_tables_is():
    config = restaurant(table("1", 2), table("2", 2), pairs=[("1", "2")])
    assert code(config, ask(people=4), [taken(config, "2", "21:00")]) == "slot_unavailable"


def test_the_buffer_after_a_stay_keeps_the_table():
    config = restaurant(table("1"), time_slots=TimeSlots(slot_duration=15, turnover_time=15))
    occupied = [taken(config, "1", "19:00", minutes=105)]
    assert code(config, ask(at="20:30"), occupied) == "slot_unavailable"
    assert given(config, ask(at="20:45"), occupied) == {"1"}


def test_the_buffer_of_the_new_stay_must_fit_before_the_next_booking():
    config = restaurant(table("1"), time_slots=TimeSlots(slot_duration=15, turnover_time=15))
    assert code(config, ask(at="19:15"), [taken(config, "1", "20:45")]) == "slot_unavailable"
    assert given(config, ask(at="19:15"), [taken(config, "1", "21:00")]) == {"1"}


def test_a_shorter_stay_lying_wholly_inside_the_wanted_one_blocks_it():
    config = restaurant(table("1"))
    assert code(config, ask(at="20:00"), [taken(config, "1", "20:30", minutes=15)]) == "slot_unavailable"


def test_a_table_out_of_service_is_not_given():
    config = restaurant(table("1"))
    assert code(config, ask(), [taken(config, "1", "12:00", minutes=720, kind="block")]) == "slot_unavailable"


def test_a_block_over_a_booking_keeps_the_table_taken_to_the_end_of_both():
    config = restaurant(table("1"))
    occupied = [
        taken(config, "1", "19:00", minutes=240),
        taken(config, "1", "19:30", minutes=30, kind="block"),
    ]
    assert code(config, ask(at="21:00"), occupied) == "slot_unavailable"


def test_ones_own_hold_and_the_booking_being_changed_are_not_in_the_way():
    config = restaurant(table("1"), table("2"))
    occupied = [
        taken(config, "1", "20:00", owner="hold", kind="hold"),
        taken(config, "2", "20:00", owner="booking"),
    ]
    assert code(config, ask(), occupied) == "slot_unavailable"
    wish = ask(ignore=frozenset({named("hold"), named("booking")}))
    assert given(config, wish, occupied) <= {"1", "2"}


def test_bookings_of_tables_that_are_gone_do_not_matter():
    config = restaurant(table("1"))
    assert given(config, ask(), [taken(config, "removed long ago", "20:00")]) == {"1"}


# stays ------------------------------------------


def stay(config, wish) -> int:
    offer = evaluate(config, [], wish, NOON)
    assert isinstance(offer, Offer), offer
    return int((offer.ends_at - offer.starts_at).total_seconds() // 60)


def test_the_stay_follows_the_party_and_the_shift():
    config = restaurant(
        table("1", 8),
        business_hours=hours("12:00", "23:59"),
        shifts=(shift("lunch", "13:00", "15:30"), shift("dinner", "20:00", "23:00")),
        turn_times=(TurnTime(1, 2, 90), TurnTime(1, 2, 120, "dinner"), TurnTime(3, 8, 150)),
    )
    assert stay(config, ask(at="20:00", people=2)) == 120
    assert stay(config, ask(FRIDAY + timedelta(days=1), "13:00", 2)) == 90
    assert stay(config, ask(at="20:00", people=5)) == 150


def test_the_minimum_turnover_is_a_floor_and_the_stay_where_no_turn_time_is_set():
    config = restaurant(
        table("1", 8), capacity=Capacity(minimum_table_turnover_minutes=100), turn_times=(TurnTime(1, 2, 60),)
    )
    assert stay(config, ask(people=2)) == 100
    assert stay(config, ask(people=6)) == 100


def test_staff_may_choose_the_stay():
    assert stay(restaurant(), ask(channel="staff", duration_minutes=45)) == 45


# who may have which table ------------------------------------------


@pytest.mark.parametrize(
    ("bookable", "channel", "allowed"),
    [
        ("online", "web", True),
        ("in_house", "web", False),
        ("in_house", "whatsapp", False),
        ("in_house", "staff", True),
        ("walk_in", "staff", False),
        ("walk_in", "walk_in", True),
    ],
)
def test_a_table_is_given_only_to_the_channels_it_is_open_to(bookable, channel, allowed):
    config = restaurant(table("1", bookable=bookable), table("other", 2, fewest=2))
    answer = evaluate(config, [], ask(people=4, channel=channel), NOON)
    assert isinstance(answer, Offer) is allowed


def test_the_tables_staff_choose_are_taken_together_even_apart():
    config = restaurant(table("1", 2), table("2", 2), table("3", 2), pairs=[("1", "2")])
    chosen = (named("table 1"), named("table 3"))
    assert given(config, ask(people=4, channel="staff", tables=chosen)) == {"1", "3"}
    occupied = [taken(config, "3", "20:30")]
    assert code(config, ask(people=4, channel="staff", tables=chosen), occupied) == "slot_unavailable"


def test_too_many_people_for_the_chosen_tables_need_an_override():
    config = restaurant(table("1", 4))
    chosen = (named("table 1"),)
    assert code(config, ask(people=5, channel="staff", tables=chosen)) == "party_too_large"
    assert given(config, ask(people=5, channel="staff", tables=chosen, override=True)) == {"1"}


# override ------------------------------------------


@pytest.mark.parametrize(
    ("wish", "rules"),
    [
        (ask(at="20:00"), {"reservation_window": ReservationWindow(min_hours_advance=24)}),
        (ask(FRIDAY + timedelta(days=200)), {}),
        (ask(), {"reservation_window": ReservationWindow(0, 30, allow_same_day=False)}),
        (ask(), {"business_hours": closed_on(hours("19:00", "23:30"), 4)}),
        (ask(), {"special_dates": (SpecialDate(FRIDAY, "closed"),)}),
        (ask(at="16:05"), {}),
        (ask(at="20:10"), {}),
        (ask(people=4), {"party_size": PartySize(1, 3)}),
        (ask(people=1), {"party_size": PartySize(2, 3)}),
        (ask(), {"pacing": Pacing(15, max_covers=1)}),
    ],
)
def test_staff_may_book_against_window_hours_grid_party_limits_and_pacing(wish, rules):
    config = restaurant(table("1"), **rules)
    assert isinstance(evaluate(config, [], wish, NOON), Refused)
    offer = evaluate(config, [], replace(wish, channel="staff", override=True), NOON)
    assert isinstance(offer, Offer)
    assert offer.time == wish.time


def test_nobody_may_double_a_table():
    config = restaurant(table("1"))
    wish = ask(channel="staff", override=True, tables=(named("table 1"),))
    assert code(config, wish, [taken(config, "1", "20:30")]) == "slot_unavailable"


def test_staff_without_override_keep_the_rules():
    config = restaurant(table("1"), reservation_window=ReservationWindow(min_hours_advance=24))
    assert code(config, ask(channel="staff")) == "too_soon"


def test_staff_are_not_held_to_the_online_party_limit():
    config = restaurant(table("1", 20), party_size=PartySize(1, 8))
    assert given(config, ask(people=12, channel="staff")) == {"1"}


def test_an_override_reaches_back_half_a_day_and_no_further():
    config = restaurant(table("1"))
    assert isinstance(evaluate(config, [], ask(at="07:00", channel="staff", override=True), NOON), Offer)
    assert (
        code(config, ask(FRIDAY - timedelta(days=1), "23:00", channel="staff", override=True)) == "too_soon"
    )


# overbooking ------------------------------------------


def overbooked(percent: float, *tables):
    return restaurant(*tables, capacity=Capacity(overbooking_percent=percent))


def test_with_every_table_taken_the_overbooking_percentage_takes_covers_without_a_table():
    config = overbooked(50, table("1", 4), table("2", 4))
    occupied = [taken(config, "1", "20:00", people=4), taken(config, "2", "20:00", people=4)]
    offer = evaluate(config, occupied, ask(people=4), NOON)
    assert isinstance(offer, Offer)
    assert (offer.table_ids, offer.area) == ((), None)
    occupied.append(taken(config, None, "20:30", people=2))
    assert isinstance(evaluate(config, occupied, ask(people=2), NOON), Offer)
    assert code(config, ask(people=3), occupied) == "slot_unavailable"


def test_a_free_table_comes_before_overbooking():
    config = overbooked(100, table("1"))
    assert given(config, ask()) == {"1"}


def test_the_percentage_is_of_the_bookable_seats_rounded_down():
    config = overbooked(30, table("1", 5), table("2", 4), table("door", 10, bookable="walk_in"))
    occupied = [taken(config, number, "20:00") for number in ("1", "2")]  # 30 % of 9 seats: 2
    assert isinstance(evaluate(config, occupied, ask(people=2), NOON), Offer)
    assert code(config, ask(people=3), occupied) == "slot_unavailable"


def test_a_percentage_that_is_exact_in_decimals_is_not_rounded_away():
    config = overbooked(64.6, table("hall", 500))  # 323 people; in binary fractions a hair less
    occupied = [taken(config, "hall", "20:00")]
    assert isinstance(evaluate(config, occupied, ask(people=323, channel="staff"), NOON), Offer)
    assert code(config, ask(people=324, channel="staff"), occupied) == "slot_unavailable"


def test_overbooking_keeps_the_area_asked_for_and_never_takes_chosen_tables():
    config = overbooked(100, table("1"))
    occupied = [taken(config, "1", "20:00")]
    offer = evaluate(config, occupied, ask(area="terraza"), NOON)
    assert isinstance(offer, Offer)
    assert (offer.table_ids, offer.area) == ((), "terraza")
    assert code(config, ask(channel="staff", tables=(named("table 1"),)), occupied) == "slot_unavailable"


def test_overbooking_still_keeps_the_pacing():
    config = restaurant(
        table("1"), capacity=Capacity(overbooking_percent=100), pacing=Pacing(15, max_parties=1)
    )
    assert code(config, ask(), [taken(config, "1", "20:00")]) == "pacing_limit"
