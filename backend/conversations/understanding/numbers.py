"""Numbers in words and figures. Called by `sentence`, which asks at each token what number begins there.

"treinta y dos", "veintidós", "ciento veinte", "dos mil veintiséis", "twenty-five", "a hundred and ten", "oh five".
Two numbers side by side ("dos treinta", "seven thirty") stay two numbers: they are an hour and its minutes.
"""

from __future__ import annotations

from collections.abc import Sequence

from backend.conversations.understanding.lexer import Token
from backend.conversations.understanding.lexicon import Lexicon

Found = tuple[int, int]
_AND = frozenset({"y", "i", "e", "and"})


def number_at(tokens: Sequence[Token], at: int, lexicon: Lexicon) -> Found | None:
    """The whole number that begins at token `at` as (value, end); None when there is none."""
    token = tokens[at]
    if token.kind == "figure":
        return (int(token.text), at + 1) if len(token.groups) == 1 and len(token.text) <= 6 else None
    return words_at(tokens, at, lexicon) if token.kind == "word" else None


def words_at(tokens: Sequence[Token], at: int, lexicon: Lexicon) -> Found | None:
    """A number in words that begins at token `at`."""
    head = _below_thousand(tokens, at, lexicon)
    if head is None:
        return (1000, at + 1) if tokens[at].norm == "mil" else None
    value, end = head
    if end < len(tokens) and tokens[end].norm in {"mil", "thousand"} and value < 100:
        tail = _below_thousand(tokens, end + 1, lexicon)
        return (value * 1000 + tail[0], tail[1]) if tail else (value * 1000, end + 1)
    return head


def _below_thousand(tokens: Sequence[Token], at: int, lexicon: Lexicon) -> Found | None:
    if at >= len(tokens):
        return None
    norm = tokens[at].norm
    if norm in lexicon.hundreds:
        rest = _below_hundred(tokens, at + 1, lexicon)
        value = lexicon.hundreds[norm]
        return (value + rest[0], rest[1]) if rest and norm != "cien" else (value, at + 1)
    count = 1 if norm == "a" else lexicon.units.get(norm, 0)
    if 1 <= count <= 9 and at + 1 < len(tokens) and tokens[at + 1].norm == "hundred":
        start = at + 2
        if start < len(tokens) and tokens[start].norm == "and":
            start += 1
        rest = _below_hundred(tokens, start, lexicon)
        value = 100 * count
        return (value + rest[0], rest[1]) if rest else (value, at + 2)
    return _below_hundred(tokens, at, lexicon)


def _below_hundred(tokens: Sequence[Token], at: int, lexicon: Lexicon) -> Found | None:
    if at >= len(tokens):
        return None
    norm = tokens[at].norm
    if norm in lexicon.tens:
        return _tens(tokens, at, lexicon)
    if norm == "veinti" and at + 1 < len(tokens) and tokens[at + 1].norm in lexicon.units:
        return 20 + lexicon.units[tokens[at + 1].norm], at + 2
    if norm in lexicon.teens:
        return lexicon.teens[norm], at + 1
    if norm in lexicon.units:
        return lexicon.units[norm], at + 1
    return None


def _tens(tokens: Sequence[Token], at: int, lexicon: Lexicon) -> Found:
    """Tens, with the unit that belongs to them: 'treinta y dos', 'thirty-two', 'thirty two'."""
    value = lexicon.tens[tokens[at].norm]
    nxt = at + 1
    if nxt < len(tokens) and tokens[nxt].norm in (_AND | {"-"}):
        nxt += 1
    elif tokens[at].norm.endswith("a"):
        return value, at + 1
    if nxt < len(tokens) and 1 <= lexicon.units.get(tokens[nxt].norm, 0) <= 9:
        return value + lexicon.units[tokens[nxt].norm], nxt + 1
    return value, at + 1


def ordinal_at(tokens: Sequence[Token], at: int, lexicon: Lexicon, endings: frozenset[str]) -> Found | None:
    """An ordinal: '24th', '1º', '1ro', 'primero', 'twenty-fourth', 'twenty fourth'."""
    token = tokens[at]
    following = tokens[at + 1] if at + 1 < len(tokens) else None
    if token.kind == "figure":
        ends = following is not None and following.glued and following.norm in endings
        return (int(token.text), at + 2) if ends and len(token.groups) == 1 and len(token.text) <= 3 else None
    if token.norm in lexicon.ordinals:
        return lexicon.ordinals[token.norm], at + 1
    if token.norm in lexicon.tens and following is not None:
        where = at + 2 if following.norm == "-" else at + 1
        if where < len(tokens) and tokens[where].norm in lexicon.ordinals:
            return lexicon.tens[token.norm] + lexicon.ordinals[tokens[where].norm], where + 1
    return None
