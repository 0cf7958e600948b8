"""A tokenised message with the word classes that begin at each token: what the grammars read. Called by `compose`.

Classes and their values: `num` int · `hour` 0..24 · `minute` 0..59 · `day` 1..31 · `small` 1..59 in words or figures ·
`ordinal` 1..31, `figday` and `figord` in figures only · `decimal` of 2.5 ·
`year` · `weekday` 0..6 (Monday first) · `wday` the same with short forms · `month` 1..12 · `unit` minute/hour/day/... · `daypart` ·
`meal` · `holiday` key · `clock` (hour, minute, separator) · `figures` (hour, minute) of 830 or 2130 · `numeric` groups of a
date in figures · `range` two clock readings · `word` any word.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from backend.conversations.understanding.lexer import Token
from backend.conversations.understanding.lexicon import Lexicon
from backend.conversations.understanding.numbers import number_at, ordinal_at
from backend.conversations.understanding.vocabulary import ORDINAL_ENDINGS

Classes = dict[str, tuple[Any, int]]
Clock = tuple[int, int]
_HOUR_MARKS = frozenset({"h", "hs", "hrs", "hr"})


class Sentence:
    """Tokens, their folded words and their classes, in one language."""

    def __init__(self, text: str, tokens: Sequence[Token], lexicon: Lexicon) -> None:
        self.text = text
        self.tokens = list(tokens)
        self.lexicon = lexicon
        self.norms = [token.norm for token in tokens]
        self.classes: list[Classes] = [self._classes(at) for at in range(len(tokens))]

    def __len__(self) -> int:
        return len(self.tokens)

    def words(self, start: int, end: int) -> str:
        """The message's own text from token `start` to token `end` (exclusive)."""
        return self.text[self.tokens[start].start : self.tokens[end - 1].end] if end > start else ""

    def _classes(self, at: int) -> Classes:
        token = self.tokens[at]
        found: Classes = {}
        if token.kind == "word":
            self._word_classes(at, token, found)
        if token.kind == "figure" and len(token.groups) > 1:
            _figure_classes(at, token, found)
        self._number_classes(at, found)
        return found

    def _word_classes(self, at: int, token: Token, found: Classes) -> None:
        lexicon, norm = self.lexicon, token.norm
        found["word"] = (norm, at + 1)
        for name, table in (
            ("weekday", lexicon.weekdays),
            ("month", lexicon.months),
            ("unit", lexicon.time_units),
            ("daypart", lexicon.dayparts),
            ("meal", lexicon.meals),
        ):
            if norm in table:
                found[name] = (table[norm], at + 1)
        if norm in {"p", "pax", "px"} and token.glued:
            found["glued_p"] = (norm, at + 1)
        weak = lexicon.weekdays.get(norm, lexicon.weak_weekdays.get(norm))
        if weak is not None:
            found["wday"] = (weak, at + 1)
        for parts, key in lexicon.holidays.get(norm, ()):
            if tuple(self.norms[at : at + len(parts)]) == parts:
                found["holiday"] = (key, at + len(parts))
                break

    def _number_classes(self, at: int, found: Classes) -> None:
        ordinal = ordinal_at(self.tokens, at, self.lexicon, ORDINAL_ENDINGS)
        if ordinal is not None and 1 <= ordinal[0] <= 31:
            found["ordinal"] = ordinal
            if self.tokens[at].kind == "figure":
                found["figord"] = ordinal
        number = number_at(self.tokens, at, self.lexicon)
        if number is None:
            return
        value = number[0]
        figure = self.tokens[at].text if self.tokens[at].kind == "figure" else ""
        found["num"] = number
        if value <= 24 and len(figure) <= 2:
            found["hour"] = number
        if value <= 59 and (not figure or len(figure) == 2):
            found["minute"] = number
        if 1 <= value <= 59:
            found["small"] = number
        if 1 <= value <= 31:
            found["day"] = number
            if figure:
                found["figday"] = number
        if 2000 <= value <= 2099:
            found["year"] = number
        self._run_together(at, figure, found)

    def _run_together(self, at: int, figure: str, found: Classes) -> None:
        """'20h30' and figures without a separator: 830, 2130."""
        tokens = self.tokens
        if len(figure) in {3, 4} and figure.isdecimal():
            hour, minute = int(figure[:-2]), int(figure[-2:])
            if hour <= 24 and minute <= 59:
                found["figures"] = ((hour, minute), at + 1)
        if 1 <= len(figure) <= 2 and at + 2 < len(tokens):
            mark, rest = tokens[at + 1], tokens[at + 2]
            if (
                mark.glued
                and rest.glued
                and mark.norm in _HOUR_MARKS
                and len(rest.text) == 2
                and rest.text.isdecimal()
            ):
                hour, minute = int(figure), int(rest.text)
                if hour <= 24 and minute <= 59:
                    found["clock"] = ((hour, minute, "h"), at + 3)


def _figure_classes(at: int, token: Token, found: Classes) -> None:
    groups, seps = token.groups, token.separators
    clock = _clock(groups, seps)
    if clock is not None:
        found["clock"] = ((*clock, seps[0]), at + 1)
    if seps == "." and len(groups[1]) == 1:
        found["decimal"] = (float(token.text), at + 1)
    if _is_numeric_date(groups, seps):
        found["numeric"] = ((groups, seps), at + 1)
    if "-" in seps:
        pair = _range(token.text)
        if pair is not None:
            found["range"] = (pair, at + 1)


def _clock(groups: Sequence[str], seps: str) -> Clock | None:
    if seps not in {":", ".", "'", "::"} or len(groups[1]) != 2 or len(groups[0]) > 2:
        return None
    hour, minute = int(groups[0]), int(groups[1])
    return (hour, minute) if hour <= 24 and minute <= 59 else None


def _is_numeric_date(groups: Sequence[str], seps: str) -> bool:
    if len(set(seps)) != 1 or seps[0] not in "/-.":
        return False
    if len(groups) == 3:
        return len(groups[0]) in {1, 2, 4} and len(groups[1]) <= 2 and len(groups[2]) in {1, 2, 4}
    return len(groups) == 2 and all(len(group) <= 2 for group in groups)


def _range(text: str) -> tuple[Clock, Clock] | None:
    """Two clock readings joined by a hyphen: '8-9', '8-8:30', '20:00-22:00'."""
    ends: list[Clock] = []
    for half in text.split("-"):
        pieces = half.replace(".", ":").replace("'", ":").split(":")
        if len(pieces) > 2 or not all(piece.isdecimal() and len(piece) <= 2 for piece in pieces):
            return None
        minute = int(pieces[1]) if len(pieces) == 2 else 0
        if int(pieces[0]) > 24 or minute > 59:
            return None
        ends.append((int(pieces[0]), minute))
    return (ends[0], ends[1]) if len(ends) == 2 else None
