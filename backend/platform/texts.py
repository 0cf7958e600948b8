"""The sentences people read, found by key and language.

Each folder keeps flat JSON catalogues in `texts/es.json` and `texts/en.json`; this module joins them. Called by everything that
speaks to a person: problem documents, messages, dialogue, pages. A key that is missing is a defect and raises.
"""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import TypeGuard

LANGUAGES = ("es", "en")
_BACKEND = Path(__file__).resolve().parent.parent


class MissingTextError(KeyError):
    """No catalogue has this key in this language."""


def has_language(locale: str | None) -> TypeGuard[str]:
    """Whether there are texts in the language of that locale."""
    return (locale or "").lower().replace("_", "-").split("-")[0] in LANGUAGES


def language_of(locale: str | None, default: str = "es") -> str:
    """The catalogue language for a locale or Accept-Language tag: 'en-GB' gives 'en'; unknown ones give `default`."""
    tag = (locale or "").lower().replace("_", "-").split("-")[0]
    return tag if tag in LANGUAGES else default


@lru_cache
def catalogue(language: str) -> dict[str, str]:
    """All sentences of one language; raises ValueError when two folders claim one key."""
    merged: dict[str, str] = {}
    for path in sorted(_BACKEND.glob(f"**/texts/{language}.json")):
        for key, sentence in json.loads(path.read_text(encoding="utf-8")).items():
            if key in merged:
                raise ValueError(f"text {key!r} is defined twice; second time in {path}")
            merged[key] = sentence
    return merged


def has(key: str, locale: str | None) -> bool:
    """Whether the catalogue of that locale's language has the key."""
    return key in catalogue(language_of(locale))


def say(key: str, locale: str | None, **params: object) -> str:
    """The sentence for `key` in the locale's language with `{name}` placeholders filled from `params`."""
    try:
        sentence = catalogue(language_of(locale))[key]
    except KeyError as missing:
        raise MissingTextError(f"{key} ({language_of(locale)})") from missing
    return sentence.format_map(params) if params else sentence
