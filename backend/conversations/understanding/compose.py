"""Reads one message: tokens, words, values, intent. Called by the dialogue and `scripts/understand`.

Pure and deterministic: the same message, moment and context give the same answer. Nothing is invented: every value rests on
words of the message, and `spans` says which.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from typing import Final
from zoneinfo import ZoneInfo

from backend.conversations.understanding import (
    calendar,
    choosing,
    companions,
    contacts,
    durations,
    extras,
    intents,
    language,
    lateness,
    names,
    party,
)
from backend.conversations.understanding.date_readings import Today
from backend.conversations.understanding.dates import GRAMMAR as DATE_GRAMMAR
from backend.conversations.understanding.dates import SHIFTS, find_dates
from backend.conversations.understanding.given_names import GIVEN_NAMES
from backend.conversations.understanding.items import Item
from backend.conversations.understanding.lexer import Token, normalise, tokenize
from backend.conversations.understanding.lexicon import lexicon
from backend.conversations.understanding.name_words import Name
from backend.conversations.understanding.patterns import Match
from backend.conversations.understanding.records import Daypart, Slots, Span, Understanding
from backend.conversations.understanding.respelling import put_right
from backend.conversations.understanding.rulebook import words
from backend.conversations.understanding.sentence import Sentence
from backend.conversations.understanding.times import GRAMMAR as TIME_GRAMMAR
from backend.conversations.understanding.times import find_times, meals_of, parts_of_day

MOST_CHARACTERS: Final = 2000
Service = Sequence[tuple[time, time]]

_GRAMMAR_WORDS: Final = (
    DATE_GRAMMAR.vocabulary
    | TIME_GRAMMAR.vocabulary
    | party.GRAMMAR.vocabulary
    | companions.GRAMMAR.vocabulary
    | intents.GRAMMAR.vocabulary
    | extras.AREAS.vocabulary
    | extras.OCCASIONS.vocabulary
    | extras.NOTES.vocabulary
    | durations.GRAMMAR.vocabulary
    | SHIFTS.vocabulary
)
_ORDINARY: Final = language.SPANISH | language.ENGLISH
_KNOWN: Final = {
    code: frozenset(_GRAMMAR_WORDS | _ORDINARY | GIVEN_NAMES | lexicon(code).vocabulary)
    for code in ("es", "en")
}
_MORNING_WORDS: Final = words("morning_words")
# What may stand between the bare values of a message like "mesa para hoy 21, somos 4".
_SMALL_WORDS: Final = words("small_words")
_NOT_NAMES: Final = (_GRAMMAR_WORDS | lexicon("es").vocabulary | lexicon("en").vocabulary) - words(
    "names_after_all"
)


def understand(
    text: str,
    *,
    now: datetime,
    tz: str,
    language: str | None = None,
    context: str | None = None,
    service: Service = (),
) -> Understanding:
    """What a message says.

    `now` is the restaurant's wall clock (naive) or any aware instant; `tz` its IANA zone. `language` is a hint ('es', 'en-US');
    `context` the slot just asked for (`date time party_size name phone contact code`). `service` are the restaurant's opening
    times, which settle an hour that could be morning or evening. Text past 2,000 characters is not read.
    """
    clean = normalise(text[:MOST_CHARACTERS])
    tokens = tokenize(clean)
    if not tokens:
        return Understanding("other", Slots(), 0.0, _hinted(language))
    spoken = _language(tokens, clean, language)
    sentence = Sentence(
        clean, put_right(tokens, lexicon(spoken), _KNOWN[spoken], _KNOWN["en"]), lexicon(spoken)
    )
    local = now.astimezone(ZoneInfo(tz)).replace(tzinfo=None) if now.tzinfo else now
    today = Today(local.date(), tz, calendar.is_american(tz, language))
    return _Reading(sentence, local, today, context, service).understanding(spoken)


def _hinted(hint: str | None) -> str:
    return "en" if (hint or "").lower().startswith("en") else "es"


def _language(tokens: list[Token], text: str, hint: str | None) -> str:
    for token in tokens:
        if token.kind == "word":
            return language.detect(tokens, text, hint)
    return _hinted(hint)


class _Reading:
    """One message being read; holds what the steps share."""

    def __init__(
        self, sentence: Sentence, now: datetime, today: Today, context: str | None, service: Service
    ) -> None:
        self.sentence, self.now, self.today, self.context, self.service = (
            sentence,
            now,
            today,
            context,
            service,
        )
        self.contacts = contacts.find_contacts(sentence, context)
        self.blocked = {at for contact in self.contacts for at in range(contact.start, contact.end)}
        self.spans: list[Span] = []

    def understanding(self, spoken: str) -> Understanding:
        name = names.announced_name(self.sentence, self.blocked, _NOT_NAMES, context=self.context)
        self.blocked |= _tokens([name] if name else [])
        cues = intents.cues_of(self.sentence)
        items = self._items(_tokens(cue for cue in cues if cue.payload[0] in {"human", "person"}))
        cues = [cue for cue in cues if not _inside_hour(cue, items)]
        changing = any(cue.payload[0] in {"change", "suggest"} and float(cue.payload[1]) >= 2 for cue in cues)
        taken = self.blocked | _tokens(items)
        on_task = len(items) > 1 or any(
            intents.is_task(cue) or (taken and cue.payload[0] == "confirm") for cue in cues
        )
        name = name or names.given_name(self.sentence, taken, _NOT_NAMES, self.context, on_task=on_task)
        wanted, source = self._slots(items, changing, name)
        covered = taken | _tokens(cues) | _tokens([name] if name else [])
        decision = intents.decide(self.sentence, cues, self._evidence(wanted, source, covered))
        late = lateness.minutes_late(self.sentence) if decision.topic == "late" else None
        return Understanding(
            decision.intent, wanted, decision.confidence, spoken, tuple(self.spans), source, decision.also,
            decision.topic, late,
        )  # fmt: skip

    def _items(self, persons: set[int]) -> list[Item]:
        """Dates, times and people that do not overlap, the lone number of a short message among them.

        `persons` are tokens that ask for a human: "una persona" there is not a party of one.
        """
        sentence = self.sentence
        dates = find_dates(sentence, self.today)
        times = find_times(sentence, self.now, self._part() or self._working_part(), self.context)
        people = [
            item
            for item in party.find_party(sentence, self.context, _KNOWN[sentence.lexicon.language])
            if persons.isdisjoint(range(item.start, item.end))
        ]
        items = choosing.without_overlaps([*dates, *times, *people], self.blocked)
        taken = self.blocked | persons | _tokens(items)
        amended = choosing.amended(sentence, items, taken) or choosing.set_apart(sentence, items, taken)
        if amended is not None:
            return sorted([*items, amended], key=lambda item: item.start)
        number = choosing.loose_number(sentence, taken)
        if number is None:
            swapped = choosing.swapped_numbers(sentence, taken)
            return [*items, swapped] if swapped else items
        lone = None
        if self.context is not None and not self._answered(items):
            lone = choosing.answer_item(sentence, self.context, number, self.today.day, self._part())
        if lone is None:
            parts = {
                at for at, classes in enumerate(sentence.classes) if {"daypart", "meal"} & classes.keys()
            }
            parts |= _capitals_at_end(sentence, number[2])
            cued = parts | taken | _tokens(intents.cues_of(sentence)) | set(range(number[1], number[2]))
            left = intents.strange_words(sentence, cued, _SMALL_WORDS)
            lone = choosing.telegraphic(sentence, number, items, self._part(), left)
        return sorted([*items, lone], key=lambda item: item.start) if lone is not None else items

    def _answered(self, items: list[Item]) -> bool:
        slot = {"party_size": "party", "date": "date", "time": "time"}.get(self.context or "")
        return any(item.slot == slot and item.readings for item in items)

    def _part(self) -> str | None:
        """The part of the day the message speaks of; a named part before a meal."""
        parts = parts_of_day(self.sentence) or meals_of(self.sentence)
        return parts[0] if parts else None

    def _working_part(self) -> str | None:
        """For alarms, meetings and doctors 7 to 11 are hours of the morning ("wake me up at 7", "reunión a las 10")."""
        working = not _MORNING_WORDS.isdisjoint(self.sentence.norms)
        return "morning" if working and not intents.names_place(self.sentence) else None

    def _slots(self, items: list[Item], changing: bool, name: Name | None) -> tuple[Slots, Slots]:
        day, old_day = choosing.settle(self.sentence, items, "date", changing=changing)
        at, old_at = choosing.settle(self.sentence, items, "time", changing=changing)
        people, old_people = choosing.settle(self.sentence, items, "party", changing=changing)
        delta = next((item for item in items if item.kind == "delta"), None)
        days = self._days(day, at)
        hours = self._hours(at)
        for slot, item in (("date", day), ("time", at), ("party_size", people), ("party_delta", delta)):
            if item is not None:
                self._span(slot, item.start, item.end)
        wanted = Slots(
            date=days[0] if days else None,
            time=hours[0] if hours else None,
            party_size=people.value if people is not None else None,
            name=self._name(name),
            date_choices=days,
            time_choices=hours,
            party_delta=delta.value if delta is not None else None,
            daypart=self._daypart(at),
            choice=extras.find_choice(self.sentence),
            **self._contacts(),
            **self._extras(),
        )
        source = Slots(
            date=old_day.value if old_day is not None else None,
            time=old_at.value if old_at is not None else None,
            party_size=old_people.value if old_people is not None else None,
        )
        return wanted, source

    def _days(self, day: Item | None, at: Item | None) -> tuple[date, ...]:
        if day is not None:
            return day.readings
        if at is not None and "day" in at.extra:
            return (at.extra["day"],)
        return ()

    def _hours(self, at: Item | None) -> tuple[time, ...]:
        """The readings of the hour, those in which the restaurant serves first."""
        if at is None:
            return ()
        if not self.service or len(at.readings) < 2:
            return at.readings
        return tuple(
            sorted(at.readings, key=lambda hour: not any(_within(hour, span) for span in self.service))
        )

    def _daypart(self, at: Item | None) -> Daypart | None:
        part = self._part()
        return part if part in ("morning", "midday", "afternoon", "night", "early") and at is None else None  # type: ignore[return-value]

    def _name(self, name: Name | None) -> str | None:
        if name is None:
            return None
        self._span("name", name.start, name.end)
        return name.value

    def _contacts(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for contact in self.contacts:
            if contact.kind != "blocked" and contact.kind not in found:
                found[contact.kind] = contact.value
                self._span(contact.kind, contact.start, contact.end)
        return found

    def _extras(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for slot, extra in (
            ("area", extras.find_area(self.sentence)),
            ("occasion", extras.find_occasion(self.sentence)),
        ):
            if extra is not None:
                found[slot] = extra.value
                self._span(slot, extra.start, extra.end)
        notes = extras.find_notes(self.sentence)
        if notes:
            found["notes"] = "; ".join(note.value for note in notes)
            for note in notes:
                self._span("notes", note.start, note.end)
        return found

    def _span(self, slot: str, start: int, end: int) -> None:
        first, last = self.sentence.tokens[start], self.sentence.tokens[end - 1]
        self.spans.append(Span(slot, first.start, last.end, self.sentence.text[first.start : last.end]))

    def _evidence(self, wanted: Slots, source: Slots, covered: set[int]) -> intents.Evidence:
        stated = (
            wanted.date,
            wanted.time,
            wanted.party_size,
            wanted.name,
            wanted.phone,
            wanted.email,
            source.date,
            source.time,
        )
        answered = {
            "party_size": wanted.party_size, "date": wanted.date or wanted.daypart, "time": wanted.time or wanted.daypart,
            "name": wanted.name, "phone": wanted.phone,
        }.get(self.context or "")  # fmt: skip
        return intents.Evidence(
            values=max(sum(1 for value in stated if value is not None), int(answered is not None)),
            has_delta=wanted.party_delta is not None,
            context=self.context,
            answered=answered is not None,
            strange_words=intents.strange_words(self.sentence, covered, _ORDINARY),
            has_code=wanted.code is not None,
            only_name=wanted.name is not None and sum(1 for value in stated if value is not None) == 1,
        )


def _tokens(stretches: Iterable[Item | Match | Name]) -> set[int]:
    """The tokens these stretches of the message cover."""
    return {at for stretch in stretches for at in range(stretch.start, stretch.end)}


def _capitals_at_end(sentence: Sentence, start: int) -> set[int]:
    """The tokens from `start` on when they are nothing but capitals: a name that closes the message."""
    rest = sentence.tokens[start:]
    named = not sentence.text.isupper() and all(token.kind == "word" and token.capital for token in rest)
    return set(range(start, len(sentence))) if named else set()


def _inside_hour(cue: Match, items: Sequence[Item]) -> bool:
    """Whether a cue is only part of an hour: 'nueve menos' in 'nueve menos cuarto'."""
    return cue.payload[0] == "change" and any(
        item.slot == "time" and item.start <= cue.start < item.end for item in items
    )


def _within(hour: time, span: tuple[time, time]) -> bool:
    """Whether the restaurant serves at that hour; a span may cross midnight."""
    opens, closes = span
    return opens <= hour <= closes if opens <= closes else hour >= opens or hour <= closes
