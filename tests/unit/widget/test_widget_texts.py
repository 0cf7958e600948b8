"""The widget's sentences: complete in both languages, used, and in the house's voice."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

WIDGET = Path(__file__).resolve().parents[3] / "widget"
PLACEHOLDER = re.compile(r"\{(\w+)\}")
BANNED = re.compile(r"\b(coger|coge|cogemos|lamentablemente|unfortunately)\b|!!", re.IGNORECASE)
SOURCE = (WIDGET / "texts.js").read_text(encoding="utf-8")
STRING = r'"(?:[^"\\]|\\.)*"'
LISTS = re.findall(rf"\[\s*((?:{STRING},?\s*)+)\]", SOURCE)
PAIRS = [json.loads("[" + each.strip().removesuffix(",") + "]") for each in LISTS]
NAMES = re.findall(r"^export const (\w+)", SOURCE, re.MULTILINE)


def sources() -> str:
    paths = [
        path
        for path in WIDGET.rglob("*.js")
        if path.name != "texts.js" and path.parent.name not in ("dist", "demo")
    ]
    return "\n".join(path.read_text(encoding="utf-8") for path in paths)


def test_the_whole_catalogue_is_read_by_these_tests() -> None:
    assert len(re.findall(STRING, SOURCE)) == 2 * len(PAIRS)
    assert len(PAIRS) >= len(NAMES)


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: str(pair[0])[:40])
def test_a_sentence_is_there_in_both_languages_and_takes_the_same_values(pair: list[str]) -> None:
    spanish, english = pair

    assert set(PLACEHOLDER.findall(spanish)) == set(PLACEHOLDER.findall(english))
    assert spanish.strip()
    assert english.strip()


def test_no_sentence_uses_a_word_that_the_house_avoids() -> None:
    assert [text for pair in PAIRS for text in pair if BANNED.search(text)] == []


@pytest.mark.parametrize("name", NAMES)
def test_every_sentence_is_used(name: str) -> None:
    code = sources()

    assert re.search(rf"\btexts\.{name}\b", code) or re.search(
        rf"import {{[^}}]*\b{name}\b[^}}]*}} from \"\.*/texts\.js\"", code
    )


@pytest.mark.parametrize(
    "kind", ["network", "timeout", "busy", "server", "refused", "unavailable", "offline"]
)
def test_every_kind_of_failure_has_its_sentence(kind: str) -> None:
    http = (WIDGET / "http.js").read_text(encoding="utf-8")

    assert f'"{kind}"' in http
    assert re.search(rf"^  {kind}: \[", SOURCE.partition("export const failed")[2], re.MULTILINE)
