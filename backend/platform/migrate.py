"""Brings a database to the schema of this version: roles first, then the migrations, then the partitions.

Called by `python -m backend migrate`, by a restore and by the tests. Runs as the owner role, which needs CREATEROLE the first time.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg2
from flask import Flask
from flask_migrate import Migrate, upgrade
from psycopg2 import sql
from sqlalchemy.engine import URL, make_url

from backend.platform.database import db
from backend.platform.keys import SecretStore
from backend.platform.roles import ROLES, role_password

_FOLDER = Path(__file__).resolve().parent.parent / "migrations"
_ONE_AT_A_TIME = 7_270_113


def migrate(owner_url: str, secrets: SecretStore) -> None:
    """Makes the roles and upgrades the schema. Safe to run twice and by two processes at once."""
    url = make_url(owner_url)
    with _one_at_a_time(url) as cursor:
        _make_roles(cursor, str(url.database), secrets)
        _upgrade(url)
        cursor.execute("SELECT make_partitions(now(), 3)")


def make_roles(owner_url: str, secrets: SecretStore) -> None:
    """The roles alone, with their passwords: what a backup of the database needs to be restored."""
    url = make_url(owner_url)
    with _one_at_a_time(url) as cursor:
        _make_roles(cursor, str(url.database), secrets)


@contextmanager
def _one_at_a_time(url: URL) -> Iterator[psycopg2.extensions.cursor]:
    """The owner's cursor, each statement on its own; whoever else migrates waits."""
    connection = psycopg2.connect(url.set(drivername="postgresql").render_as_string(hide_password=False))
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", (_ONE_AT_A_TIME,))
            yield cursor
    finally:
        connection.close()


def _make_roles(cursor: psycopg2.extensions.cursor, database: str, secrets: SecretStore) -> None:
    for role in ROLES:
        name = f"{database}_{role}"
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (name,))
        # Only a superuser may name SUPERUSER or BYPASSRLS in ALTER ROLE; a new role has neither.
        statement = (
            "ALTER ROLE {} LOGIN PASSWORD {}" if cursor.fetchone() else "CREATE ROLE {} LOGIN PASSWORD {}"
        )
        cursor.execute(
            sql.SQL(statement).format(sql.Identifier(name), sql.Literal(role_password(secrets, role)))
        )
        cursor.execute(
            sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(
                sql.Identifier(database), sql.Identifier(name)
            )
        )


def _upgrade(url: URL) -> None:
    options = f"-c saveit.app_role={url.database}_app -c saveit.worker_role={url.database}_worker"
    app = Flask("saveit-migrate")
    app.config["SQLALCHEMY_DATABASE_URI"] = url.set(drivername="postgresql+psycopg2")
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = {"connect_args": {"options": options}}
    db.init_app(app)
    Migrate(app, db, directory=str(_FOLDER))
    with app.app_context():
        upgrade()
        db.engine.dispose()
