"""When the house is open and which slot times a service date has. Called by availability, check-in windows
and the staff's lists.

Inside this module a time is a number of minutes after midnight of the service date on the wall clock: 00:30
after a Friday dinner is minute 1470 of Friday. `docs/decisions/021-service-date.md` says how dates and times
of the API are read.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from backend.restaurants.domain.config import RestaurantConfig
from backend.restaurants.domain.refused import Refused
from backend.restaurants.domain.rules import WEEKDAYS, Rules, Shift

DAY = 24 * 60


@dataclass(frozen=True, slots=True)
class OpenHours:
    """From opening to closing in minutes after midnight of the service date; `close` passes 1440 when the
    night goes on.

    `special` is True when a special date's own hours replace those of the weekday.
    """

    date: date
    open: int
    close: int
    special: bool = False

    def clock(self, minute: int) -> str:
        """The minute as the wall clock shows it, 'HH:MM'."""
        return f"{minute % DAY // 60:02d}:{minute % 60:02d}"


@dataclass(frozen=True, slots=True)
class Slot:
    """A time a guest may book: wall clock, UTC instant, and the shift it lies in (None outside any)."""

    service_date: date
    minute: int
    time: time
    starts_at: datetime
    shift: str | None


def opening(rules: Rules, day: date) -> OpenHours | Refused:
    """The hours of a service date, or `special_date_closed` or `closed`."""
    special = rules.special(day)
    if special is not None and special.type == "closed":
        return Refused("special_date_closed", {"date": day.isoformat()})
    if special is not None and special.type == "special_hours" and special.custom_hours is not None:
        return _open_hours(day, *special.custom_hours, special=True)
    usual = rules.business_hours[day.weekday()].span
    if usual is None:
        return Refused("closed", {"date": day.isoformat(), "weekday": WEEKDAYS[day.weekday()]})
    return _open_hours(day, *usual, special=False)


def minute_of(hours: OpenHours, at: time) -> int | None:
    """Where a wall-clock time lies within the hours, after midnight included; None outside them."""
    minute = _minutes(at)
    return next((each for each in (minute, minute + DAY) if hours.open <= each < hours.close), None)


def wall_instant(zone: ZoneInfo, day: date, minute: int) -> datetime | None:
    """The UTC instant of a minute of a service date: None when the spring change skips it, the first of two
    in autumn."""
    naive = datetime.combine(day, time.min) + timedelta(minutes=minute)
    instant = naive.replace(tzinfo=zone).astimezone(UTC)
    return instant if instant.astimezone(zone).replace(tzinfo=None) == naive else None


def is_real(zone: ZoneInfo, day: date, at: time) -> bool:
    """Whether clocks of the zone show that time on that calendar day."""
    return wall_instant(zone, day, _minutes(at)) is not None


def slots_of(config: RestaurantConfig, day: date) -> tuple[Slot, ...]:
    """The slots of a service date in order; none when the house is closed."""
    hours = opening(config.rules, day)
    if isinstance(hours, Refused):
        return ()
    slots = (slot_at(config, hours, minute) for minute in slot_minutes(config.rules, hours))
    return tuple(slot for slot in slots if slot is not None)


def slot_at(config: RestaurantConfig, hours: OpenHours, minute: int) -> Slot | None:
    """The slot at any minute of a service date, on the grid or not; None when the clocks skip it."""
    instant = wall_instant(config.zone, hours.date, minute)
    if instant is None:
        return None
    wall = time(minute % DAY // 60, minute % 60)
    return Slot(hours.date, minute, wall, instant, shift_at(config.rules, hours, minute))


def service_date_of(config: RestaurantConfig, instant: datetime) -> date:
    """The service date an instant belongs to: last night's while last night's hours still run, else the
    calendar's."""
    local = instant.astimezone(config.zone)
    yesterday = local.date() - timedelta(days=1)
    night = opening(config.rules, yesterday)
    still_open = isinstance(night, OpenHours) and _minutes(local.time()) + DAY < night.close
    return yesterday if still_open else local.date()


def shift_minutes(shift: Shift, hours: OpenHours) -> tuple[int, int]:
    """First and last seating of a shift on that day's own count of minutes; not cut to the hours."""
    start, end = _minutes(shift.start), _minutes(shift.end)
    if start < hours.open and start + DAY < hours.close:
        start += DAY
    while end < start:
        end += DAY
    return start, end


def shifts_on(rules: Rules, day: date) -> list[Shift]:
    """The shifts of that weekday."""
    return [shift for shift in rules.shifts if day.weekday() in shift.weekdays]


def _open_hours(day: date, opens: time, closes: time, *, special: bool) -> OpenHours:
    start, end = _minutes(opens), _minutes(closes)
    return OpenHours(day, start, end if end > start else end + DAY, special)


def slot_minutes(rules: Rules, hours: OpenHours) -> list[int]:
    """Explicit slots, else the shifts cut to the hours, else the grid from opening to closing."""
    explicit = _explicit_times(rules, hours)
    if explicit is not None:
        return sorted({minute for at in explicit if (minute := minute_of(hours, at)) is not None})
    seatings = set() if hours.special else shift_starts(rules, hours)
    return sorted(seatings) if seatings else list(_whole_grid(rules, hours))


def _explicit_times(rules: Rules, hours: OpenHours) -> tuple[time, ...] | None:
    customs = rules.time_slots.custom_slots
    dated = next((each.times for each in customs if each.date == hours.date), None)
    if dated is not None or hours.special:
        return dated
    return next((each.times for each in customs if each.weekday == hours.date.weekday()), None)


def shift_starts(rules: Rules, hours: OpenHours) -> set[int]:
    """The minutes at which that weekday's shifts seat guests within the hours."""
    step = rules.time_slots.slot_duration
    starts: set[int] = set()
    for shift in shifts_on(rules, hours.date):
        first, last = shift_minutes(shift, hours)
        starts.update(each for each in range(first, last + 1, step) if hours.open <= each < hours.close)
    return starts


def _whole_grid(rules: Rules, hours: OpenHours) -> Iterable[int]:
    """Every slot that fits whole between opening and closing; the opening itself when none does."""
    step = rules.time_slots.slot_duration
    return range(hours.open, max(hours.close - step, hours.open) + 1, step)


def shift_at(rules: Rules, hours: OpenHours, minute: int) -> str | None:
    for shift in shifts_on(rules, hours.date):
        first, last = shift_minutes(shift, hours)
        if first <= minute <= last:
            return shift.id
    return None


def _minutes(at: time) -> int:
    return at.hour * 60 + at.minute
