"""The parser on tables of how people write, in both languages: what it must get right, row by row.

Rows of the `held` tables are never shown while the grammar is worked on, only counted here.
"""

from __future__ import annotations

import pytest
from confusion import Tally
from utterance_tables import COLUMNS, TABLES, mistakes, rows

HELD_BACK_AT_LEAST = 0.85
SEEN_AT_LEAST = 0.98
SEEN = [row for name in TABLES for row in rows(name) if not row.held_back]
# What the grammar still reads otherwise than a person would; each is a wish, not a fashion.
NOT_YET = {
    "Seríamos dos, para hoy, lo más pronto posible",
    "Se podrá el sábado? Somos 4 y un perro. Nos va bien cualquier hora a partir de las 21",
    "buen bot",
    "cuándo es el día de la madre",
    "cuándo tengo el próximo día libre",
    "dime un número del 1 al 10",
    "mi amigo va en silla de ruedas, hay problema?",
    "perdona, me equivoqué de número",
    "pues a la de Ramírez",
    "se puede conseguir mesa sin reservar",
    "when is my next day off",
    "when's good for a party of 8?",
    "you can call me Al",
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


# What the issue asks for, counted on rows the grammar was not made from: `held`, and the examiner's second table.
ASKED = {"intent": 0.93, "date": 0.95, "time": 0.95, "people": 0.97, "name": 0.88}
WHOLE_ASKED = {"es": 0.94, "en": 0.92}
INVENTED_AT_MOST = 0.01


def unseen(language):
    tally = Tally()
    for table in (f"{language}_held", f"{language}_exam2"):
        tally.add(table)
    return tally


@pytest.mark.parametrize("language", ["es", "en"])
@pytest.mark.parametrize("column", COLUMNS)
def test_on_messages_it_was_not_made_from_each_value_is_right_as_often_as_asked(language, column):
    tally = unseen(language)

    assert 1 - tally.wrong[column] / tally.judged[column] >= ASKED[column]


@pytest.mark.parametrize("language", ["es", "en"])
def test_on_messages_it_was_not_made_from_whole_messages_are_right_as_often_as_asked(language):
    tally = unseen(language)

    assert tally.whole / tally.count >= WHOLE_ASKED[language]


@pytest.mark.parametrize("language", ["es", "en"])
def test_on_messages_it_was_not_made_from_hardly_a_value_is_invented(language):
    tally = unseen(language)

    assert tally.invented.total() / tally.empty.total() <= INVENTED_AT_MOST


def test_what_is_read_with_confidence_is_right_more_often_than_what_is_not():
    tallies = [unseen(language) for language in ("es", "en")]
    sure = [right for tally in tallies for right in tally.sure]
    unsure = [right for tally in tallies for right in tally.unsure]

    assert sum(sure) / len(sure) >= 0.95
    assert sum(sure) / len(sure) > sum(unsure) / len(unsure) + 0.05
    assert len(unsure) / (len(sure) + len(unsure)) <= 0.2
