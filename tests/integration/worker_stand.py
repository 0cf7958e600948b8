"""A worker process with handlers made up for the tests: real PostgreSQL and Redis, real signals."""

from __future__ import annotations

import logging
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from live_stand import ROOT, database_of, home
from servers import wait_until

from backend.platform.clock import SystemClock
from backend.platform.database import Tx
from backend.platform.embedded.leash import leashed
from backend.platform.events import Event, Handler, Outbox
from backend.platform.ids import uuid7
from backend.platform.jobs import Jobs
from backend.platform.redis import Redis
from backend.platform.telemetry import Telemetry
from backend.platform.worker import run
from backend.settings import Settings

_WORK = "import sys, worker_stand; sys.exit(worker_stand.work())"
# What handlers and jobs leave behind; plain figures of the restaurant, so that row-level security holds here too.
_COUNT = """
INSERT INTO daily_figures (restaurant_id, service_date, figure, value) VALUES (:restaurant, '2026-01-01', :figure, 1)
ON CONFLICT (restaurant_id, service_date, figure) DO UPDATE SET value = daily_figures.value + 1
"""


class _Services:
    """The wiring of the stand's worker."""

    def __init__(self, settings: Settings) -> None:
        self.clock = SystemClock()
        self.database = database_of(settings, "worker")
        self.redis = Redis(settings.redis_url, settings.redis_timeout_ms)
        self.telemetry = Telemetry()
        self.jobs = Jobs({"count": self._job})
        self.handlers = [
            Handler("counting", frozenset({"test.count"}), self._handle),
            Handler("slow", frozenset({"test.slow"}), self._handle_slowly),
        ]
        self.notifications = self
        self.keepers: dict[str, Any] = {}
        self.errands: list[Any] = []

    def send_due(self, now: datetime, limit: int = 50) -> int:
        """There are no messages here."""
        return 0

    def _handle(self, tx: Tx, event: Event) -> None:
        tx.run(_COUNT, restaurant=event.restaurant_id, figure=f"event {event.data['number']}")

    def _handle_slowly(self, tx: Tx, event: Event) -> None:
        tx.run(_COUNT, restaurant=event.restaurant_id, figure=f"slow {event.data['number']}")
        time.sleep(event.data["seconds"])

    def _job(self, tx: Tx, subject_id: UUID, payload: Mapping[str, Any], now: datetime) -> None:
        tx.run(_COUNT, restaurant=tx.restaurant_id, figure=f"job {payload['number']}")


def work() -> int:
    """The worker process."""
    logging.basicConfig(format="%(levelname)s %(message)s", level=logging.INFO)
    settings = Settings()
    return run(settings, _Services(settings))


@dataclass
class WorkerStand:
    """Workers, and what they have done."""

    settings: Settings
    environment: Mapping[str, str]
    restaurant: UUID
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.database = database_of(self.settings, "app")
        self.outbox = Outbox(Redis(self.settings.redis_url))

    def start(self) -> subprocess.Popen[bytes]:
        """One more worker."""
        with (self.settings.data_dir / "worker.out").open("ab") as output:
            process = subprocess.Popen(
                leashed([sys.executable, "-W", "error", "-c", _WORK], death_signal=signal.SIGTERM),
                cwd=ROOT,
                env=dict(self.environment),
                stdout=output,
                stderr=output,
            )
        self.processes.append(process)
        return process

    def output(self) -> str:
        """What the workers printed."""
        return (self.settings.data_dir / "worker.out").read_text(encoding="utf-8")

    def commit(self, *events: dict[str, Any], kind: str = "test.count", wake: bool = True) -> None:
        """Commits events of one subject with that data."""
        subject = uuid7()
        with self.database.tenant(self.restaurant) as tx:
            self.outbox.add(
                tx, [Event(kind, self.restaurant, subject, datetime.now(UTC), data) for data in events]
            )
        if wake:
            self.outbox.wake()

    def plan(self, number: int, after: timedelta = timedelta()) -> None:
        """Plans a job."""
        with self.database.tenant(self.restaurant) as tx:
            Jobs().plan(tx, "count", uuid7(), datetime.now(UTC) + after, {"number": number})

    def figures(self) -> dict[str, int]:
        """How often each thing has been done."""
        with self.database.tenant(self.restaurant) as tx:
            rows = tx.all("SELECT figure, value FROM daily_figures")
        return {row["figure"]: row["value"] for row in rows}

    def wait_for(self, **wanted: object) -> None:
        """Returns once `done` things have been done at least once."""
        wait_until(lambda: len(self.figures()) >= int(str(wanted["done"])), f"{wanted} in {self.figures()}")


@contextmanager
def worker_stand(owner_url: str, redis_url: str, **settings: object) -> Iterator[WorkerStand]:
    """A stand on an empty database; start workers yourself."""
    with (
        home(owner_url, redis_url, 1, settings) as (chosen, environment, restaurants),
        workers(WorkerStand(chosen, environment, restaurants[0])) as running,
    ):
        yield running


@contextmanager
def workers(running: WorkerStand) -> Iterator[WorkerStand]:
    """Stops the workers that are started inside."""
    try:
        yield running
    finally:
        for process in running.processes:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
                process.wait(20)
