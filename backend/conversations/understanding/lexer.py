"""From text to tokens with spans. Called by `compose`; everything later works on tokens, never on the raw text.

A figure keeps its separators (`20:00`, `24/12/2025`, `8-8:30`) so that the grammar decides what it is. `norm` is the form the
lexicons know: lower case, no accents, stretched letters shortened.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

Kind = Literal["word", "figure", "email", "url", "emoji", "mark"]

_LEX = re.compile(
    r"""
    (?P<email>[\w.+-]+@[\w-]+(?:\.[\w-]+)+)
  | (?P<url>(?:https?://|www\.)\S+)
  | (?P<word>[apAP]\.\s?[mM]\b\.?)
  | (?P<figure>\d+(?:[:./'’´-]\d+)*)
  | (?P<word2>[^\W\d_]+(?:['’`´][^\W\d_]+)*['’]?)
  | (?P<space>\s+)
  | (?P<mark>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_STRETCHED = re.compile(r"([^\W\d_])\1{2,}")
_EMOJI_EXTRAS = {"\ufe0f", "\u200d", "\u20e3"}
_SPLIT = re.compile(r"(\d+)")


_HOURS = frozenset(
    {"one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"}
)


@dataclass(slots=True)
class Token:
    """One token. `start` and `end` are offsets in the normalised text; `glued` says that no space precedes it."""

    text: str
    start: int
    end: int
    kind: Kind
    norm: str
    glued: bool = False
    groups: tuple[str, ...] = ()
    separators: str = ""

    @property
    def capital(self) -> bool:
        """Whether the word begins with a capital letter."""
        return self.text[:1].isupper()


def normalise(text: str) -> str:
    """The text spans refer to: NFC, so that a letter and its accent are one character; half characters become '?'."""
    if text.isascii():
        return text
    return unicodedata.normalize("NFC", text.encode("utf-8", "replace").decode("utf-8"))


@lru_cache(maxsize=4096)
def fold(word: str) -> str:
    """Lower case without accents; 'MAÑANA' gives 'manana', 'holaaaa' gives 'hola', typographic apostrophes become plain."""
    low = word.lower()
    if not low.isascii():
        low = low.replace("’", "'").replace("´", "'").replace("º", "o").replace("ª", "a")
        decomposed = unicodedata.normalize("NFD", low)
        low = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    else:
        low = low.replace("`", "'")
    return _STRETCHED.sub(r"\1", low)


def tokenize(text: str) -> list[Token]:
    """Tokens of an already normalised text, without white space, in order."""
    tokens: list[Token] = []
    glued = False
    for match in _LEX.finditer(text):
        kind = match.lastgroup
        if kind == "space":
            glued = False
            continue
        raw = match.group()
        if raw in _EMOJI_EXTRAS or unicodedata.category(raw[0]) in {"Mn", "Cf"}:
            continue
        token = _token(raw, match.start(), match.end(), kind or "mark", glued)
        tokens += _about(token) or [token]
        glued = True
    return tokens


def _about(token: Token) -> list[Token]:
    """'tenish' as 'ten' and 'ish'; empty for every other word."""
    if token.kind != "word" or not token.norm.endswith("ish") or token.norm[:-3] not in _HOURS:
        return []
    cut = token.end - 3
    stem = Token(token.text[:-3], token.start, cut, "word", token.norm[:-3], token.glued)
    return [stem, Token(token.text[-3:], cut, token.end, "word", "ish", glued=True)]


def _token(raw: str, start: int, end: int, kind: str, glued: bool) -> Token:
    if kind == "figure":
        parts = _SPLIT.split(raw)
        groups = tuple(parts[1::2])
        separators = "".join(parts[2:-1:2]).translate({ord("’"): "'", ord("´"): "'"})
        return Token(raw, start, end, "figure", raw, glued, groups, separators)
    if kind == "word":
        return Token(raw, start, end, "word", "am" if raw[0] in "aA" else "pm", glued)
    if kind == "word2":
        return Token(raw, start, end, "word", fold(raw).rstrip("'"), glued)
    if kind == "mark":
        is_emoji = unicodedata.category(raw) in {"So", "Sk"} and raw not in "´`^¨"
        return Token(raw, start, end, "emoji" if is_emoji else "mark", raw, glued)
    return Token(raw, start, end, "email" if kind == "email" else "url", raw.lower(), glued)
