"""The name as the answer to the question for it: spelled, alone, wished for, after whose it is. Called by `names`."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from backend.conversations.understanding.given_names import GIVEN_NAMES
from backend.conversations.understanding.language import ENGLISH, SPANISH
from backend.conversations.understanding.lexicon import lexicon
from backend.conversations.understanding.name_words import (
    ALSO_NAMES,
    ALSO_SURNAMES,
    CALENDAR,
    NEVER,
    PARTICLES,
    SEPARATORS,
    Name,
    begins_part,
    grammar,
    name_end,
    past_title,
    written,
)
from backend.conversations.understanding.patterns import longest
from backend.conversations.understanding.rulebook import words
from backend.conversations.understanding.sentence import Sentence

_WISHES: Final = grammar("asked")
_LETTERS_SPELLED: Final = 3
_LONGEST_NAME: Final = 5
_FILLERS: Final = words("name_fillers")
_DAYS: Final = frozenset({"domingo"})
_NUMBERS: Final = frozenset(
    number
    for code in ("es", "en")
    for number in (*lexicon(code).units, *lexicon(code).teens, *lexicon(code).tens)
)
_LETTERS: Final = words("letters")
_SPELLING: Final = frozenset(
    {"spelled", "spelt", "letra", "letras", "deletreo", "escribe", "written", "letter"}
)


def spelled(sentence: Sentence) -> Name | None:
    """'G-A-R-C-I-A', 'it's S M Y T H': letters one by one, where no name was written before them."""
    for start, token in enumerate(sentence.tokens):
        if len(token.text) != 1 or token.kind != "word":
            if token.kind == "word" and token.norm not in _FILLERS | SPANISH | ENGLISH | _SPELLING:
                return None
            continue
        letters, end = [token.text], start + 1
        for at in range(start + 1, len(sentence)):
            other = sentence.tokens[at]
            if other.text in {"-", ".", ","}:
                continue
            if other.kind != "word" or len(other.text) != 1:
                break
            letters, end = [*letters, other.text], at + 1
        if len(letters) >= _LETTERS_SPELLED:
            return Name("".join(letters).lower().capitalize(), start, end, sure=True)
    return None


def whole(sentence: Sentence) -> Name | None:
    """'Rosa Nuevo', 'Domingo Cruz', 'la señora Bueno', 'Will': names in capitals are all the answer, whatever else they mean."""
    start = past_title(sentence, 0)
    words = sentence.tokens[start:]
    if not words or len(words) > _LONGEST_NAME or sentence.text.isupper():
        return None
    if any(not (token.kind == "word" and (token.capital or token.norm in PARTICLES)) for token in words):
        return None
    first, last = words[0].norm, words[-1].norm
    if start > 0:
        named = last not in PARTICLES
    elif len(words) == 1:
        named = first in ALSO_NAMES - _DAYS
    else:
        ordinary = (PARTICLES | CALENDAR | NEVER | _NUMBERS) - ALSO_SURNAMES
        named = first in GIVEN_NAMES | ALSO_NAMES and last not in ordinary
    return Name(written(sentence, start, len(sentence)), start, len(sentence), sure=False) if named else None


def wished(sentence: Sentence, taken: Collection[int], known: Collection[str]) -> Name | None:
    """'poneme Florencia', 'make it Rutherford': what to write down, said to whoever asked for the name."""
    for match in longest(_WISHES.find(sentence)):
        start = past_title(sentence, match.end)
        end = name_end(sentence, start, taken, known)
        if end > start and (sentence.tokens[start].capital or sentence.norms[start] in GIVEN_NAMES):
            return Name(written(sentence, start, end), start, end, sure=False)
    return None


def after_comma(sentence: Sentence, taken: Collection[int], known: Collection[str]) -> Name | None:
    """'a la de mi marido, Óscar Benítez', 'in my own name: Jo Pryce': whose name it is, and then the name."""
    for start in range(1, len(sentence)):
        if not begins_part(sentence, start, SEPARATORS):
            continue
        begin = past_title(sentence, start)
        end = name_end(sentence, begin, taken, known)
        named = end > begin and (sentence.tokens[begin].capital or sentence.norms[begin] in GIVEN_NAMES)
        if named and (
            end == len(sentence)
            or sentence.tokens[end].kind in {"mark", "emoji"}
            or _says_how_spelled(sentence, end)
        ):
            return Name(written(sentence, begin, end), begin, end, sure=False)
    return None


def _says_how_spelled(sentence: Sentence, at: int) -> bool:
    """'... con be', 'with an i': nothing but letters and words for them to the end of the message."""
    rest = sentence.norms[at + 1 :]
    return (
        sentence.norms[at] in {"con", "with", "sin"}
        and 0 < len(rest) <= _LONGEST_NAME
        and all(len(norm) == 1 or norm in _LETTERS for norm in rest)
    )


def bare(sentence: Sentence, taken: Collection[int], known: Collection[str]) -> Name | None:
    """The answer to 'what name?': the name words after the polite fillers, when little else is said."""
    start = 0
    while (
        start < len(sentence)
        and not _begins_surname(sentence, start)
        and (sentence.norms[start] in _FILLERS or sentence.tokens[start].kind in {"mark", "emoji"})
    ):
        start += 1
    if start == len(sentence) or start in taken:
        return None
    end = name_end(sentence, start, taken, known)
    if end == start:
        return None
    rest = [
        at
        for at in range(end, len(sentence))
        if sentence.tokens[at].kind == "word" and at not in taken and sentence.norms[at] not in _FILLERS
    ]
    stops = end < len(sentence) and sentence.tokens[end].kind != "word"
    if rest and not stops and not sentence.tokens[start].capital and sentence.norms[start] not in GIVEN_NAMES:
        return None
    return Name(written(sentence, start, end), start, end, sure=False)


def _begins_surname(sentence: Sentence, at: int) -> bool:
    """'de la Fuente', 'van der Berg': particles that belong to the name, told by a capital at their end."""
    end = at
    while end < len(sentence) and sentence.norms[end] in PARTICLES:
        end += 1
    return (
        end - at >= (1 if sentence.norms[at] in {"van", "von", "del"} or sentence.tokens[at].capital else 2)
        and end < len(sentence)
        and sentence.tokens[end].capital
    )
