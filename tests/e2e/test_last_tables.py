"""Forty clients over real HTTP want the last tables of the demonstration restaurant at the same instant: exactly as
many win as there are tables, five times in a row; also while Redis is killed.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from datetime import date

import pytest
from bursts import booking, check_tables, free_days, ids_of
from crowd import Act, Crowd
from running import ONE_PROCESS, Saveit, kill, running_saveit
from servers import wait_until

pytestmark = [pytest.mark.slow, ONE_PROCESS]

CLIENTS = 40
ROUNDS = 5
# The terrace has three tables for two and four for two to four; its last one is for four and more.
AREA, TIME, PARTY, TABLES = "terraza", "20:00", 2, 7


def wishes(house: Saveit, day: date) -> list[Act]:
    """Forty clients, each with a key and a guest of their own, and one wish."""
    page = house.publishable()
    return [
        booking(
            page,
            {
                "restaurantId": house.restaurant_id,
                "date": day.isoformat(),
                "time": TIME,
                "partySize": PARTY,
                "area": AREA,
                "guest": {"name": f"Cliente {number}", "email": f"c{number}.{day}@guests.example"},
                "privacyAccepted": True,
            },
        )
        for number in range(CLIENTS)
    ]


def is_free(house: Saveit, day: date) -> bool:
    """What the page shows of the slot."""
    path = f"/api/v1/availability/{house.restaurant_id}?date={day}&partySize={PARTY}&area={AREA}"
    slots = house.publishable().get(path).json()["slots"]
    return bool(next(slot["available"] for slot in slots if slot["time"] == TIME))


def outcome(crowd: Crowd) -> Counter[str]:
    """How each was answered in the end."""
    return Counter("won" if reply.status == 201 else str(reply.code) for reply in crowd.answers.values())


def check_round(house: Saveit, crowd: Crowd, day: date) -> None:
    """As many won as there are tables, each has one of its own, and the slot is shown as taken."""
    assert crowd.odd == []
    assert outcome(crowd) == {"won": TABLES, "slot_unavailable": CLIENTS - TABLES}
    tables = [
        table["number"] for booked in crowd.done().values() for table in booked["reservation"]["tables"]
    ]
    assert sorted(tables) == ["T1", "T2", "T3", "T4", "T5", "T6", "T7"]
    stored = house.rows("SELECT owner_id FROM allocations WHERE service_date = %(day)s", day=day)
    assert sorted(row["owner_id"] for row in stored) == sorted(ids_of(crowd))
    assert not is_free(house, day)
    losers = [reply.json() for reply in crowd.answers.values() if reply.status == 409]
    assert all(loser["alternatives"] for loser in losers), "who loses is told what is free"


def test_exactly_as_many_of_forty_clients_win_as_there_are_tables_five_times_in_a_row(saveit: Saveit) -> None:
    days = free_days(saveit)
    for day in [next(days) for _ in range(ROUNDS)]:
        assert is_free(saveit, day)
        crowd = Crowd(wishes(saveit, day))
        with crowd.going_on(CLIENTS, together=True):
            pass
        check_round(saveit, crowd, day)
    check_tables(saveit)


@pytest.fixture
def house() -> Iterator[Saveit]:
    """A SaveIt whose Redis may be killed."""
    with running_saveit() as one:
        yield one


def test_the_same_holds_five_times_in_a_row_while_redis_is_killed_again_and_again(house: Saveit) -> None:
    over = threading.Event()
    killed: list[int] = []

    def keep_killing() -> None:
        while not over.is_set():
            pid = house.pid("redis")
            if pid is not None and pid not in killed:
                kill(pid)
                killed.append(pid)
            over.wait(0.05)

    killer = threading.Thread(target=keep_killing)
    killer.start()
    try:
        days = free_days(house)
        for day in [next(days) for _ in range(ROUNDS)]:
            before = len(killed)
            crowd = Crowd(wishes(house, day))
            with crowd.going_on(CLIENTS, together=True):
                wait_until(lambda before=before: len(killed) > before, "Redis to be killed", 60)  # type: ignore[misc]
            check_round(house, crowd, day)
    finally:
        over.set()
        killer.join()
    check_tables(house)
    wait_until(house.is_well, "Redis to be back", 90)
