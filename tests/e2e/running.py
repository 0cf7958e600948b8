"""The whole product as its owner starts it, for end-to-end tests: `scripts/run` on a data folder of its own,
a free port, and what its processes and its database look like from outside.

`saveit` (a fixture) is one for all tests of a test process that leave it whole. Whoever kills parts of it or
moves its clock opens their own: `with running_saveit() as saveit`.
"""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import psutil
import psycopg2
import psycopg2.extras
import pytest
from http_client import Caller
from running_machine import ROOT, RunningMachine, running
from servers import short_folder, wait_until

from backend.platform.embedded import addresses
from backend.platform.embedded.ending import alive
from backend.platform.embedded.leash import leashed
from backend.platform.embedded.orphans import server_processes

# RunningMachine adds the data folder and the port as the last two words.
_ENTRY = ["/bin/sh", "-c", f'exec {ROOT}/scripts/run --data "$0" --port "$1"']
# A first start makes a database and a restaurant with a week of bookings; the machine may be busy.
READY_S = 240.0
_LIMITS_OFF = {"SAVEIT_RATE_LIMITS": "off"}

# Heavy tests belong in one process under `--dist loadgroup`; `scripts/test` keeps a file in one process anyway.
ONE_PROCESS = pytest.mark.xdist_group("running-saveit")


class Saveit(RunningMachine):
    """One SaveIt on a data folder; `begin` and `stop` (SIGTERM) may follow each other, the data stays."""

    def __init__(self, home: Path, environment: Mapping[str, str]) -> None:
        self._home = home
        self._environment = dict(environment)
        self._starts = 0
        super().__init__(home / "data", home / "console-0.txt")

    def begin(self, **environment: str) -> None:
        """Starts it and returns once it is ready. The environment given here is added for this start alone."""
        self.launch(**environment)
        self.until_ready()

    def launch(self, **environment: str) -> None:
        """Starts it and returns at once."""
        self._starts += 1
        self._console = self._home / f"console-{self._starts}.txt"
        self._last_environment = {**self._environment, **environment}
        # Whatever becomes of the test process, SaveIt does not stay behind.
        self.start(leashed(_ENTRY, death_signal=signal.SIGTERM), environment=self._last_environment)

    def until_ready(self) -> None:
        """Until every part is well and the page is on the console."""

        def ready() -> bool:
            assert self.process.poll() is None, f"scripts/run ended:\n{self.said}"
            return "SaveIt is ready" in self.said and self.is_well()

        try:
            wait_until(ready, "SaveIt to be ready", READY_S)
        except AssertionError as late:
            raise AssertionError(f"{late}\n{self.said}") from None

    def is_well(self) -> bool:
        """Whether `GET /readyz` says that every part is."""
        try:
            answer = Caller(self.port).call("GET", "/readyz", timeout=10)
        except OSError:
            return False
        return answer.status == 200 and answer.json()["status"] == "ready"

    @property
    def base_url(self) -> str:
        """Where it is reached."""
        return f"http://127.0.0.1:{self.port}"

    # the demonstration restaurant ---------------------------------------------------------------------------------

    @cached_property
    def demo(self) -> dict[str, Any]:
        """DIR/demo.json."""
        found: dict[str, Any] = json.loads((self.data_dir / "demo.json").read_text(encoding="utf-8"))
        return found

    @property
    def restaurant_id(self) -> str:
        """The demonstration restaurant."""
        return str(self.demo["restaurantId"])

    @property
    def zone(self) -> ZoneInfo:
        """Its zone."""
        return ZoneInfo(self.demo["timezone"])

    def now(self) -> datetime:
        """The time there, as its servers see it when it was started with a moved clock."""
        offset = int(self._last_environment.get("SAVEIT_CLOCK_OFFSET_S", "0"))
        return datetime.now(self.zone) + timedelta(seconds=offset)

    def anyone(self) -> Caller:
        """A caller without credentials."""
        return Caller(self.port)

    def publishable(self) -> Caller:
        """A diner's web page."""
        return Caller(self.port, {"X-Api-Key": self.demo["publishableKey"]})

    def secret(self) -> Caller:
        """A partner's server."""
        return Caller(self.port, {"X-Api-Key": self.demo["secretKey"]})

    def staff(self, role: str) -> Caller:
        """`owner`, `manager` or `host`, signed in anew."""
        return Caller(self.port, bearer(self.sign_in(role)))

    def sign_in(self, role: str) -> str:
        """An access token of that member of staff."""
        account = next(each for each in self.demo["staff"] if each["role"] == role)
        credentials = {name: account[name] for name in ("email", "password")}
        return str(self.anyone().post("/api/v1/auth/login", credentials).json()["accessToken"])

    def device(self, name: str) -> Caller:
        """A tablet, enrolled anew."""
        invitation = {"code": self.demo["enrolmentCode"], "name": name}
        enrolled = self.anyone().post("/api/v1/devices/enrol", invitation).json()
        return Caller(self.port, bearer(enrolled["deviceToken"]))

    # its processes ------------------------------------------------------------------------------------------------

    def part(self, name: str) -> int:
        """The process of `postgres` (the postmaster), `redis`, `web` (the master) or `worker`."""
        pid = self.pid(name)
        assert pid is not None, f"{name} does not run"
        return pid

    def web_processes(self) -> list[int]:
        """The processes that serve requests."""
        return [child.pid for child in psutil.Process(self.part("web")).children() if alive(child)]

    def database_sessions(self) -> list[int]:
        """PostgreSQL's processes of the web's connections."""
        children = psutil.Process(self.part("postgres")).children()
        return [each.pid for each in children if each.cmdline()[:1][0].startswith("postgres: saveit_app")]

    def everything(self) -> list[int]:
        """The supervisor and all that it started, PostgreSQL's own children too."""
        mine = psutil.Process(self.process.pid)
        return [mine.pid, *(child.pid for child in mine.children(recursive=True))]

    def log(self, name: str) -> list[dict[str, Any]]:
        """The structured log of a process, oldest first."""
        path = self.data_dir / "logs" / f"{name}.log"
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        return [json.loads(line) for line in lines if line.startswith("{")]

    # its database -------------------------------------------------------------------------------------------------

    def rows(self, statement: str, **params: object) -> list[dict[str, Any]]:
        """What PostgreSQL's owner sees: every restaurant's rows."""
        found = addresses.read(self.data_dir)
        assert found is not None, "it does not run"
        connection = psycopg2.connect(found.database_url, cursor_factory=psycopg2.extras.RealDictCursor)
        try:
            with connection, connection.cursor() as cursor:
                psycopg2.extras.register_uuid(conn_or_curs=connection)
                cursor.execute(statement, {"restaurant": UUID(self.restaurant_id), **params})
                return [dict(row) for row in cursor.fetchall()]
        finally:
            connection.close()

    def value(self, statement: str, **params: object) -> Any:
        """The only column of the only row."""
        [row] = self.rows(statement, **params)
        [value] = row.values()
        return value

    def end(self) -> None:
        """Stops it if it runs, and sees that nothing of it is left."""
        if self.process.poll() is None:
            left = self.everything()
            assert self.stop(signal.SIGTERM) == 0, self.said
        else:
            left = [process.pid for process in server_processes(self.data_dir / "servers" / "postgres")]
        wait_until(lambda: not running(left), "its processes to be gone", 60)


def kill(pid: int) -> None:
    """SIGKILL, and returns when that process is no more."""
    victim = psutil.Process(pid)
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not alive(victim), f"{pid} to die")


def bearer(token: str) -> dict[str, str]:
    """The header of a token's holder."""
    return {"Authorization": f"Bearer {token}"}


@contextmanager
def running_saveit(**environment: str) -> Iterator[Saveit]:
    """A SaveIt of its own, ready; without rate limits unless `SAVEIT_RATE_LIMITS="on"` is given."""
    with short_folder() as home:
        one = Saveit(home, {**_LIMITS_OFF, **environment})
        began = time.monotonic()
        one.launch()
        try:
            one.until_ready()
            print(f"SaveIt was ready after {time.monotonic() - began:.1f} s")  # noqa: T201 - seen with -s and on failure
            yield one
        finally:
            one.end()


@pytest.fixture(scope="session")
def saveit() -> Iterator[Saveit]:
    """One SaveIt for all tests of this process that leave it whole."""
    with running_saveit() as one:
        yield one
