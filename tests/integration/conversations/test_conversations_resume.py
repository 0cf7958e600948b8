"""A guest's page after a reload: all that was said, under the names the page knows, and nobody else's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from stage import Stage
from talking import SESSION, answer, resume, say, send

HUMAN = "quiero hablar con una persona"


def names(shown: dict[str, Any]) -> list[str]:
    """The ids of the messages."""
    return [each["id"] for each in shown["messages"]]


def test_a_page_that_was_loaded_again_sees_what_it_had(stage: Stage) -> None:
    replies = send(stage, "mesa para 2 mañana a las 20:00", message="first").get_json()["replies"]

    shown = resume(stage).get_json()

    assert names(shown) == ["first", "first/0"]
    assert shown["messages"][0]["text"] == "mesa para 2 mañana a las 20:00"
    assert shown["messages"][1].items() >= replies[0].items()
    assert shown["handler"] == "bot"


def test_a_card_comes_back_with_addresses_that_work_on_another_site(stage: Stage) -> None:
    say(stage, "mesa para 2 mañana a las 20:00", "Ana Gil, 600 111 222", "sí")

    card = resume(stage).get_json()["messages"][-1]["card"]

    assert card["imageUrl"].startswith("http://localhost/")
    assert stage.client.get(card["imageUrl"]).status_code == 200


def test_who_of_the_staff_answered_is_the_houses_business(stage: Stage) -> None:
    say(stage, HUMAN)
    answer(stage, "¡Hola!")

    said = resume(stage).get_json()["messages"][-1]

    assert (said["author"], said["text"]) == ("staff", "¡Hola!")
    assert said.keys() == {"id", "author", "text", "at"}


def test_before_anything_was_said_there_is_nothing(stage: Stage) -> None:
    assert resume(stage).get_json() == {"handler": "bot", "messages": []}


@pytest.mark.parametrize("known", range(6))
def test_what_follows_any_message_is_the_rest(stage: Stage, known: int) -> None:
    say(stage, "hola", HUMAN)
    answer(stage, "¡Hola!")
    say(stage, "gracias")
    whole = names(resume(stage).get_json())

    assert names(resume(stage, after=whole[known]).get_json()) == whole[known + 1 :]


def test_pages_of_one_message_each_are_the_whole(stage: Stage) -> None:
    say(stage, "hola", HUMAN)
    answer(stage, "¡Hola!")
    whole = names(resume(stage).get_json())

    page = resume(stage, limit=1).get_json()
    paged = names(page)
    while "nextCursor" in page:
        page = resume(stage, limit=1, after=page["nextCursor"]).get_json()
        paged += names(page)

    assert paged == whole


def test_a_message_whose_name_looks_like_an_answers_is_found(stage: Stage) -> None:
    send(stage, "hola", message="odd/0")

    assert names(resume(stage, after="odd/0").get_json()) == ["odd/0/0"]


@pytest.mark.parametrize("after", ["never", "never/0", "0193a0c2-8c1e-7000-8000-000000000001", "m/x"])
def test_after_a_message_that_is_not_there_comes_all(stage: Stage, after: str) -> None:
    say(stage, "hola")

    assert names(resume(stage, after=after).get_json()) == names(resume(stage).get_json()) != []


@pytest.mark.parametrize("session", ["", "short", "a" * 101, "with blanks in between"])
def test_a_session_that_could_be_guessed_or_is_none_is_refused(stage: Stage, session: str) -> None:
    refused = resume(stage, session)

    assert (refused.status_code, refused.get_json()["errors"][0]["field"]) == (422, "X-SaveIt-Session")


def test_another_session_and_another_restaurant_see_nothing_of_it(
    stage: Stage, new_stage: Callable[..., Stage]
) -> None:
    say(stage, "hola")

    assert resume(stage, SESSION + "-other").get_json()["messages"] == []
    assert resume(new_stage()).get_json()["messages"] == []


def test_a_key_of_another_restaurant_finds_no_restaurant(
    stage: Stage, new_stage: Callable[..., Stage]
) -> None:
    path, headers = f"/chat/{stage.restaurant_id}/messages", {"X-SaveIt-Session": SESSION}

    assert stage.call("GET", path, new_stage().publishable, headers=headers).status_code == 404
    assert stage.call("GET", path, headers=headers).status_code == 401
    assert stage.call("GET", path, stage.staff["host"], headers=headers).status_code == 403


def test_a_page_of_another_site_may_send_the_sessions_header(stage: Stage) -> None:
    asked = {
        "Origin": "https://casa.example",
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "x-api-key, x-saveit-session",
    }
    allowed = stage.call("OPTIONS", f"/chat/{stage.restaurant_id}/messages", headers=asked).headers

    assert "x-saveit-session" in allowed["Access-Control-Allow-Headers"].lower().split(", ")


def test_a_session_that_floods_is_told_to_wait_and_others_are_not(new_stage: Callable[..., Stage]) -> None:
    stage = new_stage(rate_limits="on", limit_visitor=3)
    session = f"session-of-{stage.restaurant_id}"

    codes = [send(stage, "hola", session=session).status_code for _ in range(4)]

    assert codes == [200, 200, 200, 429]
    assert send(stage, "hola", session=session + "-other").status_code == 200
