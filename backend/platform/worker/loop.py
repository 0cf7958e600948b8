"""The worker's lanes and how they hang together: relay → handlers → messages, scheduled work beside them,
upkeep once a day, and whatever errands the wiring adds (conversations over channels, sending, collecting mail).
"""

from __future__ import annotations

import logging
import signal
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Protocol

from redis import RedisError

from backend.platform.clock import Clock
from backend.platform.database import Database
from backend.platform.events.deliveries import Deliveries
from backend.platform.events.event import Event, Handler
from backend.platform.events.relay import LiveSink, Relay
from backend.platform.jobs import Jobs
from backend.platform.live.sink import RedisLiveSink
from backend.platform.redis import Redis
from backend.platform.telemetry import Telemetry
from backend.platform.worker.errand import Errand
from backend.platform.worker.lane import Lane
from backend.platform.worker.manners import step_back
from backend.platform.worker.pulse import PULSE_KEPT_S, PULSE_KEY, PULSE_S
from backend.platform.worker.upkeep import Keeper, Upkeep
from backend.platform.worker.wakeups import Wakeups
from backend.settings import Settings

log = logging.getLogger(__name__)

_RELAYED_AT_ONCE = 200
_AT_ONCE = 20  # handlers, jobs or messages before a stop is noticed
_DAY_S = 86_400.0


class Messages(Protocol):
    """What sends messages to guests."""

    def send_due(self, now: datetime, limit: int = 50) -> int:
        """Sends what is due; how many were tried."""


class WorkerServices(Protocol):
    """What the worker needs of the wiring, on the worker's database role."""

    @property
    def clock(self) -> Clock: ...
    @property
    def database(self) -> Database: ...
    @property
    def redis(self) -> Redis: ...
    @property
    def telemetry(self) -> Telemetry: ...
    @property
    def jobs(self) -> Jobs: ...
    @property
    def handlers(self) -> Sequence[Handler]: ...
    @property
    def notifications(self) -> Messages: ...
    @property
    def keepers(self) -> Mapping[str, Keeper]: ...
    @property
    def errands(self) -> Sequence[Errand]: ...


def run(settings: Settings, services: WorkerServices) -> int:
    """Works until SIGTERM or SIGINT, then finishes what is at hand; the exit code. Call it in the main
    thread.

    0 after an ordered stop; 1 when a lane has died, for the supervisor to start the worker anew.
    """
    step_back()
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    lanes = _lanes(settings, services)
    woken = [lane for lane in lanes if lane.name in {"relay", *_woken(services.errands)}]
    wakeups = Wakeups(settings.redis_url, settings.redis_timeout_ms, partial(_wake, woken))
    for thread in (*lanes, wakeups):
        thread.start()
    log.info("worker started", extra={"lanes": [lane.name for lane in lanes]})
    while not stop.is_set() and all(lane.is_alive() for lane in lanes):
        _beat(services.redis)
        stop.wait(PULSE_S)
    wakeups.stop()
    _finish(lanes, settings.worker_stop_s)
    return 0 if stop.is_set() else 1


def _beat(redis: Redis) -> None:
    try:
        redis.attempt(lambda client: client.set(PULSE_KEY, b"1", ex=PULSE_KEPT_S))
    except RedisError as refused:  # it is there and takes nothing: full, or a replica
        log.warning("redis does not keep the pulse", extra={"reason": type(refused).__name__})


def _finish(lanes: Sequence[Lane], seconds: float) -> None:
    for lane in lanes:
        lane.stop()
    deadline = time.monotonic() + seconds
    for lane in lanes:
        lane.join(max(0.0, deadline - time.monotonic()))
    late = [lane.name for lane in lanes if lane.is_alive()]
    if late:
        # Their transactions are rolled back, and the work is done again at the next start.
        log.warning("stopped in the middle of work", extra={"lanes": late})
    log.info("worker stopped")


def _lanes(settings: Settings, services: WorkerServices) -> list[Lane]:
    """The relay first."""
    database, now, poll_s = services.database, services.clock.now, settings.worker_poll_ms / 1000
    deliveries = Deliveries(
        database, services.handlers, attempts=settings.handler_attempts, retry_s=settings.handler_retry_s
    )
    upkeep = Upkeep(
        database,
        partitions_ahead=settings.partitions_ahead,
        idempotency_hours=settings.idempotency_hours,
        done_days=settings.done_days,
        keepers=services.keepers,
    )
    relay = Relay(database, services.handlers, _Counted(RedisLiveSink(services.redis), services.telemetry))

    messages = Lane("messages", lambda: services.notifications.send_due(now(), _AT_ONCE), pause_s=poll_s)
    handlers = Lane("handlers", lambda: deliveries.run_due(now(), _AT_ONCE), pause_s=poll_s, then=[messages])
    jobs = Lane("jobs", lambda: services.jobs.run_due(database, now(), _AT_ONCE), pause_s=poll_s)
    errands = errand_lanes(services.errands, now, poll_s)
    after_events = [
        lane for lane, errand in zip(errands, services.errands, strict=True) if errand.after_events
    ]
    relaying = Lane(
        "relay",
        lambda: relay.run_once(now(), _RELAYED_AT_ONCE),
        pause_s=settings.relay_poll_ms / 1000,
        then=[handlers, *after_events],
    )
    daily = Lane("upkeep", lambda: _daily(upkeep, now()), pause_s=_DAY_S)
    return [relaying, handlers, messages, jobs, *errands, daily]


def _wake(lanes: Sequence[Lane]) -> None:
    for lane in lanes:
        lane.wake()


def _woken(errands: Sequence[Errand]) -> list[str]:
    """The lanes that look when a web process says that there is work."""
    return [errand.name for errand in errands if errand.on_wake]


def errand_lanes(errands: Sequence[Errand], now: Callable[[], datetime], poll_s: float) -> list[Lane]:
    """A lane for each errand, in the order given; each wakes those that it gives work to."""
    lanes: dict[str, Lane] = {}
    for errand in reversed(errands):  # those that are woken first, as a lane is given them when it is made
        lanes[errand.name] = Lane(
            errand.name,
            partial(_run_errand, errand, now),
            pause_s=errand.pause_s or poll_s,
            then=[lanes[name] for name in errand.then],
        )
    return [lanes[errand.name] for errand in errands]


def _run_errand(errand: Errand, now: Callable[[], datetime]) -> int:
    return errand.work(now(), _AT_ONCE)


def _daily(upkeep: Upkeep, now: datetime) -> int:
    upkeep.run(now)
    return 0


class _Counted:
    """Counts relayed events on their way to the screens."""

    def __init__(self, live: LiveSink, telemetry: Telemetry) -> None:
        self._live = live
        self._telemetry = telemetry

    def publish(self, events: Sequence[tuple[int, Event]]) -> None:
        for _, event in events:
            self._telemetry.event(event.type)
        self._live.publish(events)
