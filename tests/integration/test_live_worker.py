"""The worker on good days and bad: signals, several at once, servers that are killed, commit to screen."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import psycopg2
import pytest
from live_stand import database_of, hear, stand
from servers import PostgresServer, postgres_server, redis_server, wait_until
from worker_stand import WorkerStand, worker_stand, workers

from backend.platform.ids import uuid7
from backend.platform.worker import Upkeep
from backend.platform.worker.pulse import PULSE_KEY


@pytest.fixture
def worker(postgres: PostgresServer, redis_url: str) -> Iterator[WorkerStand]:
    with worker_stand(postgres.new_database(), redis_url) as running:
        yield running


def test_a_woken_worker_handles_at_once_and_a_sleeping_one_at_its_next_look(
    postgres: PostgresServer, redis_url: str
) -> None:
    with worker_stand(postgres.new_database(), redis_url, relay_poll_ms=60_000) as worker:
        worker.start()
        wait_until(lambda: worker.outbox._redis.client.exists(PULSE_KEY) == 1, "the worker's pulse")
        worker.commit({"number": 1})
        worker.wait_for(done=1)  # far sooner than the next look


def test_without_redis_the_worker_looks_by_itself(postgres: PostgresServer) -> None:
    with redis_server() as redis, worker_stand(postgres.new_database(), redis.url) as worker:
        redis.kill()
        worker.start()
        worker.commit({"number": 1})
        worker.wait_for(done=1)
        redis.start()


def test_several_workers_do_everything_once(worker: WorkerStand) -> None:
    for _ in range(3):
        worker.start()
    for number in range(60):
        worker.commit({"number": number})
        worker.plan(number)
    worker.wait_for(done=120)
    time.sleep(1)  # long enough for a second worker to do it again, if one would
    assert set(worker.figures().values()) == {1}


def test_a_slow_handler_holds_up_neither_the_relay_nor_scheduled_work(
    postgres: PostgresServer, redis_url: str
) -> None:
    with worker_stand(postgres.new_database(), redis_url) as worker:
        worker.start()
        worker.commit({"number": 1, "seconds": 8}, kind="test.slow")
        worker.plan(1)
        worker.commit({"number": 2})
        wait_until(lambda: relayed(worker) == 2, "the relay")
        wait_until(lambda: "job 1" in worker.figures(), "the job")
        assert "slow 1" not in worker.figures()


def relayed(worker: WorkerStand) -> int:
    with worker.database.tenant(worker.restaurant) as tx:
        return int(tx.value("SELECT count(*) FROM outbox WHERE published_at IS NOT NULL"))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_finishes_the_work_at_hand(worker: WorkerStand, number: signal.Signals) -> None:
    process = worker.start()
    worker.commit({"number": 1, "seconds": 2}, kind="test.slow")
    wait_until(lambda: working(worker), "the slow handler to be at work")
    process.send_signal(number)
    assert process.wait(15) == 0
    assert worker.figures() == {"slow 1": 1}


def working(worker: WorkerStand) -> bool:
    """Whether a handler's transaction holds its delivery."""
    with database_of(worker.settings, "worker").platform() as tx:
        # Counted before the free ones: one that is written in between would look like one that is held.
        waiting = int(tx.value("SELECT count(*) FROM deliveries WHERE state = 'waiting'"))
        free = tx.value(
            "SELECT count(*) FROM (SELECT 1 FROM deliveries WHERE state = 'waiting' FOR UPDATE SKIP LOCKED) AS free"
        )
        return waiting > int(free)


def test_a_stop_does_not_wait_for_ever_and_the_work_is_done_by_the_next_worker(
    postgres: PostgresServer, redis_url: str
) -> None:
    with worker_stand(postgres.new_database(), redis_url, worker_stop_s=1) as worker:
        process = worker.start()
        worker.commit({"number": 1, "seconds": 6}, kind="test.slow")
        wait_until(lambda: working(worker), "the slow handler to be at work")
        process.send_signal(signal.SIGTERM)
        assert process.wait(5) == 0
        assert worker.figures() == {}
        worker.start()
        worker.wait_for(done=1)
        assert worker.figures() == {"slow 1": 1}


def test_a_killed_worker_loses_nothing_and_doubles_nothing(worker: WorkerStand) -> None:
    process = worker.start()
    for number in range(200):
        worker.commit({"number": number})
        if number in (50, 100, 150):
            process.kill()
            process.wait()
            process = worker.start()
    worker.wait_for(done=200)
    assert set(worker.figures().values()) == {1}


def test_a_worker_survives_a_killed_database_and_says_so_once(redis_url: str) -> None:
    with postgres_server(durable=True) as server, worker_stand(server.new_database(), redis_url) as worker:
        process = worker.start()
        worker.commit({"number": 1})
        worker.wait_for(done=1)
        server.kill()
        time.sleep(3)  # many looks long
        server.start()
        worker.__post_init__()
        worker.commit({"number": 2})
        worker.wait_for(done=2)
        assert process.poll() is None
        assert worker.figures() == {"event 1": 1, "event 2": 1}
        assert 1 <= worker.output().count("waits for the database") <= 4  # each lane for itself
        assert "Traceback" not in worker.output()


def test_events_of_one_subject_are_handled_in_their_order(worker: WorkerStand) -> None:
    worker.commit(*({"number": number} for number in range(30)))
    worker.start()
    worker.wait_for(done=30)
    with database_of(worker.settings, "worker").platform() as tx:
        done = [
            row["position"] for row in tx.all("SELECT position FROM deliveries ORDER BY done_at, position")
        ]
    assert done == sorted(done)


def test_a_committed_event_reaches_a_screen_through_worker_and_web_server(
    postgres: PostgresServer, redis_url: str
) -> None:
    with (
        stand(postgres.new_database(), redis_url) as live,
        workers(WorkerStand(live.settings, live.environment, live.house)) as beside,
    ):
        beside.start()
        screen = live.screen()
        hear(screen)
        live.write(3)
        live.outbox.wake()
        assert [hear(screen)["event"]["data"]["number"] for _ in range(3)] == [0, 1, 2]


def test_upkeep_deletes_what_is_old_and_keeps_the_rest(worker: WorkerStand) -> None:
    now = datetime.now(UTC)
    old, fresh = now - timedelta(days=30), now - timedelta(hours=1)
    connection = psycopg2.connect(worker.settings.database_url)
    with connection, connection.cursor() as cursor:
        for at in (old, fresh):
            cursor.execute(
                "INSERT INTO idempotency_keys VALUES (%s, 'key', %s, '', 201, '', %s)",
                (str(worker.restaurant), str(at), at),
            )
            for state in ("waiting", "done", "dead"):
                cursor.execute(
                    "INSERT INTO deliveries (event_id, handler, restaurant_id, subject_id, position, state, due_at, done_at)"
                    " VALUES (%s, 'x', %s, %s, 1, %s, %s, %s)",
                    (
                        str(uuid7()),
                        str(worker.restaurant),
                        str(uuid7()),
                        state,
                        at,
                        at if state == "done" else None,
                    ),
                )
            for state in ("waiting", "done", "dead", "dropped"):
                cursor.execute(
                    "INSERT INTO jobs (id, kind, subject_id, due_at, state, done_at) VALUES (%s, 'x', %s, %s, %s, %s)",
                    (str(uuid7()), str(uuid7()), at, state, at if state in ("done", "dropped") else None),
                )
    connection.close()
    database = database_of(worker.settings, "worker")

    Upkeep(database, partitions_ahead=5, idempotency_hours=48, done_days=14).run(now)

    with database.platform() as tx:
        kept = {
            "idempotency_keys": tx.value("SELECT count(*) FROM idempotency_keys"),
            "deliveries": tx.value("SELECT count(*) FROM deliveries"),
            "jobs": tx.value("SELECT count(*) FROM jobs"),
        }
        months = tx.value("SELECT count(*) FROM pg_class WHERE relname ~ '^outbox_\\d{4}_\\d\\d$'")
    assert kept == {"idempotency_keys": 1, "deliveries": 5, "jobs": 6}
    assert months == 7  # last month, this one and five to come
