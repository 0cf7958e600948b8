"""Reads the rule files: patterns under headers, wrapped for the eye. Called once by each grammar module at import.

# a comment                      @name = a|b|c              a macro, used as @name
[reserve 3.2]                    what the patterns below stand for, as words
(book|reserve) (a|the)? table    a pattern; a line indented further continues the one above
    cambi~ar                         the forms of a regular Spanish verb that people use here
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

_FOLDER = Path(__file__).resolve().parent / "rules"
Rules = list[tuple[str, tuple[str, ...]]]


def load(name: str) -> tuple[Rules, dict[str, str]]:
    """The rules and macros of `rules/NAME.rules`, in order; raises ValueError on a pattern before the first header."""
    rules: Rules = []
    macros: dict[str, str] = {}
    header: tuple[str, ...] | None = None
    for line in _logical_lines((_FOLDER / f"{name}.rules").read_text(encoding="utf-8")):
        if line.startswith("@") and " = " in line:
            macro, _, body = line[1:].partition(" = ")
            macros[macro.strip()] = body.strip()
        elif line.startswith("["):
            header = tuple(line[1:-1].split())
        elif header is None:
            raise ValueError(f"{name}.rules: a pattern before any header: {line}")
        else:
            rules.append((_inflected(line), header))
    return rules, macros


_SOFTENED = {"c": "qu", "g": "gu", "z": "c"}
_VERB = re.compile(r"(\w+)~ar\b")


def verb_forms(stem: str) -> list[str]:
    """The forms of a regular verb in -ar, folded: 'modific' gives modificar, modifica, modifique, modifiquenla, ..."""
    soft = stem[:-1] + _SOFTENED[stem[-1]] if stem[-1] in _SOFTENED else stem
    hard = [stem + ending for ending in words("verb_endings")]
    return hard + [soft + ending for ending in words("verb_endings_in_e")]


def words(name: str) -> frozenset[str]:
    """A word list of `rules/words.rules`."""
    return _word_lists()[name]


@lru_cache
def _word_lists() -> dict[str, frozenset[str]]:
    lists: dict[str, set[str]] = {}
    current: set[str] = set()
    for line in (_FOLDER / "words.rules").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            current = lists.setdefault(line[1:-1], set())
        elif not line.startswith("# "):
            current.update(line.split())
    return {name: frozenset(found) for name, found in lists.items()}


def _logical_lines(text: str) -> Iterator[str]:
    """Lines without comments, continuations joined; a line broken after '|' joins without a space."""
    current = ""
    for raw in text.splitlines():
        if not raw.strip() or raw.startswith("# "):
            continue
        if raw.startswith("    ") and current:
            current += raw.strip() if current.endswith("|") else " " + raw.strip()
            continue
        if current:
            yield current
        current = raw.strip()
    if current:
        yield current


def _inflected(line: str) -> str:
    return _VERB.sub(lambda match: "|".join(verb_forms(match.group(1))), line)
