"""What SaveIt consists of on one machine, and in which order it starts. Called by `python -m backend
supervise`.

PostgreSQL and Redis, then the migrations, then the demonstration restaurant, then worker and web server;
docs/decisions/004-supervisor.md says why this is our own.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from backend.platform import logs
from backend.platform.embedded import addresses
from backend.platform.embedded.binaries import binaries
from backend.platform.embedded.leash import leashed
from backend.platform.embedded.places import Places, make_data_dir, remove_short_sockets, settle
from backend.platform.embedded.postgres import EmbeddedPostgres
from backend.platform.embedded.redis import EmbeddedRedis
from backend.platform.embedded.trouble import Trouble
from backend.platform.embedded.user import server_user
from backend.platform.supervisor import probes
from backend.platform.supervisor.console import Console
from backend.platform.supervisor.lock import check_port, folder_lock
from backend.platform.supervisor.machine import Machine, Stage
from backend.platform.supervisor.page import Facts, page, reachable_host
from backend.platform.supervisor.programs import Program, Step, always

log = logging.getLogger("saveit.supervisor")

# PostgreSQL: 'fast' ends the sessions and writes a checkpoint; 'immediate' leaves that to the next start.
_POSTGRES_STOP = ((signal.SIGINT, 20.0), (signal.SIGQUIT, 5.0))
_SLOW_IMPORTS_S = 180.0  # a small machine under load takes its time
# The worker keeps this key alive in Redis: `worker.pulse.PULSE_KEY`. Importing it would bring in the whole worker; a test compares.
WORKER_PULSE = "saveit:worker:pulse"


@dataclass(frozen=True)
class Wish:
    """What was asked for: where to keep data, where to listen, and servers that are there already (None:
    embedded).
    """

    data_dir: Path
    host: str
    port: int
    database_url: str | None
    redis_url: str | None
    rate_limits_off: bool
    backend: Sequence[str]


def supervise(
    data_dir: Path,
    host: str,
    port: int,
    database_url: str | None,
    redis_url: str | None,
    *,
    rate_limits_off: bool = False,
    backend: Sequence[str] = (sys.executable, "-m", "backend"),
) -> int:
    """Runs SaveIt until SIGTERM or Ctrl-C. Returns 0 after an ordered stop, 1 when it could not start; says
    why on the console.
    """
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="replace")  # a terminal without our characters is no reason to stop
    console = Console()
    wish = Wish(Path(data_dir), host, port, database_url or None, redis_url or None, rate_limits_off, backend)
    try:
        return _run(wish, console)
    except Trouble as trouble:
        console.trouble(trouble)
    except OSError as refused:
        log.exception("the system refused something")
        code = "data_dir_refused" if isinstance(refused, PermissionError) else "system_refused"
        console.trouble(
            Trouble(code, data_dir=data_dir, path=refused.filename, reason=refused.strerror or refused)
        )
    return 1


def _run(wish: Wish, console: Console) -> int:
    embedded = not (wish.database_url and wish.redis_url)
    user = server_user() if embedded else None
    data_dir = make_data_dir(wish.data_dir, user)
    with folder_lock(data_dir / "run"):
        logs.setup("supervisor", data_dir)
        check_port(wish.host, wish.port)
        places = settle(data_dir, user)
        plan = Plan(wish, places)
        began = time.monotonic()

        def show_page() -> None:
            console.lines(page(console, plan.facts(time.monotonic() - began)))

        console.lines([console.say("begin", data_dir=places.data_dir)])
        addresses.write(places.data_dir, plan.addresses)
        try:
            machine = Machine(
                plan.stages(), run=places.run, logs=places.logs, console=console, on_ready=show_page
            )
            return asyncio.run(machine.run())
        finally:
            addresses.remove(places.data_dir)
            remove_short_sockets(places)


class Plan:
    """The programs and steps for one wish."""

    def __init__(self, wish: Wish, places: Places) -> None:
        self._wish = wish
        self._places = places
        self._postgres = self._redis = None
        if not (wish.database_url and wish.redis_url):
            programs = binaries(
                places.files, places.user
            )  # here, once: the two servers start at the same time
            self._postgres = None if wish.database_url else EmbeddedPostgres(places, programs)
            self._redis = None if wish.redis_url else EmbeddedRedis(places, programs)
        self.addresses = addresses.Addresses(
            database_url=self._postgres.url if self._postgres else str(wish.database_url),
            redis_url=self._redis.url if self._redis else str(wish.redis_url),
        )

    def stages(self) -> list[Stage]:
        """In the order of the start; the stop goes the other way: web, worker, Redis, PostgreSQL."""
        servers: list[Program | Step] = []
        if self._postgres:
            servers.append(self._postgres_program(self._postgres))
        if self._redis:
            servers.append(self._redis_program(self._redis))
        return [
            *([servers] if servers else []),
            [Step("migrate", self._backend("migrate"), self._environment)],
            *self._demonstration(),
            [self._worker(), self._web()],
        ]

    def _demonstration(self) -> list[Stage]:
        """Nothing once it is made: asking the database again would cost every start the seconds of importing everything.

        Only for a database of this data folder; whether another one has a demonstration, its file here does not tell.
        """
        if self._postgres and (self._places.data_dir / "demo.json").exists():
            return []
        return [[Step("demo", self._backend("demo"), self._environment, needed=False)]]

    def facts(self, seconds: float) -> Facts:
        """What the page shows once all of it is ready."""
        programs = [item.name for stage in self.stages() for item in stage if isinstance(item, Program)]
        return Facts(
            host=self._wish.host,
            port=self._wish.port,
            places=self._places,
            healthy=programs,
            seconds=seconds,
            rate_limits_off=self._wish.rate_limits_off,
            embedded_database=self._postgres is not None,
        )

    def _postgres_program(self, server: EmbeddedPostgres) -> Program:
        def before_start() -> None:
            server.prepare()
            server.clear_leftovers()

        return Program(
            "postgres",
            server.command,
            server.environment,
            ready=probes.postgres(server.socket),
            alive=probes.postgres(server.socket, even_recovering=True),
            before_start=before_start,
            after_ready=server.ensure_database,
            stop=_POSTGRES_STOP,
            working_dir=str(self._places.files),
            ready_s=300.0,  # recovery after a crash reads all that was written since the last checkpoint
        )

    def _redis_program(self, server: EmbeddedRedis) -> Program:
        probe = probes.redis(server.socket)
        return Program(
            "redis",
            server.command,
            server.environment,
            ready=probe,
            alive=probe,
            stop=((signal.SIGTERM, 5.0),),
            working_dir=str(self._places.files),
        )

    def _worker(self) -> Program:
        ready = probes.redis_key(self._redis.socket, WORKER_PULSE) if self._redis else always
        return Program(
            "worker", self._kept("worker"), self._environment, ready=ready, ready_s=_SLOW_IMPORTS_S
        )

    def _web(self) -> Program:
        host = reachable_host(self._wish.host)
        return Program(
            "web",
            self._kept("serve"),
            self._environment,
            ready=probes.http(host, self._wish.port, "/readyz"),
            alive=probes.http(host, self._wish.port, "/healthz"),
            ready_s=_SLOW_IMPORTS_S,
        )

    def _kept(self, command: str) -> Callable[[], list[str]]:
        return lambda: leashed(self._backend(command), death_signal=signal.SIGTERM)

    def _backend(self, command: str) -> list[str]:
        return [*self._wish.backend, command]

    def _environment(self) -> Mapping[str, str]:
        """Everything of ours, so that any setting can be given to `scripts/run`, and what the programs need
        to find each other.
        """
        return {
            **os.environ,
            "SAVEIT_DATA_DIR": str(self._places.data_dir),
            "SAVEIT_HOST": self._wish.host,
            "SAVEIT_PORT": str(self._wish.port),
            "SAVEIT_DATABASE_URL": self.addresses.database_url,
            "SAVEIT_REDIS_URL": self.addresses.redis_url,
        }
