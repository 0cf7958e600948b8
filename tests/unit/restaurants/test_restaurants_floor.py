"""Groups of tables, colours, money, and what a manager is told about a set-up that is allowed but probably
not meant."""

from __future__ import annotations

from datetime import time
from decimal import Decimal
from itertools import combinations as choose

import pytest
from hypothesis import given
from hypothesis import strategies as st
from restaurant_builders import FRIDAY, closed_on, hours, named, restaurant, shift, table

from backend.restaurants.domain import (
    Bilingual,
    CancellationPolicy,
    Capacity,
    CustomSlots,
    Money,
    Pacing,
    PartySize,
    Requirements,
    SpecialDate,
    TimeSlots,
    TooManyCombinationsError,
    combination,
    connected_groups,
    contrast,
    notices,
    readable_text_on,
)

# groups -------------------------------------------------------------------------------------------


def connected(members: tuple[int, ...], edges: set[frozenset[int]]) -> bool:
    """The plain definition, to compare with."""
    reached, todo = {members[0]}, [members[0]]
    while todo:
        here = todo.pop()
        found = {other for other in members if frozenset((here, other)) in edges} - reached
        reached |= found
        todo += found
    return reached == set(members)


@given(st.integers(2, 7), st.data())
def test_groups_are_exactly_the_connected_sets_of_tables(count, data):
    tables = [table(str(number)) for number in range(count)]
    every = list(choose(range(count), 2))
    edges = data.draw(st.sets(st.sampled_from(every)))
    most = data.draw(st.integers(1, 5))
    pairs = [combination(tables[one].id, tables[other].id) for one, other in edges]
    found = [tuple(int(each.number) for each in group) for group in connected_groups(tables, pairs, most)]
    wanted = {
        members
        for size in range(2, most + 1)
        for members in choose(range(count), size)
        if connected(members, {frozenset(edge) for edge in edges})
    }
    assert len(found) == len(set(found))
    assert set(found) == wanted


def test_a_floor_with_too_many_ways_to_combine_is_refused_not_computed():
    tables = [table(str(number)) for number in range(60)]
    pairs = [combination(one.id, other.id) for one, other in choose(tables, 2)]
    with pytest.raises(TooManyCombinationsError):
        connected_groups(tables, pairs, 8)


# values -------------------------------------------------------------------------------------------


@given(st.integers(0, 0xFFFFFF))
def test_on_any_colour_the_chosen_text_is_readable(number):
    colour = f"#{number:06X}"
    assert contrast(readable_text_on(colour), colour) >= 4.5


def test_contrast_is_that_of_the_standard():
    assert contrast("#FFFFFF", "#000000") == pytest.approx(21)
    assert contrast("#1E6B52", "#FFFFFF") == contrast("#FFFFFF", "#1E6B52") > 4.5


def test_white_text_is_preferred_where_it_can_be_read():
    assert readable_text_on("#1E6B52") == "#FFFFFF"
    assert readable_text_on("#E9A23B") == "#1D2321"


def test_money_is_rounded_half_up_to_the_currencys_smallest_unit():
    assert Money(Decimal("10.01"), "EUR").times(Decimal("1.5")) == Money(Decimal("15.02"), "EUR")
    assert Money(Decimal(9990), "CLP").times(Decimal("1.25")) == Money(Decimal(12488), "CLP")


def test_a_missing_english_text_falls_back_to_the_spanish_one():
    assert Bilingual("Terraza").in_language("en") == "Terraza"
    assert Bilingual("Terraza", "Terrace").in_language("en") == "Terrace"
    assert Bilingual("Terraza", "Terrace").in_language("es") == "Terraza"


# notices ------------------------------------------------------------------------------------------


def told(config) -> list[tuple[str, str]]:
    return [(each.field, each.code) for each in notices(config)]


def calm(*tables, **rules):
    """A set-up about which there is nothing to say, but for what the test changes."""
    usual = {"party_size": PartySize(1, 4)}
    return restaurant(*(tables or (table("1", 4),)), **{**usual, **rules})


def test_a_sound_set_up_has_no_notices():
    config = calm(shifts=(shift("dinner", "20:00", "23:00"),))
    assert told(config) == []


def test_a_shift_outside_the_hours_is_named_for_each_day_it_is_cut():
    cut = calm(shifts=(shift("dinner", "18:00", "23:00", frozenset({0, 4})),))
    assert told(cut) == [("rules.shifts.0", "shift_outside_hours")] * 2
    last_at_closing = calm(shifts=(shift("dinner", "20:00", "23:30", frozenset({0})),))
    assert told(last_at_closing) == [("rules.shifts.0", "shift_outside_hours")]


def test_a_shift_on_a_closed_day_is_nothing_to_mention():
    config = calm(
        business_hours=closed_on(hours("19:00", "23:30"), 0),
        shifts=(shift("d", "08:00", "09:00", frozenset({0})),),
    )
    assert told(config) == []


def test_explicit_slots_outside_the_hours_are_named():
    customs = (CustomSlots((time(9),), weekday=2), CustomSlots((time(8), time(20)), date=FRIDAY))
    config = calm(time_slots=TimeSlots(custom_slots=customs))
    assert told(config) == [
        ("rules.timeSlots.customSlots.0", "custom_slot_outside_hours"),
        ("rules.timeSlots.customSlots.1", "custom_slot_outside_hours"),
    ]


def test_parties_larger_than_any_online_table_are_named():
    config = calm(table("1", 4), table("big", 10, bookable="in_house"), party_size=PartySize(1, 8))
    assert told(config) == [("rules.partySize.max", "party_without_table")]
    assert notices(config)[0].params == {"max": 8, "largest": 4}


def test_a_combination_that_seats_the_largest_party_is_enough():
    assert told(calm(table("1", 4), table("2", 4), pairs=[("1", "2")], party_size=PartySize(1, 8))) == []


def test_a_pacing_below_the_largest_party_is_named():
    assert told(calm(pacing=Pacing(15, max_covers=3))) == [("rules.pacing.maxCovers", "pacing_below_party")]


def test_a_limit_below_the_tables_minimum_is_named():
    config = calm(
        table("1", 4), table("2", 6, fewest=4), capacity=Capacity(max_party_size_per_table=(("2", 2),))
    )
    assert told(config) == [("rules.capacity.maxPartySizePerTable.2", "table_never_fits")]


def test_switches_without_their_amounts_are_named():
    config = calm(
        cancellation_policy=CancellationPolicy(no_show_penalty=True),
        requirements=Requirements(requires_deposit=True),
        special_dates=(SpecialDate(FRIDAY, "high_demand"),),
    )
    assert told(config) == [
        ("rules.cancellationPolicy.penaltyAmount", "penalty_without_amount"),
        ("rules.requirements.depositAmount", "deposit_without_amount"),
        ("rules.specialDates.0.multiplier", "multiplier_missing"),
    ]


def test_tables_are_found_by_id_and_areas_by_key():
    config = restaurant(table("1"))
    assert config.table(named("table 1")) is config.tables[0]
    assert config.table(named("table 2")) is None
    assert config.area("sala") is config.areas[0]
    assert config.area("azotea") is None
