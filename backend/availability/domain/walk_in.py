"""Who stands at the door without a booking: which tables are free now and until when. Called by the host's
screen and use case."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, time, timedelta
from uuid import UUID

from backend.availability.domain.groups import Group, chosen_group, suitable_groups
from backend.availability.domain.occupancy import Occupancy
from backend.availability.domain.records import WALK_IN, Occupied, Offer, TableChoice
from backend.restaurants.domain import (
    OpenHours,
    Refused,
    RestaurantConfig,
    minute_of,
    opening,
    service_date_of,
)
from backend.restaurants.domain.hours import shift_at

# A table that is needed again sooner than this is of no use even for a coffee.
SHORTEST_WALK_IN = timedelta(minutes=15)
_CHOICES = 12


def walk_in(
    config: RestaurantConfig, occupied: Iterable[Occupied], now: datetime, party_size: int
) -> list[TableChoice]:
    """Up to twelve choices: those free for the whole usual stay first, then smallest adequate, then free for
    longest.

    `free_until` looks no further than `occupied` does.
    """
    occupancy = Occupancy(config, occupied, ())
    groups = suitable_groups(config, party_size, WALK_IN, any_party=True)
    needed = _stay(config, now, party_size, None) + _buffer(config)
    found = [
        (group, until)
        for group in groups
        if occupancy.free(group.indexes, now, now + SHORTEST_WALK_IN)
        for until in (_free_until(occupancy, group, now),)
    ]
    rows = [(group, until, until is None or until - now >= needed) for group, until in found]
    far = now + timedelta(days=365)
    rows.sort(key=lambda row: (not row[2], row[0].rank(party_size), now - (row[1] or far)))
    return [
        TableChoice(group.table_ids, group.numbers, group.area, group.seats, until, whole)
        for group, until, whole in rows[:_CHOICES]
    ]


def seat_walk_in(
    config: RestaurantConfig,
    occupied: Iterable[Occupied],
    now: datetime,
    party_size: int,
    tables: Sequence[UUID],
    duration_minutes: int | None = None,
    override: bool = False,
    ignore: frozenset[UUID] = frozenset(),
) -> Offer | Refused:
    """Seat a party at these tables from now on: for the usual stay, or until the next booking needs one of
    them.

    Window, hours and pacing do not apply: the party is in the house. `override` seats more people than the
    tables have seats.
    """
    group = chosen_group(config, tables)
    if isinstance(group, UUID):
        return Refused("unknown_table", {"tableId": str(group)})
    if party_size < 1:
        return Refused("party_too_small", {"min": 1})
    if party_size > group.seats and not override:
        return Refused("party_too_large", {"max": group.seats})
    occupancy = Occupancy(config, occupied, ignore)
    if not occupancy.free(group.indexes, now, now + SHORTEST_WALK_IN):
        return Refused("slot_unavailable", {"partySize": party_size, "tables": list(group.numbers)})
    return _seated(config, occupancy, group, now, _stay(config, now, party_size, duration_minutes))


def _seated(
    config: RestaurantConfig, occupancy: Occupancy, group: Group, now: datetime, stay: timedelta
) -> Offer:
    until = _free_until(occupancy, group, now)
    wished = now + stay + _buffer(config)
    blocks_until = wished if until is None else min(wished, until)
    local = now.astimezone(config.zone)
    return Offer(
        service_date=service_date_of(config, now),
        time=time(local.hour, local.minute),
        starts_at=now,
        ends_at=min(now + stay, blocks_until),
        blocks_until=blocks_until,
        table_ids=group.table_ids,
        area=group.area,
        shift=_shift(config, now),
    )


def _free_until(occupancy: Occupancy, group: Group, now: datetime) -> datetime | None:
    nexts = (occupancy.gaps(table, now, now)[1] for table in group.indexes)
    return min((each for each in nexts if each is not None), default=None)


def _stay(config: RestaurantConfig, now: datetime, party_size: int, chosen: int | None) -> timedelta:
    return timedelta(minutes=chosen or config.rules.stay_minutes(party_size, _shift(config, now)))


def _buffer(config: RestaurantConfig) -> timedelta:
    return timedelta(minutes=config.rules.time_slots.turnover_time)


def _shift(config: RestaurantConfig, now: datetime) -> str | None:
    hours = opening(config.rules, service_date_of(config, now))
    if not isinstance(hours, OpenHours):
        return None
    minute = minute_of(hours, now.astimezone(config.zone).time())
    return None if minute is None else shift_at(config.rules, hours, minute)
