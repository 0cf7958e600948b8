"""What holds for any floor, any evening and any order of bookings."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from uuid import UUID, uuid5

from hypothesis import given, settings
from hypothesis import strategies as st
from restaurant_builders import NAMESPACE, hours, restaurant, shift, table

from backend.availability.domain import (
    Ask,
    Occupied,
    Offer,
    Refused,
    alternatives,
    day_slots,
    evaluate,
    month_view,
    reach,
)
from backend.restaurants.domain import Capacity, Pacing, PartySize, ReservationWindow, TimeSlots, TurnTime

ZONES = ["Europe/Madrid", "Atlantic/Canary", "America/New_York", "America/Santiago", "America/Mexico_City"]
# Ordinary days and, in one zone or another, nights on which clocks change.
DAYS = [
    date(2026, 3, 7),
    date(2026, 3, 28),
    date(2026, 4, 4),
    date(2026, 9, 5),
    date(2026, 10, 24),
    date(2026, 12, 18),
]
BEFORE = datetime(2026, 1, 2, 12, tzinfo=UTC)


@st.composite
def restaurants(draw):
    count = draw(st.integers(1, 7))
    tables = [
        table(
            str(number),
            seats=draw(st.integers(2, 8)),
            fewest=draw(st.integers(1, 2)),
            area=draw(st.sampled_from(["sala", "terraza"])),
            priority=draw(st.integers(0, 3)),
            bookable=draw(st.sampled_from(["online", "online", "in_house", "walk_in"])),
        )
        for number in range(count)
    ]
    same_area = [
        (one.number, two.number)
        for one, two in pairwise(tables)
        if one.area == two.area and draw(st.booleans())
    ]
    return restaurant(
        *tables,
        pairs=same_area,
        zone=draw(st.sampled_from(ZONES)),
        business_hours=hours(
            draw(st.sampled_from(["12:00", "19:30"])), draw(st.sampled_from(["23:00", "01:30", "04:00"]))
        ),
        shifts=draw(
            st.sampled_from([(), (shift("lunch", "13:00", "15:30"), shift("dinner", "20:00", "00:30"))])
        ),
        time_slots=TimeSlots(draw(st.sampled_from([15, 30, 45])), draw(st.sampled_from([0, 10, 15]))),
        turn_times=draw(
            st.sampled_from([(), (TurnTime(1, 2, 75), TurnTime(3, 20, 130), TurnTime(1, 20, 150, "dinner"))])
        ),
        capacity=Capacity(
            overbooking_percent=draw(st.sampled_from([0, 0, 25, 100])),
            minimum_table_turnover_minutes=draw(st.sampled_from([45, 90])),
        ),
        pacing=Pacing(
            draw(st.sampled_from([15, 30, 60])),
            draw(st.one_of(st.none(), st.integers(1, 20))),
            draw(st.one_of(st.none(), st.integers(1, 4))),
        ),
        party_size=PartySize(1, 12),
        reservation_window=ReservationWindow(draw(st.sampled_from([0, 2, 24])), 700),
        max_tables_combined=draw(st.integers(1, 4)),
    )


PARTIES = st.integers(0, 13)
AREAS = st.sampled_from([None, "sala", "terraza"])
WISHES = st.lists(
    st.tuples(st.integers(0, 60), PARTIES, AREAS, st.sampled_from(["web", "whatsapp", "staff"])), max_size=25
)


def booked(offer: Offer, party: int, owner: UUID) -> list[Occupied]:
    """The rows a booking leaves behind: one a table, or one without a table."""
    return [
        Occupied(owner, "reservation", table_id, offer.starts_at, offer.blocks_until, party)
        for table_id in offer.table_ids or (None,)
    ]


def fill(config, day, wishes, now=BEFORE) -> list[Occupied]:
    """Books one wish after the other, each at some slot of the day, whenever it is granted."""
    occupied: list[Occupied] = []
    slots = day_slots(config, [], day, 2, None, now)
    for count, (place, party, area, channel) in enumerate(wishes):
        if not slots:
            break
        wish = Ask(day, slots[place % len(slots)].time, party, area, channel)
        offer = evaluate(config, occupied, wish, now)
        if isinstance(offer, Offer):
            occupied += booked(offer, party, uuid5(NAMESPACE, f"booking {count}"))
    return occupied


@settings(max_examples=150, deadline=None)
@given(restaurants(), st.sampled_from(DAYS), WISHES, PARTIES, AREAS, st.sampled_from(["web", "staff"]))
def test_a_slot_is_offered_exactly_when_the_final_write_grants_it(config, day, wishes, party, area, channel):
    occupied = fill(config, day, wishes)
    now = datetime.combine(day, time(18), config.zone).astimezone(UTC)
    for slot in day_slots(config, occupied, day, party, area, now, channel):
        answer = evaluate(config, occupied, Ask(day, slot.time, party, area, channel), now)
        if slot.available:
            assert isinstance(answer, Offer), (slot, answer)
            assert answer.starts_at == slot.starts_at
            assert not answer.table_ids or answer.area in slot.areas
        else:
            assert isinstance(answer, Refused)
            assert answer.code == slot.reason


@settings(max_examples=120, deadline=None)
@given(restaurants(), st.sampled_from(DAYS), WISHES)
def test_no_table_is_ever_taken_twice_at_once(config, day, wishes):
    stays = defaultdict(list)
    for row in fill(config, day, wishes):
        if row.table_id is not None:
            stays[row.table_id].append((row.starts_at, row.ends_at))
    for of_one_table in stays.values():
        ordered = sorted(of_one_table)
        assert all(before[1] <= after[0] for before, after in pairwise(ordered))


@settings(max_examples=120, deadline=None)
@given(restaurants(), st.sampled_from(DAYS), WISHES)
def test_guests_never_pass_the_pacing(config, day, wishes):
    pacing = config.rules.pacing
    covers, parties, seen = defaultdict(int), defaultdict(int), set()
    for row in fill(config, day, wishes):
        if row.owner_id not in seen:
            seen.add(row.owner_id)
            wall = row.starts_at.astimezone(config.zone)
            window = row.starts_at - timedelta(minutes=wall.minute % pacing.window_minutes)
            covers[window] += row.party_size
            parties[window] += 1
    assert pacing.max_covers is None or all(total <= pacing.max_covers for total in covers.values())
    assert pacing.max_parties is None or all(total <= pacing.max_parties for total in parties.values())


@settings(max_examples=120, deadline=None)
@given(restaurants(), st.sampled_from(DAYS), WISHES)
def test_every_table_given_suits_the_party_the_area_and_the_channel(config, day, wishes):
    occupied: list[Occupied] = []
    slots = day_slots(config, [], day, 2, None, BEFORE)
    for count, (place, party, area, channel) in enumerate(wishes if slots else ()):
        wish = Ask(day, slots[place % len(slots)].time, party, area, channel)
        offer = evaluate(config, occupied, wish, BEFORE)
        if isinstance(offer, Offer):
            tables = [each for each in config.tables if each.id in offer.table_ids]
            assert not tables or sum(config.seats_of(each) for each in tables) >= party
            assert len(tables) <= config.rules.max_tables_combined
            assert area is None or {each.area for each in tables} <= {area}
            allowed = {"online", "in_house"} if channel == "staff" else {"online"}
            assert {each.bookable for each in tables} <= allowed
            occupied += booked(offer, party, uuid5(NAMESPACE, f"booking {count}"))


@settings(max_examples=120, deadline=None)
@given(restaurants(), st.sampled_from(DAYS), WISHES)
def test_covers_without_a_table_never_pass_the_overbooking_percentage(config, day, wishes):
    waiting = [row for row in fill(config, day, wishes) if row.table_id is None]
    seats = sum(config.seats_of(each) for each in config.tables if each.bookable != "walk_in")
    allowed = int(seats * config.rules.capacity.overbooking_percent) // 100
    for moment in (row.starts_at for row in waiting):
        at_once = sum(row.party_size for row in waiting if row.starts_at <= moment < row.ends_at)
        assert at_once <= allowed


@settings(max_examples=80, deadline=None)
@given(restaurants(), st.sampled_from(DAYS), WISHES, st.integers(1, 8), AREAS, st.times())
def test_every_alternative_is_granted(config, day, wishes, party, area, at):
    occupied = fill(config, day, wishes)
    now = datetime.combine(day, time(9), config.zone).astimezone(UTC)
    wish = Ask(day, at.replace(second=0, microsecond=0, fold=0), party, area)
    found = alternatives(config, occupied, wish, now)
    assert len(found) <= 3
    for each in found:
        offer = evaluate(config, occupied, Ask(each.date, each.time, party, each.area), now)
        assert isinstance(offer, Offer), (each, offer)
        assert offer.starts_at == each.starts_at


@settings(max_examples=60, deadline=None)
@given(restaurants(), st.sampled_from(DAYS), WISHES, PARTIES, AREAS)
def test_a_day_of_the_month_is_available_exactly_when_one_of_its_slots_is(config, day, wishes, party, area):
    occupied = fill(config, day, wishes)
    now = datetime.combine(day, time(9), config.zone).astimezone(UTC)
    for view in month_view(config, occupied, day, party, now, area):
        slots = day_slots(config, occupied, view.date, party, area, now)
        assert view.available == any(slot.available for slot in slots)
        assert view.available != (view.reason is not None)


@settings(max_examples=80, deadline=None)
@given(restaurants(), st.sampled_from(DAYS), WISHES)
def test_a_booking_may_always_be_asked_for_again_while_its_own_rows_are_ignored(config, day, wishes):
    occupied = fill(config, day, wishes)
    for owner in {row.owner_id for row in occupied}:
        first = next(row for row in occupied if row.owner_id == owner)
        wall = first.starts_at.astimezone(config.zone)
        wish = Ask(
            day, wall.time().replace(fold=0), first.party_size, channel="staff", ignore=frozenset({owner})
        )
        answer = evaluate(config, occupied, wish, BEFORE)
        assert isinstance(answer, Offer), answer


@settings(max_examples=100, deadline=None)
@given(st.dates(), st.times(), st.integers(-5, 10_001), st.booleans(), st.sampled_from(ZONES))
def test_no_date_time_or_party_is_an_error(day, at, party, override, zone):
    config = replace(
        restaurant(table("1"), zone=zone), rules=restaurant(business_hours=hours("19:00", "02:00")).rules
    )
    wish = Ask(day, at, party, channel="staff" if override else "web", override=override)
    assert isinstance(evaluate(config, [], wish, BEFORE), Offer | Refused)
    assert isinstance(alternatives(config, [], wish, BEFORE), list)
    assert isinstance(day_slots(config, [], day, party, None, BEFORE), list)
    assert len(month_view(config, [], day, party, BEFORE)) >= 28


@settings(max_examples=200, deadline=None)
@given(
    restaurants(),
    st.sampled_from(DAYS),
    WISHES,
    WISHES,
    PARTIES,
    AREAS,
    st.times(),
    st.booleans(),
    st.one_of(st.none(), st.integers(5, 720)),
)
def test_what_lies_beyond_the_reach_of_an_ask_changes_no_answer(
    config, day, wishes, other_wishes, party, area, at, override, minutes
):
    occupied = [
        row._replace(owner_id=uuid5(row.owner_id, each.isoformat()))
        for each in (day - timedelta(days=1), day, day + timedelta(days=1))
        for row in fill(config, each, wishes if each == day else other_wishes)
    ]
    channel = "staff" if override else "web"
    asked_at = at.replace(second=0, microsecond=0, fold=0)
    wish = Ask(
        day, asked_at, party, area, channel, override=override, duration_minutes=minutes if override else None
    )
    now = datetime.combine(day, time(9), config.zone).astimezone(UTC)
    reached = reach(config, wish, now)
    within = [
        row for row in occupied if reached and row.starts_at < reached.end and row.ends_at > reached.start
    ]
    assert evaluate(config, within, wish, now) == evaluate(config, occupied, wish, now)
