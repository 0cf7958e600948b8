"""Clock times in words and figures: which hours a message names, and the part of the day it speaks of. Called by `compose`.

A rule finds the core ("las ocho y media", "half past", "20:30"), the suffixes after it say which half of the day, `time_checks`
whether it is an hour at all, `hours` which clock times it may be.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from backend.conversations.understanding.durations import find_durations, minutes_of
from backend.conversations.understanding.hours import Readings, hour_and_minute, readings_of
from backend.conversations.understanding.items import (
    Item,
    ends_with,
    follows,
    phrases,
    precedes,
    starts_with,
)
from backend.conversations.understanding.patterns import Grammar, Match
from backend.conversations.understanding.rulebook import load
from backend.conversations.understanding.sentence import Sentence
from backend.conversations.understanding.time_checks import Suffix, plausible

GRAMMAR: Final = Grammar(*load("times"))
SUFFIXES: Final = Grammar(*load("time_suffixes"))
_WEIGHTS: Final = {
    "word": 1.2,
    "led": 2.2,
    "article": 3.0,
    "two": 4.0,
    "range": 4.0,
    "or_clock": 3.6,
    "clock": 3.5,
}
_MARKS: Final = frozenset({"hours", "hours_word", "exact", "about"})
# What counts people when that was the question: "entre 8 y 9", "10 or 11".
_OF_PEOPLE_TOO: Final = frozenset({"two", "two_suffixed", "range", "pair", "or_clock"})
_LOOSELY: Final = frozenset(
    {"about", "approx", "approximately", "around", "circa", "roughly", "say", "tipo", "sobre", "atleast"}
)
_TOMORROWS: Final = {
    "tomorrow_morning": "morning",
    "tomorrow_night": "night",
    "tomorrow_afternoon": "afternoon",
}
# What makes a length of time a moment to come ("en dos horas", "two hours from now").
_AHEAD: Final = phrases(
    "en", "dentro de", "in", "within", "in about", "de aqui a", "in like", "en unas", "en unos", "en como", "dentro de unas",
    "dentro de unos", "dentro de como", "en aproximadamente", "en mas o menos", "en cosa de", "in around", "in just", "in another",
    "aqui a", "within the next", "in approximately", "in roughly", "in maybe",
)  # fmt: skip
_FROM_NOW: Final = phrases("from now", "desde ahora", "a partir de ahora", "hence")
_FIRST_OF_24: Final = 13
_MOST_AHEAD_MINUTES: Final = 10_000
_GREETING: Final = frozenset({"buenas", "buenos", "buena", "buen", "good", "gd", "feliz", "felices", "muy"})
_BEFORE_TARDE: Final = frozenset({"la", "esta", "manana", "hoy", "por", "una", "a"})


def find_times(sentence: Sentence, now: datetime, part_of_day: str | None, context: str | None) -> list[Item]:
    """Every clock time the message may name. `part_of_day` is what the message says elsewhere ("cena", "por la noche")."""
    items = []
    for match in GRAMMAR.find(sentence):
        if match.payload[0] == "now":
            items.append(_in_minutes(0, match.start, match.end, now))
        elif context == "party_size" and _counts_as_asked(sentence, match):
            continue
        elif (item := _item(sentence, match, part_of_day, asked=context == "time")) is not None:
            items.append(item)
    return items + _ahead(sentence, now)


def _counts_as_asked(sentence: Sentence, match: Match) -> bool:
    """Whether a number is people because that was the question: 'entre 8 y 9', '10 or 11', '6p'."""
    piece = (
        match.end < len(sentence) and sentence.norms[match.end] == "p" and sentence.tokens[match.end].glued
    )
    strength = match.payload[1]
    tail = SUFFIXES.longest_at(sentence, match.end) if match.end < len(sentence) else None
    loosely = strength == "led" and precedes(sentence, match.start, _LOOSELY)
    loosely = loosely or (strength == "suffixed" and tail is not None and tail.payload[0] == "about")
    return strength in _OF_PEOPLE_TOO or piece or loosely


def _item(sentence: Sentence, match: Match, part_of_day: str | None, *, asked: bool) -> Item | None:
    name, strength = match.payload
    suffix = _suffix(sentence, match)
    if asked and name in {"plus", "two"}:
        suffix = replace(suffix, sure=True)
    said = hour_and_minute(name, match.captures)
    if said is None or not plausible(sentence, match, suffix):
        return None
    attached = suffix.part is not None
    part = suffix.part or part_of_day
    padded = _padded(sentence, match) or match.captures.get("h2", 0) > 12
    readings = readings_of(*said, part, attached=attached, padded=padded)
    weight = _WEIGHTS.get(strength, 3.0) + 0.1 * (suffix.end - match.start)
    second = _second(match, part, attached)
    extra = {"second": second} if second else {}
    return Item("time", match.start, suffix.end, readings, weight, kind=name, extra=extra)


def _second(match: Match, part: str | None, attached: bool) -> Readings:
    """The other end of 'de las 8 a las 9', which is the wanted one when a booking moves."""
    if "h2" in match.captures:
        return readings_of(match.captures["h2"], 0, part, attached=attached)
    if "r" in match.captures:
        hour, minute = match.captures["r"][1]
        return readings_of(hour, minute, part, attached=attached)
    return ()


def _ahead(sentence: Sentence, now: datetime) -> list[Item]:
    """'in two hours', 'en media hora', 'an hour from now': a time together with its day."""
    found: list[Item] = []
    for match in find_durations(sentence):
        minutes = minutes_of(match)
        lead = ends_with(sentence.norms, match.start, _AHEAD)
        tail = starts_with(sentence.norms, match.end, _FROM_NOW)
        if (lead or tail) and minutes <= _MOST_AHEAD_MINUTES:
            found.append(_in_minutes(minutes, match.start - lead, match.end + tail, now))
    return found


def _in_minutes(minutes: int, start: int, end: int, now: datetime) -> Item:
    at = (now + timedelta(minutes=minutes)).replace(second=0, microsecond=0, tzinfo=None)
    weight = 5 + 0.1 * (end - start)
    return Item("time", start, end, (at.time(),), weight, kind="ahead", extra={"day": at.date()})


def _suffix(sentence: Sentence, match: Match) -> Suffix:
    """The words after the hour that belong to it, read one after another."""
    part: str | None = None
    sure, end = False, match.end
    while end < len(sentence) and (found := SUFFIXES.longest_at(sentence, end)) is not None:
        mark = found.payload[0]
        if mark == "tonight" or mark in _TOMORROWS:
            return Suffix(part or _TOMORROWS.get(mark, mark), True, end)
        if not _belongs(sentence, match, found):
            break
        if mark not in _MARKS:
            part = part or ("pm" if mark == "p" else mark)
        sure, end = True, found.end
        if sentence.norms[found.end - 1] in {"am", "pm"} and follows(sentence, end, {"."}):
            break
    return Suffix(part, sure, end)


def _belongs(sentence: Sentence, match: Match, found: Match) -> bool:
    """A glued 'p' is pm; 'horas' makes an hour of a number only after an article ('a las 20 horas', not '2 horas')."""
    mark = found.payload[0]
    if mark == "p":
        return sentence.tokens[found.start].glued
    if mark == "hours_word" and _FIRST_OF_24 <= match.captures.get("h", 0) < 24:
        before = sentence.tokens[match.start - 1] if match.start else None
        if before is None or before.kind == "mark":
            return True  # 'jueves, 22 horas'
    articles = {"las", "la", "a"}
    return (
        mark != "hours_word"
        or match.payload[1] in {"clock", "figures"}
        or precedes(sentence, match.start, articles)
        or sentence.norms[match.start] in articles
    )


def _padded(sentence: Sentence, match: Match) -> bool:
    """Whether the hour was written with a leading zero, as in a 24-hour clock."""
    for token in sentence.tokens[match.start : match.end]:
        if token.kind == "figure":
            return token.text.startswith("0")
    return False


def parts_of_day(sentence: Sentence) -> list[str]:
    """Parts of the day the message speaks of, greetings ('buenas noches') left out."""
    found: list[str] = []
    for at, classes in enumerate(sentence.classes):
        norm, before = sentence.norms[at], sentence.norms[at - 1] if at else ""
        if norm == "tonight":
            found.append("night")
        elif norm == "manana" and before in {"la", "esta", "las"}:
            found.append("morning")
        elif "daypart" in classes and before not in _GREETING and _tarde_is_afternoon(sentence, at):
            found.append(classes["daypart"][0])
    return found


def meals_of(sentence: Sentence) -> list[str]:
    """Meals the message names, as parts of the day."""
    return [classes["meal"][0] for classes in sentence.classes if "meal" in classes]


def _tarde_is_afternoon(sentence: Sentence, at: int) -> bool:
    """'por la tarde', 'el viernes tarde'; not 'llegamos tarde', 'más tarde'."""
    if sentence.norms[at] != "tarde":
        return True
    return precedes(sentence, at, _BEFORE_TARDE) or (at > 0 and "weekday" in sentence.classes[at - 1])
