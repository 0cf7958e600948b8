"""The widget's sentences: complete in both languages, used, and in the house's voice."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

WIDGET = Path(__file__).resolve().parents[3] / "widget"
PLACEHOLDER = re.compile(r"\{(\w+)\}")
BANNED = re.compile(r"\b(coger|coge|cogemos|lamentablemente|unfortunately)\b|!!", re.IGNORECASE)


def catalogue(language: str) -> dict[str, str]:
    source = (WIDGET / "texts" / f"{language}.js").read_text(encoding="utf-8")
    loaded: dict[str, str] = json.loads(source.partition("export default ")[2].rstrip().removesuffix(";"))
    return loaded


def keys_in_sources() -> set[str]:
    """Every string in the modules that has the look of a text key and is followed up by words.put or words.say."""
    source = "\n".join(path.read_text(encoding="utf-8") for path in WIDGET.glob("*.js"))
    return set(re.findall(r"[\"`]([a-z][\w.${}-]*)[\"`]", source))


def test_both_languages_have_the_same_sentences() -> None:
    assert catalogue("es").keys() == catalogue("en").keys()


@pytest.mark.parametrize("key", sorted(catalogue("es")))
def test_a_sentence_takes_the_same_values_in_both_languages(key: str) -> None:
    spanish, english = catalogue("es")[key], catalogue("en")[key]

    assert set(PLACEHOLDER.findall(spanish)) == set(PLACEHOLDER.findall(english))
    assert spanish.strip()
    assert english.strip()


@pytest.mark.parametrize("language", ["es", "en"])
def test_no_sentence_uses_a_word_that_the_house_avoids(language: str) -> None:
    assert [text for text in catalogue(language).values() if BANNED.search(text)] == []


def test_every_sentence_is_used() -> None:
    used = keys_in_sources()
    built = {
        "start.book.value",
        "start.mine.value",
        "start.hours.value",
        "start.human.value",
    }  # `${key}.value`
    failures = {key for key in catalogue("es") if key.startswith("failed.")}  # `failed.${kind}`

    assert "failed.${kind}" in used
    assert set(catalogue("es")) - used - built - failures == set()


def test_every_kind_of_failure_has_its_sentence() -> None:
    protocol = (WIDGET / "protocol.js").read_text(encoding="utf-8")
    calls = re.findall(r"problem\((.+)\)", protocol)
    named = {kind for call in calls for kind in re.findall(r"\"(\w+)\"", call)} - {"offline"}

    assert {f"failed.{kind}" for kind in named} == {
        key for key in catalogue("es") if key.startswith("failed.")
    }
