"""How much of the examination tables the parser reads right: rows by someone who had not read the grammar, counted only.

The floors follow the measured figures from below, so that a change that loses ground is seen. `confusion.py` prints them.
"""

from __future__ import annotations

import pytest
from utterance_tables import COLUMNS, columns_of, mistakes, read, rows

WHOLE_AT_LEAST = 0.90
COLUMN_AT_LEAST = {"intent": 0.93, "date": 0.985, "time": 0.985, "people": 0.97, "name": 0.985}
INVENTED_AT_MOST = 0.01
VALUES = ("date", "time", "people", "name")


@pytest.mark.parametrize("table", ["es_exam1", "es_exam2", "en_exam1", "en_exam2"])
def test_examined_messages_are_mostly_read_whole(table):
    examined = list(rows(table))
    right = sum(1 for row in examined if not mistakes(row))
    assert len(examined) >= 220
    assert right / len(examined) >= WHOLE_AT_LEAST


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize("language", ["es", "en"])
def test_each_value_is_read_right_in_the_examined_messages_that_are_judged_on_it(language, column):
    examined = [row for number in (1, 2) for row in rows(f"{language}_exam{number}") if row.expected[column]]
    right = sum(1 for row in examined if column not in mistakes(row))
    assert right / len(examined) >= COLUMN_AT_LEAST[column]


@pytest.mark.parametrize("language", ["es", "en"])
def test_hardly_a_value_is_invented_where_an_examined_message_has_none(language):
    got = [
        columns_of(read(row))[column] == "-"
        for number in (1, 2)
        for row in rows(f"{language}_exam{number}")
        for column in VALUES
        if row.expected[column] == {"-"}
    ]
    assert 1 - sum(got) / len(got) <= INVENTED_AT_MOST
