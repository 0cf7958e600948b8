"""How a date and a time that somebody named become a slot of a service date. Called by `evaluate` and
`alternatives`.

`docs/decisions/021-service-date.md` gives the reasons.
"""

from __future__ import annotations

from datetime import date, time, timedelta

from backend.restaurants.domain import OpenHours, Refused, RestaurantConfig, Slot, minute_of, opening
from backend.restaurants.domain.hours import (
    DAY,
    shift_at,
    shift_minutes,
    shift_starts,
    shifts_on,
    slot_at,
    slot_minutes,
)

# Beyond these no calendar is computed, whoever asks: a booking years away is a slip of the finger.
PAST_DAYS, FUTURE_DAYS = 2, 1000


def resolve(config: RestaurantConfig, day: date, at: time, *, any_time: bool) -> Slot | Refused:
    """The slot meant by a date and a time.

    The date is the service date; where that day's service has no such time but last night's has, it is the
    calendar day. `any_time` (staff override) takes any real wall-clock time, also of a closed day.
    """
    hours, minute = _placed(config, day, at)
    if any_time:
        base = hours if isinstance(hours, OpenHours) else _closed_day(day)
        return slot_at(config, base, _minutes(at) if minute is None else minute) or _skipped(at)
    if isinstance(hours, Refused):
        return hours
    if minute is None:
        return _outside(config, hours, at)
    return _off_grid(config, hours, minute, at) or slot_at(config, hours, minute) or _skipped(at)


def _placed(config: RestaurantConfig, day: date, at: time) -> tuple[OpenHours | Refused, int | None]:
    hours = opening(config.rules, day)
    minute = minute_of(hours, at) if isinstance(hours, OpenHours) else None
    if minute is None:
        night = opening(config.rules, day - timedelta(days=1))
        late = _minutes(at) + DAY
        if isinstance(night, OpenHours) and night.open <= late < night.close:
            return night, late
    return hours, minute


def _off_grid(config: RestaurantConfig, hours: OpenHours, minute: int, at: time) -> Refused | None:
    minutes = slot_minutes(config.rules, hours)
    if minute in minutes:
        return None
    starts = shift_starts(config.rules, hours)
    between_shifts = (
        starts.issuperset(minutes) and bool(minutes) and shift_at(config.rules, hours, minute) is None
    )
    return _outside(config, hours, at) if between_shifts else _not_a_slot(hours, minutes, minute, at)


def _outside(config: RestaurantConfig, hours: OpenHours, at: time) -> Refused:
    spans = [shift_minutes(shift, hours) for shift in shifts_on(config.rules, hours.date)]
    services = [f"{hours.clock(first)}–{hours.clock(last)}" for first, last in spans]
    return Refused(
        "outside_hours",
        {
            "date": hours.date.isoformat(),
            "time": f"{at:%H:%M}",
            "open": hours.clock(hours.open),
            "close": hours.clock(hours.close),
            "services": [] if hours.special else services,
        },
    )


def _not_a_slot(hours: OpenHours, minutes: list[int], minute: int, at: time) -> Refused:
    nearest = sorted(sorted(minutes, key=lambda each: abs(each - minute))[:2])
    return Refused("not_a_slot", {"time": f"{at:%H:%M}", "nearest": [hours.clock(each) for each in nearest]})


def _skipped(at: time) -> Refused:
    return Refused("not_a_slot", {"time": f"{at:%H:%M}", "nearest": [], "skippedByClockChange": True})


def _closed_day(day: date) -> OpenHours:
    return OpenHours(day, 0, DAY)


def _minutes(at: time) -> int:
    return at.hour * 60 + at.minute
