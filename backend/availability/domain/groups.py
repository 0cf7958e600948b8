"""Which tables and combinations suit a party, best first. Called by the table gate and the walk-in choices.

Order: single tables before combinations, fewer tables before more, then fewest empty seats, then priority.
What is still equal is decided by the evening (`choice`). Enumerating combinations is the expensive part, so
it is remembered with the configuration.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from backend.availability.domain.records import STAFF, WALK_IN
from backend.restaurants.domain import Bookable, RestaurantConfig, Table, connected_groups

_CLASSES: dict[str, frozenset[Bookable]] = {
    STAFF: frozenset({"online", "in_house"}),
    WALK_IN: frozenset({"online", "in_house", "walk_in"}),
}
_GUEST: frozenset[Bookable] = frozenset({"online"})


@dataclass(frozen=True, slots=True)
class Group:
    """One table, or several pushed together. `indexes` are places in the configuration's tables."""

    indexes: tuple[int, ...]
    table_ids: tuple[UUID, ...]
    numbers: tuple[str, ...]
    seats: int
    fewest: int
    area: str
    priority: int
    classes: frozenset[Bookable]

    def rank(self, party_size: int) -> tuple[int, int, int]:
        """Lower is better: tables used, seats left empty, priority reversed."""
        return len(self.indexes), self.seats - party_size, -self.priority


def is_guest(channel: str) -> bool:
    """Whether the limits for guests hold."""
    return channel not in _CLASSES


def open_groups(config: RestaurantConfig, channel: str) -> list[Group]:
    """Every table and combination open to the channel, for whatever party."""
    classes = _CLASSES.get(channel, _GUEST)
    return [group for group in _groups(config) if group.classes <= classes]


def suitable_groups(
    config: RestaurantConfig, party_size: int, channel: str, *, any_party: bool
) -> tuple[Group, ...]:
    """Those open to the channel that seat the party, best first; `any_party` lets a small party have a large
    table."""
    if not 1 <= party_size <= _largest(config):
        return ()
    classes = _CLASSES.get(channel, _GUEST)
    work_out = partial(_suitable, config, party_size, classes, any_party)
    return config.remembered(("suitable", party_size, classes, any_party), work_out)


def chosen_group(config: RestaurantConfig, table_ids: Sequence[UUID]) -> Group | UUID:
    """The tables staff chose as one group, adjacent or not; the id that is not a table of this house."""
    places = {table.id: place for place, table in enumerate(config.tables)}
    unknown = next((table_id for table_id in table_ids if table_id not in places), None)
    if unknown is not None:
        return unknown
    indexes = sorted({places[table_id] for table_id in table_ids})
    limits = dict(config.rules.capacity.max_party_size_per_table)
    return _group([config.tables[index] for index in indexes], indexes, limits)


def bookable_seats(config: RestaurantConfig) -> int:
    """The seats that can be booked at all: the base of the overbooking percentage."""
    return config.remembered(
        "bookable_seats",
        lambda: sum(config.seats_of(table) for table in config.tables if table.bookable != "walk_in"),
    )


def _largest(config: RestaurantConfig) -> int:
    """The seats of the largest group: no party beyond it is worth remembering anything about."""
    return config.remembered("largest", lambda: max((group.seats for group in _groups(config)), default=0))


def _groups(config: RestaurantConfig) -> tuple[Group, ...]:
    return config.remembered("groups", partial(_all_groups, config))


def _all_groups(config: RestaurantConfig) -> tuple[Group, ...]:
    tables, most = config.tables, config.rules.max_tables_combined
    limit_of = dict(config.rules.capacity.max_party_size_per_table)
    places = {table.id: place for place, table in enumerate(tables)}
    members = [*((table,) for table in tables), *connected_groups(tables, config.combinations, most)]
    return tuple(_group(each, [places[table.id] for table in each], limit_of) for each in members)


def _suitable(
    config: RestaurantConfig, party_size: int, classes: frozenset[Bookable], any_party: bool
) -> tuple[Group, ...]:
    groups = _groups(config)
    least = [1 if any_party and len(group.indexes) == 1 else group.fewest for group in groups]
    fitting = [
        group
        for group, fewest in zip(groups, least, strict=True)
        if fewest <= party_size <= group.seats and group.classes <= classes
    ]
    return tuple(sorted(fitting, key=lambda group: (group.rank(party_size), group.indexes)))


def _group(tables: Sequence[Table], indexes: Sequence[int], limits: dict[str, int]) -> Group:
    seats = [min(table.max_party, limits.get(table.number, table.max_party)) for table in tables]
    # A combination is for a party that none of its tables seats alone; a small one in between may be the
    # bridge.
    fewest = tables[0].min_party if len(tables) == 1 else max(seats) + 1
    return Group(
        indexes=tuple(indexes),
        table_ids=tuple(table.id for table in tables),
        numbers=tuple(table.number for table in tables),
        seats=sum(seats),
        fewest=fewest,
        area=tables[0].area,
        priority=min(table.priority for table in tables),
        classes=frozenset(table.bookable for table in tables),
    )
