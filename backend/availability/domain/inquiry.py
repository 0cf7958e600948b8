"""One question put to one evening or many: the gates in order (policy, pacing, tables) over one index of what
is taken.

Called by `evaluate` (one slot), `calendar` (all slots) and `nearby` (other slots), so that all three always
agree.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal

from backend.availability.domain import policy
from backend.availability.domain.groups import Group, bookable_seats
from backend.availability.domain.occupancy import Occupancy
from backend.availability.domain.pacing import pacing_refusal
from backend.availability.domain.records import Ask, Occupied, Offer
from backend.availability.domain.tables import best_group, by_area, groups_for
from backend.restaurants.domain import Refused, RestaurantConfig, Slot


class Inquiry:
    """What is asked, apart from the date and time: party, area, channel, override, tables, stay."""

    def __init__(
        self, config: RestaurantConfig, occupied: Iterable[Occupied], ask: Ask, now: datetime
    ) -> None:
        self.config = config
        self.ask = ask
        self.now = now
        self.today = now.astimezone(config.zone).date()
        self.occupancy = Occupancy(config, occupied, ask.ignore)
        self.refused, groups = groups_for(config, ask)
        self._groups = [group for group in groups if ask.tables or ask.area in (None, group.area)]
        self._areas: list[tuple[str, list[Group]]] | None = None
        self._stays: dict[str | None, timedelta] = {}
        seats = bookable_seats(config)
        self._without_table = int(seats * Decimal(str(config.rules.capacity.overbooking_percent)) / 100)

    def stay(self, slot: Slot) -> tuple[datetime, datetime]:
        """End of the stay and end of the buffer after it, for a stay that begins at the slot."""
        length = self._stays.get(slot.shift)
        if length is None:
            length = timedelta(minutes=self.stay_minutes(slot.shift))
            self._stays[slot.shift] = length
        ends = slot.starts_at + length
        return ends, ends + timedelta(minutes=self.config.rules.time_slots.turnover_time)

    def stay_minutes(self, shift: str | None) -> int:
        """The stay staff chose, or the party's turn time in that shift."""
        return self.ask.duration_minutes or self.config.rules.stay_minutes(self.ask.party_size, shift)

    def gate_before_tables(self, slot: Slot) -> Refused | None:
        """Policy and pacing."""
        if self.refused is not None:
            return self.refused
        override = self.ask.override
        window = None if override else policy.day_refusal(self.config, slot.service_date, self.today)
        return (
            window
            or policy.notice_refusal(self.config, slot, self.now, override)
            or (None if override else pacing_refusal(self.config, self.occupancy, slot, self.ask.party_size))
        )

    def judge(self, slot: Slot) -> Offer | Refused:
        """The offer for that slot, or the first gate that says no."""
        refused = self.gate_before_tables(slot)
        if refused is not None:
            return refused
        ends, until = self.stay(slot)
        group = best_group(self.config, self.occupancy, self._groups, self.ask.party_size, slot, until)
        if group is None and not self._fits_without_table(slot, until):
            return self._no_table(slot)
        return Offer(
            service_date=slot.service_date,
            time=slot.time,
            starts_at=slot.starts_at,
            ends_at=ends,
            blocks_until=until,
            table_ids=group.table_ids if group else (),
            area=group.area if group else self.ask.area,
            shift=slot.shift,
        )

    def look(self, slot: Slot) -> tuple[str | None, tuple[str, ...]]:
        """The same answer without choosing a table: why not (None when free), and the areas with a free
        table."""
        refused = self.gate_before_tables(slot)
        if refused is not None:
            return refused.code, ()
        _, until = self.stay(slot)
        if self._areas is None:
            self._areas = by_area(self._groups, self.config)
        areas = tuple(area for area, groups in self._areas if self._any_free(groups, slot, until))
        if areas or self._fits_without_table(slot, until):
            return None, areas
        return "slot_unavailable", ()

    def reason(self, slot: Slot) -> str | None:
        """Why the slot is not free, without looking at every area; None when it is."""
        refused = self.gate_before_tables(slot)
        if refused is not None:
            return refused.code
        _, until = self.stay(slot)
        free = self._any_free(self._groups, slot, until) or self._fits_without_table(slot, until)
        return None if free else "slot_unavailable"

    def _any_free(self, groups: Iterable[Group], slot: Slot, until: datetime) -> bool:
        free = self.occupancy.free
        return any(free(group.indexes, slot.starts_at, until) for group in groups)

    def _fits_without_table(self, slot: Slot, until: datetime) -> bool:
        """Whether the overbooking percentage still has room for the party."""
        if self._without_table < self.ask.party_size or self.ask.tables:
            return False
        taken = self.occupancy.covers_without_table(slot.starts_at, until)
        return taken + self.ask.party_size <= self._without_table

    def _no_table(self, slot: Slot) -> Refused:
        params: dict[str, object] = {
            "date": slot.service_date.isoformat(),
            "time": f"{slot.time:%H:%M}",
            "partySize": self.ask.party_size,
        }
        return Refused("slot_unavailable", params | ({"area": self.ask.area} if self.ask.area else {}))
