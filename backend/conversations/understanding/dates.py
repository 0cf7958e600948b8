"""Dates in words and figures: which days a message names. Called by `compose` with the restaurant's today.

Rules are patterns with a function that turns the captured words into dates, best reading first. A date without a year is the
next one to come. Words that name no single day ("la semana que viene", "los lunes") give an item without a reading.
"""

from __future__ import annotations

from datetime import date, timedelta

from backend.conversations.understanding import calendar
from backend.conversations.understanding.date_readings import RESOLVERS, Today, shifted_by
from backend.conversations.understanding.items import (
    MERIDIEM,
    Item,
    counts_other,
    counts_people,
    follows,
    precedes,
)
from backend.conversations.understanding.patterns import Grammar, Match
from backend.conversations.understanding.rulebook import load
from backend.conversations.understanding.sentence import Sentence

GRAMMAR = Grammar(*load("dates"))
SHIFTS = Grammar(*load("date_shifts"))
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


def find_dates(sentence: Sentence, today: Today) -> list[Item]:
    """Every date the message may name, overlapping readings included."""
    items = []
    for match in GRAMMAR.find(sentence):
        if _plausible(sentence, match):
            items.append(_item(sentence, match, today))
    return items + _shifted(sentence, items)


def _item(sentence: Sentence, match: Match, today: Today) -> Item:
    name, weight = match.payload[0], float(match.payload[1])
    readings = _resolved(name, match, today) if name in RESOLVERS else []
    weight += 0.1 * (match.end - match.start)
    if name in {"weekday_day", "weekday_in_words", "numeric", "numbered_month"} and not readings:
        weight = -1.0
    return Item("date", match.start, match.end, tuple(dict.fromkeys(readings)), weight, kind=name)


def _resolved(name: str, match: Match, today: Today) -> list[date]:
    try:
        return [day for day in RESOLVERS[name](match.captures, today) if day is not None]
    except (OverflowError, ValueError):
        return []  # past the end of the calendar ('finales de diciembre de 9999')


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
    """None beyond the calendar's ends."""
    try:
        return _moved_to(shift, day)
    except OverflowError:
        return None


def _moved_to(shift: Match, day: date) -> date | None:
    kind, sign = shift.payload[0], int(shift.payload[1])
    if kind == "weekday":
        weekday = shift.captures["w"]
        later = calendar.weekday_on_or_after(day + timedelta(days=1), weekday)
        return later if sign > 0 else calendar.weekday_on_or_after(day - timedelta(days=7), weekday)
    if kind == "day":
        return day + timedelta(days=sign)
    return shifted_by(
        day, sign * (2 if kind == "pair" else int(shift.captures.get("n", 1))), str(shift.captures["u"])
    )


def _plausible(sentence: Sentence, match: Match) -> bool:
    """Whether what stands around the match lets it be a date."""
    name, norms, end = match.payload[0], sentence.norms, match.end
    if name == "overmorrow" and end == match.start + 1 and norms[match.start] == "pasado":
        opens = match.start == 0 or precedes(sentence, match.start, {"para", ",", "y", "o", "?"})
        ends = end == len(sentence) or follows(sentence, end, {",", "a", "por", "sobre", "."})
        return opens and ends
    if name == "tomorrow" and norms[match.start] == "manana":
        return not _is_morning(norms, match.start)
    if name in {"day_only", "weekday_day", "weekday_in_words", "weekday_ordinal", "month_day", "day_month"}:
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
