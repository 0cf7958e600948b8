"""Lengths of time in words and figures ("dos horas y media", "an hour and 15 minutes"). Called by `times` and `lateness`."""

from __future__ import annotations

from typing import Final

from backend.conversations.understanding.patterns import Grammar, Match, longest
from backend.conversations.understanding.rulebook import load
from backend.conversations.understanding.sentence import Sentence

GRAMMAR: Final = Grammar(*load("durations"))


def find_durations(sentence: Sentence) -> list[Match]:
    """The lengths of time the message names, longest readings, in order."""
    return longest(GRAMMAR.find(sentence))


def minutes_of(match: Match) -> int:
    """The length in minutes."""
    hours, minutes = map(int, match.payload)
    captures = match.captures
    hours += int(captures.get("n", 0))
    return round(60 * (hours + float(captures.get("x", 0)))) + minutes + int(captures.get("m", 0))
