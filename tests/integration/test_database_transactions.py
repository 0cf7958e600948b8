"""Transactions on a real PostgreSQL: what is queued, what is prepared, what a failure leaves, and what a lost server does."""

from __future__ import annotations

from collections.abc import Iterator
from unittest import mock
from uuid import uuid4

import psycopg2
import pytest
from servers import PostgresServer, postgres_server
from sqlalchemy import create_engine

from backend.platform.database import Database, DBAPIError, IntegrityError, Prepared, engine_options, id_array
from backend.platform.line import Line
from backend.platform.refusals import Refusal

ADD = Prepared("INSERT INTO notes (id, text) VALUES (:id, :text)")
COUNT = Prepared("SELECT count(*) FROM notes WHERE id >= :least")
TENANT = "SELECT current_setting('saveit.restaurant_id', true)"


def opened(url: str, pool: int = 1) -> Database:
    options = engine_options(pool=pool, statement_timeout_ms=5000, name="test")
    return Database(create_engine(url.replace("postgresql://", "postgresql+psycopg2://"), **options))


def with_notes(url: str) -> None:
    with psycopg2.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE notes (id integer PRIMARY KEY, text text NOT NULL)")
    connection.close()


@pytest.fixture(scope="module")
def url(postgres: PostgresServer) -> str:
    made = postgres.new_database()
    with_notes(made)
    return made


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    """One connection only, so that what a transaction leaves is met by the next."""
    made = opened(url)
    with made.platform() as tx:
        tx.run("DELETE FROM notes")
    yield made
    made.engine.dispose()


def count(database: Database) -> int:
    with database.platform() as tx:
        return int(tx.value(COUNT, least=0))


def test_what_is_queued_is_there_after_the_commit_in_its_order(database: Database) -> None:
    with database.platform() as tx:
        tx.queue(ADD, id=1, text="first")
        tx.queue("UPDATE notes SET text = :text WHERE id = 1", text="50 % ' ; :x \\")
    with database.platform() as tx:
        assert tx.one("SELECT id, text FROM notes") == {"id": 1, "text": "50 % ' ; :x \\"}


def test_a_transaction_that_only_queues_is_one_round_trip(database: Database) -> None:
    with (
        mock.patch.object(Line, "send", autospec=True, side_effect=Line.send) as sent,
        database.platform() as tx,
    ):
        tx.queue(ADD, id=1, text="a")
        tx.queue(ADD, id=2, text="b")
    assert sent.call_count == 1


def test_a_transaction_that_does_nothing_asks_nothing(database: Database) -> None:
    with mock.patch.object(Line, "send") as sent, database.tenant(uuid4()):
        pass
    sent.assert_not_called()


def test_an_exception_takes_everything_back(database: Database) -> None:
    def fail() -> None:
        with database.platform() as tx:
            tx.run(ADD, id=1, text="a")
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    assert count(database) == 0


def test_what_a_constraint_refuses_takes_everything_back_and_the_connection_goes_on(
    database: Database,
) -> None:
    def add_twice() -> None:
        with database.platform() as tx:
            tx.queue(ADD, id=1, text="a")
            tx.queue(ADD, id=1, text="again")

    with pytest.raises(IntegrityError):
        add_twice()
    assert count(database) == 0


def test_an_error_names_the_statement_and_not_its_values(database: Database) -> None:
    with pytest.raises(IntegrityError) as caught, database.platform() as tx:
        tx.run("INSERT INTO notes (id, text) VALUES (:id, :text)", id=None, text="Lucía García")
    assert "INSERT INTO notes" in str(caught.value.statement)
    assert "Lucía" not in str(caught.value.statement)
    assert caught.value.params is None


def test_a_statement_prepared_in_a_message_that_failed_is_prepared_again(database: Database) -> None:
    fresh = Prepared("INSERT INTO notes (id, text) VALUES (:id, :text) ON CONFLICT DO NOTHING")

    def fail() -> None:
        with database.platform() as tx:
            tx.queue(fresh, id=1, text="a")
            tx.queue("SELECT 1 / :zero", zero=0)

    with pytest.raises(DBAPIError):
        fail()
    with database.platform() as tx:
        assert tx.run(fresh, id=2, text="b") == 1
        assert tx.run(fresh, id=2, text="b") == 0


def test_the_tenant_is_set_within_its_transaction_only(database: Database) -> None:
    house = uuid4()
    with database.tenant(house) as tx:
        assert tx.value(TENANT) == str(house)
        assert tx.value(TENANT) == str(house)
    with database.platform() as tx:
        assert not tx.value(TENANT)


def test_whoever_only_reads_has_the_tenant_in_each_message_and_leaves_none(database: Database) -> None:
    house = uuid4()
    with database.reading(house) as tx:
        assert tx.value(TENANT) == str(house)
        assert tx.value(TENANT) == str(house)
    with database.platform() as tx:
        assert not tx.value(TENANT)


def test_arrays_of_ids_arrive_with_their_gaps(database: Database) -> None:
    one = uuid4()
    with database.platform() as tx:
        assert tx.value("SELECT CAST(:ids AS uuid[])", ids=id_array([one, None])) == [one, None]


def test_a_restarted_server_is_met_once_and_then_found_again() -> None:
    with postgres_server() as server:
        with_notes(server.url)
        database = opened(server.url, pool=3)
        with database.platform() as one, database.platform() as other:
            one.run(ADD, id=1, text="a")
            other.value("SELECT 1")
        server.restart()
        with pytest.raises(Refusal, match="unavailable"):
            count(database)
        assert count(database) == 1, "the other old connection was thrown away with the first"
        database.engine.dispose()


def test_a_server_that_is_away_is_a_refusal_and_not_a_trace() -> None:
    with postgres_server() as server:
        database = opened(server.url)
        server.stop()
        with pytest.raises(Refusal, match="unavailable"), database.platform() as tx:
            tx.value("SELECT 1")


def test_more_users_than_connections_wait_and_are_refused_at_last(url: str) -> None:
    database = opened(url)
    database.engine.pool._timeout = 0.1
    with database.platform(), pytest.raises(Refusal, match="unavailable"), database.platform():
        pass
    database.engine.dispose()
