"""A name nothing announces that closes a message or stands alone between commas: signatures. Called by `names`."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from backend.conversations.understanding.given_names import GIVEN_NAMES
from backend.conversations.understanding.name_words import (
    MUCH_TAKEN,
    PARTICLES,
    SEPARATORS,
    Name,
    begins_part,
    grammar,
    name_end,
    written,
)
from backend.conversations.understanding.rulebook import words
from backend.conversations.understanding.sentence import Sentence

_SIGNED: Final = grammar("signed")
# What a name that closes a message stands after; a question or a call before it makes it whom one speaks to.
_CLOSING: Final = frozenset({",", ";", ".", "-", "\n", "?", "!"})
_TOWNS: Final = words("towns")
_THANKING: Final = frozenset({"gracias", "thanks", "thank", "muchas", "many"})


def signature(sentence: Sentence, taken: Collection[int], known: Collection[str]) -> Name | None:
    """A name alone after thanks or regards at the end of the message."""
    for match in _SIGNED.find(sentence):
        end = name_end(sentence, match.end, taken, known, most=3)
        rest = [token for token in sentence.tokens[end:] if token.kind == "word" or token.kind == "figure"]
        if end > match.end and not rest and sentence.tokens[match.end].capital and match.start > 0:
            return Name(written(sentence, match.end, end), match.end, end, sure=False)
    return None


def alone_between_commas(sentence: Sentence, taken: Collection[int], known: Collection[str]) -> Name | None:
    """'mañana, 20:30, Ana Torres, 600111222': a stretch between marks that is nothing but a name, beside other values."""
    starts = [at for at in range(len(sentence)) if at == 0 or begins_part(sentence, at, SEPARATORS)]
    for start in starts:
        end = name_end(sentence, start, taken, known, most=4)
        closed = end < len(sentence) and (sentence.norms[end] in SEPARATORS or end in taken)
        last = end == len(sentence)
        if end == start or not (closed or last):
            continue
        words = [token for token in sentence.tokens[start:end] if token.kind == "word"]
        capitals = all(token.capital for token in words if token.norm not in PARTICLES)
        is_full = len(words) >= 2 and capitals and not sentence.text.isupper()
        known_first = words[0].norm in GIVEN_NAMES and (capitals or len(words) >= 2)
        signed = last and start > 0 and capitals and not sentence.text.isupper() and len(taken) >= MUCH_TAKEN
        if (taken and (is_full or known_first)) or signed or (last and start > 0 and is_full and known_first):
            return Name(written(sentence, start, end), start, end, sure=False)
    return None


def closing(
    sentence: Sentence, taken: Collection[int], known: Collection[str], *, on_task: bool
) -> Name | None:
    """'cancela la del viernes, Giménez', 'fri 7pm for 4 Blenkinsop': unknown capitals that end a message of small letters."""
    if sentence.text.isupper() or (sentence.norms and sentence.norms[0] in _THANKING):
        return None
    for start in range(1, len(sentence)):
        apart = begins_part(sentence, start, _CLOSING) and (on_task or len(taken) >= MUCH_TAKEN)
        beside = start - 1 in taken and len(taken) >= MUCH_TAKEN
        beside = beside or (len(taken) >= MUCH_TAKEN and _is_full_at_end(sentence, start))
        if not (apart or beside) or start in taken:
            continue
        end = name_end(sentence, start, taken, known, most=4)
        marks_left = all(token.kind in {"mark", "emoji"} for token in sentence.tokens[end:])
        if end == start or not marks_left or "?" in sentence.norms[end:]:
            continue
        if _all_capital(sentence, start, end) and _has_small_words(sentence, start, taken):
            return Name(written(sentence, start, end), start, end, sure=False)
    return None


def _is_full_at_end(sentence: Sentence, start: int) -> bool:
    """'... dos personas terraza Lucas Otxoa': a first name and a surname after a small word, and nothing more."""
    rest = sentence.tokens[start:]
    small_before = sentence.tokens[start - 1].kind == "word" and not sentence.tokens[start - 1].capital
    full = len(rest) > 1 and rest[0].norm in GIVEN_NAMES and all(token.kind == "word" for token in rest)
    return small_before and full


def _all_capital(sentence: Sentence, start: int, end: int) -> bool:
    words = [token for token in sentence.tokens[start:end] if token.kind == "word"]
    named = [token for token in words if token.norm not in PARTICLES]
    return bool(named) and all(token.capital for token in named) and words[0].norm not in _TOWNS


def _has_small_words(sentence: Sentence, stop: int, taken: Collection[int]) -> bool:
    """Whether the guest writes ordinary words small, so that a capital says something."""
    before = [token for token in sentence.tokens[1:stop] if token.kind == "word"]
    large = sum(token.capital for at, token in enumerate(sentence.tokens[1:stop], 1) if at not in taken)
    return not before or large <= len(before) // 3
