"""The parser on tables of how people write, in both languages: what it must get right, row by row.

A third of the `wild` tables is held back: those rows are never shown while the grammar is worked on, only counted here.
"""

from __future__ import annotations

import pytest
from utterance_tables import is_held_back, mistakes, rows

TABLES = ("es", "en", "es_wild", "en_wild", "es_more", "en_more")
HELD_BACK_AT_LEAST = 0.85


SEEN = [
    pytest.param(row, id=f"{name} {row.id}") for name in TABLES for row in rows(name) if not is_held_back(row)
]


@pytest.mark.parametrize("row", SEEN)
def test_an_utterance_is_read_as_people_mean_it(row):
    assert mistakes(row) == {}


@pytest.mark.parametrize("name", ["es_wild", "en_wild"])
def test_utterances_held_back_from_the_grammar_are_mostly_read_right(name):
    held = [row for row in rows(name) if is_held_back(row)]
    right = sum(1 for row in held if not mistakes(row))
    assert len(held) >= 50
    assert right / len(held) >= HELD_BACK_AT_LEAST


@pytest.mark.parametrize("language", ["es", "en"])
def test_the_tables_are_large(language):
    assert sum(1 for name in TABLES if name.startswith(language) for _ in rows(name)) >= 500
