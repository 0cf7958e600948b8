"""Bad days: each part of the running product is killed (SIGKILL) in the middle of a burst of bookings. Afterwards
nothing that was answered is missing, nothing is there twice, and every event and message arrived once.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator

import psutil
import pytest
from bursts import Burst, Wishes, check_bookings, check_events, check_messages, check_tables, until_settled
from feed_follower import Follower
from running import ONE_PROCESS, Saveit, running_saveit
from servers import wait_until

pytestmark = [pytest.mark.slow, ONE_PROCESS]

_WISHES = 140
_BACK_S = 90.0


@pytest.fixture(scope="module")
def house() -> Iterator[Saveit]:
    """A SaveIt that is killed in parts; what one test leaves behind is there in the next."""
    with running_saveit() as one:
        yield one


@pytest.fixture(scope="module")
def wishes(house: Saveit) -> Wishes:
    return Wishes(house)


def kill(pid: int) -> None:
    """SIGKILL, and returns when that process is no more."""
    victim = psutil.Process(pid)
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not victim.is_running() or victim.status() == psutil.STATUS_ZOMBIE, f"{pid} to die")


def a_web_process(house: Saveit) -> None:
    kill(house.web_processes()[0])
    wait_until(lambda: len(house.web_processes()) == 2, "another web process", _BACK_S)


def the_web_master(house: Saveit) -> None:
    _kill_part(house, "web")


def the_worker(house: Saveit) -> None:
    _kill_part(house, "worker")


def redis(house: Saveit) -> None:
    _kill_part(house, "redis")


def the_postmaster(house: Saveit) -> None:
    _kill_part(house, "postgres")


def a_database_session(house: Saveit) -> None:
    kill(house.database_sessions()[0])  # PostgreSQL then throws everyone out and recovers


def _kill_part(house: Saveit, name: str) -> None:
    before = house.part(name)
    kill(before)
    wait_until(lambda: house.pid(name) not in (None, before), f"another {name}", _BACK_S)


def the_supervisor(house: Saveit) -> None:
    house.kill()
    house.begin()


VICTIMS = [
    a_web_process,
    the_web_master,
    the_worker,
    redis,
    the_postmaster,
    a_database_session,
    the_supervisor,
]


@pytest.mark.parametrize("victim", VICTIMS, ids=lambda victim: victim.__name__)
def test_whatever_is_killed_in_a_burst_nothing_is_lost_and_nothing_doubled(
    house: Saveit, wishes: Wishes, victim: Callable[[Saveit], None]
) -> None:
    burst = Burst(house, wishes.some(_WISHES))
    with Follower(house) as screen:
        with burst.going_on():
            burst.until(_WISHES // 5)
            victim(house)
            burst.until(_WISHES // 2)
        wait_until(house.is_well, "all parts to be well", _BACK_S)
        until_settled(house)
        last = house.value("SELECT max(feed_sequence) FROM outbox WHERE restaurant_id = %(restaurant)s")
        screen.until(last)

    assert burst.odd == []
    check_bookings(house, burst)
    check_tables(house)
    check_events(house)
    check_messages(house, burst)
    assert screen.wrong == []
    assert screen.first is not None
    assert screen.ids() == list(range(screen.first + 1, last + 1))
