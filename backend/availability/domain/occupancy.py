"""Who has which table when, indexed so that a whole day can be asked about without walking the bookings
again.

Called by the gates; built once for each question from the rows the store has read.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime
from functools import partial
from uuid import UUID

from backend.availability.domain.records import Occupied
from backend.restaurants.domain import RestaurantConfig, Table

Busy = tuple[
    list[datetime], list[datetime]
]  # starts and ends of one table's stays, in order, not overlapping


class Occupancy:
    """Tables are named by their index in the configuration. Rows of owners in `ignore` do not count."""

    def __init__(
        self, config: RestaurantConfig, occupied: Iterable[Occupied], ignore: Collection[UUID]
    ) -> None:
        places = config.remembered("places", partial(_places, config.tables))
        # By the numbers of ids: this is walked for every booking of a day, and ids hash themselves in Python.
        parties: dict[int, tuple[datetime, int]] = {}
        self._stays: dict[int, list[tuple[datetime, datetime]]] = {}
        self._waiting: list[tuple[datetime, datetime, int]] = []
        for owner, kind, table, starts_at, ends_at, party_size in occupied:
            if ignore and owner in ignore:
                continue
            start, end = starts_at.astimezone(UTC), ends_at.astimezone(UTC)
            if kind != "block":
                parties[owner.int] = (start, party_size)
            if table is not None:
                place = places.get(table.int)
                if place is not None:
                    self._stays.setdefault(place, []).append((start, end))
            elif kind != "block":
                self._waiting.append((start, end, party_size))
        self._busy: dict[int, Busy] = {}
        self._starts, self._covers = _running_covers(parties.values())

    def free(self, tables: Iterable[int], start: datetime, end: datetime) -> bool:
        """Whether every one of the tables is free over the whole of `[start, end)`."""
        for table in tables:
            busy = self._busy.get(table)
            if busy is None:
                if table not in self._stays:
                    continue
                busy = self._of(table)
            starts, ends = busy
            after = bisect_right(ends, start)
            if after < len(starts) and starts[after] < end:
                return False
        return True

    def gaps(self, table: int, start: datetime, end: datetime) -> tuple[datetime | None, datetime | None]:
        """Of a table free over `[start, end)`: when the stay before it ends and the one after it starts."""
        starts, ends = self._busy.get(table) or self._of(table)
        after = bisect_right(ends, start)
        return (ends[after - 1] if after else None), (starts[after] if after < len(starts) else None)

    def _of(self, table: int) -> Busy:
        busy = self._busy[table] = _merged(self._stays.get(table, ()))
        return busy

    def starting(self, start: datetime, end: datetime) -> tuple[int, int]:
        """Covers and parties whose stay starts within `[start, end)`."""
        low, high = bisect_left(self._starts, start), bisect_left(self._starts, end)
        return self._covers[high] - self._covers[low], high - low

    def covers_without_table(self, start: datetime, end: datetime) -> int:
        """People accepted without a table whose stay touches `[start, end)`."""
        return sum(party for begins, ends, party in self._waiting if begins < end and ends > start)


def _places(tables: Sequence[Table]) -> dict[int, int]:
    return {table.id.int: place for place, table in enumerate(tables)}


def _merged(stays: Iterable[tuple[datetime, datetime]]) -> Busy:
    """Sorted, with overlapping stays joined: the database forbids them, but a block may lie over a
    booking."""
    starts: list[datetime] = []
    ends: list[datetime] = []
    for start, end in sorted(stays):
        if ends and start < ends[-1]:
            ends[-1] = max(ends[-1], end)
        else:
            starts.append(start)
            ends.append(end)
    return starts, ends


def _running_covers(parties: Iterable[tuple[datetime, int]]) -> tuple[list[datetime], list[int]]:
    """Starts in order, and how many people have started before each of them and in all."""
    starts: list[datetime] = []
    covers = [0]
    for start, party in sorted(parties):
        starts.append(start)
        covers.append(covers[-1] + party)
    return starts, covers
