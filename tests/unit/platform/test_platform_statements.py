"""From a store's statement to what the driver sends."""

from __future__ import annotations

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from backend.platform.statements import Prepared, _Id, compiled, id_array


def test_each_use_of_a_parameter_is_one_value_to_send() -> None:
    made = compiled("SELECT :one, :two, :one")
    assert (made.text, made.names) == ("SELECT %s, %s, %s", ("one", "two", "one"))
    assert made.definition is None


def test_casts_and_percent_signs_stay_what_they_are() -> None:
    made = compiled("SELECT x::text FROM t WHERE x LIKE 'a%' AND y = :y")
    assert made.text == "SELECT x::text FROM t WHERE x LIKE 'a%%' AND y = %s"


def test_a_prepared_statement_is_executed_by_name_with_each_parameter_once() -> None:
    hot = Prepared("UPDATE t SET a = :a, b = :b WHERE c LIKE 'x%' AND a = :a")
    made = compiled(hot)
    assert made.names == ("a", "b")
    assert made.definition is not None
    name = made.definition.split()[1]
    assert made.text == f"EXECUTE {name}(%s, %s)"
    assert made.definition == f"PREPARE {name} AS UPDATE t SET a = $1, b = $2 WHERE c LIKE 'x%%' AND a = $1"


def test_two_prepared_statements_never_share_a_name() -> None:
    assert compiled(Prepared("SELECT 1")).text != compiled(Prepared("SELECT 1")).text


def test_a_prepared_statement_reads_like_the_text_it_is_made_of() -> None:
    assert f"{Prepared('SELECT 1')} FOR UPDATE" == "SELECT 1 FOR UPDATE"


@given(st.uuids())
def test_an_id_is_written_so_that_it_reads_back(value: UUID) -> None:
    written = _Id(value).getquoted().decode()
    assert written.endswith("'::uuid")
    assert UUID(written.split("'")[1]) == value


@given(st.lists(st.one_of(st.none(), st.uuids())))
def test_an_array_of_ids_keeps_their_order_and_their_gaps(values: list[UUID | None]) -> None:
    inner = id_array(values)[1:-1]
    read = [None if each == "NULL" else UUID(each) for each in inner.split(",")] if inner else []
    assert read == values
