"""The parser on tables of how people write, in both languages: what it must get right, row by row.

Rows of the `held` tables are never shown while the grammar is worked on, only counted here.
"""

from __future__ import annotations

import pytest
from utterance_tables import TABLES, mistakes, rows

HELD_BACK_AT_LEAST = 0.85
SEEN_AT_LEAST = 0.98
SEEN = [row for name in TABLES for row in rows(name) if not row.held_back]
# What the grammar still reads otherwise than a person would; each is a wish, not a fashion.
NOT_YET = {
    "Seríamos dos, para hoy, lo más pronto posible",
    "Se podrá el sábado? Somos 4 y un perro. Nos va bien cualquier hora a partir de las 21",
    "hiya u got a table 4 2 tonite bout 8?",
}


@pytest.mark.parametrize("row", [each for each in SEEN if each.text not in NOT_YET], ids=lambda row: row.id)
def test_an_utterance_is_read_as_people_mean_it(row):
    assert mistakes(row) == {}


@pytest.mark.parametrize("row", [each for each in SEEN if each.text in NOT_YET], ids=lambda row: row.id)
def test_an_utterance_on_the_wish_list_is_still_read_wrong_and_leaves_the_list_when_it_is_not(row):
    assert mistakes(row) != {}


def test_the_wish_list_is_short():
    assert len(NOT_YET) <= (1 - SEEN_AT_LEAST) * len(SEEN)


@pytest.mark.parametrize("language", ["es", "en"])
def test_utterances_held_back_from_the_grammar_are_mostly_read_right(language):
    held = list(rows(f"{language}_held"))
    right = sum(1 for row in held if not mistakes(row))
    assert len(held) >= 90
    assert right / len(held) >= HELD_BACK_AT_LEAST


@pytest.mark.parametrize("language", ["es", "en"])
def test_the_tables_are_large(language):
    assert sum(1 for name in TABLES if name.startswith(language) for _ in rows(name)) >= 750
