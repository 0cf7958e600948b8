"""Opening hours in words:

'lunes a jueves: de 13:00 a 16:00 y de 20:00 a 23:30'. Pure; called by the restaurant's page.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time

from babel.dates import get_day_names

from backend.notifications import Voice
from backend.pages.records import SpecialDay, WeekHours
from backend.platform import wording

Spans = tuple[tuple[time, time], ...]


def week_in_words(hours: Sequence[WeekHours], voice: Voice) -> list[tuple[str, str]]:
    """Days and their hours, Monday first; days in a row with the same hours share a line."""
    names = get_day_names("wide", locale=voice.language)
    return [
        (_capital(_days([names[day] for day in days], voice)), spans_in_words(spans, voice))
        for days, spans in _runs(hours)
    ]


def special_in_words(days: Iterable[SpecialDay], today: date, voice: Voice) -> list[tuple[str, str]]:
    """The coming special dates and their hours, in order."""
    return [
        (_capital(voice.day(each.day, today)), spans_in_words(each.spans, voice))
        for each in sorted(days, key=lambda each: each.day)
        if each.day >= today
    ]


def spans_in_words(spans: Spans, voice: Voice) -> str:
    """'de 13:00 a 16:00 y de 20:00 a 23:30', or that it is closed."""
    if not spans:
        return voice.say("page.hours.closed")
    return wording.listed(
        [
            voice.say("page.hours.span", start=_clock(start, voice), end=_clock(end, voice))
            for start, end in spans
        ],
        voice.locale,
    )


def _runs(hours: Sequence[WeekHours]) -> list[tuple[list[int], Spans]]:
    runs: list[tuple[list[int], Spans]] = []
    for each in sorted(hours, key=lambda each: each.weekday):
        if runs and runs[-1][1] == each.spans and runs[-1][0][-1] == each.weekday - 1:
            runs[-1][0].append(each.weekday)
        else:
            runs.append(([each.weekday], each.spans))
    return runs


def _days(names: list[str], voice: Voice) -> str:
    if len(names) <= 2:
        return wording.listed(names, voice.locale)
    return voice.say("page.hours.days", first=names[0], last=names[-1])


def _clock(at: time, voice: Voice) -> str:
    return voice.clock(datetime.combine(date.min, at))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
