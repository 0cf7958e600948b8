"""A small pattern language over tokens, and the matcher for it. Called by every grammar module.

A pattern is words with spaces between; each word may be
  `a|b|c`      one of these words          `a|b?`        optional
  `<class>`    a token class of the lexicon, `<class:key>` keeps its value under `key`
  `@macro`     a named list of words        `(a b|c)?`    a group of several words, optional when `?` follows
  `,`          a punctuation mark, as written
Patterns are compiled once at import into straight sequences indexed by their first word, so that a message is read in one pass.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

Captures = dict[str, Any]
_NESTED = re.compile(r"\([^()]*\(")
_PIECE = re.compile(r"\([^()]*\)\??|\S+")


class Readable(Protocol):
    """What the matcher needs of a sentence: folded words, and the classes that begin at each token."""

    @property
    def norms(self) -> Sequence[str]: ...

    @property
    def classes(self) -> Sequence[Mapping[str, tuple[Any, int]]]: ...


@dataclass(frozen=True, slots=True)
class Element:
    """One step of a compiled pattern: some words or phrases, or a class, perhaps optional.

    `phrases` holds, by their first word, the rest of each phrase, longest first.
    """

    words: frozenset[str]
    name: str | None = None
    key: str | None = None
    optional: bool = False
    phrases: Mapping[str, tuple[tuple[str, ...], ...]] | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """A pattern with what it stands for; `payload` is whatever the grammar wants back."""

    payload: Any
    elements: tuple[Element, ...]


@dataclass(frozen=True, slots=True)
class Match:
    """A rule found at tokens `start` to `end` (exclusive) with its captured values."""

    payload: Any
    start: int
    end: int
    captures: Captures


class Grammar:
    """Compiled rules. `vocabulary` is every literal word they mention, for the spelling corrector to know."""

    def __init__(self, rules: Iterable[tuple[str, Any]], macros: Mapping[str, str] | None = None) -> None:
        self.vocabulary: set[str] = set()
        self._by_word: dict[str, list[Rule]] = {}
        self._by_class: dict[str, list[Rule]] = {}
        for pattern, payload in rules:
            for elements in _compile(pattern, macros or {}):
                self._add(Rule(payload, elements))

    @classmethod
    def merged(cls, *files: tuple[Iterable[tuple[str, Any]], Mapping[str, str]]) -> Grammar:
        """One grammar of several rule files; macros of an earlier file hold in the later ones."""
        whole, known = cls(()), dict[str, str]()
        for rules, macros in files:
            known |= macros
            part = cls(rules, known)
            whole.vocabulary |= part.vocabulary
            for mine, theirs in ((whole._by_word, part._by_word), (whole._by_class, part._by_class)):
                for key, found in theirs.items():
                    mine.setdefault(key, []).extend(found)
        return whole

    def _add(self, rule: Rule) -> None:
        for element in rule.elements:
            self.vocabulary |= element.words
            for first, rests in (element.phrases or {}).items():
                self.vocabulary |= {first, *itertools.chain.from_iterable(rests)}
        for element in rule.elements:
            for word in (*element.words, *(element.phrases or ())):
                self._by_word.setdefault(word, []).append(rule)
            if element.name:
                self._by_class.setdefault(element.name, []).append(rule)
            if not element.optional:
                return
        raise ValueError(f"a pattern that may be empty: {rule.payload!r}")

    def find(self, sentence: Readable, start: int = 0, stop: int | None = None) -> list[Match]:
        """Every match that begins between tokens `start` and `stop`; overlapping ones too."""
        found: list[Match] = []
        norms, classes = sentence.norms, sentence.classes
        for at in range(start, len(norms) if stop is None else stop):
            for rule in self._candidates(norms[at], classes[at]):
                hit = _walk(rule.elements, 0, at, norms, classes)
                if hit is not None and hit[0] > at:
                    found.append(Match(rule.payload, at, hit[0], dict(hit[1])))
        return found

    def longest_at(self, sentence: Readable, at: int) -> Match | None:
        """The longest match that begins exactly at token `at`."""
        return max(self.find(sentence, at, at + 1), key=lambda match: match.end, default=None)

    def _candidates(self, norm: str, classes: Mapping[str, object]) -> Iterator[Rule]:
        yield from self._by_word.get(norm, ())
        for name in classes:
            yield from self._by_class.get(name, ())


def longest(matches: Iterable[Match]) -> list[Match]:
    """Matches that do not overlap: longest first, the earlier one of equals; returned in order of appearance."""
    kept: list[Match] = []
    taken: set[int] = set()
    for match in sorted(matches, key=lambda each: (each.start - each.end, each.start)):
        cells = range(match.start, match.end)
        if taken.isdisjoint(cells):
            taken.update(cells)
            kept.append(match)
    return sorted(kept, key=lambda each: each.start)


def _walk(
    elements: tuple[Element, ...],
    step: int,
    at: int,
    norms: Sequence[str],
    classes: Sequence[Mapping[str, tuple[Any, int]]],
) -> tuple[int, tuple[tuple[str, Any], ...]] | None:
    """Where the pattern ends when it holds from `at`, with its captures; the greedy reading first."""
    if step == len(elements):
        return at, ()
    element = elements[step]
    if at < len(norms):
        if element.name is not None:
            hit = classes[at].get(element.name)
            if hit is not None:
                rest = _walk(elements, step + 1, hit[1], norms, classes)
                if rest is not None:
                    return (rest[0], ((element.key, hit[0]), *rest[1])) if element.key else rest
        elif element.phrases is not None:
            for tail in element.phrases.get(norms[at], ()):
                end = at + 1 + len(tail)
                if not tail or tuple(norms[at + 1 : end]) == tail:
                    rest = _walk(elements, step + 1, end, norms, classes)
                    if rest is not None:
                        return rest
        elif norms[at] in element.words:
            rest = _walk(elements, step + 1, at + 1, norms, classes)
            if rest is not None:
                return rest
    return _walk(elements, step + 1, at, norms, classes) if element.optional else None


def _compile(pattern: str, macros: Mapping[str, str]) -> list[tuple[Element, ...]]:
    """The pattern as straight sequences; groups of several words are written out."""
    choices: list[list[tuple[Element, ...]]] = []
    plain = _expand(pattern, macros)
    if _NESTED.search(plain):
        raise ValueError(f"a group inside a group: {pattern!r}")
    for piece in _PIECE.findall(plain):
        if piece.startswith("("):
            options = _options(piece.rstrip("?")[1:-1])
            choices.append(_optional(options) if piece.endswith("?") else options)
        else:
            choices.append([(_element(piece),)])
    return [tuple(itertools.chain.from_iterable(choice)) for choice in itertools.product(*choices)]


def _optional(options: list[tuple[Element, ...]]) -> list[tuple[Element, ...]]:
    """The options and nothing; one that is a single step is marked so and needs no sequence of its own."""
    if len(options) == 1 and len(options[0]) == 1:
        return [(replace(options[0][0], optional=True),)]
    return [*options, ()]


def _options(inner: str) -> list[tuple[Element, ...]]:
    """The alternatives of a group; those of plain words become one step, so that few sequences are written out."""
    alternatives = [option.split() for option in inner.split("|")]
    plain = [option for option in alternatives if all(map(_is_plain, option))]
    options = [tuple(map(_element, option)) for option in alternatives if option not in plain]
    return [(_phrases(plain),), *options] if plain else options


def _phrases(plain: list[list[str]]) -> Element:
    if all(len(option) == 1 for option in plain):
        return Element(frozenset(option[0] for option in plain))
    found: dict[str, list[tuple[str, ...]]] = {}
    for option in plain:
        found.setdefault(option[0], []).append(tuple(option[1:]))
    tails = {
        first: tuple(sorted(dict.fromkeys(rests), key=len, reverse=True)) for first, rests in found.items()
    }
    return Element(frozenset(), phrases=tails)


def _is_plain(piece: str) -> bool:
    return not piece.startswith("<") and not (len(piece) > 1 and piece.endswith("?"))


def _expand(pattern: str, macros: Mapping[str, str]) -> str:
    return re.sub(r"@(\w+)", lambda match: macros[match.group(1)], pattern)


def _element(piece: str) -> Element:
    optional = len(piece) > 1 and piece.endswith("?")
    body = piece[:-1] if optional else piece
    if body.startswith("<"):
        name, _, key = body[1:-1].partition(":")
        return Element(frozenset(), name, key or None, optional)
    return Element(frozenset(body.split("|")), optional=optional)
