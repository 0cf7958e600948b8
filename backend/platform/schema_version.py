"""Whether a database is at this version already, found out without loading the migration tool. Called at every start."""

from __future__ import annotations

import re
from pathlib import Path

import psycopg2
from sqlalchemy.engine import make_url

from backend.platform.keys import SecretStore
from backend.platform.roles import ROLES, application_url

_VERSIONS = Path(__file__).resolve().parent.parent / "migrations" / "versions"
_REVISION = re.compile(r'^revision = "([^"]+)"$', re.MULTILINE)


def newest_revision() -> str:
    """The revision that this version's schema has; migrations are numbered in order."""
    newest = max(_VERSIONS.glob("[0-9]*.py"))
    found = _REVISION.search(newest.read_text(encoding="utf-8"))
    if found is None:
        raise ValueError(f"{newest.name} names no revision")
    return found.group(1)


def is_current(owner_url: str, secrets: SecretStore) -> bool:
    """Whether the schema is this version's and the application's roles can sign in; False also when that cannot be told."""
    plain = make_url(owner_url).set(drivername="postgresql").render_as_string(hide_password=False)
    try:
        if _value(plain, "SELECT version_num FROM alembic_version") != newest_revision():
            return False
        for role in ROLES:
            url = application_url(owner_url, secrets, role).set(drivername="postgresql")
            _value(url.render_as_string(hide_password=False), "SELECT 1")
    except psycopg2.Error:
        return False  # the migration says what is wrong, in full
    return True


def _value(url: str, statement: str) -> object:
    connection = psycopg2.connect(url)
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement)
            row = cursor.fetchone()
            return None if row is None else row[0]
    finally:
        connection.close()
