"""How many minutes late a guest says they run ("llegamos 15 minutos tarde", "running half an hour behind"). Called by `compose`.

An hour of arrival ("llegaremos a las 21:15") and a wait until it ("in 20 minutes") stay times; only the delay itself is read here.
"""

from __future__ import annotations

from typing import Final

from backend.conversations.understanding.items import precedes
from backend.conversations.understanding.patterns import Grammar, Match, longest
from backend.conversations.understanding.rulebook import load
from backend.conversations.understanding.sentence import Sentence

GRAMMAR: Final = Grammar(*load("lateness"))
MOST_MINUTES: Final = 240
_UNTIL: Final = frozenset({"en", "in", "dentro", "within", "de"})


def minutes_late(sentence: Sentence) -> int | None:
    """The longest delay named, in minutes; None when none is, or when it is no delay a table could wait for."""
    delays = [_minutes(match) for match in longest(GRAMMAR.find(sentence)) if not _is_wait(sentence, match)]
    found = max(delays, default=0)
    return found if 0 < found <= MOST_MINUTES else None


def _minutes(match: Match) -> int:
    return int(match.payload[0]) * int(match.captures.get("n", 1))


def _is_wait(sentence: Sentence, match: Match) -> bool:
    """'en 20 minutos', 'in half an hour' say when, not how late; 'con un retraso de 20 minutos' does."""
    if precedes(sentence, match.start, {"de"}):
        return not precedes(sentence, match.start - 1, {"retraso", "demora", "atraso"})
    return precedes(sentence, match.start, _UNTIL)
