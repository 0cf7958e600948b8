"""Who stands at the door: which tables are free now, until when, and how long the party may stay."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from restaurant_builders import FRIDAY, hours, instant, named, restaurant, table, taken

from backend.availability.domain import Offer, Refused, seat_walk_in, walk_in

NOW = datetime(2026, 12, 18, 19, 7, 30, tzinfo=UTC)  # 20:07:30 in Madrid


def numbers(choices) -> list[tuple[str, ...]]:
    return [choice.numbers for choice in choices]


def test_choices_say_until_when_they_are_free():
    config = restaurant(table("1"), table("2"))
    choices = {each.numbers: each for each in walk_in(config, [taken(config, "1", "21:15")], NOW, 2)}
    assert choices["1",].free_until == instant(config, FRIDAY, "21:15")
    assert (choices["1",].whole_stay, choices["2",].whole_stay) == (False, True)
    assert choices["2",].free_until is None


def test_tables_for_the_whole_stay_come_first_then_the_smallest():
    config = restaurant(table("short", 2), table("big", 8), table("fits", 3))
    assert numbers(walk_in(config, [taken(config, "short", "21:00")], NOW, 2)) == [
        ("fits",),
        ("big",),
        ("short",),
    ]


def test_tables_taken_now_or_needed_within_a_quarter_of_an_hour_are_left_out():
    config = restaurant(table("1"), table("2"), table("3"))
    occupied = [taken(config, "1", "19:30"), taken(config, "2", "20:15")]
    assert numbers(walk_in(config, occupied, NOW, 2)) == [("3",)]


def test_walk_ins_may_have_the_tables_kept_for_them():
    config = restaurant(table("door", bookable="walk_in"), table("house", bookable="in_house"))
    assert set(numbers(walk_in(config, [], NOW, 2))) == {("door",), ("house",)}


def test_combinations_are_offered_to_large_parties():
    config = restaurant(table("1", 4), table("2", 4), pairs=[("1", "2")])
    assert numbers(walk_in(config, [], NOW, 7)) == [("1", "2")]


@pytest.mark.parametrize("people", [0, 99])
def test_a_party_no_table_takes_has_no_choices(people):
    assert walk_in(restaurant(), [], NOW, people) == []


def test_a_walk_in_sits_from_now_for_the_usual_stay():
    config = restaurant(table("1"))
    offer = seat_walk_in(config, [], NOW, 2, [named("table 1")])
    assert isinstance(offer, Offer)
    assert (offer.starts_at, offer.service_date, offer.time) == (NOW, FRIDAY, time(20, 7))
    assert offer.ends_at == NOW + timedelta(minutes=90)
    assert offer.blocks_until == NOW + timedelta(minutes=105)


def test_a_walk_in_leaves_when_the_next_booking_needs_the_table():
    config = restaurant(table("1"))
    offer = seat_walk_in(config, [taken(config, "1", "21:00")], NOW, 2, [named("table 1")])
    assert isinstance(offer, Offer)
    assert offer.ends_at == offer.blocks_until == instant(config, FRIDAY, "21:00")


def test_a_walk_in_may_sit_down_the_second_the_table_was_freed():
    config = restaurant(table("1"))
    gone = taken(config, "1", "19:00", minutes=67)
    freed = gone.ends_at
    assert isinstance(seat_walk_in(config, [gone], freed, 2, [named("table 1")]), Offer)


def test_a_walk_in_cannot_sit_at_a_taken_table():
    config = restaurant(table("1"), table("2"))
    refused = seat_walk_in(
        config, [taken(config, "2", "19:30")], NOW, 6, [named("table 1"), named("table 2")]
    )
    assert refused == Refused("slot_unavailable", {"partySize": 6, "tables": ["1", "2"]})


def test_a_walk_in_needs_no_opening_hours():
    config = restaurant(table("1"), business_hours=hours("12:00", "16:00"))
    assert isinstance(seat_walk_in(config, [], NOW, 2, [named("table 1")], duration_minutes=30), Offer)


def test_a_walk_in_past_midnight_belongs_to_the_evening_before():
    config = restaurant(table("1"), business_hours=hours("19:00", "02:00"))
    offer = seat_walk_in(config, [], NOW + timedelta(hours=5), 2, [named("table 1")])
    assert isinstance(offer, Offer)
    assert (offer.service_date, offer.time) == (FRIDAY, time(1, 7))


def test_more_people_than_seats_need_an_override():
    config = restaurant(table("1", 4))
    assert seat_walk_in(config, [], NOW, 5, [named("table 1")]) == Refused("party_too_large", {"max": 4})
    assert isinstance(seat_walk_in(config, [], NOW, 5, [named("table 1")], override=True), Offer)


def test_nobody_and_nowhere_are_refused():
    config = restaurant(table("1"))
    assert seat_walk_in(config, [], NOW, 0, [named("table 1")]) == Refused("party_too_small", {"min": 1})
    stranger = named("table 9")
    assert seat_walk_in(config, [], NOW, 2, [stranger]) == Refused(
        "unknown_table", {"tableId": str(stranger)}
    )
