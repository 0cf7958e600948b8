"""The third gate: which tables a party may have, and which of the free ones it gets. Called by `inquiry`."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from itertools import groupby
from uuid import UUID

from backend.availability.domain import policy
from backend.availability.domain.groups import Group, chosen_group, open_groups, suitable_groups
from backend.availability.domain.occupancy import Occupancy
from backend.availability.domain.records import Ask
from backend.restaurants.domain import OpenHours, Refused, RestaurantConfig, Slot, opening, wall_instant


def groups_for(config: RestaurantConfig, ask: Ask) -> tuple[Refused | None, Collection[Group]]:
    """The groups to try, best first, and the refusal that holds whatever the time is."""
    if ask.area is not None and config.area(ask.area) is None:
        return Refused("unknown_area", {"area": ask.area}), ()
    if ask.tables:
        return _chosen(config, ask)
    suitable = suitable_groups(config, ask.party_size, ask.channel, any_party=ask.override)
    floor = suitable or open_groups(config, ask.channel)
    return policy.party_refusal(config, ask.party_size, ask.channel, ask.override, floor), suitable


def by_area(groups: Collection[Group], config: RestaurantConfig) -> list[tuple[str, list[Group]]]:
    """The groups of each area, in the order of the configuration; areas without any are left out."""
    members: dict[str, list[Group]] = {area.id: [] for area in config.areas}
    for group in groups:
        members[group.area].append(group)
    return [(area, each) for area, each in members.items() if each]


def best_group(
    config: RestaurantConfig,
    occupancy: Occupancy,
    groups: Sequence[Group],
    party_size: int,
    slot: Slot,
    until: datetime,
) -> Group | None:
    """The first group by rank that is free; among equals the one that leaves the evening least fragmented."""
    for _, equals in groupby(groups, key=lambda group: group.rank(party_size)):
        free = [group for group in equals if occupancy.free(group.indexes, slot.starts_at, until)]
        if len(free) == 1:
            return free[0]
        if free:
            first, last = day_bounds(config, slot, until)
            shortest = config.rules.shortest_stay_minutes()
            return min(
                free,
                key=lambda group: _fragments(occupancy, group, slot.starts_at, until, first, last, shortest),
            )
    return None


def _fragments(
    occupancy: Occupancy,
    group: Group,
    start: datetime,
    until: datetime,
    first: datetime,
    last: datetime,
    shortest: int,
) -> tuple[float, float]:
    """Minutes of free time too short for anyone that this choice would leave, then all the free time around
    it."""
    useless = around = 0.0
    for table in group.indexes:
        before, after = occupancy.gaps(table, start, until)
        lead = (start - max(before or first, first)).total_seconds() / 60
        rest = (min(after or last, last) - until).total_seconds() / 60
        for gap in (max(lead, 0.0), max(rest, 0.0)):
            around += gap
            useless += gap if gap < shortest else 0.0
    return useless, around


def day_bounds(config: RestaurantConfig, slot: Slot, until: datetime) -> tuple[datetime, datetime]:
    """Opening and closing as instants; the stay itself on a closed day or where the clocks skip them."""
    hours = opening(config.rules, slot.service_date)
    if not isinstance(hours, OpenHours):
        return slot.starts_at, until
    first = wall_instant(config.zone, hours.date, hours.open) or slot.starts_at
    return first, wall_instant(config.zone, hours.date, hours.close) or until


def _chosen(config: RestaurantConfig, ask: Ask) -> tuple[Refused | None, Collection[Group]]:
    """Tables that staff chose: theirs to judge but for the seats, and with `override` those too."""
    group = chosen_group(config, ask.tables)
    if isinstance(group, UUID):
        return Refused("unknown_table", {"tableId": str(group)}), ()
    if ask.party_size < 1:
        return Refused("party_too_small", {"min": 1}), ()
    if ask.party_size > group.seats and not ask.override:
        return Refused("party_too_large", {"max": group.seats}), ()
    return None, (group,)
