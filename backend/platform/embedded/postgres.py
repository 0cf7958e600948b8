"""The embedded PostgreSQL: makes its data folder once, writes its settings, says how to start it and how to
reach it.

Called by the supervisor and the tests' servers, which run the process themselves. Order: `prepare()`, then
for each start `clear_leftovers()`, the process of `command()`, and once it answers `ensure_database()`.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import signal
import subprocess
from pathlib import Path
from urllib.parse import quote

import psycopg2
from psycopg2 import sql

from backend.platform.embedded import orphans
from backend.platform.embedded.binaries import Binaries, check_runs
from backend.platform.embedded.leash import leashed
from backend.platform.embedded.places import Places
from backend.platform.embedded.postgres_settings import client_rules, server_settings
from backend.platform.embedded.trouble import Trouble
from backend.platform.embedded.user import as_user, give

SUPERUSER = "postgres"
OWNER = "saveit"
DATABASE = "saveit"
PORT = 5432  # only names the socket file; no port is opened


class EmbeddedPostgres:
    """One PostgreSQL of one data folder. `durable=False` leaves out every wait for the disk: for tests that
    never pull the plug.
    """

    def __init__(self, places: Places, programs: Binaries, *, durable: bool = True) -> None:
        self.places = places
        self._programs = programs
        self.durable = durable
        self.cluster = places.files / "postgres"
        self.socket = places.sockets / f".s.PGSQL.{PORT}"
        self._passwords = _passwords(places.secrets / "postgres.json")

    @property
    def url(self) -> str:
        """How the owner of the database connects; it may make roles and schemas but is no superuser."""
        return self._url(OWNER, DATABASE)

    @property
    def superuser_url(self) -> str:
        """How an administrator connects, to the database `postgres`; nothing of SaveIt runs with it after the
        start.
        """
        return self._url(SUPERUSER, "postgres")

    def _url(self, role: str, database: str) -> str:
        folder = quote(str(self.places.sockets), safe="")
        return f"postgresql://{role}:{self._passwords[role]}@/{database}?host={folder}"

    def prepare(self) -> None:
        """Makes the data folder at first, writes the settings always; raises Trouble."""
        if not self.cluster.exists():
            check_runs(self._programs.initdb, self.places.user)
            self._initialise()
        made_by = (self.cluster / "PG_VERSION").read_text(encoding="utf-8").strip()
        if made_by != self._programs.version:
            raise Trouble(
                "postgres_version", cluster=self.cluster, made_by=made_by, program=self._programs.version
            )
        self._write("postgresql.conf", server_settings(self.places.sockets, PORT, durable=self.durable))
        self._write("pg_hba.conf", client_rules())
        if not (self.cluster / "local.conf").exists():
            self._write("local.conf", "# Your own settings; they win over those of postgresql.conf.\n")

    def _write(self, name: str, content: str) -> None:
        """Replaces a settings file in one step, so that a start that is cut short leaves a whole one."""
        unfinished = self.cluster / f"{name}.unfinished"
        unfinished.write_text(content, encoding="utf-8")
        give(unfinished, self.places.user, 0o600)
        unfinished.replace(self.cluster / name)

    def _initialise(self) -> None:
        """`initdb` into a folder aside, renamed when it is whole: a first start killed in the middle begins
        again cleanly.
        """
        unfinished = self.cluster.with_name("postgres.unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        password = self.places.files / "superuser.password"
        try:
            # A pipe would be safer than a file, but the server's user may not open root's pipe by name, and
            # initdb wants a name.
            password.touch(mode=0o600)
            password.write_text(self._passwords[SUPERUSER], encoding="utf-8")
            give(password, self.places.user, 0o600)
            self._run_initdb(unfinished, password)
        finally:
            password.unlink(missing_ok=True)
        unfinished.rename(self.cluster)

    def _run_initdb(self, target: Path, password: Path) -> None:
        # The builtin C.UTF-8 sorts the same on every machine; the C library's order changes with its version
        # and breaks indexes.
        locale = ["--encoding=UTF8", "--no-locale", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        access = [f"--username={SUPERUSER}", f"--pwfile={password}", "--auth=scram-sha-256"]
        speed = [] if self.durable else ["--no-sync"]
        command = [
            str(self._programs.initdb),
            f"--pgdata={target}",
            *locale,
            *access,
            *speed,
            "--no-instructions",
        ]
        result = subprocess.run(  # noqa: S603
            command,
            cwd=self.places.files,
            env=self.environment(),
            capture_output=True,
            text=True,
            check=False,
            **as_user(self.places.user),
        )
        if result.returncode != 0:
            raise Trouble(
                "initdb_failed", cluster=target, reason=(result.stderr or result.stdout).strip()[-600:]
            )

    def clear_leftovers(self) -> None:
        """Before each start; see `orphans.clear_leftovers`. Takes up to half a minute after the worst crash,
        else no time.
        """
        orphans.clear_leftovers(self.cluster, self.places.sockets)

    def command(self) -> list[str]:
        """The server in the foreground. If whoever starts it dies, it gets SIGINT, which is PostgreSQL's
        'fast' stop.
        """
        server = [str(self._programs.postgres), "-D", str(self.cluster)]
        return leashed(server, death_signal=signal.SIGINT, user=self.places.user)

    def environment(self) -> dict[str, str]:
        """Nothing of the caller's: a stray PGDATA or PGOPTIONS must not reach the server, nor SaveIt's
        secrets its processes.
        """
        return {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}

    def ensure_database(self) -> None:
        """Makes the owner role and its database where missing."""
        connection = psycopg2.connect(self.superuser_url)
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                _ensure_owner(cursor, self._passwords[OWNER])
        finally:
            connection.close()


def _ensure_owner(cursor: psycopg2.extensions.cursor, password: str) -> None:
    names = {"owner": sql.Identifier(OWNER), "database": sql.Identifier(DATABASE)}
    cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (OWNER,))
    if cursor.fetchone() is None:
        cursor.execute(
            sql.SQL("CREATE ROLE {owner} LOGIN CREATEROLE PASSWORD %s").format(**names), (password,)
        )
    cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", (DATABASE,))
    if cursor.fetchone() is None:
        cursor.execute(sql.SQL("CREATE DATABASE {database} OWNER {owner}").format(**names))


def _passwords(path: Path) -> dict[str, str]:
    """Random passwords of both roles, made once and kept in a file of mode 600."""
    if not path.exists():
        made = {SUPERUSER: secrets.token_urlsafe(24), OWNER: secrets.token_urlsafe(24)}
        unfinished = path.with_suffix(".unfinished")
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(made, file)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    found: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return found
