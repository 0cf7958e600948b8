"""How many minutes late a guest says they run ("llegamos 15 minutos tarde", "running half an hour behind"). Called by `compose`.

An hour of arrival ("llegaremos a las 21:15") and a wait until it ("in 20 minutes") stay times; only the delay itself is read here.
"""

from __future__ import annotations

from typing import Final

from backend.conversations.understanding.durations import find_durations, minutes_of
from backend.conversations.understanding.items import follows, precedes
from backend.conversations.understanding.patterns import Match
from backend.conversations.understanding.sentence import Sentence

MOST_MINUTES: Final = 240
_UNTIL: Final = frozenset({"en", "in", "dentro", "within", "de"})
_BEHIND: Final = frozenset({"late", "behind", "tarde"})


def minutes_late(sentence: Sentence) -> int | None:
    """The longest delay named, in minutes; None when none is, or when it is no delay a table could wait for."""
    delays = [minutes_of(match) for match in find_durations(sentence) if not _is_wait(sentence, match)]
    found = [minutes for minutes in (*delays, *_bare(sentence)) if 0 < minutes <= MOST_MINUTES]
    return max(found, default=None)


def _bare(sentence: Sentence) -> list[int]:
    """'running 10 late': a number straight before the word."""
    numbers = (classes["num"] for classes in sentence.classes if "num" in classes)
    return [value for value, end in numbers if follows(sentence, end, _BEHIND)]


def _is_wait(sentence: Sentence, match: Match) -> bool:
    """'en 20 minutos', 'in half an hour' say when, not how late; 'con un retraso de 20 minutos' does."""
    if precedes(sentence, match.start, {"de"}):
        return not precedes(sentence, match.start - 1, {"retraso", "demora", "atraso"})
    return precedes(sentence, match.start, _UNTIL)
