#!/usr/bin/env python3
"""Trains the intent classifier and writes its weights: `python scripts/intents/train.py`, about two minutes, the same every time.

For people who changed `es.txt` or `en.txt` beside it. Needs scikit-learn (requirements-dev.txt); what it writes does not.
"""

from __future__ import annotations

import json
import sys
import zlib
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix  # type: ignore[import-untyped]
from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]
from sklearn.model_selection import GroupKFold  # type: ignore[import-untyped]

sys.path[:0] = [str(Path(__file__).resolve().parents[2]), str(Path(__file__).resolve().parent)]

from corpus import LANGUAGES, Message, digest, messages  # noqa: E402 - the path is set first

from backend.conversations.understanding.classifier import FORMAT, WEIGHTS  # noqa: E402
from backend.conversations.understanding.classifier.features import BUCKETS, features  # noqa: E402

STRENGTH = 10.0
"""Inverse regularisation, chosen on exam1; between 3 and 30 it matters little."""
FOLDS = 3
LEVELS = 127
ROUNDS = 400
TEMPERATURES = tuple(step / 50 for step in range(20, 150))


def main() -> None:
    """Trains every language, writes the weights, and says how patterns that were held out are read."""
    fitted = {language: fit(messages(language), language) for language in LANGUAGES}
    intents = [str(intent) for intent in fitted[LANGUAGES[0]][0].classes_]
    about: dict[str, object] = {"format": FORMAT, "corpus": digest(), "intents": intents}
    parts, languages = [], {}
    for language, (model, temperature, held_out) in fitted.items():
        scales = np.abs(model.coef_).max(axis=1) / LEVELS
        parts.append(np.rint(model.coef_ / scales[:, None]).astype(np.int8).tobytes())
        languages[language] = {
            "scales": [round(float(scale), 6) for scale in scales],
            "biases": [round(float(bias), 4) for bias in model.intercept_],
            "temperature": round(temperature, 3),
        }
        print(f"{language}: {held_out:.1%} of messages of unseen patterns, temperature {temperature:.2f}")
    about["languages"] = languages
    WEIGHTS.write_bytes(json.dumps(about).encode() + b"\n" + zlib.compress(b"".join(parts), 9))
    print(f"{WEIGHTS.name}: {WEIGHTS.stat().st_size} bytes")


def fit(corpus: list[Message], language: str) -> tuple[LogisticRegression, float, float]:
    """The model of a corpus, the temperature that makes it honest about unseen patterns, and its share right on those."""
    seen, meant = matrix(corpus, language), np.array([message.intent for message in corpus])
    patterns = np.array([message.pattern for message in corpus])
    model = _fitted(seen, meant)
    scores, wanted = [], []
    for inside, outside in GroupKFold(FOLDS).split(seen, meant, patterns):
        fold = _fitted(seen[inside], meant[inside])
        scores.append(fold.decision_function(seen[outside]))
        wanted.append(np.searchsorted(fold.classes_, meant[outside]))
    held_out, truth = np.concatenate(scores), np.concatenate(wanted)
    right = float((held_out.argmax(axis=1) == truth).mean())
    return model, min(TEMPERATURES, key=lambda t: _surprise(held_out / t, truth)), right


def matrix(corpus: list[Message], language: str) -> csr_matrix:
    """One row a message, each of length 1, as `classify` computes it."""
    found = [features(message.text, language) for message in corpus]
    sizes = np.array([len(each) for each in found])
    values = np.repeat(1 / np.sqrt(sizes), sizes)
    ends = np.concatenate([[0], np.cumsum(sizes)])
    return csr_matrix((values, np.concatenate(found), ends), shape=(len(corpus), BUCKETS))


def _fitted(seen: csr_matrix, meant: np.ndarray) -> LogisticRegression:
    names, counts = np.unique(meant, return_counts=True)
    weight = dict(zip(names, np.sqrt(len(meant) / counts), strict=True))
    model = LogisticRegression(C=STRENGTH, max_iter=ROUNDS)
    return model.fit(seen, meant, sample_weight=[weight[intent] for intent in meant])


def _surprise(scores: np.ndarray, truth: np.ndarray) -> float:
    shifted = scores - scores.max(axis=1, keepdims=True)
    logs = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return -float(logs[np.arange(len(truth)), truth].mean())


if __name__ == "__main__":
    main()
