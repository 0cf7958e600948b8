"""Bad days: each part of the running product is killed (SIGKILL) in the middle of a burst of bookings, or of
arrivals at the door. Afterwards nothing that was answered is missing, nothing is there twice, and every event and
message arrived once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from bursts import (
    Wishes,
    check_bookings,
    check_events,
    check_messages,
    check_tables,
    ids_of,
    until_settled,
)
from crowd import Act, Crowd
from feed_follower import Follower
from http_client import Caller
from running import ONE_PROCESS, Saveit, kill, running_saveit
from servers import wait_until

pytestmark = [pytest.mark.slow, ONE_PROCESS]

_WISHES = 140
_BACK_S = 90.0


@pytest.fixture(scope="module")
def house() -> Iterator[Saveit]:
    """A SaveIt that is killed in parts; what one test leaves behind is there in the next.

    The lock of a slot outlives a killed process, by default for half a minute in which guests are told "in a moment";
    here they shall not wait that long.
    """
    with running_saveit(SAVEIT_LOCK_TTL_MS="5000") as one:
        yield one


@pytest.fixture(scope="module")
def wishes(house: Saveit) -> Wishes:
    return Wishes(house)


def kill_part(house: Saveit, name: str) -> None:
    """The same for a part that the supervisor watches, and returns when there is another."""
    before = house.part(name)
    kill(before)
    wait_until(lambda: house.pid(name) not in (None, before), f"another {name}", _BACK_S)


def a_web_process(house: Saveit) -> None:
    kill(house.web_processes()[0])
    wait_until(lambda: len(house.web_processes()) == 2, "another web process", _BACK_S)


def the_web_master(house: Saveit) -> None:
    kill_part(house, "web")


def the_worker_three_times(house: Saveit) -> None:
    """Each time in the middle of sending."""
    count = "SELECT count(*) FROM messages WHERE state = 'sent'"
    for _ in range(3):
        sent = house.value(count)
        wait_until(lambda sent=sent: house.value(count) > sent + 2, "messages being sent", _BACK_S)  # type: ignore[misc]
        kill_part(house, "worker")


def redis(house: Saveit) -> None:
    kill_part(house, "redis")


def the_postmaster(house: Saveit) -> None:
    kill_part(house, "postgres")


def a_database_session(house: Saveit) -> None:
    kill(house.database_sessions()[0])  # PostgreSQL then throws everyone out and recovers


def the_supervisor(house: Saveit) -> None:
    house.kill()
    house.begin()


VICTIMS = [
    a_web_process,
    the_web_master,
    the_worker_three_times,
    redis,
    the_postmaster,
    a_database_session,
    the_supervisor,
]


@pytest.mark.parametrize("victim", VICTIMS, ids=lambda victim: victim.__name__)
def test_whatever_is_killed_in_a_burst_nothing_is_lost_and_nothing_doubled(
    house: Saveit, wishes: Wishes, victim: Callable[[Saveit], None]
) -> None:
    burst = Crowd(wishes.some(_WISHES))
    with Follower(house) as screen:
        with burst.going_on():
            burst.until(_WISHES // 5)
            burst.must_go_on()
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


# at the door ------------------------------------------------------------------------------------------------------

_TABLETS = 3
_COUNTED = "SELECT coalesce(sum(value), 0) FROM daily_figures WHERE service_date = %(day)s AND figure = 'parties_arrived'"
_ARRIVED = """
SELECT r.id, r.status, r.arrived_count, r.arrived_at,
    (SELECT min(scanned_at) FROM checkins WHERE reservation_id = r.id) AS first_scan,
    (SELECT count(*) FROM checkins WHERE reservation_id = r.id) AS scans,
    (SELECT count(*) FROM audit WHERE subject_id = r.id AND action = 'reservation.checked_in') AS moves,
    (SELECT count(*) FROM outbox WHERE subject_id = r.id AND type = 'qr.validated'
        AND data ->> 'change' = 'checked_in') AS told
FROM reservations r WHERE r.id = ANY(%(ids)s)
"""


def scans(house: Saveit, tablets: list[Caller], booked: dict[str, Any]) -> list[Act]:
    """The party arrives bit by bit: each tablet scans the code once and counts one guest more, all within a moment.
    It is not their day, so the host lets them in by hand.
    """
    at = house.now() - timedelta(minutes=1)
    return [
        Act(
            tablet,
            "/api/v1/qr/checkin",
            {
                "code": booked["qr"]["code"],
                "eventId": str(uuid4()),
                "scannedAt": (at + timedelta(seconds=number)).isoformat(),
                "arrivedCount": number + 1,
                "override": True,
                "reason": "Prueba",
            },
        )
        for number, tablet in enumerate(tablets)
    ]


@pytest.mark.parametrize("victim", [the_web_master, a_database_session], ids=lambda victim: victim.__name__)
def test_whatever_is_killed_while_parties_arrive_each_first_arrival_counts_once(
    house: Saveit, wishes: Wishes, victim: Callable[[Saveit], None]
) -> None:
    evening = Crowd(wishes.some(40, days=1))
    with evening.going_on():
        evening.until(20)
    tablets = [house.device(f"Tableta {number + 1}") for number in range(_TABLETS)]
    by_party = [scans(house, tablets, booked) for booked in evening.done().values()]
    door = Crowd([scan for party in by_party for scan in party])

    with door.going_on():
        door.until(len(door.acts) // 4)
        door.must_go_on()
        victim(house)
    wait_until(house.is_well, "all parts to be well", _BACK_S)
    until_settled(house)

    assert door.odd == []
    verdicts = door.done()
    assert len(verdicts) == len(door.acts)
    for party in by_party:
        results = sorted(verdicts[scan.key]["result"] for scan in party)
        assert results == ["already"] * (_TABLETS - 1) + ["ok"], (
            "one scan let them in, the others found them there"
        )
    arrived = house.rows(_ARRIVED, ids=ids_of(evening))
    assert len(arrived) == len(by_party)
    for row in arrived:
        assert (row["status"], row["arrived_count"], row["arrived_at"]) == (
            "checked_in",
            _TABLETS,
            row["first_scan"],
        )
        assert (row["scans"], row["moves"], row["told"]) == (_TABLETS, 1, 1)
    assert house.value(_COUNTED, day=evening.acts[0].body["date"]) == len(by_party)
    assert {scan.key: scan.send().json() for scan in door.acts} == verdicts
    check_events(house)
