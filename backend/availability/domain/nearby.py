"""The nearest times that are free, for whoever was refused. Called with every refusal that has a way on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta

from backend.availability.domain.dates import resolve
from backend.availability.domain.inquiry import Inquiry
from backend.availability.domain.policy import far_off
from backend.availability.domain.records import Alternative, Ask, Occupied
from backend.restaurants.domain import Refused, RestaurantConfig, Slot, slots_of


def alternatives(
    config: RestaurantConfig,
    occupied: Iterable[Occupied],
    ask: Ask,
    now: datetime,
    limit: int = 3,
    days_around: int = 1,
) -> list[Alternative]:
    """Up to `limit` free times, nearest first, on the day asked for and up to `days_around` days before and
    after it.

    Every one of them is granted by `evaluate` with the same occupancy. Another area at the same time counts
    as nearest; each time is named once. `occupied` must cover all these days; give 0 when only the one day
    was read.
    """
    ask = replace(ask, override=False, tables=())
    anywhere = Inquiry(config, occupied, replace(ask, area=None), now)
    if anywhere.refused is not None or far_off(ask.date, anywhere.today) is not None:
        return []
    day, minute = _wanted(config, ask)
    found: list[Alternative] = []
    for slot in _nearest(config, day, minute, days_around):
        alternative = _free(anywhere, ask, slot)
        if alternative is not None and (slot.service_date, slot.minute, alternative.area) != (
            day,
            minute,
            ask.area,
        ):
            found.append(alternative)
        if len(found) == limit:
            break
    return found


def _wanted(config: RestaurantConfig, ask: Ask) -> tuple[date, int]:
    """The service date meant and the minute of it, real or not."""
    slot = resolve(config, ask.date, ask.time, any_time=True)
    if isinstance(slot, Refused):
        return ask.date, ask.time.hour * 60 + ask.time.minute
    return slot.service_date, slot.minute


def _nearest(config: RestaurantConfig, day: date, minute: int, days_around: int) -> list[Slot]:
    """The day's own slots first, then those of the nearest days; of each the nearest hour first, earlier
    before later."""
    days = (day + timedelta(days=offset) for offset in range(-days_around, days_around + 1))
    slots = [slot for each in days for slot in slots_of(config, each)]
    return sorted(
        slots,
        key=lambda slot: (abs((slot.service_date - day).days), abs(slot.minute - minute), slot.starts_at),
    )


def _free(anywhere: Inquiry, ask: Ask, slot: Slot) -> Alternative | None:
    """The slot as an alternative, in the area asked for if it is free there, else in another one."""
    reason, areas = anywhere.look(slot)
    if reason is not None:
        return None
    if ask.area is None:
        return Alternative(slot.service_date, slot.time, slot.starts_at, None)
    area = ask.area if ask.area in areas or not areas else areas[0]
    return Alternative(slot.service_date, slot.time, slot.starts_at, area)
