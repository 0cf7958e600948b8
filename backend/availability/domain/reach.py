"""From when to when the answer to one ask looks at what is taken. Called by the availability use cases, which read no more
than that: a booking needs its own evening, not the one before it and the one after.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from backend.availability.domain.dates import resolve
from backend.availability.domain.pacing import window_start
from backend.availability.domain.policy import far_off
from backend.availability.domain.records import Ask
from backend.availability.domain.tables import day_bounds
from backend.restaurants.domain import RestaurantConfig, Slot


@dataclass(frozen=True, slots=True)
class Reach:
    """A service date and the instants `[start, end)` around it: stays that do not touch them change no answer."""

    service_date: date
    start: datetime
    end: datetime


def reach(config: RestaurantConfig, ask: Ask, now: datetime) -> Reach | None:
    """The reach of `evaluate` with the same arguments; None where it refuses whatever is taken."""
    if far_off(ask.date, now.astimezone(config.zone).date()) is not None:
        return None
    slot = resolve(config, ask.date, ask.time, any_time=ask.override)
    if not isinstance(slot, Slot):
        return None
    longest = max(ask.duration_minutes or 0, config.rules.longest_stay_minutes())
    until = slot.starts_at + timedelta(minutes=longest + config.rules.time_slots.turnover_time)
    first, last = day_bounds(config, slot, until)  # free time before opening and after closing is of no worth
    paced = window_start(config, slot)
    pace = timedelta(minutes=config.rules.pacing.window_minutes)
    return Reach(slot.service_date, min(first, paced, slot.starts_at), max(last, until, paced + pace))
