"""People counted by who they are: 'my husband, my mother-in-law and I', 'con mi mujer y mis tres hijos'. Called by `party`.

Each one named is counted; the guest too, by 'me', or unsaid where the others come along with them. Groups that are only counted
("4 adultos y 1 guagua") are summed, and there a noun that no list holds still counts.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from backend.conversations.understanding.given_names import GIVEN_NAMES
from backend.conversations.understanding.items import OTHER_UNITS, Item, follows, precedes
from backend.conversations.understanding.name_words import ALSO_NAMES
from backend.conversations.understanding.patterns import Grammar, Match, longest
from backend.conversations.understanding.rulebook import load, words
from backend.conversations.understanding.sentence import Sentence

GRAMMAR: Final = Grammar(*load("companions"))
_JOINTS: Final = frozenset(
    {",", "y", "e", "and", "&", "+", "con", "with", "plus", "mas", "tambien", "also", "n"}
)
_ALONG: Final = frozenset({"con", "with", "bringing", "bring", "llevo", "llevamos"})
_MINE: Final = frozenset({"mi", "mis", "my", "our", "nuestro", "nuestra", "nuestros", "nuestras"})
_DETERMINERS: Final = _MINE | {"the", "el", "la", "los", "las", "un", "una", "a", "yo", "me"}
# What is said of the people named when it is not that they come: 'mi mujer y mi suegra son celíacas'.
_SAID_OF_THEM: Final = words("said_of_people")
_NOT_PEOPLE: Final = OTHER_UNITS | words("not_people")
_ARTICLES: Final = frozenset({"un", "una", "a", "an", "el", "the"})
_BEFORE_NAMES: Final = frozenset({"somos", "seremos", "for", "para", "it's", "just", "be"})
_MOST_JOINTS: Final = 2
_MOST_UNLISTED: Final = 20


def find_companions(sentence: Sentence, ordinary: Collection[str]) -> list[Item]:
    """The sums of two or more companions named side by side, the guest among them. `ordinary` words are never people."""
    listed = longest(GRAMMAR.find(sentence))
    taken = {at for match in listed for at in range(match.start, match.end)}
    others = [*_unlisted(sentence, taken, ordinary), *_by_name(sentence, listed, ordinary)]
    matches = sorted([*listed, *others], key=lambda match: match.start)
    found: list[Item] = []
    chain: list[Match] = []
    for match in matches:
        if chain and not _joined(sentence, chain[-1].end, match.start):
            found += _counted(sentence, chain)
            chain = []
        chain.append(match)
    return found + _counted(sentence, chain)


def _unlisted(sentence: Sentence, taken: Collection[int], ordinary: Collection[str]) -> list[Match]:
    """'1 guagua': a small count before a word that nothing knows; people only when joined to people."""
    found = []
    for at, classes in enumerate(sentence.classes):
        value, end = classes.get("num", (0, at))
        if not 0 < value <= _MOST_UNLISTED or at in taken or end >= len(sentence) or end in taken:
            continue
        token = sentence.tokens[end]
        strange = token.kind == "word" and len(token.norm) > 2 and not token.capital and not token.glued
        if strange and token.norm not in ordinary and token.norm not in _NOT_PEOPLE:
            begin = at - 1 if precedes(sentence, at, _MINE) and at - 1 not in taken else at
            found.append(Match(["0", "unlisted"], begin, end + 1, {"n": value}))
    return found


def _by_name(sentence: Sentence, listed: Collection[Match], ordinary: Collection[str]) -> list[Match]:
    """'Peter, John and me': names side by side; 'my mate Dave' and 'it's me, Paddy' name whom another word counts."""
    taken = {at for match in listed for at in range(match.start, match.end)}
    ends = {match.end: "me" in match.payload for match in listed}
    found = []
    for at, token in enumerate(sentence.tokens):
        if token.kind != "word" or not token.capital or at in taken:
            continue
        called = token.norm in GIVEN_NAMES | ALSO_NAMES or (token.norm not in ordinary and at > 0)
        begins = at == 0 or precedes(sentence, at, _JOINTS | _BEFORE_NAMES)
        beside = sentence.norms[at - 1] == "," and at - 1 in ends
        apposed = beside and not (ends[at - 1] and follows(sentence, at + 1, _JOINTS))
        if called and begins and not apposed:
            found.append(Match(["1", "named"], at, at + 1, {}))
    return found


def _joined(sentence: Sentence, end: int, start: int) -> bool:
    while end < start and sentence.norms[end] in GIVEN_NAMES and sentence.tokens[end].capital:
        end += 1  # 'my mate Dave and his wife'
    between = sentence.norms[end:start]
    if not between:
        return sentence.norms[start] in _DETERMINERS or "num" in sentence.classes[start]
    return len(between) <= _MOST_JOINTS and all(norm in _JOINTS for norm in between)


def _counted(sentence: Sentence, chain: list[Match]) -> list[Item]:
    chain = _without_bare_ends(chain)
    has_me = any("me" in match.payload for match in chain)
    if not any("me" in match.payload and "n" not in match.captures for match in chain):
        chain = [match for match in chain if "named" not in match.payload]
    if not chain or all("unlisted" in match.payload for match in chain):
        return []
    along = precedes(sentence, chain[0].start, _ALONG)
    numbered = any("n" in match.captures for match in chain)
    named = has_me or any(sentence.norms[match.start] in _MINE for match in chain)
    groups = len(chain) > 1 and all(_is_group(sentence, match) for match in chain)
    if any("open" in match.payload and not _people_of(sentence, match) for match in chain):
        return []
    if not has_me and follows(sentence, chain[-1].end, _SAID_OF_THEM):
        return []
    if not (along or named or groups) or (len(chain) < 2 and not (along and numbered)):
        return []
    counts = [_people_of(sentence, match) for match in chain]
    total = sum(counts)
    whole_first = "me" in chain[0].payload and "n" in chain[0].captures
    if whole_first and len(chain) > _MOST_JOINTS and counts[0] == total - counts[0]:
        total = counts[0]  # 'seven of us, four adults and three children'
    total += 0 if has_me or (groups and not along and not named) else 1
    start, end = chain[0].start, chain[-1].end
    return [Item("party", start, end, (total,), 7 + 0.1 * (end - start), kind="companions")]


def _people_of(sentence: Sentence, match: Match) -> int:
    """How many one companion or group is; the count may follow in brackets, as in 'los peques (2)'."""
    number = match.captures.get("n", 0)
    if not number and match.payload[0] == "0" and follows(sentence, match.end, {"("}):
        at = match.end + 1
        number = sentence.classes[at].get("num", (0, 0))[0] if at < len(sentence) else 0
    return int(match.payload[0]) + int(number)


def _is_group(sentence: Sentence, match: Match) -> bool:
    """Whether people are only counted here ('4 adultos', 'a baby'), not said to be anybody's."""
    return "n" in match.captures or sentence.norms[match.start] in _ARTICLES


def _without_bare_ends(chain: list[Match]) -> list[Match]:
    """A relation without 'my' counts only in company of the guest: 'mum, dad and me'."""
    if any("me" in match.payload for match in chain):
        return chain
    return [] if any("bare" in match.payload for match in chain) else chain
