"""What a name is made of: which words may stand in one, where it ends, how it is written. Called by `names` and its parts."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from backend.conversations.understanding.given_names import GIVEN_NAMES
from backend.conversations.understanding.items import follows
from backend.conversations.understanding.language import ENGLISH, SPANISH
from backend.conversations.understanding.patterns import Grammar
from backend.conversations.understanding.rulebook import load, words
from backend.conversations.understanding.sentence import Sentence

_RULES, _MACROS = load("names")
# Small words inside names ("de", "van").
PARTICLES: Final = words("particles")
# Particles a surname may begin with in lower case ("van der Berg", "de la Fuente").
_LEADING_PARTICLES: Final = words("leading_particles")
_SHORT_FORMS: Final = frozenset({"st", "sta", "sto", "ma", "fco", "jr"})
TITLES: Final = frozenset(
    ["dr", "mr", "mrs", "ms", "miss", "sr", "sra", "don", "dona", "doctor", "doctora", "senor", "senora", "senorita", "srta",
     "dra", "lady", "lord", "dame", "rev", "reverend", "father", "fray", "capt", "captain", "sor", "prof", "profesor",
     "profesora", "professor", "sir", "lic", "ing", "licenciado", "ingeniero", "familia"]
)  # fmt: skip
NEVER: Final = words("never_names")
# Ordinary words that are names too, with a capital: months, flowers, virtues; days only before a surname.
ALSO_NAMES: Final = words("also_names")
ALSO_SURNAMES: Final = words("also_surnames")
CALENDAR: Final = words("calendar_words")
SEPARATORS: Final = frozenset({",", ";", "/", ".", "\n", "|", ":", "?", "!", "-"})
# With so many tokens read as values, a word alone at the end is taken for the name.
MUCH_TAKEN: Final = 3


def grammar(*strengths: str) -> Grammar:
    """The rules of `rules/names.rules` that are of one of these strengths."""
    return Grammar([rule for rule in _RULES if rule[1][0] in strengths], _MACROS)


@dataclass(frozen=True, slots=True)
class Name:
    """A name on tokens `start` to `end`; `sure` when words announced it."""

    value: str
    start: int
    end: int
    sure: bool


def past_title(sentence: Sentence, start: int) -> int:
    """Where the name begins after 'Dr', 'la señora', 'Mr.'; `start` when no title stands there."""
    at = start
    while at < len(sentence) and sentence.norms[at] in {"el", "la", "the", "los"}:
        at += 1
    if at >= len(sentence) or sentence.norms[at] not in TITLES:
        return start
    at += 1
    return at + 1 if at < len(sentence) and sentence.norms[at] == "." else at


def name_end(
    sentence: Sentence, start: int, taken: Collection[int], known: Collection[str], most: int = 5
) -> int:
    """Where the run of name words that begins at `start` ends; `start` itself when there is none."""
    end, words = start, 0
    at = start
    while at < len(sentence) and words < most:
        token = sentence.tokens[at]
        if at in taken:
            break
        if (
            token.kind == "mark"
            and token.text in {"-", "."}
            and token.glued
            and words
            and at + 1 < len(sentence)
        ):
            following = sentence.tokens[at + 1]
            short = len(sentence.tokens[at - 1].text) == 1 or sentence.norms[at - 1] in _SHORT_FORMS
            initial = token.text == "." and short
            if (token.text == "-" and following.glued and following.kind == "word") or initial:
                at += 1
                continue
            break
        if token.kind != "word":
            break
        if words and _is_double(sentence, at, taken):
            at, words, end = at + 3, words + 1, at + 3
            continue
        leads = token.capital or (
            token.norm in _LEADING_PARTICLES
            and (token.norm != "de" or follows(sentence, at + 1, {"la", "las", "los"}))
        )
        if token.norm in PARTICLES and (words or leads) and _name_follows(sentence, at + 1, taken, known):
            at += 1
            continue
        if not is_name_word(sentence, at, known, first=words == 0):
            break
        at += 1
        words += 1
        end = at
    return end


def _is_double(sentence: Sentence, at: int, taken: Collection[int]) -> bool:
    """'Price-Roberts' after a first name: two capitals and a hyphen, whatever else the words mean."""
    pieces = sentence.tokens[at : at + 3]
    if len(pieces) < 3 or pieces[1].text != "-" or not (pieces[1].glued and pieces[2].glued):
        return False
    named = all(piece.kind == "word" and piece.capital for piece in (pieces[0], pieces[2]))
    return named and not any(cell in taken for cell in range(at, at + 3))


def _name_follows(sentence: Sentence, at: int, taken: Collection[int], known: Collection[str]) -> bool:
    if at >= len(sentence) or at in taken or sentence.tokens[at].kind != "word":
        return False
    if sentence.norms[at] in PARTICLES:
        return _name_follows(sentence, at + 1, taken, known)
    return is_name_word(sentence, at, known, first=False) and (
        sentence.tokens[at].capital or sentence.norms[at] not in SPANISH | ENGLISH
    )


def is_name_word(sentence: Sentence, at: int, known: Collection[str], *, first: bool) -> bool:
    token = sentence.tokens[at]
    norm = token.norm
    if norm in GIVEN_NAMES and (token.capital or norm not in known):
        return True
    if norm in NEVER or len(norm) > 25 or norm in SPANISH or norm in ENGLISH:
        return False
    if token.capital and not sentence.text.isupper():
        return norm not in known or (not first and norm not in CALENDAR)
    return norm not in known and "'" not in norm[-3:]


def begins_part(sentence: Sentence, at: int, marks: Collection[str]) -> bool:
    """Whether one of these marks stands before token `at`; a hyphen inside a name is none."""
    mark, first = sentence.tokens[at - 1], sentence.tokens[at]
    return mark.norm in marks and not (mark.text == "-" and mark.glued and first.glued)


def written(sentence: Sentence, start: int, end: int) -> str:
    """The name as written, capitals put right when it has none or only them."""
    raw = sentence.words(start, end).removesuffix("'s").removesuffix("’s")
    shouted = raw.isupper() and (len(raw) > 3 or sentence.norms[start] in GIVEN_NAMES)
    if raw != raw.lower() and not shouted:
        return raw
    words = [
        word if word in PARTICLES and at else _capitalised(word)
        for at, word in enumerate(raw.lower().split())
    ]
    return " ".join(words)


def _capitalised(word: str) -> str:
    for mark in ("-", "'", "’"):
        if mark in word:
            return mark.join(piece[:1].upper() + piece[1:] for piece in word.split(mark))
    return word[:1].upper() + word[1:]
