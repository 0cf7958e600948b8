"""What the intent classifier sees of a message: hashed words, word pairs and triples, pieces of words, and kinds of words.

Called by `classify` on every message and by `scripts/intents/train.py`, so that both see the same. Standard library only.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from itertools import combinations, pairwise
from pathlib import Path
from zlib import crc32

KINDS = Path(__file__).parent / "kinds.txt"
BUCKETS = 1 << 14
LONGEST_MESSAGE = 300
"""Characters looked at: what a guest wants is said in the first sentences, and work stays bounded."""

MOST_KINDS = 14
"""Kinds of a message that are paired; a long one would have hundreds of pairs that say little."""

_PIECES = (2, 3, 4)
_TOKEN = re.compile(r"[a-z]+|0+|[^\sa-z0.,;:'\"()-]")
_DIGIT = re.compile(r"\d")
_STRETCHED = re.compile(r"([a-z])\1{2,}")
_APOSTROPHE = re.compile(r"(?<=[a-z])['’](?=[a-z])")


def tokens(text: str) -> list[str]:
    """The words of `text`, folded: lower case, no accents, stretched letters shortened, every digit a 0, apostrophes out."""
    folded = unicodedata.normalize("NFD", text[:LONGEST_MESSAGE].lower())
    plain = "".join(letter for letter in folded if not unicodedata.combining(letter))
    plain = _STRETCHED.sub(r"\1\1", _APOSTROPHE.sub("", _DIGIT.sub("0", plain)))
    return _TOKEN.findall(plain)


def features(text: str, language: str) -> list[int]:
    """The buckets, below `BUCKETS`, that are set for `text`: sorted, each once. `language` is `es` or `en`."""
    words = ["<", *tokens(text), ">"]
    named = [f"w {word}" for word in words]
    named += [f"p {first} {second}" for first, second in pairwise(words)]
    named += [f"t {' '.join(three)}" for three in zip(words, words[1:], words[2:], strict=False)]
    for word in set(words[1:-1]):
        padded = f"_{word}_"
        named += [padded[at : at + size] for size in _PIECES for at in range(len(padded) - size + 1)]
    named += _of_kinds(words, language)
    named.append(f"n {min(len(words) - 2, 9)}")
    # Half a character of a pair, as a broken client may send it, is a character like any other here.
    return sorted({crc32(name.encode("utf-8", "surrogatepass")) % BUCKETS for name in named})


def _of_kinds(words: list[str], language: str) -> list[str]:
    """The message in kinds of words: each kind, each two that occur together, and neighbours with words that have none."""
    alike = [kinds_of(word, language) for word in words]
    present = sorted({kind for kinds in alike for kind in kinds})
    named = [f"k {kind}" for kind in present]
    named += [f"c {first} {second}" for first, second in combinations(present[:MOST_KINDS], 2)]
    plain = [kinds or (word,) for word, kinds in zip(words, alike, strict=True)]
    named += [f"q {first} {second}" for here, there in pairwise(plain) for first in here for second in there]
    return named


@lru_cache(maxsize=4096)
def kinds_of(word: str, language: str) -> tuple[str, ...]:
    """The kinds a folded word belongs to (`kinds.txt`), by the whole word or by how it begins."""
    if word.startswith("0"):
        return ("number",)
    whole, begun = _looked_up(language)
    found = set(whole.get(word, ()))
    for size in range(2, len(word) + 1):
        found.update(begun.get(word[:size], ()))
    return tuple(sorted(found))


@cache
def _looked_up(language: str) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    whole: dict[str, list[str]] = {}
    begun: dict[str, list[str]] = {}
    of_language = KINDS.read_text(encoding="utf-8").split(f"[{language}]\n")[1].split("[")[0]
    for line in of_language.splitlines():
        kind, _, words = line.partition(": ")
        for word in words.split():
            table = begun if word.endswith("*") else whole
            table.setdefault(word.rstrip("*"), []).append(kind)
    return whole, begun
