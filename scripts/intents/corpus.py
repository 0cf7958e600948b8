"""The training messages of the intent classifier: reads `es.txt` and `en.txt` and writes their patterns out, the same every time.

Called by `train.py` and by the test that the shipped weights belong to this corpus.
"""

from __future__ import annotations

import hashlib
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from backend.conversations.understanding.classifier.features import features

FOLDER = Path(__file__).parent
LANGUAGES = ("es", "en")
SEED = 20261124
PER_PATTERN = 24
"""How many messages a pattern gives at most; patterns with many fillers would drown the sentences written by hand."""
SAMPLED = 20
"""Every so many messages, what the classifier sees goes into the fingerprint too."""

OPENINGS = {
    "es": ("hola, ", "buenas, ", "buenos días, ", "hola buenas tardes ", "oye ", "perdona, ", "disculpe, "),
    "en": ("hi, ", "hello, ", "hey ", "good morning, ", "sorry, ", "excuse me, ", "hi there "),
}
CLOSINGS = {
    "es": (" por favor", " porfa", ", gracias", " gracias!", "?", "!", " pls", " 🙏"),
    "en": (" please", " pls", ", thanks", " thank you!", "?", "!", " plz", " 🙏"),
}
BARE = ("greet", "confirm", "deny")
"""Intents that a greeting in front or a thank-you behind would turn into something else."""

_CHOICE = re.compile(r"\(([^()]*)\)")
_LIST = re.compile(r"\{(\w+)\}")
_MAYBE = re.compile(r"(\w+)\? ")
_SPACES = re.compile(r"\s+")


class Message(NamedTuple):
    """A training message. `pattern` numbers the line it comes from: messages of one line are alike and are held out together."""

    text: str
    intent: str
    pattern: int


def messages(language: str) -> list[Message]:
    """Every training message of a language, in a fixed order, none twice."""
    rng = random.Random(f"{SEED}-{language}")  # noqa: S311 - the same every time is the point
    seen: dict[str, Message] = {}
    for number, (intent, pattern, lists) in enumerate(_patterns(language)):
        for text in _written_out(pattern, lists, rng):
            variants = [text, _mistyped(text, rng)]
            variants += [] if intent in BARE else [_dressed(text, language, rng)]
            for variant in variants:
                seen.setdefault(variant, Message(variant, intent, number))
    return list(seen.values())


def digest() -> str:
    """A fingerprint of what the weights rest on: every message with its intent, and what the classifier sees of a sample."""
    hashed = hashlib.sha256()
    for language in LANGUAGES:
        for number, message in enumerate(messages(language)):
            hashed.update(f"{language}\t{message.intent}\t{message.text}\n".encode())
            if number % SAMPLED == 0:
                hashed.update(str(features(message.text, language)).encode())
    return hashed.hexdigest()


def _patterns(language: str) -> Iterator[tuple[str, str, dict[str, list[str]]]]:
    intent = ""
    lists: dict[str, list[str]] = {}
    for line in (FOLDER / f"{language}.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            intent = line.strip("[]")
        elif " = " in line and not intent:
            name, choices = line.split(" = ")
            lists[name] = choices.split(" | ")
        elif line and not line.startswith("# "):
            yield intent, line, lists


def _written_out(pattern: str, lists: dict[str, list[str]], rng: random.Random) -> list[str]:
    if not re.search(r"[({?]", pattern):
        return [pattern]
    made = {_one(pattern, lists, rng): None for _ in range(PER_PATTERN)}
    return list(made)


def _one(pattern: str, lists: dict[str, list[str]], rng: random.Random) -> str:
    while _CHOICE.search(pattern):
        pattern = _CHOICE.sub(lambda found: rng.choice(found[1].split("|")), pattern)
    pattern = _LIST.sub(lambda found: rng.choice(lists[found[1]]), pattern)
    pattern = _MAYBE.sub(lambda found: rng.choice((f"{found[1]} ", "")), pattern)
    return _SPACES.sub(" ", pattern).strip()


def _dressed(text: str, language: str, rng: random.Random) -> str:
    opening = rng.choice(OPENINGS[language]) if rng.random() < 0.5 else ""
    closing = rng.choice(CLOSINGS[language]) if not opening or rng.random() < 0.5 else ""
    return f"{opening}{text}{closing}"


def _mistyped(text: str, rng: random.Random) -> str:
    if len(text) < 12:
        return text
    at = rng.randrange(1, len(text) - 1)
    if rng.random() < 0.5:
        return text[:at] + text[at + 1 :]
    return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
