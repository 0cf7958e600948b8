"""Who the booking is for: names after words that announce one, names given when asked, signatures. Called by `compose`.

A name is taken as written; when it has no capitals at all, or only capitals, they are put right. "soy vegetariano" and "I'm
running late" are not names, nor are days, places in the restaurant or anything the other grammars know.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from backend.conversations.understanding.given_names import GIVEN_NAMES
from backend.conversations.understanding.items import follows, precedes
from backend.conversations.understanding.lexicon import lexicon
from backend.conversations.understanding.name_words import (
    ALSO_NAMES,
    CALENDAR,
    Name,
    grammar,
    is_name_word,
    name_end,
    past_title,
    written,
)
from backend.conversations.understanding.names_asked import after_comma, bare, spelled, whole, wished
from backend.conversations.understanding.names_closing import alone_between_commas, closing, signature
from backend.conversations.understanding.patterns import Match, longest
from backend.conversations.understanding.sentence import Sentence

_CUES: Final = grammar("strong", "weak", "capital", "beside")
_AFTER: Final = grammar("after")
# A day and a surname: only a fuller name, or one announced by 'a nombre de', is a name.
_ALSO_DAYS: Final = frozenset({"reyes", "pascua", "pascual", "navidad"})
_QUESTIONS: Final = frozenset({"que", "what", "which", "whose", "cual"})
# What else is called by a name ("el restaurante se llama ...").
_PLACES: Final = frozenset(
    [
        "restaurante",
        "restaurant",
        "sitio",
        "lugar",
        "local",
        "place",
        "bar",
        "cancion",
        "song",
        "perro",
        "dog",
        "pelicula",
        "movie",
    ]
)
# After words that announce a name, only words of the calendar and of numbers cannot be one.
FUNCTION: Final = (
    frozenset(CALENDAR | set(lexicon("es").vocabulary - {"reyes"}) | set(lexicon("en").vocabulary))
    - GIVEN_NAMES
)


def announced_name(
    sentence: Sentence, taken: Collection[int], known: Collection[str], context: str | None
) -> Name | None:
    """The name that words announce ("a nombre de", "under"), or that is all the answer to the question for it.

    Read before dates, so that 'Abril Reyes' and 'Domingo Cruz' stay names.
    """
    if context == "name" and not taken and (all_of_it := whole(sentence)) is not None:
        return all_of_it
    best: Name | None = None
    for match in longest(_CUES.find(sentence)):
        name = _after_cue(sentence, match, taken, known)
        if name is not None and (
            best is None or (name.sure, name.end - name.start) > (best.sure, best.end - best.start)
        ):
            best = name
    return best or _before_here(sentence, taken, known)


def given_name(
    sentence: Sentence, taken: Collection[int], known: Collection[str], context: str | None, *, on_task: bool
) -> Name | None:
    """A name without words that announce it: the answer to the question, or a signature. Read after all other values.

    `on_task` says that the message asks for something to be done with a booking; a name that closes it is then the guest's.
    """
    if context == "name":
        return (
            spelled(sentence)
            or wished(sentence, taken, known)
            or bare(sentence, taken, known)
            or after_comma(sentence, taken, known)
        )
    return (
        signature(sentence, taken, known)
        or alone_between_commas(sentence, taken, known)
        or closing(sentence, taken, known, on_task=on_task)
    )


def _after_cue(
    sentence: Sentence, match: Match, taken: Collection[int], known: Collection[str]
) -> Name | None:
    strength, start = match.payload[0], match.end
    if not _QUESTIONS.isdisjoint(sentence.norms[max(0, match.start - 1) : match.start + 2]):
        return None
    if not _PLACES.isdisjoint(sentence.norms[max(0, match.start - 2) : match.start]):
        return None
    if start < len(sentence) and sentence.norms[start] in {'"', "'", "“", "«", ":", "-"}:
        start += 1
    start = past_title(sentence, start)
    if precedes(sentence, start, {"a"}) and follows(sentence, start, {"la"}):
        start += 1  # 'apúntame a la Trini'
    if start == len(sentence):
        return None
    end = name_end(sentence, start, taken, known if strength != "strong" else FUNCTION)
    if end == start and _is_month_called(sentence, start):
        end = name_end(sentence, start + 1, taken, known)
    if end == start:
        return None
    first = sentence.tokens[start]
    if strength == "strong":
        return Name(written(sentence, start, end), start, end, sure=True)
    if strength == "capital":
        if not first.capital or sentence.text.isupper() or (first.norm in _ALSO_DAYS and end == start + 1):
            return None
    elif strength == "beside":
        alone = end == len(sentence) or sentence.tokens[end].kind == "mark"
        if not (first.capital and first.norm in GIVEN_NAMES and alone):
            return None
    elif not (first.capital and not sentence.text.isupper()) and first.norm not in GIVEN_NAMES:
        return None
    return Name(written(sentence, start, end), start, end, sure=strength != "capital")


def _is_month_called(sentence: Sentence, at: int) -> bool:
    """'my name is June', 'me llamo Julio': what one is called, though a month has the name too."""
    called = precedes(sentence, at, {"llamo"}) or sentence.norms[max(0, at - 2) : at] == ["name", "is"]
    return called and sentence.tokens[at].capital and sentence.norms[at] in ALSO_NAMES


def _before_here(sentence: Sentence, taken: Collection[int], known: Collection[str]) -> Name | None:
    """'Marta here', 'Lucía García al habla'."""
    for match in _AFTER.find(sentence):
        start = match.start
        while (
            start > 0
            and match.start - start < 3
            and is_name_word(sentence, start - 1, known, first=True)
            and start - 1 not in taken
        ):
            start -= 1
        first = sentence.tokens[start]
        if follows(sentence, match.start, {"party"}) and not precedes(sentence, start, {"the"}):
            continue  # 'Hen party for 8'
        begins = (
            start == 0
            or sentence.tokens[start - 1].kind != "word"
            or sentence.norms[start - 1] in {"hi", "hola", "hello", "hey", "the"}
        )
        if start < match.start and begins and (first.capital or first.norm in GIVEN_NAMES):
            return Name(written(sentence, start, match.start), start, match.start, sure=True)
    return None
