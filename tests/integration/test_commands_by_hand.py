"""Commands typed by hand when something is missing or wrong: a sentence that says what, status 1, and nothing made or lost."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

from servers import PostgresServer

from backend.platform.keys import KeyFile
from backend.platform.migrate import migrate

ROOT = Path(__file__).resolve().parents[2]


def typed(data_dir: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """`python -m backend …` beside that data folder."""
    return subprocess.run(
        [sys.executable, "-m", "backend", *arguments],
        cwd=ROOT,
        env={**os.environ, "SAVEIT_DATA_DIR": str(data_dir), "LC_ALL": "en_GB.UTF-8", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def said(done: subprocess.CompletedProcess[str]) -> str:
    """What was explained; fails when it was traced or went well."""
    assert done.returncode == 1, done.stdout
    assert "Traceback" not in done.stderr
    return done.stderr


def keyed(data_dir: Path) -> KeyFile:
    """A data folder with keys."""
    keys = KeyFile(data_dir / "secrets" / "keys.json")
    keys.ensure()
    return keys


def servers_named(postgres: PostgresServer) -> dict[str, str]:
    """A database of one's own; no Redis is asked."""
    return {"SAVEIT_DATABASE_URL": postgres.new_database(), "SAVEIT_REDIS_URL": "redis://127.0.0.1:1/0"}


def test_a_backup_of_what_does_not_run_says_so(tmp_path: Path) -> None:
    assert "Nothing of SaveIt runs" in said(typed(tmp_path, "backup", str(tmp_path / "b")))


def test_a_restore_without_the_copy_says_so_and_makes_nothing(tmp_path: Path) -> None:
    keyed(tmp_path)

    assert "There is no backup" in said(typed(tmp_path, "restore", str(tmp_path / "b")))
    assert not (tmp_path / "servers").exists()


def test_a_restore_without_the_keys_says_so_and_makes_nothing(tmp_path: Path) -> None:
    (tmp_path / "b").write_bytes(b"PGDMP")

    assert "keys.json is missing" in said(typed(tmp_path / "data", "restore", str(tmp_path / "b")))
    assert not (tmp_path / "data").exists()


def test_a_copy_that_is_none_is_refused_and_the_data_stays(tmp_path: Path, postgres: PostgresServer) -> None:
    named = servers_named(postgres)
    migrate(named["SAVEIT_DATABASE_URL"], keyed(tmp_path))
    (tmp_path / "b").write_bytes(b"not a copy")

    assert "pg_restore could not do it" in said(typed(tmp_path, "restore", str(tmp_path / "b"), **named))
    assert typed(tmp_path, "backup", str(tmp_path / "again"), **named).returncode == 0
    assert (tmp_path / "again").stat().st_size > 10_000


def test_a_backup_that_cannot_be_made_leaves_the_earlier_one(tmp_path: Path) -> None:
    (tmp_path / "b").write_text("the earlier one")
    nobody = {
        "SAVEIT_DATABASE_URL": "postgresql://x:y@127.0.0.1:1/z",
        "SAVEIT_REDIS_URL": "redis://127.0.0.1:1/0",
    }

    assert "pg_dump could not do it" in said(typed(tmp_path, "backup", str(tmp_path / "b"), **nobody))
    assert [path.name for path in tmp_path.iterdir()] == ["b"]
    assert (tmp_path / "b").read_text() == "the earlier one"


def test_a_backup_into_a_folder_that_is_not_there_says_so(tmp_path: Path, postgres: PostgresServer) -> None:
    done = typed(tmp_path, "backup", str(tmp_path / "none" / "b"), **servers_named(postgres))

    assert "cannot be written" in said(done)


def test_only_its_owner_can_read_a_backup(tmp_path: Path, postgres: PostgresServer) -> None:
    named = servers_named(postgres)
    migrate(named["SAVEIT_DATABASE_URL"], keyed(tmp_path))

    assert typed(tmp_path, "backup", str(tmp_path / "b"), **named).returncode == 0
    assert stat.S_IMODE((tmp_path / "b").stat().st_mode) == 0o600


def test_no_key_is_made_where_nothing_uses_it(tmp_path: Path) -> None:
    assert "no data folder" in said(typed(tmp_path, "rotate-keys", "qr"))
    assert list(tmp_path.iterdir()) == []


def test_a_rotation_adds_a_key_and_keeps_the_old_ones(tmp_path: Path) -> None:
    keys = keyed(tmp_path)
    old = keys.ring("qr").get(1)

    assert "qr: key 2" in typed(tmp_path, "rotate-keys", "qr").stdout
    assert (keys.ring("qr").current_id, keys.ring("qr").get(1)) == (2, old)


def test_settings_that_cannot_be_used_are_named(tmp_path: Path) -> None:
    explained = said(typed(tmp_path, "supervise", SAVEIT_PORT="abc", SAVEIT_RATE_LIMITS="OFF"))

    assert "SAVEIT_PORT" in explained
    assert "SAVEIT_RATE_LIMITS" in explained
    assert list(tmp_path.iterdir()) == []
