"""Which classes a token belongs to in a Spanish or an English message. Called by `sentence`.

Built once per language from `vocabulary`. Both languages' words are known in either, because guests mix them; a word that
means something else in the message's language is left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TypeVar

from backend.conversations.understanding import vocabulary as words

Value = TypeVar("Value")


class Lexicon:
    """The word classes valid in one language."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.units = self._pick(words.UNITS_ES, words.UNITS_EN)
        self.teens = self._pick(words.TEENS_ES, words.TEENS_EN)
        self.tens = self._pick(words.TENS_ES, words.TENS_EN)
        self.hundreds = self._pick(words.HUNDREDS_ES)
        self.ordinals = self._pick(words.ORDINALS_ES, words.ORDINALS_EN)
        self.weekdays = self._pick(words.WEEKDAYS_ES, words.WEEKDAYS_EN)
        self.weak_weekdays = self._pick(words.WEEKDAYS_WEAK)
        self.months = self._pick(words.MONTHS_ES, words.MONTHS_EN)
        self.time_units = self._pick(words.UNITS_OF_TIME)
        self.dayparts = self._pick(words.DAYPARTS)
        self.meals = self._pick(words.MEALS)
        self.aliases = self._pick(words.ALIASES)
        self.holidays = _phrases(self._pick(words.HOLIDAYS))

    def _pick(self, *tables: Mapping[str, Value]) -> dict[str, Value]:
        other = "en" if self.language == "es" else "es"
        return {
            word: value
            for table in tables
            for word, value in table.items()
            if words.ONLY_IN.get(word) != other
        }

    def is_short_form(self, norm: str) -> bool:
        """Whether a full stop after this word belongs to it: 'Nov.', 'vie.', 'Sat.'."""
        if len(norm) > 4 or norm == "mi":
            return False
        return norm in self.months or norm in self.weekdays or norm in self.weak_weekdays

    def without_genitive(self, norm: str) -> str:
        """'friday's' and 'week's' as the calendar knows them; any other word as it is."""
        bare = norm.removesuffix("'s")
        return bare if bare in self.weekdays or bare in self.time_units else norm

    @property
    def vocabulary(self) -> set[str]:
        """Every word of every class."""
        tables = (
            self.units, self.teens, self.tens, self.hundreds, self.ordinals, self.weekdays, self.weak_weekdays, self.months,
            self.time_units, self.dayparts, self.meals, self.aliases,
        )  # fmt: skip
        return {word for table in tables for word in table} | set(words.PLURAL_WEEKDAYS)


def _phrases(table: Mapping[str, str]) -> dict[str, list[tuple[tuple[str, ...], str]]]:
    """Phrases by their first word, longest first."""
    by_first: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    for phrase, value in table.items():
        parts = tuple(phrase.split())
        by_first.setdefault(parts[0], []).append((parts, value))
    for options in by_first.values():
        options.sort(key=lambda option: -len(option[0]))
    return by_first


@lru_cache
def lexicon(language: str) -> Lexicon:
    """The lexicon of a language, made once."""
    return Lexicon("en" if language == "en" else "es")
