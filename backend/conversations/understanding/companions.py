"""People counted by who they are: 'my husband, my mother-in-law and I', 'con mi mujer y mis tres hijos'. Called by `party`.

Each one named is counted; the guest too, by 'me', or unsaid where the others come along with them.
"""

from __future__ import annotations

from typing import Final

from backend.conversations.understanding.items import Item, precedes
from backend.conversations.understanding.patterns import Grammar, Match, longest
from backend.conversations.understanding.rulebook import load
from backend.conversations.understanding.sentence import Sentence

GRAMMAR: Final = Grammar(*load("companions"))
_JOINTS: Final = frozenset(
    {",", "y", "e", "and", "&", "+", "con", "with", "plus", "mas", "tambien", "also", "n"}
)
_ALONG: Final = frozenset({"con", "with", "bringing", "bring", "llevo", "llevamos"})
_MINE: Final = frozenset({"mi", "mis", "my", "our", "nuestro", "nuestra", "nuestros", "nuestras"})
_MOST_JOINTS: Final = 2


def find_companions(sentence: Sentence) -> list[Item]:
    """The sums of two or more companions named side by side, the guest among them."""
    found: list[Item] = []
    chain: list[Match] = []
    for match in longest(GRAMMAR.find(sentence)):
        if chain and not _joined(sentence, chain[-1].end, match.start):
            found += _counted(sentence, chain)
            chain = []
        chain.append(match)
    return found + _counted(sentence, chain)


def _joined(sentence: Sentence, end: int, start: int) -> bool:
    between = sentence.norms[end:start]
    return 1 <= len(between) <= _MOST_JOINTS and all(norm in _JOINTS for norm in between)


def _counted(sentence: Sentence, chain: list[Match]) -> list[Item]:
    along = bool(chain) and precedes(sentence, chain[0].start, _ALONG)
    numbered = any("n" in match.captures for match in chain)
    named = any("me" in match.payload or sentence.norms[match.start] in _MINE for match in chain)
    if not along and not named:
        return []
    if len(chain) < 2 and not (along and numbered):
        return []
    total = sum(int(match.payload[0]) + int(match.captures.get("n", 0)) for match in chain)
    total += 0 if any("me" in match.payload for match in chain) else 1
    start, end = chain[0].start, chain[-1].end
    return [Item("party", start, end, (total,), 7 + 0.1 * (end - start), kind="companions")]
