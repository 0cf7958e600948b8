"""From an engine's answer to an understanding that can be trusted: every value must be possible and rest on words of the message.

Called by the chain for every engine alike. A model may invent, and a guest may tell it to; so each value has to name the words
it rests on, those words have to be in the message, and where the built-in grammar can read them it has to agree.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any, Final

from backend.conversations.engines.catalogue import (
    AREAS,
    MOST_DAYS_AHEAD,
    MOST_PEOPLE,
    OCCASIONS,
    TOPICS,
    intent_named,
)
from backend.conversations.engines.port import Answer, Claim, Question, Service
from backend.conversations.understanding import Intent, Slots, Span, Understanding, understand
from backend.conversations.understanding.language import ENGLISH, SPANISH
from backend.conversations.understanding.lexer import fold
from backend.conversations.understanding.lexicon import lexicon

_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")
_HOUR: Final = re.compile(r"([01]?\d|2[0-3]):[0-5]\d")
_WORD: Final = re.compile(r"[^\W\d_]+")
_LONGEST_NAME: Final = 60
_LONGEST_NOTES: Final = 200
# A yes makes bookings and cancellations real: one that an engine heard has to be short, plain and certain.
_LONGEST_YES: Final = 8
_SURE: Final = 0.8


@dataclass(frozen=True, slots=True)
class Message:
    """The message claims are checked against, as the guest wrote it, with what the grammar needs to read parts of it."""

    text: str
    now: datetime
    question: Question
    service: Service = ()


def grounded(answer: Answer, message: Message) -> tuple[Understanding, int]:
    """The understanding that is left of an answer, and how many of its values were dropped."""
    values: dict[str, Any] = {}
    spans: list[Span] = []
    dropped = 0
    for claim in answer.claims:
        span = _located(claim, message.text)
        found = _CHECKS[claim.slot](claim, message) if claim.slot in _CHECKS and span is not None else None
        if found is None or span is None or any(slot in values for slot in found):
            dropped += 1
            continue
        values |= found
        spans.append(span)
    kept = 1.0 if not answer.claims else 1 - dropped / (2 * len(answer.claims))
    said = (
        answer.confidence if 0 <= answer.confidence <= 1 else 0.0
    )  # a score beyond the scale, or none, says nothing
    confidence = round(said * kept, 2)
    intent = _intent(answer, message, confidence)
    topic = answer.topic if answer.topic in TOPICS else None
    read = Understanding(
        intent, Slots(**values), confidence, message.question.language, tuple(spans), topic=topic
    )
    return read, dropped


def _intent(answer: Answer, message: Message, confidence: float) -> Intent:
    intent = intent_named(answer.intent)
    words = len(_WORD.findall(message.text))
    if intent == "confirm" and (words > _LONGEST_YES or confidence < _SURE or answer.claims):
        return "other"
    return intent


def _located(claim: Claim, text: str) -> Span | None:
    """Where the claim's words are in the message, letters compared without case and accents; None when they are not."""
    wanted = " ".join("".join(letter for letter, _ in _letters(claim.words)).split())
    letters = _letters(text)
    plain = "".join(letter for letter, _ in letters)
    found = re.search(r"(?<!\w)" + r"\s+".join(map(re.escape, wanted.split())) + r"(?!\w)", plain)
    if not wanted or found is None:
        return None
    start, end = letters[found.start()][1], letters[found.end() - 1][1] + 1
    return Span(claim.slot, start, end, text[start:end])


def _letters(text: str) -> list[tuple[str, int]]:
    """Each letter without case and accent, with the place it has in the text."""
    out = []
    for place, letter in enumerate(text):
        for part in unicodedata.normalize("NFD", letter.casefold()):
            if not unicodedata.combining(part):
                out.append((part, place))
    return out


def _read(claim: Claim, message: Message) -> Slots:
    """What the built-in grammar reads in the claim's words alone, told what they are about."""
    return understand(
        claim.words,
        now=message.now,
        tz=message.question.tz,
        language=message.question.locale,
        context=claim.slot,
        service=message.service,
    ).slots


def _date(claim: Claim, message: Message) -> dict[str, Any] | None:
    if not _DAY.fullmatch(claim.value):
        return None
    try:
        day = date.fromisoformat(claim.value)
    except ValueError:
        return None
    today = message.question.today
    if not today <= day <= today + timedelta(days=MOST_DAYS_AHEAD):
        return None
    choices = _read(claim, message).date_choices
    if choices:
        return {"date": day, "date_choices": choices} if day in choices else None
    figures = _figures(claim.words)
    supported = bool(figures & {day.day}) if figures else _is_news(claim.words)
    return {"date": day, "date_choices": (day,)} if supported else None


def _time(claim: Claim, message: Message) -> dict[str, Any] | None:
    if not _HOUR.fullmatch(claim.value):
        return None
    hour, minute = claim.value.split(":")
    at = time(int(hour), int(minute))
    choices = _read(claim, message).time_choices
    if choices:
        # Which half of the day is the restaurant's to say, not the model's: the grammar's order stays.
        return {"time": choices[0], "time_choices": choices} if at in choices else None
    spoken = _figures(claim.words) | _people(claim, message)
    near = {at.hour % 12, (at.hour + 1) % 12}  # "a quarter to nine" names the hour that comes
    supported = any(figure % 12 in near or figure // 100 == at.hour for figure in spoken)
    return {"time": at, "time_choices": (at,)} if supported else None


def _party(claim: Claim, message: Message) -> dict[str, Any] | None:
    if not re.fullmatch(r"\d{1,3}", claim.value) or not 1 <= int(claim.value) <= MOST_PEOPLE:
        return None
    people = int(claim.value)
    read = _people(claim, message)
    figures = _figures(claim.words)
    if read:
        supported = people in read or people == sum(figures)
    elif figures:
        supported = people in figures or people == sum(figures)
    else:
        supported = _is_news(claim.words) or _counts_persons(claim.words)
    return {"party_size": people} if supported else None


def _people(claim: Claim, message: Message) -> set[int]:
    read = _read(replace(claim, slot="party_size"), message).party_size
    return {read} if read is not None else set()


def _counts_persons(words: str) -> bool:
    """Whether people are told one by one: 'my wife and I', 'mi madre, mi hermana y yo'."""
    folded = {fold(word) for word in _WORD.findall(words)}
    return bool(folded & {"yo", "i", "me", "nosotros", "us", "we"}) and len(folded) > 1


def _name(claim: Claim, message: Message) -> dict[str, Any] | None:
    words = _WORD.findall(claim.value)
    said = {fold(word) for word in _WORD.findall(claim.words)}
    if (
        not words
        or len(claim.value) > _LONGEST_NAME
        or any(letter.isdigit() or letter in "[]@" for letter in claim.value)
    ):
        return None
    if not {fold(word) for word in words} <= said:
        return None
    name = " ".join(claim.value.split())
    return {"name": name.title() if name.islower() else name}


def _area(claim: Claim, message: Message) -> dict[str, Any] | None:
    return {"area": claim.value} if claim.value in AREAS else None


def _occasion(claim: Claim, message: Message) -> dict[str, Any] | None:
    return {"occasion": claim.value} if claim.value in OCCASIONS else None


def _notes(claim: Claim, message: Message) -> dict[str, Any] | None:
    """Notes are the guest's words and no others."""
    span = _located(claim, message.text)
    return {"notes": span.text} if span is not None and len(span.text) <= _LONGEST_NOTES else None


_CHECKS: Final[dict[str, Callable[[Claim, Message], dict[str, Any] | None]]] = {
    "date": _date,
    "time": _time,
    "party_size": _party,
    "name": _name,
    "area": _area,
    "occasion": _occasion,
    "notes": _notes,
}


def _figures(words: str) -> set[int]:
    return {int(figures) for figures in re.findall(r"\d{1,4}", words)}


def _is_news(words: str) -> bool:
    """Whether a word is none the grammar knows: slang or a slip it cannot judge. Known words it reads nothing in say nothing."""
    return any(fold(word) not in _known() for word in _WORD.findall(words))


@cache
def _known() -> frozenset[str]:
    return frozenset(lexicon("es").vocabulary | lexicon("en").vocabulary | SPANISH | ENGLISH)
