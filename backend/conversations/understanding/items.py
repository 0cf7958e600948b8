"""What a grammar finds in a message before anything is chosen: an item is a value with the tokens it rests on.

Called by the slot grammars (`dates`, `times`, `party`) and by `choosing`, which settles overlaps and corrections.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from backend.conversations.understanding.rulebook import words
from backend.conversations.understanding.sentence import Sentence

Slot = Literal["date", "time", "party", "other"]
Role = Literal["wanted", "source", "rejected"]


@dataclass(frozen=True, slots=True)
class Item:
    """A value found at tokens `start` to `end` (exclusive).

    `readings` are its possible values, best first; empty when the words name no single value ("la semana que viene") and
    only must not be read as something else. `weight` decides between overlapping items, higher first. `day` is the date
    that comes with a time ("in two hours").
    """

    slot: Slot
    start: int
    end: int
    readings: tuple[Any, ...] = ()
    weight: float = 1.0
    role: Role = "wanted"
    kind: str = ""
    extra: dict[str, Any] = field(default_factory=dict, compare=False)

    @property
    def value(self) -> Any:
        """The best reading, or None."""
        return self.readings[0] if self.readings else None


# What follows a number that then counts people, money, years of age, or anything but an hour or a day of the month.
PEOPLE: Final = words("people")
MERIDIEM = frozenset({"am", "pm", "h", "hs", "hrs", "hr", "horas", "hora", "o'clock", "ish"})
OTHER_UNITS: Final = words("other_units")


def follows(sentence: Sentence, end: int, *word_sets: Iterable[str]) -> bool:
    """Whether the token at `end` is one of these words."""
    return end < len(sentence) and any(sentence.norms[end] in words for words in word_sets)


def precedes(sentence: Sentence, start: int, words: Iterable[str]) -> bool:
    """Whether the token before `start` is one of these words."""
    return start > 0 and sentence.norms[start - 1] in words


Phrases = tuple[tuple[str, ...], ...]


def phrases(*said: str) -> Phrases:
    """Phrases as tuples of words, longest first."""
    return tuple(sorted((tuple(phrase.split()) for phrase in said), key=len, reverse=True))


def ends_with(norms: Sequence[str], at: int, said: Phrases) -> int:
    """The length of the longest of these phrases that ends just before token `at`; 0 when none does."""
    return next((len(each) for each in said if tuple(norms[max(0, at - len(each)) : at]) == each), 0)


def starts_with(norms: Sequence[str], at: int, said: Phrases) -> int:
    """The length of the longest of these phrases that begins at token `at`; 0 when none does."""
    return next((len(each) for each in said if tuple(norms[at : at + len(each)]) == each), 0)


def counts_people(sentence: Sentence, end: int) -> bool:
    """Whether the number that ends at `end` counts people ('4 personas', '6 of us', '4 más')."""
    norms = sentence.norms
    if follows(sentence, end, PEOPLE):
        return True
    return (
        norms[end : end + 2] in (["of", "us"], ["de", "nosotros"], ["y", "un"], ["or", "so"])
        and norms[end] != "or"
    )


def counts_other(sentence: Sentence, end: int) -> bool:
    """Whether the number that ends at `end` counts things that are neither people, hours nor days."""
    return follows(sentence, end, OTHER_UNITS)
