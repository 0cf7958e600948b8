"""A restaurant's own words for what the assistant says: which sentences it may replace, and what they must keep.

Called when a configuration is saved, not when one is read: a sentence of ours may be renamed later without locking a restaurant
out. What fills a sentence (day, hour, people) may be moved about in it but not left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from string import Formatter

from backend.platform.refusals import FieldError, Refusal
from backend.platform.texts import LANGUAGES, has, say
from backend.restaurants.domain import Bilingual

LONGEST = 500
# What the guest agrees to, and what cannot be undone, is said in words that we answer for.
OURS = frozenset({"confirm_ask_consent", "wait_ask_consent", "confirm_erasure", "privacy"})


def check_wording(wording: Mapping[str, Bilingual]) -> None:
    """Raises Refusal naming each sentence that cannot be used."""
    problems = [problem for key, text in wording.items() for problem in _problems(key, text)]
    if problems:
        raise Refusal("invalid_request", fields=problems)


def _problems(key: str, text: Bilingual) -> Iterator[FieldError]:
    path = f"profile.wording.{key}"
    if key in OURS or key.endswith(".usted") or not has(f"chat.{key}", "es"):
        yield FieldError(path, "unknown_sentence", {})
        return
    for language in LANGUAGES:
        own = text.es if language == "es" else text.en
        if not own:
            continue
        wanted, given = placeholders(say(f"chat.{key}", language)), placeholders(own)
        if len(own) > LONGEST:
            yield FieldError(f"{path}.{language}", "too_long", {"max": LONGEST})
        elif given != wanted:
            named = ", ".join(f"{{{each}}}" for each in sorted(wanted or ()))
            yield FieldError(f"{path}.{language}", "wrong_placeholders", {"placeholders": named or "–"})


def placeholders(sentence: str) -> frozenset[str] | None:
    """The plain names between braces; None for anything that is more than a name, or cannot be read."""
    try:
        parts = list(Formatter().parse(sentence))
    except ValueError:
        return None
    found = [(name, spec, conversion) for _, name, spec, conversion in parts if name is not None]
    if any(spec or conversion or not name.isidentifier() for name, spec, conversion in found):
        return None
    return frozenset(name for name, _, _ in found)
