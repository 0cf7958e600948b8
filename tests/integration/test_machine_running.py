"""A running machine whose parts are killed: each comes back, nothing that was answered is lost, and
everything stops in order.
"""

from __future__ import annotations

import json
import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest
import redis
from running_machine import RunningMachine, machine, running
from servers import short_folder, wait_until

from backend.platform.embedded import addresses
from backend.platform.embedded.orphans import server_processes

PARTS = ["postgres", "redis", "web", "worker"]


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningMachine]:
    with (
        short_folder() as folder,
        machine(folder / "data", tmp_path_factory.mktemp("console") / "out") as running,
    ):
        yield running


def test_when_it_is_ready_the_console_shows_where_to_look_and_all_parts(one: RunningMachine) -> None:
    for expected in (
        f"http://127.0.0.1:{one.port}/r/la-prueba",
        f"http://127.0.0.1:{one.port}/mailbox",
        "ana@example.test  correct-horse",
        "ABCD-1234",
        "PostgreSQL · Redis · worker · web server",
        str(one.data_dir / "logs"),
    ):
        assert expected in one.said
    assert sorted(one.pids()) == sorted(PARTS)


@pytest.mark.parametrize("part", PARTS)
def test_a_killed_part_comes_back_and_the_console_says_so(one: RunningMachine, part: str) -> None:
    before = one.pids()
    lines = one.said.count("restarted in")

    os.kill(before[part], signal.SIGKILL)

    wait_until(lambda: one.pid(part) not in (None, before[part]), f"a new {part}")
    wait_until(lambda: one.said.count("restarted in") == lines + 1, "the line about it")
    wait_until(lambda: one.get("/readyz") == 200, "the machine to be ready again")
    assert "(signal 9), restarted in" in one.said.splitlines()[-1]
    assert {name: pid for name, pid in one.pids().items() if name != part} == {
        name: pid for name, pid in before.items() if name != part
    }, "the others went on undisturbed"


def test_what_was_answered_before_postgres_was_killed_in_a_burst_is_still_there(one: RunningMachine) -> None:
    answered: list[str] = []
    over = threading.Event()

    def burst(writer: int) -> None:
        number = 0
        while not over.is_set():
            number += 1
            note = f"burst-{writer}-{number:05d}"
            if one.send("POST", f"/notes/{note}") == 201:
                answered.append(note)

    writers = [threading.Thread(target=burst, args=(writer,)) for writer in range(2)]
    for writer in writers:
        writer.start()
    wait_until(lambda: len(answered) > 20, "the first notes")
    pid = one.pids()["postgres"]
    os.kill(pid, signal.SIGKILL)
    count = len(answered)
    wait_until(lambda: len(answered) > count + 20, "notes after the crash")
    over.set()
    for writer in writers:
        writer.join()

    assert one.pid("postgres") not in (None, pid)
    assert set(answered) <= set(json.loads(one.read("/notes")))


def test_the_servers_are_closed_to_the_network_and_the_owner_is_no_superuser(one: RunningMachine) -> None:
    found = addresses.read(one.data_dir)
    assert found is not None
    connection = psycopg2.connect(found.database_url)
    with connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('listen_addresses'), current_setting('fsync'), rolsuper, rolcreaterole"
            " FROM pg_roles WHERE rolname = current_user"
        )
        assert cursor.fetchone() == ("", "on", False, True)
    connection.close()
    with redis.Redis.from_url(found.redis_url) as client:
        assert client.config_get("port") == {"port": "0"}
        assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "volatile-lru"}


def test_a_database_connection_without_the_password_is_refused(one: RunningMachine) -> None:
    found = addresses.read(one.data_dir)
    assert found is not None

    with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
        psycopg2.connect(found.database_url, password="wrong").close()


def test_secrets_are_for_the_one_who_started_it_alone(one: RunningMachine) -> None:
    secrets = one.data_dir / "secrets"

    assert secrets.stat().st_mode & 0o777 == 0o700
    assert [path.stat().st_mode & 0o777 for path in secrets.iterdir()] == [0o600]
    assert (one.data_dir / "run" / "servers.json").stat().st_mode & 0o777 == 0o600
    assert (one.data_dir / "servers").stat().st_mode & 0o777 == 0o700


def test_sigterm_stops_everything_quickly_and_leaves_nothing(tmp_path: Path) -> None:
    with short_folder() as folder, machine(folder / "data", tmp_path / "console") as one:
        pids = list(one.pids().values())
        began = time.monotonic()

        assert one.stop(signal.SIGTERM) == 0

        assert time.monotonic() - began < 20
        assert running(pids) == []
        assert server_processes(folder / "data" / "servers" / "postgres") == []
        assert [path.name for path in (folder / "data" / "run").iterdir()] == ["supervisor.lock"]
        assert "Everything is kept for the next start." in one.said


def test_ctrl_c_stops_it_too(tmp_path: Path) -> None:
    with short_folder() as folder, machine(folder / "data", tmp_path / "console") as one:
        assert one.stop(signal.SIGINT) == 0


def test_the_next_start_finds_everything_again(tmp_path: Path) -> None:
    with short_folder() as folder:
        with machine(folder / "data", tmp_path / "first") as first:
            assert first.send("POST", "/notes/kept") == 201
        with machine(folder / "data", tmp_path / "second") as second:
            assert b"kept" in second.read("/notes")
            assert "demo restaurant" in first.said
            assert "demo restaurant" not in second.said, "it is made once"
            assert "ana@example.test  correct-horse" in second.said


def test_when_the_supervisor_itself_is_killed_all_else_goes_with_it_and_the_next_start_finds_the_data(
    tmp_path: Path,
) -> None:
    with short_folder() as folder:
        with machine(folder / "data", tmp_path / "first") as first:
            assert first.send("POST", "/notes/kept") == 201
            pids = list(first.pids().values())
            first.kill()
            wait_until(lambda: not running(pids), "the parts to go with their supervisor")
        with machine(folder / "data", tmp_path / "second") as second:
            assert b"kept" in second.read("/notes")


def test_a_start_right_after_the_supervisor_was_killed_waits_for_what_is_still_stopping(
    tmp_path: Path,
) -> None:
    with short_folder() as folder:
        with machine(folder / "data", tmp_path / "first") as first:
            assert first.send("POST", "/notes/kept") == 201
            first.kill()
        with machine(folder / "data", tmp_path / "second") as second:
            assert b"kept" in second.read("/notes")


def test_two_run_side_by_side_and_stopping_one_leaves_the_other(tmp_path: Path) -> None:
    with short_folder() as folder, machine(folder / "a", tmp_path / "a") as first:
        with machine(folder / "b", tmp_path / "b") as second:
            second.send("POST", "/notes/of-the-second")
            assert json.loads(first.read("/notes")) == []
        assert first.get("/readyz") == 200
        assert len(first.pids()) == 4


def test_a_second_run_on_the_same_data_is_refused_with_an_explanation(
    one: RunningMachine, tmp_path: Path
) -> None:
    second = RunningMachine(one.data_dir, tmp_path / "second")
    second.start()

    assert second.process.wait(30) == 1
    assert f"already running with the data folder {one.data_dir} (process {one.process.pid})" in second.said
    assert one.get("/readyz") == 200


def test_a_taken_port_is_refused_with_an_explanation(one: RunningMachine, tmp_path: Path) -> None:
    with short_folder() as folder:
        second = RunningMachine(folder / "data", tmp_path / "second", one.port)
        second.start()

        assert second.process.wait(30) == 1
        assert f"Port {one.port} of 127.0.0.1 is taken" in second.said
        assert not (folder / "data" / "servers").exists(), "it was refused before anything was made"


def test_limits_turned_off_reach_the_programs_and_are_warned_of(tmp_path: Path) -> None:
    with short_folder() as folder:
        environment = {"SAVEIT_RATE_LIMITS": "off"}
        with machine(folder / "data", tmp_path / "console", environment=environment) as one:
            assert "WARNING: rate limits are off" in one.said
            shown = Path(f"/proc/{one.pids()['web']}/environ").read_bytes()
            assert b"SAVEIT_RATE_LIMITS=off" in shown.split(b"\0")
