"""A copy of the database, and the way back from it. Called by `python -m backend backup` and `restore`.

The copy is `pg_dump`'s. Names and contacts in it are sealed, and the keys to them (`DIR/secrets/keys.json`) are not in it: whoever
makes a backup keeps both, apart from each other.
"""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.engine import URL, make_url

from backend.platform.embedded.binaries import binaries, postgres_tool
from backend.platform.embedded.places import Places, make_data_dir, remove_short_sockets, settle
from backend.platform.embedded.postgres import EmbeddedPostgres
from backend.platform.embedded.trouble import Trouble
from backend.platform.embedded.user import server_user
from backend.platform.keys import KeyFile
from backend.platform.migrate import make_roles
from backend.platform.supervisor import probes
from backend.platform.supervisor.lock import folder_lock

_READY_S = 300.0  # recovery after a crash reads all that was written since the last checkpoint
_STOP_S = 60.0
_LOOK_S = 0.1


def backup(database_url: str, target: Path) -> None:
    """Writes everything in the database to `target` (mode 600), whole or not at all, while SaveIt runs. Raises Trouble."""
    unfinished = target.with_name(f"{target.name}.unfinished")
    try:
        unfinished.touch(mode=0o600)
    except OSError as refused:
        raise Trouble("backup_refused", file=target, reason=refused.strerror) from refused
    try:
        _run("pg_dump", database_url, "--format=custom", f"--file={unfinished}")
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)


def restore(data_dir: Path, database_url: str, source: Path) -> None:
    """Replaces everything in the database by what is in `source`, all of it or nothing. SaveIt must not run meanwhile.

    Without a `database_url` the embedded server of the data folder is started for it alone. The keys of the time of the
    backup must lie in the data folder. Raises Trouble.
    """
    if not source.is_file():
        raise Trouble("no_backup", file=source)
    if not (data_dir / "secrets" / "keys.json").is_file():
        raise Trouble("no_keys", file=data_dir.resolve() / "secrets" / "keys.json")
    if database_url:
        _fill(database_url, data_dir, source)
        return
    user = server_user()
    data_dir = make_data_dir(data_dir, user)
    with folder_lock(data_dir / "run"):
        places = settle(data_dir, user)
        try:
            with _alone(EmbeddedPostgres(places, binaries(places.files, user)), places) as server:
                _fill(server.url, data_dir, source)
        finally:
            remove_short_sockets(places)


def _fill(database_url: str, data_dir: Path, source: Path) -> None:
    # The roles first: the dump names them in its grants and policies, and belongs to none of them.
    make_roles(database_url, KeyFile(data_dir / "secrets" / "keys.json"))
    whole = ("--single-transaction", "--exit-on-error")
    _run("pg_restore", database_url, "--clean", "--if-exists", "--no-owner", *whole, str(source))


def _run(tool: str, database_url: str, *arguments: str) -> None:
    """Runs a PostgreSQL program. The password goes by the environment, where other users cannot read it, and nothing else of
    ours does: a stray PGOPTIONS would change what is written."""
    url = make_url(database_url)
    bare = URL.create("postgresql", url.username, None, url.host, url.port, url.database, url.query)
    done = subprocess.run(  # noqa: S603 - a program of the wheel
        [str(postgres_tool(tool)), *arguments, f"--dbname={bare.render_as_string()}"],
        env={"PATH": os.defpath, "LC_ALL": "C", "PGPASSWORD": url.password or ""},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise Trouble("backup_failed", tool=tool, reason=done.stderr.strip()[-800:])


@contextmanager
def _alone(server: EmbeddedPostgres, places: Places) -> Iterator[EmbeddedPostgres]:
    """The embedded server without anything else of SaveIt, ended afterwards."""
    server.prepare()
    server.clear_leftovers()
    with (places.logs / "postgres.out.log").open("ab") as output:
        process = subprocess.Popen(  # noqa: S603 - a program of the wheel
            server.command(),
            env=server.environment(),
            cwd=places.files,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        _until_ready(server, process, places)
        server.ensure_database()
        yield server
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(_STOP_S)


async def _answers(socket: Path) -> bool:
    return await probes.postgres(socket)()


def _until_ready(server: EmbeddedPostgres, process: subprocess.Popen[bytes], places: Places) -> None:
    """There is no event to wait for: it looks."""
    deadline = time.monotonic() + _READY_S
    while process.poll() is None and time.monotonic() < deadline:
        if asyncio.run(_answers(server.socket)):
            return
        time.sleep(_LOOK_S)
    raise Trouble("backup_failed", tool="postgres", reason=places.logs / "postgres.out.log")
