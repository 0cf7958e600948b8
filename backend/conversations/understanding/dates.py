"""Dates in words and figures: which days a message names. Called by `compose` with the restaurant's today.

Rules are patterns with a function that turns the captured words into dates, best reading first. A date without a year is the
next one to come. Words that name no single day ("la semana que viene", "los lunes") give an item without a reading.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from backend.conversations.understanding import calendar
from backend.conversations.understanding.items import (
    MERIDIEM,
    Item,
    counts_other,
    counts_people,
    follows,
    precedes,
)
from backend.conversations.understanding.patterns import Captures, Grammar, Match
from backend.conversations.understanding.rulebook import load
from backend.conversations.understanding.sentence import Sentence

GRAMMAR = Grammar(*load("dates"))
SHIFTS = Grammar(*load("date_shifts"))
# "viernes 4" is the 4th only when that Friday is near; else the 4 counts something else.
_NEAR_DAYS = 45
_DATE_CUES = frozenset({"el", "dia", "del", "al", "fecha", "on", "the", "date", "day"})
_DAY_BEFORE = frozenset({"on", "this", "next", "coming", "for", "following", ",", "until"})
_DAY_AFTER = frozenset({"at", "@", "a", "around", ",", "noche", "?"})
_ORDINAL_THINGS = frozenset(
    {
        "one",
        "option",
        "floor",
        "time",
        "table",
        "birthday",
        "anniversary",
        "choice",
        "of",
        "person",
        "guest",
        "day",
    }
)
_WISHES = frozenset({"merry", "happy", "feliz", "felices"})
_NOT_DAY_TAILS = (["y", "media"], ["y", "cuarto"], ["menos", "cuarto"], ["por", "ciento"], ["per", "cent"])
_PRONOUNS = frozenset({"i", "we", "be", "you", "he", "she", "they", "have", "not", "need", "want", "come"})


@dataclass(frozen=True, slots=True)
class Today:
    """What dates are read against: the restaurant's day, its zone, and whether figures go month first."""

    day: date
    tz: str
    month_first: bool


Resolver = Callable[[Captures, Today], list[date | None]]


def find_dates(sentence: Sentence, today: Today) -> list[Item]:
    """Every date the message may name, overlapping readings included."""
    items = []
    for match in GRAMMAR.find(sentence):
        if _plausible(sentence, match):
            items.append(_item(sentence, match, today))
    return items + _shifted(sentence, items)


def _item(sentence: Sentence, match: Match, today: Today) -> Item:
    name, weight = match.payload[0], float(match.payload[1])
    readings = (
        [day for day in RESOLVERS[name](match.captures, today) if day is not None]
        if name in RESOLVERS
        else []
    )
    weight += 0.1 * (match.end - match.start)
    if name in {"weekday_day", "numeric", "numbered_month"} and not readings:
        weight = -1.0
    return Item("date", match.start, match.end, tuple(dict.fromkeys(readings)), weight, kind=name)


def _shifted(sentence: Sentence, items: list[Item]) -> list[Item]:
    """'the day after Christmas', 'tres días después del viernes': a named day moved by what stands before it."""
    found: list[Item] = []
    for shift in SHIFTS.find(sentence):
        for item in items:
            if shift.end != item.start or not item.readings:
                continue
            days = [day for each in item.readings if (day := _moved(shift, each)) is not None]
            weight = 6 + 0.1 * (item.end - shift.start)
            found.append(Item("date", shift.start, item.end, tuple(days), weight, kind="shifted"))
    return found


def _moved(shift: Match, day: date) -> date | None:
    kind, sign = shift.payload[0], int(shift.payload[1])
    if kind == "weekday":
        weekday = shift.captures["w"]
        later = calendar.weekday_on_or_after(day + timedelta(days=1), weekday)
        return later if sign > 0 else calendar.weekday_on_or_after(day - timedelta(days=7), weekday)
    if kind == "day":
        return day + timedelta(days=sign)
    return _shift(
        day, sign * (2 if kind == "pair" else int(shift.captures.get("n", 1))), str(shift.captures["u"])
    )


def _plausible(sentence: Sentence, match: Match) -> bool:
    """Whether what stands around the match lets it be a date."""
    name, norms, end = match.payload[0], sentence.norms, match.end
    if name == "tomorrow" and norms[match.start] == "manana":
        return not _is_morning(norms, match.start)
    if name in {"day_only", "weekday_day", "weekday_ordinal", "month_day", "day_month"}:
        last_is_number = "num" in sentence.classes[end - 1] or "ordinal" in sentence.classes[end - 1]
        if last_is_number and (
            counts_people(sentence, end)
            or counts_other(sentence, end)
            or follows(sentence, end, MERIDIEM, "%")
        ):
            return False
        if last_is_number and norms[end : end + 2] in _NOT_DAY_TAILS:
            return False
        if precedes(sentence, match.start, {"numero", "number"}):
            return False
    if (
        name in {"day_month", "month_day"}
        and norms[end - 1] in {"may", "march"}
        and follows(sentence, end, _PRONOUNS)
    ):
        return False
    if name in {"ordinal", "spoken_ordinal"} and (
        follows(sentence, end, _ORDINAL_THINGS) or norms[max(0, match.start - 1)].endswith("'s")
    ):
        return False
    if name == "spoken_ordinal":
        return int(match.captures["d"]) >= 4
    if name == "holiday" and precedes(sentence, match.start, _WISHES):
        return False
    if name in {"offset", "couple"}:
        return match.captures["u"] not in {"hour", "minute"}
    if name == "weak_weekday":
        return _weak_weekday_counts(sentence, match)
    if name == "day_month" and _counts_before_month(sentence, match):
        return False
    if name == "numeric":
        return _numeric_is_date(sentence, match)
    return True


def _counts_before_month(sentence: Sentence, match: Match) -> bool:
    """'table for 4 november 24': the first number counts people, the second is the day."""
    bare = match.end - match.start == 2 and "month" in sentence.classes[match.end - 1]
    day_follows = match.end < len(sentence) and "day" in sentence.classes[match.end]
    return bare and day_follows and precedes(sentence, match.start, {"for", "para", "of", "de", "somos"})


def _weak_weekday_counts(sentence: Sentence, match: Match) -> bool:
    """'sat', 'sun', 'mar' are days only beside a word that says so: 'on sat', 'sun lunch', 'mar 20:00'."""
    if "weekday" in sentence.classes[match.start] or sentence.norms[match.start] == "mi":
        return False
    if precedes(sentence, match.start, _DAY_BEFORE):
        return True
    if match.end >= len(sentence):
        return match.start == 0
    after = sentence.classes[match.end]
    return sentence.norms[match.end] in _DAY_AFTER or not {
        "clock",
        "figures",
        "daypart",
        "meal",
        "hour",
    }.isdisjoint(after)


def _is_morning(norms: list[str], at: int) -> bool:
    """Whether 'mañana' at this token means the morning."""
    before = norms[at - 1] if at else ""
    return before in {"la", "esta", "una", "las"} or (before == "pasado" and at > 1)


def _numeric_is_date(sentence: Sentence, match: Match) -> bool:
    """'24/12' is a date; '8-9' is a range and '15.30' a time unless the figures or the words before say otherwise."""
    groups, seps = match.captures["n"]
    if counts_people(sentence, match.end) or counts_other(sentence, match.end):
        return False
    if len(groups) == 3 or precedes(sentence, match.start, _DATE_CUES):
        return True
    first, second = int(groups[0]), int(groups[1])
    if seps == "/":
        return not follows(sentence, match.end, {"hora", "hour", "of"})
    if seps == "-":
        return (first > 12 and 1 <= second <= 12) or (second > 24 and first <= 12)
    return first <= 31 and 1 <= second <= 12 and (first > 24 or second % 5 != 0) and len(groups[1]) == 2


# --- resolvers: captured words to dates ---------------------------------------------------------------------------------


def _offset(captures: Captures, today: Today) -> list[date | None]:
    return [_shift(today.day, int(captures.get("n", 1)), str(captures["u"]))]


def _shift(day: date, count: int, unit: str) -> date | None:
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
    "couple": lambda captures, today: [_shift(today.day, 2, captures["u"])],
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


def dated(value: Any) -> date | None:
    """The value as a date, for callers that hold an item of any slot."""
    return value if isinstance(value, date) else None
