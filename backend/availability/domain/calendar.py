"""A day's slots and a month's days. Called by the availability endpoints, the dialogue and the guest
pages."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from uuid import UUID

from backend.availability.domain.inquiry import Inquiry
from backend.availability.domain.policy import day_refusal, far_off
from backend.availability.domain.records import Ask, DayView, Occupied, SlotView
from backend.restaurants.domain import Refused, RestaurantConfig, Slot, opening, slots_of

# What to tell about a day without a free slot: the reason that came closest to a yes.
_NEAREST_FIRST = ("slot_unavailable", "pacing_limit", "too_soon")


def day_slots(
    config: RestaurantConfig,
    occupied: Iterable[Occupied],
    day: date,
    party_size: int,
    area: str | None,
    now: datetime,
    channel: str = "web",
    ignore: frozenset[UUID] = frozenset(),
) -> list[SlotView]:
    """Every slot of a service date in order: free, or why not. Empty when the house is closed that day."""
    ask = Ask(day, time(0), party_size, area, channel, ignore=ignore)
    inquiry = Inquiry(config, occupied, ask, now)
    if far_off(day, inquiry.today) is not None:
        return []
    return [_view(inquiry, slot) for slot in slots_of(config, day)]


def month_view(
    config: RestaurantConfig,
    occupied: Iterable[Occupied],
    month: date,
    party_size: int,
    now: datetime,
    area: str | None = None,
    channel: str = "web",
) -> list[DayView]:
    """Every day of the month in which `month` lies. `occupied` covers all of it."""
    inquiry = Inquiry(config, occupied, Ask(month, time(0), party_size, area, channel), now)
    return [_day_view(inquiry, day) for day in _days_of(month)]


def _view(inquiry: Inquiry, slot: Slot) -> SlotView:
    reason, areas = inquiry.look(slot)
    return SlotView(slot.time, slot.starts_at, reason is None, reason, areas, slot.shift)


def _day_view(inquiry: Inquiry, day: date) -> DayView:
    refused = _whole_day_refusal(inquiry, day)
    if refused is not None:
        return DayView(day, False, refused.code)
    reasons: set[str] = set()
    for slot in slots_of(inquiry.config, day):
        reason = inquiry.reason(slot)
        if reason is None:
            return DayView(day, True, None)
        reasons.add(reason)
    return DayView(day, False, next((each for each in _NEAREST_FIRST if each in reasons), "closed"))


def _whole_day_refusal(inquiry: Inquiry, day: date) -> Refused | None:
    """What holds for every slot of the day."""
    if day < inquiry.today - timedelta(days=1):
        return Refused("too_soon")
    refused = inquiry.refused or day_refusal(inquiry.config, day, inquiry.today)
    hours = opening(inquiry.config.rules, day)
    return refused or (hours if isinstance(hours, Refused) else None)


def _days_of(month: date) -> list[date]:
    first = month.replace(day=1)
    days = (first + timedelta(days=count) for count in range(31))
    return [day for day in days if day.month == first.month]
