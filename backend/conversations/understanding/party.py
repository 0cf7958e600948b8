"""How many people: counts, sums, companions and changes of the count. Called by `compose`.

"mesa para 4", "somos dos", "2 adults and 3 kids", "me and my wife", "my 7 friends and I", "seremos dos más". A number that is an
hour, a day, money or an age is never people; where two counts are named as a range the larger one is kept.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

from backend.conversations.understanding.companions import find_companions
from backend.conversations.understanding.items import MERIDIEM, Item, counts_other, follows, precedes
from backend.conversations.understanding.patterns import Grammar, Match
from backend.conversations.understanding.rulebook import load, words
from backend.conversations.understanding.sentence import Sentence
from backend.conversations.understanding.vocabulary import ORDINAL_ENDINGS

GRAMMAR = Grammar(*load("party"))
MOST = 500
_ALARMS: Final = words("alarms")
_TELEGRAM_AT_LEAST: Final = 4
# An hour said in English without am or pm is at most this ("roughly 15" counts people).
_LATEST_HOUR: Final = 12
_MARKS: Final = frozenset({",", ".", ";", "-", "(", ")", "\n", "/"})
_COUNTING: Final = frozenset({"para", "for", "somos", "pa"})
# After "solo yo" and "just me": what makes it no count ('sólo yo puedo ...', 'is it just me or ...').
_NOT_ALONE: Final = words("not_alone")
_HOUR_TALK: Final = words("hour_talk")
_ERRANDS: Final = words("errands")
_AFTER_ME: Final = words("after_me")
_PLUS = frozenset(
    {"y", "and", "e", "+", "plus", "mas", "&", "con", "with", "tambien", "also", "un", "una", "a"}
)
_HOUR_TAILS = (
    "y media", "y cuarto", "menos cuarto", "pe eme", "de la noche", "de la tarde", "de la manana", "in the evening",
    "in the morning", "in the afternoon",
)  # fmt: skip
_UNCOUNTED: Final = frozenset({"cancel", "cancela", "cancelar", "anula", "anular", "not", "isn't", "es"})
_INCLUDING = frozenset(
    [
        "incluyendo",
        "incluidos",
        "incluido",
        "including",
        "incl",
        "counting",
        "contando",
        "ellos",
        "ellas",
        "them",
        "(",
    ]
)


def find_party(sentence: Sentence, context: str | None, ordinary: Collection[str]) -> list[Item]:
    """Every party size the message may name, overlapping readings included; none where an alarm is to be set.

    `ordinary` are words that are never a noun for people ("4 adultos y 1 guagua").
    """
    if not _ALARMS.isdisjoint(sentence.norms):
        return []
    items: list[Item] = []
    for match in GRAMMAR.find(sentence):
        if not _fits_context(sentence, match, context):
            continue
        size = _size(sentence, match)
        if size is not None:
            name, weight = match.payload[0], float(match.payload[1])
            kind = "delta" if name in {"more", "fewer"} else name
            items.append(
                Item(
                    "party",
                    match.start,
                    match.end,
                    (size,),
                    weight + 0.1 * (match.end - match.start),
                    kind=kind,
                )
            )
    return _with_sums(sentence, items) + find_companions(sentence, ordinary)


def _fits_context(sentence: Sentence, match: Match, context: str | None) -> bool:
    """Whether bare numbers and words may be people here: where that was asked, or '2+2' between marks."""
    name = match.payload[0]
    if name == "plus_bare":
        return context == "party_size" or (
            _at_mark(sentence, match.start - 1) and _at_mark(sentence, match.end)
        )
    if name == "apart_1":
        if follows(sentence, match.end, {","}) and follows(sentence, match.end + 1, _NOT_ALONE):
            return False
        return _at_mark(sentence, match.start - 1) and _at_mark(sentence, match.end)
    if name in {"asked_1", "asked_sum"} and match.end - match.start < _words(sentence):
        return False
    return context == "party_size" or name not in {
        "either_bare",
        "asked_1",
        "asked_2",
        "asked_3",
        "asked_sum",
    }


def _at_mark(sentence: Sentence, at: int) -> bool:
    """Whether a mark stands at token `at`, inside the message or at either end of a longer one."""
    if at < 0 or at >= len(sentence):
        return len(sentence) > _TELEGRAM_AT_LEAST
    glued = at + 1 < len(sentence) and sentence.tokens[at + 1].glued and sentence.norms[at] == "-"
    return (sentence.norms[at] in _MARKS and not glued) or sentence.norms[at] in _COUNTING


def _words(sentence: Sentence) -> int:
    return sum(1 for token in sentence.tokens if token.kind in {"word", "figure"})


def _size(sentence: Sentence, match: Match) -> int | None:
    name, captures = match.payload[0], match.captures
    if name.startswith(("asked_", "apart_")) and name != "asked_sum":
        return int(name[-1])
    if name.startswith("is_"):
        said = _is_me(sentence, match) and not (name == "is_1" and _is_taken_back(sentence, match))
        return int(name[3:]) if said and not (name == "is_1" and _is_errand(sentence, match)) else None
    size = (
        _RULES[name](captures)
        if name in _RULES
        else int(captures.get("n", 1 if name in {"children", "grown"} else 0))
    )
    if name in {"more", "fewer"}:
        return size if _is_change(sentence, match) else None
    if not 0 < size <= MOST or not _plausible(sentence, match):
        return None
    return size


def _is_change(sentence: Sentence, match: Match) -> bool:
    """'dos menos' changes the count; 'nueve menos cuarto' is an hour, 'un poco más tarde' a wish."""
    if precedes(sentence, match.start, {"las", "la"}) or follows(
        sentence, match.end, {"cuarto", "tarde", "temprano", "o"}
    ):
        return False
    return match.end >= len(sentence) or "num" not in sentence.classes[match.end]


def _is_me(sentence: Sentence, match: Match) -> bool:
    """'para mí' is one person, 'para mi madre' is not; the accent decides, and without it what follows."""
    if sentence.norms[match.end - 1] != "mi" or sentence.tokens[match.end - 1].text.lower() == "mí":
        return True
    return match.end == len(sentence) or sentence.norms[match.end] in _AFTER_ME


def _is_errand(sentence: Sentence, match: Match) -> bool:
    """'voy solo a preguntar', 'sólo yo puedo cambiarla': 'only', not 'alone'."""
    if precedes(sentence, match.start, {"leave", "let", "dejame", "dejenme", "estoy"}):
        return True
    return follows(sentence, match.end, _NOT_ALONE, {"con", "with"}) or (
        follows(sentence, match.end, {"a", "para", "to"}) and follows(sentence, match.end + 1, _ERRANDS)
    )


def _is_taken_back(sentence: Sentence, match: Match) -> bool:
    """'no es para mí', 'cancel the table for me': nobody is counted there."""
    before = sentence.norms[: match.start + 1]
    return not _UNCOUNTED.isdisjoint(before)


def _plausible(sentence: Sentence, match: Match) -> bool:
    name, end = match.payload[0], match.end
    if (
        name == "for"
        and match.captures.get("n") == 1
        and match.start
        and "num" in sentence.classes[match.start - 1]
    ):
        return False
    if name == "became" and (
        match.captures["n2"] >= match.captures["n"]
        or "?" in sentence.norms[end:]
        or not _HOUR_TALK.isdisjoint(sentence.norms)
    ):
        return False
    if name == "became" and (
        _is_hour(sentence, end) or _is_day(sentence, end) or counts_other(sentence, end)
    ):
        return False
    if sentence.norms[match.start] == "one" and sentence.norms[end - 1] == "them":
        return False
    if end < len(sentence) and sentence.tokens[end].glued and sentence.norms[end] in ORDINAL_ENDINGS:
        return False
    if name in {"we_are", "for"} and sentence.norms[match.end - 1] in {"un", "una"}:
        return end == len(sentence) or sentence.tokens[end].kind != "word"
    if sentence.norms[match.start] == "lugar" and precedes(sentence, match.start, {"en"}):
        return False
    if name == "roughly":
        alone = match.start == 0 and end == len(sentence)
        return alone and match.captures["n"] > _LATEST_HOUR and sentence.lexicon.language == "en"
    if name == "for" and follows(sentence, end, {"or"}) and _is_clock(sentence, end + 1):
        return False
    if name in {"for", "we_are", "we_are_en", "times", "total"}:
        return not (_is_hour(sentence, end) or _is_day(sentence, end) or counts_other(sentence, end))
    if name == "bare_people":
        return not precedes(sentence, match.start, {":", "€", "$", "£", "por", "per"})
    return True


def _is_clock(sentence: Sentence, at: int) -> bool:
    """Whether 'for 8:30' or '8:30' stands at `at`: then what it is the other choice to is an hour too."""
    at += follows(sentence, at, {"for"})
    return at < len(sentence) and "clock" in sentence.classes[at]


def _is_hour(sentence: Sentence, end: int) -> bool:
    """Whether what follows the number makes it an hour."""
    if follows(sentence, end, MERIDIEM, {":", "%", "thirty", "fifteen"}):
        return True
    after = " ".join(sentence.norms[end : end + 3])
    return after.startswith(_HOUR_TAILS)


def _is_day(sentence: Sentence, end: int) -> bool:
    """Whether a month follows that takes the number as its day; in 'for 4 december 1st' it has its own."""
    at = end + 1 if follows(sentence, end, {"de", "of", "/"}) else end
    if at >= len(sentence) or "month" not in sentence.classes[at]:
        return False
    own_day = (
        at == end and at + 1 < len(sentence) and bool({"day", "ordinal"} & sentence.classes[at + 1].keys())
    )
    return not own_day


_RULES: dict[str, Any] = {
    "for": lambda captures: captures["n"],
    "more": lambda captures: captures.get("n", 1),
    "fewer": lambda captures: -captures.get("n", 1),
    "plus_me": lambda captures: captures["n"] + 1,
    "plus_two": lambda captures: captures["n"] + 2,
    "families": lambda captures: captures["n"] * captures["n2"],
    "couples": lambda captures: 2 * captures["n"],
    "either_bare": lambda captures: max(captures["n"], captures["n2"]),
    "either": lambda captures: max(captures["n"], captures["n2"]),
    "range": lambda captures: max(captures["r"][0][0], captures["r"][1][0]),
    "slashed": lambda captures: max(int(group) for group in captures["x"][0]),
    "plus_bare": lambda captures: captures["n"] + captures["n2"],
    "asked_sum": lambda captures: captures["n"] + captures["n2"],
    "became": lambda captures: captures["n2"],
    "sum": lambda captures: captures["n"] + captures["n2"],
    "sum_one": lambda captures: captures["n"] + 1,
    "sum_and_me": lambda captures: captures["n"] + captures["n2"] + 1,
    "total": lambda captures: captures["n"],
    "dozens": lambda captures: 12 * captures.get("n", 1),
}


def _with_sums(sentence: Sentence, items: list[Item]) -> list[Item]:
    """Adds 'adults and kids' together; in '4 personas, 2 de ellas niños' the first count holds the second."""
    groups = [item for item in items if item.kind in {"people", "grown", "children", "couples"}]
    groups.sort(key=lambda item: (item.start, -item.end))
    sums: list[Item] = []
    for at, first in enumerate(groups):
        total, end = first.value, first.end
        for other in groups[at + 1 :]:
            if other.start < end:
                continue
            gap = sentence.norms[end : other.start]
            if not _joins(gap, first.kind, other.kind):
                break
            total, end = total + other.value, other.end
        if end > first.end:
            sums.append(
                Item("party", first.start, end, (total,), 6.5 + 0.1 * (end - first.start), kind="people")
            )
    return [*[item for item in items if item.kind != "children" or _alone(item, items)], *sums]


def _joins(gap: list[str], first: str, other: str) -> bool:
    """Whether two counts with these words between them are added."""
    if any(word in _INCLUDING for word in gap) or len(gap) > 2:
        return False
    words = {word for word in gap if word not in {","}}
    if first == "people":
        return other == "children" and bool(words) and words <= _PLUS
    return first != other and words <= _PLUS


def _alone(item: Item, items: list[Item]) -> bool:
    """Children count by themselves only when no other people are named."""
    return not any(
        other.kind in {"people", "grown", "for", "we_are", "we_are_en"}
        for other in items
        if other is not item
    )
