"""Which language a message is written in, by the everyday words of each. Called by `compose` before anything is read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from backend.conversations.understanding.lexer import Token
from backend.conversations.understanding.rulebook import words

SPANISH: Final = words("spanish")
ENGLISH: Final = words("english")
_MARKS: Final = frozenset("ñ¿¡áéíóú")


def scores(tokens: Sequence[Token], text: str) -> tuple[float, float]:
    """How Spanish and how English the message looks; the unit is about one everyday word."""
    words = [
        token.norm for at, token in enumerate(tokens) if token.kind == "word" and not _in_code(tokens, at)
    ]
    spanish = sum(1.0 for word in words if word in SPANISH)
    english = sum(1.0 for word in words if word in ENGLISH)
    if not text.isascii() and not _MARKS.isdisjoint(text.lower()):
        spanish += 0.6
    return spanish, english


def _in_code(tokens: Sequence[Token], at: int) -> bool:
    """Whether the word is run together with figures, as in a code or '8pm': no sign of a language."""
    before = at > 0 and tokens[at].glued and tokens[at - 1].kind == "figure"
    after = at + 1 < len(tokens) and tokens[at + 1].glued and tokens[at + 1].kind == "figure"
    return before or after


def detect(tokens: Sequence[Token], text: str, hint: str | None) -> str:
    """`es` or `en`: what the words say, the hint where they say little."""
    spanish, english = scores(tokens, text)
    told = (
        "en"
        if (hint or "").lower().startswith("en")
        else "es"
        if (hint or "").lower().startswith("es")
        else None
    )
    if told == "es":
        return "en" if english >= spanish + 2 or (spanish == 0 and english >= 1) else "es"
    if told == "en":
        return "es" if spanish >= english + 2 or (english == 0 and spanish >= 1) else "en"
    return "en" if english > spanish else "es"
