"""A second opinion on what a message wants: a linear model over hashed words and word pieces, trained on our own messages.

`classify(text, language)` is called by the grammar's intents where the words it knows leave it unsure. `scripts/intents/train.py`
makes `weights.bin`; `docs/decisions/011-intent-classifier.md` says what it is worth. Standard library only, pure.
"""

from __future__ import annotations

import json
import math
import zlib
from dataclasses import dataclass
from functools import cache
from operator import itemgetter
from pathlib import Path
from typing import Any

from backend.conversations.understanding.classifier.features import BUCKETS, features

WEIGHTS = Path(__file__).parent / "weights.bin"
FORMAT = 1


@dataclass(frozen=True, slots=True)
class Model:
    """One language's weights. `rows` holds a signed byte a bucket for each intent; `scales` turns them back into weights."""

    intents: tuple[str, ...]
    rows: tuple[memoryview, ...]
    scales: tuple[float, ...]
    biases: tuple[float, ...]
    temperature: float


def classify(text: str, language: str) -> list[tuple[str, float]]:
    """Every intent with its probability, likeliest first; they add up to 1.

    `language` is `es` or `en` (KeyError otherwise). Calibrated, on the careful side, on patterns that the training had not
    seen. The first call loads the weights.
    """
    model = models()[language]
    found = features(text, language)
    pick = itemgetter(*found)
    length = math.sqrt(len(found))
    scores = [
        (bias + scale * sum(pick(row)) / length) / model.temperature
        for row, scale, bias in zip(model.rows, model.scales, model.biases, strict=True)
    ]
    highest = max(scores)
    powers = [math.exp(score - highest) for score in scores]
    total = sum(powers)
    shares = [(intent, power / total) for intent, power in zip(model.intents, powers, strict=True)]
    return sorted(shares, key=lambda share: -share[1])


def described(packed: bytes) -> dict[str, Any]:
    """What a weights file says of itself: intents, corpus digest, scales. ValueError if it is of another format."""
    about: dict[str, Any] = json.loads(packed.split(b"\n", 1)[0])
    if about["format"] != FORMAT:
        raise ValueError(f"intent weights of format {about['format']}, not {FORMAT}")
    return about


@cache
def models() -> dict[str, Model]:
    """The shipped models by language, read once. OSError or ValueError if the file is missing or of another format."""
    packed = WEIGHTS.read_bytes()
    about = described(packed)
    weights = memoryview(zlib.decompress(packed.split(b"\n", 1)[1])).cast("b")
    intents = tuple(about["intents"])
    made = {}
    for number, (language, fitted) in enumerate(about["languages"].items()):
        start = number * len(intents) * BUCKETS
        rows = tuple(weights[start + at * BUCKETS : start + (at + 1) * BUCKETS] for at in range(len(intents)))
        made[language] = Model(
            intents, rows, tuple(fitted["scales"]), tuple(fitted["biases"]), fitted["temperature"]
        )
    return made
