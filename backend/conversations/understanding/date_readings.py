"""What the date rules mean: captured words to days, best reading first. Called by `dates`, which finds and judges the words.

Pure: `Today` carries the restaurant's day, its zone, and whether figures go month first. A date without a year is the next one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from backend.conversations.understanding import calendar
from backend.conversations.understanding.patterns import Captures

# "viernes 4" is the 4th only when that Friday is near; else the 4 counts something else.
_NEAR_DAYS = 45
_HOURS_AND_PEOPLE = 10


@dataclass(frozen=True, slots=True)
class Today:
    """What dates are read against: the restaurant's day, its zone, and whether figures go month first."""

    day: date
    tz: str
    month_first: bool


Resolver = Callable[[Captures, Today], list[date | None]]


def _offset(captures: Captures, today: Today) -> list[date | None]:
    return [shifted_by(today.day, int(captures.get("n", 1)), str(captures["u"]))]


def shifted_by(day: date, count: int, unit: str) -> date | None:
    if count > 1000:
        return None
    if unit == "month":
        return calendar.add_months(day, count)
    if unit == "year":
        return calendar.add_months(day, 12 * count)
    days = {"day": 1, "week": 7, "fortnight": 14}.get(unit)
    return day + timedelta(days=days * count) if days else None


def _fixed(days: int) -> Resolver:
    return lambda captures, today: [today.day + timedelta(days=days)]


def _in_eight(captures: Captures, today: Today) -> list[date | None]:
    """'de hoy en ocho' counts today too: a week; 'en quince' is two weeks."""
    count = int(captures.get("n", 8))
    days = {8: 7, 15: 14}.get(count, count)
    if "w" in captures:
        start = calendar.weekday_on_or_after(today.day, captures["w"])
    else:
        start = today.day + timedelta(days=captures.get("from", 0))
    return [start + timedelta(days=days)]


def _weekday(captures: Captures, today: Today) -> list[date | None]:
    return [calendar.weekday_on_or_after(today.day, captures["w"])]


def _next_weekday(captures: Captures, today: Today) -> list[date | None]:
    """'el próximo viernes', 'next Friday': the next one to come; the one of next week is the other reading."""
    nearest = calendar.weekday_on_or_after(today.day + timedelta(days=1), captures["w"])
    following = calendar.monday_of(today.day) + timedelta(days=7 + captures["w"])
    return [nearest, following]


def _weekday_of_week(weeks: int) -> Resolver:
    def resolve(captures: Captures, today: Today) -> list[date | None]:
        found = calendar.monday_of(today.day) + timedelta(days=7 * weeks + captures["w"])
        return [found if found >= today.day else found + timedelta(days=7)]

    return resolve


def _weeks_after_weekday(captures: Captures, today: Today) -> list[date | None]:
    start = calendar.weekday_on_or_after(today.day, captures["w"])
    return [start + timedelta(days=7 * int(captures.get("n", 1)))]


def _weekday_day(captures: Captures, today: Today) -> list[date | None]:
    return [calendar.next_weekday_day(today.day, captures["w"], captures["d"], within_days=_NEAR_DAYS)]


def _weekday_in_words(captures: Captures, today: Today) -> list[date | None]:
    """'el viernes dieciocho'; up to ten a number after a day is rather an hour or people."""
    return _weekday_day(captures, today) if captures["d"] > _HOURS_AND_PEOPLE else []


def _weekday_ordinal(captures: Captures, today: Today) -> list[date | None]:
    both = calendar.next_weekday_day(today.day, captures["w"], captures["d"])
    return [both or calendar.next_day_of_month(today.day, captures["d"])]


def _day_month(captures: Captures, today: Today) -> list[date | None]:
    month, day = captures["m"], captures["d"]
    year = captures.get("y")
    if year is None:
        return [calendar.next_month_day(today.day, month, day)]
    return [calendar.safe_date(int(year) + (2000 if year < 100 else 0), month, day)]


def _day_only(captures: Captures, today: Today) -> list[date | None]:
    return [calendar.next_day_of_month(today.day, captures["d"])]


def _day_in_month(months: int) -> Resolver:
    def resolve(captures: Captures, today: Today) -> list[date | None]:
        start = calendar.add_months(today.day.replace(day=1), months)
        found = calendar.safe_date(start.year, start.month, captures["d"])
        if found is not None and found < today.day:
            return [calendar.next_day_of_month(today.day, captures["d"])]
        return [found]

    return resolve


def _numeric(captures: Captures, today: Today) -> list[date | None]:
    groups, _ = captures["n"]
    numbers = [int(group) for group in groups]
    if len(groups) == 3 and len(groups[0]) == 4:
        return [calendar.safe_date(numbers[0], numbers[1], numbers[2])]
    orders = [(0, 1), (1, 0)] if not today.month_first else [(1, 0), (0, 1)]
    readings: list[date | None] = []
    for day_at, month_at in orders:
        day, month = numbers[day_at], numbers[month_at]
        if not 1 <= month <= 12:
            continue
        if len(numbers) == 2:
            readings.append(calendar.next_month_day(today.day, month, day))
        else:
            year = numbers[2] + (2000 if numbers[2] < 100 else 0)
            readings.append(calendar.safe_date(year, month, day))
    return sorted(readings, key=lambda each: each is None or each < today.day)


def _nth(captures: Captures, today: Today) -> list[date | None]:
    nth = captures.get("n", -1)
    months = [captures["m"]] if "m" in captures else None
    if months is None:
        start = calendar.add_months(today.day.replace(day=1), captures.get("ahead", 0))
        found = calendar.nth_weekday(start.year, start.month, captures["w"], nth)
        if found is not None and found < today.day:
            later = calendar.add_months(start, 1)
            found = calendar.nth_weekday(later.year, later.month, captures["w"], nth)
        return [found]
    for year in (today.day.year, today.day.year + 1):
        found = calendar.nth_weekday(year, months[0], captures["w"], nth)
        if found is not None and found >= today.day:
            return [found]
    return []


def _month_end(captures: Captures, today: Today) -> list[date | None]:
    first = today.day.replace(day=1)
    if "m" in captures:
        ahead = (captures["m"] - today.day.month) % 12
        first = calendar.add_months(first, ahead)
    return [calendar.add_months(first, 1) - timedelta(days=1)]


def _next_month_end(captures: Captures, today: Today) -> list[date | None]:
    return [calendar.add_months(today.day.replace(day=1), 2) - timedelta(days=1)]


def _numbered_month(captures: Captures, today: Today) -> list[date | None]:
    """'el 3 del 12'; the month in figures or in words."""
    month = int(captures["m"])
    return [calendar.next_month_day(today.day, month, captures["d"])] if 1 <= month <= 12 else []


def _holiday(captures: Captures, today: Today) -> list[date | None]:
    return [calendar.holiday(captures["h"], today.day, today.tz)]


def _weekend(weeks: int) -> Resolver:
    def resolve(captures: Captures, today: Today) -> list[date | None]:
        if weeks == 0 and today.day.weekday() == 6:
            return [today.day]
        saturday = calendar.weekday_on_or_after(today.day, 5) + timedelta(days=7 * weeks)
        return [saturday, saturday + timedelta(days=1)]

    return resolve


RESOLVERS: dict[str, Resolver] = {
    "today": _fixed(0),
    "tomorrow": _fixed(1),
    "overmorrow": _fixed(2),
    "week_from_today": _fixed(7),
    "fortnight_from_today": _fixed(14),
    "week_from_tomorrow": _fixed(8),
    "offset": _offset,
    "couple": lambda captures, today: [shifted_by(today.day, 2, captures["u"])],
    "in_eight": _in_eight,
    "in_eight_tomorrow": lambda captures, today: _in_eight({**captures, "from": 1}, today),
    "weekday": _weekday,
    "weak_weekday": _weekday,
    "next_weekday": _next_weekday,
    "weekday_this_week": _weekday_of_week(0),
    "weekday_next_week": _weekday_of_week(1),
    "weekday_week_after": _weekday_of_week(2),
    "weekday_after_next": lambda captures, today: [
        calendar.weekday_on_or_after(today.day + timedelta(days=1), captures["w"]) + timedelta(days=7)
    ],
    "weeks_after_weekday": _weeks_after_weekday,
    "two_weeks_after_weekday": lambda captures, today: _weeks_after_weekday({**captures, "n": 2}, today),
    "weekday_day": _weekday_day,
    "weekday_in_words": _weekday_in_words,
    "weekday_ordinal": _weekday_ordinal,
    "day_month": _day_month,
    "month_day": _day_month,
    "day_only": _day_only,
    "ordinal": _day_only,
    "day_this_month": _day_in_month(0),
    "day_next_month": _day_in_month(1),
    "numeric": _numeric,
    "nth": _nth,
    "nth_next_month": lambda captures, today: _nth({**captures, "ahead": 1}, today),
    "month_end": _month_end,
    "next_month_end": _next_month_end,
    "numbered_month": _numbered_month,
    "spoken_ordinal": _day_only,
    "holiday": _holiday,
    "weekend": _weekend(0),
    "next_weekend": _weekend(1),
}
