"""Words of a message put right before anything is read in it: aliases, typing mistakes, pasts without their accent, sounds of
thinking. Called by `compose` after the lexer; the corrections themselves are `spelling`'s.
"""

from __future__ import annotations

from typing import Final

from backend.conversations.understanding import spelling
from backend.conversations.understanding.lexer import Token
from backend.conversations.understanding.lexicon import Lexicon
from backend.conversations.understanding.rulebook import words
from backend.conversations.understanding.vocabulary import MONTHS_EN, WEEKDAYS_EN

# Folding drops the accent that tells the past from a request ("reservé" from "reserve").
_PAST: Final = {
    "reservé": "he-reservado",
    "anulé": "he-anulado",
    "cancelé": "he-cancelado",
    "cambié": "he-cambiado",
}
# Sounds of thinking, dropped from any message that says more ("a table er for two").
_HESITATIONS: Final = words("hesitations")
_FEW: Final = 3
_ENGLISH_DAYS: Final = frozenset(
    word for word in (*WEEKDAYS_EN, *MONTHS_EN) if len(word) > 5 and word not in {"august", "april"}
)


def put_right(
    tokens: list[Token], lexicon: Lexicon, known: frozenset[str], english: frozenset[str]
) -> list[Token]:
    """The tokens with aliases and typing mistakes put right in their folded form, and sounds of thinking left out.

    `known` are the folded words that mean something in the message's language, `english` those of English.
    """
    out: list[Token] = []
    for at, token in enumerate(tokens):
        previous = out[-1] if out else None
        if len(tokens) > _FEW and _is_hesitation(tokens, at):
            continue
        if (
            token.kind == "word"
            and token.glued
            and previous is not None
            and previous.text == "2"
            and "2" + token.norm in lexicon.aliases
        ):
            out[-1] = Token(
                "2" + token.text,
                previous.start,
                token.end,
                "word",
                lexicon.aliases["2" + token.norm],
                previous.glued,
            )
            continue
        if (
            token.text == "."
            and token.glued
            and previous is not None
            and lexicon.is_short_form(previous.norm)
        ):
            continue
        if token.kind == "word" and not _is_initial(token, tokens):
            token.norm = lexicon.without_genitive(token.norm)
            past = _PAST.get(token.text.lower())
            norm = (
                past
                or lexicon.aliases.get(token.norm)
                or (spelling.correct(token.norm, known) if not _named(token, tokens, english) else token.norm)
            )
            token.norm = lexicon.aliases.get(norm, norm)
        out.append(token)
    return out


def _is_hesitation(tokens: list[Token], at: int) -> bool:
    """Whether somebody thinks aloud here; 'EM' run together with figures is a piece of a reservation code."""
    token, following = tokens[at], tokens[at + 1 : at + 2]
    if token.kind != "word" or token.norm not in _HESITATIONS:
        return False
    after_figure = token.glued and tokens[at - 1].kind == "figure"
    before_figure = bool(following) and following[0].glued and following[0].kind == "figure"
    return not (after_figure or before_figure)


def _is_initial(token: Token, tokens: list[Token]) -> bool:
    """Whether this is 'R.' of a name, not the 'r' that means 'are'."""
    if len(token.text) != 1 or not token.capital:
        return False
    following = tokens[tokens.index(token) + 1 :][:1]
    return bool(following) and following[0].text == "." and following[0].glued


def _named(token: Token, tokens: list[Token], english: frozenset[str]) -> bool:
    """Whether a capital in the middle of a sentence says that this is a name, not a mistake; "Friay" is a day all the same."""
    return (
        spelling.correct(token.norm, english) not in _ENGLISH_DAYS
        and token.capital
        and token is not tokens[0]
        and not token.text.isupper()
        and token.norm not in spelling.TARGETS
        and len(token.norm) < 6
    )
