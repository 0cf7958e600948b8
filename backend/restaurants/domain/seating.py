"""Which tables can be pushed together: the connected groups of the adjacency. Called by availability and by
the schema's limit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from backend.restaurants.domain.floor import Combination, Table

GROUP_LIMIT = 4000


class TooManyCombinationsError(ValueError):
    """The adjacency allows more groups than can be weighed for every slot; `restaurants.schemas` refuses such
    a floor."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"more than {limit} groups of tables")
        self.limit = limit


def connected_groups(
    tables: Sequence[Table], combinations: Sequence[Combination], most: int, limit: int = GROUP_LIMIT
) -> tuple[tuple[Table, ...], ...]:
    """Every group of 2 to `most` tables in which each can be reached from each over adjacent ones.

    Members are in the order of `tables`. Raises TooManyCombinationsError past `limit` groups.
    """
    neighbours = _neighbour_masks(tables, combinations)
    groups: list[int] = []
    level = {1 << index for index in range(len(tables))}
    for _ in range(1, most):
        level = _grown(level, neighbours, limit)
        groups.extend(sorted(level))
        if len(groups) > limit:
            raise TooManyCombinationsError(limit)
    return tuple(tuple(tables[index] for index in _bits(group)) for group in groups)


def _neighbour_masks(tables: Sequence[Table], combinations: Sequence[Combination]) -> list[int]:
    position = {table.id: index for index, table in enumerate(tables)}
    masks = [0] * len(tables)
    for pair in combinations:
        one, other = (position[table_id] for table_id in pair)
        masks[one] |= 1 << other
        masks[other] |= 1 << one
    return masks


def _grown(level: set[int], neighbours: list[int], limit: int) -> set[int]:
    """The groups with one neighbouring table more. Groups are bit masks: bit i stands for table i."""
    bigger: set[int] = set()
    for group in level:
        around = 0
        for index in _bits(group):
            around |= neighbours[index]
        bigger.update(group | 1 << index for index in _bits(around & ~group))
        if len(bigger) > limit:
            raise TooManyCombinationsError(limit)
    return bigger


def _bits(mask: int) -> Iterator[int]:
    while mask:
        lowest = mask & -mask
        yield lowest.bit_length() - 1
        mask ^= lowest
