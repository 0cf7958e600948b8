"""What was given up: listed and put back, by the code and by whoever types the command beside a running SaveIt."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from stage import Ground, Stage

from backend.platform.embedded import addresses
from backend.platform.ids import uuid7
from backend.platform.jobs import Jobs

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def given_up(stage: Stage) -> Iterator[UUID]:
    """The subject of a job of this restaurant that failed as often as it may."""
    jobs = Jobs(attempts=1)
    subject = uuid7()

    def fail(*_: object) -> None:
        raise RuntimeError("the moon is wrong")

    jobs.register("test.fails", fail)
    with stage.worker.database.tenant(stage.restaurant_id) as tx:
        jobs.plan(tx, "test.fails", subject, stage.clock.now())
    jobs.run_due(stage.worker.database, stage.clock.now())
    yield subject
    with stage.worker.database.tenant(stage.restaurant_id) as tx:  # if the test put it back
        jobs.drop(tx, "test.fails", subject, stage.clock.now())


def of_subject(lines: str, subject: UUID) -> dict[str, object]:
    """The printed row about that subject."""
    rows = [json.loads(line) for line in lines.splitlines()]
    return next(row for row in rows if row["subject_id"] == str(subject))


def command(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """`python -m backend dead-letters` with that data folder."""
    return subprocess.run(
        [sys.executable, "-m", "backend", "dead-letters", *arguments],
        cwd=ROOT,
        env={
            **os.environ,
            "SAVEIT_DATA_DIR": str(folder),
            "LANG": "es_ES.UTF-8",
            "LC_ALL": "",
            **environment,
        },
        capture_output=True,
        text=True,
        check=False,
    )


def test_work_that_was_given_up_is_listed_with_its_reason(stage: Stage, given_up: UUID) -> None:
    dead = [row for row in stage.worker.jobs.dead(stage.worker.database) if row["subject_id"] == given_up]

    assert [(row["kind"], row["last_error"]) for row in dead] == [
        ("test.fails", "RuntimeError: the moon is wrong")
    ]


def test_work_that_was_given_up_is_done_after_it_was_put_back(stage: Stage, given_up: UUID) -> None:
    jobs, done = Jobs(), []
    jobs.register("test.fails", lambda _tx, subject, _payload, _now: done.append(subject))
    dead = next(row for row in jobs.dead(stage.worker.database) if row["subject_id"] == given_up)

    assert jobs.replay(stage.worker.database, stage.clock.now(), dead["id"]) == 1
    jobs.run_due(stage.worker.database, stage.clock.now() + timedelta(seconds=1))

    assert done == [given_up]


def test_the_command_finds_the_servers_of_a_running_data_folder(core_ground: Ground, given_up: UUID) -> None:
    (core_ground.folder / "run").mkdir(exist_ok=True)
    addresses.write(core_ground.folder, addresses.Addresses(core_ground.owner_url, core_ground.redis_url))

    listed = command(core_ground.folder)
    found = of_subject(listed.stdout, given_up)
    replayed = command(core_ground.folder, "--replay", str(found["id"]))

    assert found["kind"] == "test.fails"
    assert replayed.stdout == "1 put back\n"


def test_the_command_takes_servers_that_are_named_to_it(core_ground: Ground, given_up: UUID) -> None:
    named = {"SAVEIT_DATABASE_URL": core_ground.owner_url, "SAVEIT_REDIS_URL": core_ground.redis_url}

    assert of_subject(command(core_ground.folder, **named).stdout, given_up)["attempts"] == 1


def test_the_command_says_what_to_do_when_nothing_runs(tmp_path: Path) -> None:
    answer = command(tmp_path)

    assert (answer.returncode, answer.stdout) == (1, "")
    assert "scripts/run" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_an_id_that_is_none_is_refused_with_the_usage(tmp_path: Path) -> None:
    answer = command(tmp_path, "--replay", "yesterday")

    assert answer.returncode == 2
    assert "--replay" in answer.stderr


def test_what_is_not_there_is_not_put_back(core_ground: Ground) -> None:
    named = {"SAVEIT_DATABASE_URL": core_ground.owner_url, "SAVEIT_REDIS_URL": core_ground.redis_url}

    assert command(core_ground.folder, "--replay", str(uuid4()), **named).stdout == "0 put back\n"
