"""One version of everything a restaurant has set up. Called by every decision; made by
`restaurants.schemas.to_domain`."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from backend.restaurants.domain.floor import Area, Combination, Table
from backend.restaurants.domain.profile import Profile
from backend.restaurants.domain.rules import Rules

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class RestaurantConfig:
    """An immutable version; a change makes the next one."""

    restaurant_id: UUID
    version: int
    profile: Profile
    areas: tuple[Area, ...]
    tables: tuple[Table, ...]
    combinations: tuple[Combination, ...]
    rules: Rules
    # What decisions have worked out from this version and nothing else. Not part of its value.
    _known: dict[Hashable, Any] = field(init=False, compare=False, repr=False, default_factory=dict)

    def remembered(self, key: Hashable, work_out: Callable[[], T]) -> T:
        """What `work_out` answers, which must depend on this version and the key alone; worked out once. Keys must be few."""
        known: T | None = self._known.get(key)
        if known is None:
            known = self._known[key] = work_out()
        return known

    @property
    def zone(self) -> ZoneInfo:
        """The zone of every wall-clock time here."""
        return self.profile.zone

    def table(self, table_id: UUID) -> Table | None:
        """The table with that id."""
        return next((table for table in self.tables if table.id == table_id), None)

    def area(self, area_id: str) -> Area | None:
        """The area with that key."""
        return next((area for area in self.areas if area.id == area_id), None)

    def seats_of(self, table: Table) -> int:
        """How many may sit there: its own maximum, or less where `maxPartySizePerTable` says so."""
        limits = dict(self.rules.capacity.max_party_size_per_table)
        return min(table.max_party, limits.get(table.number, table.max_party))
