"""Typing mistakes in the words that matter: 'sabdo', 'tomorow', 'resevar', 'personsa'. Called by `compose` after the lexer.

Only words that no grammar knows and no everyday vocabulary holds are touched, and only towards a short list of targets, at one
edit (two in long words). A word that is near a target but is itself a word ('dinero', 'junto', 'match') is listed as such.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache
from typing import Final

from backend.conversations.understanding.rulebook import words

TARGETS: Final = words("spelling_targets")

# Real words within reach of a target; never corrected.
REAL_WORDS: Final = words("real_words")
_MIN_LENGTH: Final = 4


@lru_cache(maxsize=4096)
def _nearest(word: str) -> str | None:
    """The one target within reach of an unknown word; None when there is none or two are equally likely."""
    allowed = 1 if len(word) < 8 else 2
    best: list[str] = []
    least = allowed + 1
    for target in TARGETS:
        if abs(len(target) - len(word)) > allowed or len(target) < _MIN_LENGTH:
            continue
        if target[0] != word[0] and (
            (target[1:2] != word[0:1] and target[0:1] != word[1:2]) or len(word) < 5
        ):
            continue
        distance = edit_distance(word, target, allowed)
        if distance < least:
            best, least = [target], distance
        elif distance == least and distance <= allowed:
            best.append(target)
    return _likeliest(word, best)


def _likeliest(word: str, targets: list[str]) -> str | None:
    """The one target; of several, the one from which a letter was dropped, doubled or swapped rather than replaced."""
    if len(targets) > 1:
        letters = sorted(word)
        targets = [each for each in targets if len(each) != len(word) or sorted(each) == letters]
    return targets[0] if len(targets) == 1 else None


def correct(word: str, known: Collection[str]) -> str:
    """The word, or the target it was meant to be. `known` are folded words that mean something already."""
    if len(word) == 3 and word[1] == word[2] and word not in known and word[:2] in known:
        return word[:2]
    if len(word) < _MIN_LENGTH or word in known or word in REAL_WORDS or not word.isalpha():
        return word
    squeezed = _squeeze(word)
    if squeezed != word and squeezed in known:
        return squeezed
    return _nearest(word) or word


def _squeeze(word: str) -> str:
    """The word with doubled letters made single: 'holaa', 'siii', 'reserrva'."""
    return "".join(letter for at, letter in enumerate(word) if at == 0 or word[at - 1] != letter)


def edit_distance(word: str, target: str, limit: int) -> int:
    """Optimal string alignment distance (insert, delete, replace, swap neighbours), cut off above `limit`."""
    two_back: list[int] = []
    last = list(range(len(target) + 1))
    for i, letter in enumerate(word, 1):
        row = [i]
        for j, other in enumerate(target, 1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == target[j - 2] and word[i - 2] == other:
                cost = min(cost, two_back[j - 2] + 1)
            row.append(cost)
        if min(row) > limit:
            return limit + 1
        two_back, last = last, row
    return last[-1]
