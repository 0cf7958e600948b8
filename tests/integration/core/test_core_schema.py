"""Bringing a database to this version: once, twice, and knowing without the tool that nothing is to do."""

from __future__ import annotations

from typing import Any

from servers import PostgresServer

from backend.platform.keys import KeyFile
from backend.platform.migrate import migrate
from backend.platform.schema_version import is_current, newest_revision


def test_a_fresh_database_is_not_current_and_is_after_its_migration(
    postgres: PostgresServer, tmp_path: Any
) -> None:
    url = postgres.new_database()
    secrets = KeyFile(tmp_path / "keys.json")
    secrets.ensure()
    assert not is_current(url, secrets)

    migrate(url, secrets)
    migrate(url, secrets)

    assert is_current(url, secrets)
    assert newest_revision() == "0002"


def test_other_secrets_mean_that_the_roles_cannot_sign_in_and_the_migration_must_run(
    postgres: PostgresServer, tmp_path: Any
) -> None:
    url = postgres.new_database()
    first, other = KeyFile(tmp_path / "a.json"), KeyFile(tmp_path / "b.json")
    first.ensure()
    other.ensure()
    migrate(url, first)
    assert not is_current(url, other)

    migrate(url, other)

    assert is_current(url, other)
