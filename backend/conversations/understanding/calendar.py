"""The calendar behind the words: next weekdays, days of the month, holidays with a fixed or computable date. Called by `dates`.

Pure arithmetic on dates; `today` is the restaurant's day. Nothing here reads text.
"""

from __future__ import annotations

from datetime import date, timedelta

# Zones whose country writes the month before the day.
_MONTH_FIRST_ZONES = frozenset(
    {
        "America/New_York", "America/Detroit", "America/Chicago", "America/Denver", "America/Boise", "America/Phoenix",
        "America/Los_Angeles", "America/Anchorage", "America/Adak", "America/Juneau", "Pacific/Honolulu", "US/Eastern",
        "US/Central", "US/Mountain", "US/Pacific",
    }
)  # fmt: skip


def is_american(tz: str, locale: str | None = None) -> bool:
    """Whether dates in figures are written month first: by the locale when it names a country, else by the zone."""
    tag = (locale or "").lower().replace("_", "-")
    if tag == "en-us":
        return True
    if "-" in tag:
        return False
    prefix = tz.startswith(("America/Indiana/", "America/Kentucky/", "America/North_Dakota/"))
    return tz in _MONTH_FIRST_ZONES or prefix


def weekday_on_or_after(day: date, weekday: int) -> date:
    """The first `weekday` (0 is Monday) that is not before `day`."""
    return day + timedelta(days=(weekday - day.weekday()) % 7)


def monday_of(day: date) -> date:
    """The Monday of that day's week."""
    return day - timedelta(days=day.weekday())


def safe_date(year: int, month: int, day: int) -> date | None:
    """The date, or None when the calendar has no such day."""
    try:
        return date(year, month, day)
    except ValueError:
        return None


def next_month_day(today: date, month: int, day: int) -> date | None:
    """The next time that day of that month comes, today included; 29 February looks up to eight years ahead."""
    for year in range(today.year, today.year + 9):
        found = safe_date(year, month, day)
        if found is not None and found >= today:
            return found
    return None


def next_day_of_month(today: date, day: int) -> date | None:
    """The next date with that day number, today included."""
    year, month = today.year, today.month
    for _ in range(13):
        found = safe_date(year, month, day)
        if found is not None and found >= today:
            return found
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return None


def next_weekday_day(today: date, weekday: int, day: int, within_days: int = 370) -> date | None:
    """The next date that is both that weekday and that day of the month ("viernes 18")."""
    found = weekday_on_or_after(today, weekday)
    for _ in range(within_days // 7):
        if found.day == day:
            return found
        found += timedelta(days=7)
    return None


def add_months(day: date, months: int) -> date:
    """The same day number so many months on, or the last day of that month."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    for number in range(day.day, 27, -1):
        found = safe_date(year, month + 1, number)
        if found is not None:
            return found
    return date(year, month + 1, day.day)


def nth_weekday(year: int, month: int, weekday: int, nth: int) -> date | None:
    """The nth such weekday of a month; -1 is the last."""
    if nth == -1:
        last = add_months(date(year, month, 1), 1) - timedelta(days=1)
        return last - timedelta(days=(last.weekday() - weekday) % 7)
    found = weekday_on_or_after(date(year, month, 1), weekday) + timedelta(days=7 * (nth - 1))
    return found if found.month == month else None


def easter(year: int) -> date:
    """Western Easter Sunday (the anonymous Gregorian computus)."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    return date(year, month, day + 1)


def holiday(key: str, today: date, tz: str) -> date | None:
    """The next day of that holiday, today included. Mothers' and fathers' days follow the zone's country."""
    if key[0].isdigit():
        month, day = key.split("-")
        return next_month_day(today, int(month), int(day))
    for year in (today.year, today.year + 1):
        found = _moving(key, year, tz)
        if found is not None and found >= today:
            return found
    return None


# Month, weekday and which one of it.
_THIRD_MONDAYS = {"mlk": (1, 0, 3), "presidents": (2, 0, 3), "columbus": (10, 0, 2)}
_INDEPENDENCE = {
    "America/Mexico": (9, 16), "America/Argentina": (7, 9), "America/Buenos": (7, 9), "America/Bogota": (7, 20),
    "America/Santiago": (9, 18), "America/Monterrey": (9, 16), "America/Cancun": (9, 16), "America/Tijuana": (9, 16),
    "America/Lima": (7, 28), "America/Caracas": (7, 5), "Europe/Madrid": None,
}  # fmt: skip


def _independence(year: int, tz: str) -> date | None:
    """The national day of the zone's country; the fourth of July where none is listed."""
    for zone, day in _INDEPENDENCE.items():
        if tz.startswith(zone):
            return date(year, *day) if day else None
    return date(year, 7, 4)


def _moving(key: str, year: int, tz: str) -> date | None:
    if key.startswith("easter"):
        return easter(year) + timedelta(days=int(key.removeprefix("easter")))
    if key.startswith("thanksgiving"):
        fourth = nth_weekday(year, 11, 3, 4)
        return fourth + timedelta(days=int(key.removeprefix("thanksgiving") or 0)) if fourth else None
    if key == "labor":
        return nth_weekday(year, 9, 0, 1)
    if key == "memorial":
        return nth_weekday(year, 5, 0, -1)
    if key in _THIRD_MONDAYS:
        return nth_weekday(year, *_THIRD_MONDAYS[key])
    if key == "independence":
        return _independence(year, tz)
    return _mothers(year, tz) if key == "mothers" else _fathers(year, tz)


def _mothers(year: int, tz: str) -> date | None:
    if tz in {"Europe/Madrid", "Atlantic/Canary", "Africa/Ceuta"}:
        return nth_weekday(year, 5, 6, 1)
    if tz in {"Europe/London", "Europe/Dublin"}:
        return easter(year) - timedelta(days=21)
    if tz.startswith("America/Mexico") or tz in {"America/Monterrey", "America/Cancun", "America/Tijuana"}:
        return date(year, 5, 10)
    if tz.startswith("America/Argentina") or tz == "America/Buenos_Aires":
        return nth_weekday(year, 10, 6, 3)
    return nth_weekday(year, 5, 6, 2)


def _fathers(year: int, tz: str) -> date | None:
    if tz in {"Europe/Madrid", "Atlantic/Canary", "Africa/Ceuta"}:
        return date(year, 3, 19)
    return nth_weekday(year, 6, 6, 3)
