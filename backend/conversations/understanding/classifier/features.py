"""What the intent classifier sees of a message: hashed words, word pairs and triples, and pieces of words.

Called by `classify` on every message and by `scripts/intents/train.py`, so that both see the same. Standard library only.
"""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise
from zlib import crc32

BUCKETS = 1 << 14
LONGEST_MESSAGE = 300
"""Characters looked at: what a guest wants is said in the first sentences, and work stays bounded."""

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


def features(text: str) -> list[int]:
    """The buckets, below `BUCKETS`, that are set for `text`: sorted, each once."""
    words = ["<", *tokens(text), ">"]
    named = [f"w {word}" for word in words]
    named += [f"p {first} {second}" for first, second in pairwise(words)]
    named += [f"t {' '.join(three)}" for three in zip(words, words[1:], words[2:], strict=False)]
    for word in set(words[1:-1]):
        padded = f"_{word}_"
        named += [padded[at : at + size] for size in _PIECES for at in range(len(padded) - size + 1)]
    named.append(f"n {min(len(words) - 2, 9)}")
    # Half a character of a pair, as a broken client may send it, is a character like any other here.
    return sorted({crc32(name.encode("utf-8", "surrogatepass")) % BUCKETS for name in named})
