"""Who speaks when several want to: the assistant never after a person took the thread, nobody twice, everybody heard."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from stage import Stage
from talking import acts, answer, do, events, read, resume, say, send, thread

from backend.conversations.house import HouseAvailability, HouseReservations

HUMAN = "quiero hablar con una persona"


@pytest.fixture
def in_the_middle_of(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> Callable[[type, str, Callable[[], Any]], None]:
    """Does something once, right after the assistant did an act and before its turn is written."""

    def arrange(owner: type, act: str, then: Callable[[], Any]) -> None:
        original, done = getattr(owner, act), []

        def acting(*given: Any, **more: Any) -> Any:
            result = original(*given, **more)
            if not done:
                done.append(True)
                then()
            return result

        monkeypatch.setattr(owner, act, acting)

    return arrange


def test_the_assistant_says_nothing_when_somebody_takes_the_thread_while_it_thinks(
    stage: Stage, in_the_middle_of: Callable[..., None]
) -> None:
    say(stage, "hola")
    in_the_middle_of(HouseAvailability, "hold", lambda: do(stage, "take"))

    assert say(stage, "mesa para 2 mañana a las 20:00") == ""

    assert [each["author"] for each in read(stage)["messages"]] == ["guest", "assistant", "guest"]
    assert thread(stage)["unread"] == 1


def test_the_table_that_it_held_meanwhile_is_given_back(
    stage: Stage, in_the_middle_of: Callable[..., None]
) -> None:
    say(stage, "hola")
    in_the_middle_of(HouseAvailability, "hold", lambda: do(stage, "take"))

    say(stage, "mesa para 2 mañana a las 20:00")

    with stage.services.database.tenant(stage.restaurant_id) as tx:
        assert tx.value("SELECT count(*) FROM allocations WHERE kind = 'hold'") == 0


def test_a_booking_made_while_somebody_took_the_thread_is_shown_to_them(
    stage: Stage, in_the_middle_of: Callable[..., None]
) -> None:
    say(stage, "mesa para 2 mañana a las 20:00", "Ana Gil, 600 111 222")
    in_the_middle_of(HouseReservations, "book", lambda: do(stage, "take"))

    assert say(stage, "sí") == ""

    [booking] = thread(stage)["reservationIds"]
    found = stage.call("GET", f"/reservations/{booking}", stage.staff["host"]).get_json()["reservation"]
    assert found["status"] == "confirmed"


def test_an_answer_of_the_staff_in_the_middle_comes_before_the_guests_next_message(
    stage: Stage, in_the_middle_of: Callable[..., None]
) -> None:
    say(stage, "hola")
    in_the_middle_of(HouseAvailability, "hold", lambda: answer(stage, "Yo te atiendo"))

    say(stage, "mesa para 2 mañana a las 20:00")

    told = [(each["author"], each["text"]) for each in read(stage)["messages"]][-2:]
    assert told == [("staff", "Yo te atiendo"), ("guest", "mesa para 2 mañana a las 20:00")]


def test_two_people_who_answer_at_once_are_both_heard_and_take_the_thread_once(stage: Stage) -> None:
    say(stage, "hola")
    identity = thread(stage)["id"]
    people = [stage.staff[role] for role in ("host", "manager", "owner")]

    with ThreadPoolExecutor(3) as pool:
        said = list(
            pool.map(
                lambda person: answer(stage, "¡Hola!", "the-first", conversation=identity, who=person), people
            )
        )

    assert sorted(each["id"] for each in said) == sorted(
        each["id"] for each in read(stage)["messages"] if each["author"] == "staff"
    )
    assert acts(stage).count("conversation.taken") == 1
    assert [each.get("reason") for each in events(stage)].count("taken") == 1


def test_one_answer_delivered_eight_times_at_once_is_said_once(stage: Stage) -> None:
    say(stage, HUMAN)
    identity = thread(stage)["id"]

    with ThreadPoolExecutor(8) as pool:
        said = list(pool.map(lambda _: answer(stage, "¡Hola!", "the-same", conversation=identity), range(8)))

    assert len({each["id"] for each in said}) == 1
    assert [each["author"] for each in read(stage)["messages"]].count("staff") == 1
    assert [each.get("author") for each in events(stage)].count("staff") == 1


def test_takes_and_releases_at_once_leave_the_thread_with_one_of_both_and_an_event_for_each_change(
    stage: Stage,
) -> None:
    say(stage, "hola")
    identity = thread(stage)["id"]

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: do(stage, ("take", "release")[number % 2], identity), range(16)))

    changes = [each["handler"] for each in events(stage)]
    assert all(now != before for before, now in zip(["bot", *changes], changes, strict=False))
    assert thread(stage)["handler"] == ([*changes] or ["bot"])[-1]


def test_guests_and_staff_who_write_at_once_are_all_in_the_thread_in_one_order_for_both(stage: Stage) -> None:
    say(stage, HUMAN)
    identity = thread(stage)["id"]

    def speak(number: int) -> None:
        if number % 2:
            answer(stage, f"equipo {number}", conversation=identity)
        else:
            while send(stage, f"persona {number}", message=f"g-{number}").status_code == 409:
                pass

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(speak, range(18)))

    seen_by_staff = [each["text"] for each in read(stage)["messages"]]
    seen_by_guest = [each["text"] for each in resume(stage).get_json()["messages"]]
    assert seen_by_staff == seen_by_guest
    assert {f"equipo {each}" for each in range(1, 18, 2)} <= set(seen_by_staff)
    assert {f"persona {each}" for each in range(0, 18, 2)} <= set(seen_by_staff)


def test_a_page_that_fetches_again_and_again_while_people_write_misses_nothing(stage: Stage) -> None:
    say(stage, HUMAN)
    identity = thread(stage)["id"]
    seen = [each["id"] for each in resume(stage).get_json()["messages"]]

    with ThreadPoolExecutor(3) as pool:
        writing = [pool.submit(answer, stage, f"mensaje {each}", conversation=identity) for each in range(12)]
        while not all(each.done() for each in writing):
            seen += [each["id"] for each in resume(stage, after=seen[-1], limit=2).get_json()["messages"]]
    while more := resume(stage, after=seen[-1], limit=2).get_json()["messages"]:
        seen += [each["id"] for each in more]

    assert seen == [each["id"] for each in resume(stage).get_json()["messages"]]
