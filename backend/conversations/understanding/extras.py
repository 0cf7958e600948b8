"""What else a guest tells: area, occasion, needs and notes, and which of the offered options they pick. Called by `compose`.

Areas and occasions come back as stable English keys; notes keep the guest's own words.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from backend.conversations.understanding.patterns import Grammar, longest
from backend.conversations.understanding.rulebook import load
from backend.conversations.understanding.sentence import Sentence

_RULES, _ = load("extras")


def _grammar(kind: str) -> Grammar:
    return Grammar([(pattern, header[1]) for pattern, header in _RULES if header[0] == kind])


AREAS: Final = _grammar("area")
OCCASIONS: Final = _grammar("occasion")
NOTES: Final = _grammar("note")
CHOICES: Final = _grammar("choice")
_TIME_WITHIN: Final = frozenset({"de"})
_CLAUSE_ENDS = frozenset({".", "!", "?", ";", ",", "\n", "(", ")"})


@dataclass(frozen=True, slots=True)
class Extra:
    """A value on tokens `start` to `end`."""

    value: str
    start: int
    end: int


def find_area(sentence: Sentence) -> Extra | None:
    """The area asked for, as a stable key; 'dentro de dos días' is not inside."""
    for match in longest(AREAS.find(sentence)):
        last = sentence.norms[match.end - 1]
        following = sentence.norms[match.end] if match.end < len(sentence) else ""
        if last == "dentro" and following in _TIME_WITHIN:
            continue
        return Extra(match.payload, match.start, match.end)
    return None


def find_occasion(sentence: Sentence) -> Extra | None:
    """What is celebrated, as a stable key."""
    for match in longest(OCCASIONS.find(sentence)):
        return Extra(match.payload, match.start, match.end)
    return None


def find_notes(sentence: Sentence) -> list[Extra]:
    """Needs and wishes in the guest's own words: the clause around each word that announces one."""
    notes: list[Extra] = []
    for match in longest(NOTES.find(sentence)):
        start, end = match.start, match.end
        while start > 0 and sentence.norms[start - 1] not in _CLAUSE_ENDS and match.start - start < 6:
            start -= 1
        while end < len(sentence) and sentence.norms[end] not in _CLAUSE_ENDS and end - match.end < 8:
            end += 1
        if notes and start < notes[-1].end:
            previous = notes.pop()
            start = previous.start
        notes.append(Extra(sentence.words(start, end), start, end))
    return notes


def find_choice(sentence: Sentence) -> int | None:
    """Which of the offered options is picked, when the message is short enough to be a pick."""
    if len(sentence) > 8:
        return None
    matches = longest(CHOICES.find(sentence))
    return int(matches[0].payload) if matches else None
