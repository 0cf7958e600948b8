"""The first gate: may this party book that day and hour at all, whatever is free. Called by `inquiry`.

`override` (staff) lifts the window, the hours and the limits for guests; a party that no table can seat stays
refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from backend.availability.domain.dates import FUTURE_DAYS, PAST_DAYS
from backend.availability.domain.groups import Group, is_guest
from backend.restaurants.domain import Refused, RestaurantConfig, Slot

# How far back staff may write down a booking with `override`: this evening's forgotten one, not last week's.
OVERRIDE_REACHES_BACK = timedelta(hours=12)


def party_refusal(
    config: RestaurantConfig, party_size: int, channel: str, override: bool, floor: Sequence[Group]
) -> Refused | None:
    """`party_too_small` or `party_too_large`: by the guests' limits, then by what the open part of the floor
    can seat."""
    limits = config.rules.party_size
    if party_size < 1:
        return Refused("party_too_small", {"min": limits.min})
    if is_guest(channel) and not override:
        if party_size < limits.min:
            return Refused("party_too_small", {"min": limits.min})
        if party_size > limits.max:
            return Refused("party_too_large", {"max": limits.max})
    largest = max((group.seats for group in floor), default=0)
    if party_size > largest:
        return Refused("party_too_large", {"max": largest})
    smallest = min(group.fewest for group in floor)
    return Refused("party_too_small", {"min": smallest}) if party_size < smallest and not override else None


def far_off(day: date, today: date) -> Refused | None:
    """Days that nobody can mean, refused before any calendar is computed for them."""
    if (day - today).days > FUTURE_DAYS:
        return Refused(
            "too_far", {"days": FUTURE_DAYS, "lastAllowed": (today + timedelta(FUTURE_DAYS)).isoformat()}
        )
    if (today - day).days > PAST_DAYS:
        return Refused("too_soon", {"hours": 0, "firstAllowed": today.isoformat()})
    return None


def day_refusal(config: RestaurantConfig, day: date, today: date) -> Refused | None:
    """The window in days of the restaurant's calendar: `too_far`, `same_day_not_allowed`."""
    window = config.rules.reservation_window
    if (day - today).days > window.max_days_advance:
        last = today + timedelta(days=window.max_days_advance)
        return Refused("too_far", {"days": window.max_days_advance, "lastAllowed": last.isoformat()})
    if day <= today and not window.allow_same_day:
        return Refused("same_day_not_allowed", {"firstAllowed": (today + timedelta(days=1)).isoformat()})
    return None


def notice_refusal(config: RestaurantConfig, slot: Slot, now: datetime, override: bool) -> Refused | None:
    """`too_soon`: less than the minimum notice, in elapsed hours, before the slot."""
    hours = config.rules.reservation_window.min_hours_advance
    first = now - OVERRIDE_REACHES_BACK if override else now + timedelta(hours=hours)
    if slot.starts_at >= first:
        return None
    local = first.astimezone(config.zone).isoformat(timespec="minutes")
    return Refused("too_soon", {"hours": 0 if override else _plain(hours), "firstAllowed": local})


def _plain(hours: float) -> float | int:
    """2 rather than 2.0, as a sentence writes it."""
    return int(hours) if hours == int(hours) else hours
