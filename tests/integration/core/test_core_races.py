"""Real threads fight for the last tables, for one key, for one guest; with Redis and without."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from servers import RedisServer, redis_server
from stage import TODAY, TOMORROW, Ground, Stage

CLIENTS = 40
NewStage = Callable[..., Stage]


def all_at_once(work: Callable[[int], Any], clients: int = CLIENTS) -> list[Any]:
    """Runs `work(0..clients-1)` in threads that start together; what each answered."""
    gate = threading.Barrier(clients)
    answers: list[Any] = [None] * clients

    def run(place: int) -> None:
        gate.wait()
        answers[place] = work(place)

    threads = [threading.Thread(target=run, args=(place,)) for place in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert all(answer is not None for answer in answers), "a client never got an answer"
    return answers


def doubled_tables(stage: Stage) -> int:
    """Pairs of stays that overlap at one table: what must never be."""
    with stage.services.database.tenant(stage.restaurant_id) as tx:
        return tx.value(
            "SELECT count(*) FROM allocations a JOIN allocations b"
            " ON a.table_id = b.table_id AND a.id < b.id AND a.during && b.during"
        )


def fight(stage: Stage, time: str) -> Counter[str]:
    """Forty clients want a table for two at the same time; how each was answered."""

    def one(place: int) -> str:
        # 409 lock_timeout means: try again; a client does, with the same key.
        key = str(uuid4())
        while True:
            answer = stage.book(key=key, time=time, partySize=2, guest={"name": f"Cliente {place}"})
            if answer.status_code != 409 or answer.get_json()["code"] != "lock_timeout":
                return "won" if answer.status_code == 201 else answer.get_json()["code"]

    return Counter(all_at_once(one))


# Parties of two fit tables 1, 2 (for two) and 3, 4, 5 (for two to four).
TABLES_FOR_TWO = 5


@pytest.mark.slow
def test_as_many_of_forty_clients_win_as_there_are_tables_five_times_in_a_row(stage: Stage) -> None:
    for time in ("13:00", "15:30", "18:00", "20:30", "22:30"):
        assert fight(stage, time) == {"won": TABLES_FOR_TWO, "slot_unavailable": CLIENTS - TABLES_FOR_TWO}
    assert doubled_tables(stage) == 0


@pytest.fixture
def own_redis() -> Iterator[RedisServer]:
    """A Redis that the test may kill."""
    with redis_server() as server:
        yield server


@pytest.mark.slow
def test_the_same_holds_while_redis_is_dead(
    core_ground: Ground, own_redis: RedisServer, new_stage: NewStage
) -> None:
    ground = Ground(core_ground.owner_url, own_redis.url, core_ground.folder, core_ground.secrets)
    stage = new_stage(ground)
    own_redis.kill()

    for time in ("13:00", "18:00", "22:30"):
        assert fight(stage, time) == {"won": TABLES_FOR_TWO, "slot_unavailable": CLIENTS - TABLES_FOR_TWO}
    assert doubled_tables(stage) == 0


@pytest.mark.slow
def test_a_lock_that_expires_in_the_middle_doubles_nothing(new_stage: NewStage) -> None:
    stage = new_stage(lock_ttl_ms=1)

    assert fight(stage, "20:00") == {"won": TABLES_FOR_TWO, "slot_unavailable": CLIENTS - TABLES_FOR_TWO}
    assert doubled_tables(stage) == 0


@pytest.mark.slow
def test_the_table_constraint_refuses_what_a_lost_day_lock_would_let_through(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(stage.services.reservations.desk.allocations), "lock_day", lambda *_: None)
    monkeypatch.setattr(type(stage.services.reservations.booking._locks), "_take", lambda *_: None)

    outcome = Counter(all_at_once(lambda place: stage.book(partySize=6, guest={"name": "X"}).status_code, 16))

    assert outcome[201] <= 2
    assert doubled_tables(stage) == 0


@pytest.mark.slow
def test_pacing_is_never_exceeded_by_guests_at_once(stage: Stage) -> None:
    stage.set_rules(pacing={"windowMinutes": 30, "maxParties": 3})

    outcome = fight(stage, "20:00")

    assert outcome == {"won": 3, "pacing_limit": CLIENTS - 3}


@pytest.mark.slow
def test_one_key_sent_by_many_at_once_books_once(stage: Stage) -> None:
    key = str(uuid4())

    answers = all_at_once(lambda _: stage.book(key=key).get_json(), 12)

    assert len({answer["reservation"]["id"] for answer in answers}) == 1


@pytest.mark.slow
def test_one_new_guest_booking_twice_at_once_is_one_guest(stage: Stage) -> None:
    times = ("13:00", "15:30", "20:00", "22:00")

    answers = all_at_once(lambda place: stage.book(time=times[place]).get_json(), len(times))

    assert len({answer["reservation"]["guestId"] for answer in answers}) == 1


@pytest.mark.slow
def test_two_tablets_scanning_one_party_at_once_check_it_in_once(stage: Stage) -> None:
    booked = stage.booked(date=TODAY.isoformat())
    stage.at("2026-12-16 20:00")

    answers = all_at_once(lambda _: stage.scan(booked).get_json()["result"], 8)

    assert Counter(answers) == {"ok": 1, "already": 7}


@pytest.mark.slow
def test_a_change_and_a_booking_racing_for_one_table_leave_one_winner(stage: Stage) -> None:
    stage.booked(partySize=6, time="21:00")
    mine = stage.booked(partySize=6, time="14:00")
    path = f"/reservations/{mine['reservation']['id']}"

    def act(place: int) -> int:
        if place % 2:
            return stage.book(partySize=6, time="21:00").status_code
        return stage.call("PUT", path, stage.staff["host"], json={"time": "21:00"}).status_code

    outcome = all_at_once(act, 6)

    assert doubled_tables(stage) == 0
    assert sum(code in (200, 201) for code in outcome) >= 1
    found = stage.call("GET", path, stage.staff["host"]).get_json()["reservation"]
    assert found["date"] == TOMORROW.isoformat()
    with stage.services.database.tenant(stage.restaurant_id) as tx:
        mine_now = tx.value(
            "SELECT count(*) FROM allocations WHERE owner_id = :id", id=UUID(mine["reservation"]["id"])
        )
    assert mine_now >= 1
