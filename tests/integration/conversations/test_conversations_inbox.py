"""The staff's inbox over HTTP: what it shows, what answering, taking and giving back do, and who may."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from stage import Stage
from talking import acts, answer, do, events, inbox, read, say, send, thread

HUMAN = "quiero hablar con una persona"


def test_a_guest_who_asks_for_a_person_stands_in_the_inbox_with_what_they_said(stage: Stage) -> None:
    told = say(stage, HUMAN)

    found = thread(stage)

    assert (found["channel"], found["handler"], found["reason"]) == ("web", "staff", "asked")
    assert found["lastText"] == told
    assert found["unread"] == 1
    assert found["handedOverAt"] == stage.clock.now().isoformat()


def test_why_is_told_in_the_readers_language(stage: Stage) -> None:
    say(stage, HUMAN)
    who = {**stage.staff["host"], "Accept-Language": "en"}

    assert inbox(stage, who)["conversations"][0]["reasonText"] == "Asked to talk to a person"
    assert thread(stage)["reasonText"] == "Ha pedido hablar con una persona"


def test_the_name_and_the_bookings_of_a_guest_are_shown(stage: Stage) -> None:
    say(stage, "mesa para 2 mañana a las 20:00", "Ana Gil, 600 111 222", "sí")

    found = thread(stage)

    path = f"/reservations/{found['reservationIds'][0]}"
    assert found["name"] == "Ana Gil"
    assert (
        stage.call("GET", path, stage.staff["host"]).get_json()["reservation"]["guest"]["name"] == "Ana Gil"
    )


def test_the_list_can_be_of_those_with_the_staff_alone(stage: Stage) -> None:
    say(stage, "hola", session="session-of-somebody-else")
    say(stage, HUMAN)

    assert [each["handler"] for each in inbox(stage, handler="staff")["conversations"]] == ["staff"]
    assert [each["handler"] for each in inbox(stage, handler="bot")["conversations"]] == ["bot"]
    assert len(inbox(stage)["conversations"]) == 2


def test_pages_of_the_list_show_each_conversation_once_the_latest_first(stage: Stage) -> None:
    for number in range(5):
        say(stage, "hola", session=f"session-number-{number:04}")
        stage.later(seconds=1)
    whole = [each["id"] for each in inbox(stage)["conversations"]]

    paged, cursor = [], None
    while True:
        page = inbox(stage, limit=2, **({"cursor": cursor} if cursor else {}))
        paged += [each["id"] for each in page["conversations"]]
        cursor = page.get("nextCursor")
        if cursor is None:
            break

    assert paged == whole
    assert len(set(paged)) == 5


def test_a_conversation_is_read_from_its_end_and_page_by_page_to_its_beginning(stage: Stage) -> None:
    say(stage, HUMAN, "¿hola?")
    answer(stage, "¡Hola! Soy Marta.")
    say(stage, "gracias")
    whole = [each["id"] for each in read(stage)["messages"]]

    paged: list[str] = []
    cursor = None
    while True:
        page = read(stage, limit=2, **({"cursor": cursor} if cursor else {}))
        paged = [each["id"] for each in page["messages"]] + paged
        cursor = page.get("nextCursor")
        if cursor is None:
            break

    assert paged == whole
    assert len(whole) == 6


def test_a_conversation_shows_who_said_what_in_order(stage: Stage) -> None:
    say(stage, HUMAN)
    answer(stage, "¡Hola! ¿En qué te ayudo?")
    say(stage, "¿Tenéis tronas?")

    messages = read(stage)["messages"]

    assert [each["author"] for each in messages] == ["guest", "assistant", "staff", "guest"]
    assert messages[2]["staffName"] == "host"
    assert messages[2]["state"] == "sent"
    assert messages[3]["text"] == "¿Tenéis tronas?"


@pytest.mark.parametrize("who", ["owner", "manager", "host", "device", "secret"])
def test_the_house_and_its_partners_may_answer(stage: Stage, who: str) -> None:
    say(stage, HUMAN)
    caller = {"device": stage.device, "secret": stage.secret, **stage.staff}[who]

    said = answer(stage, "¡Hola!", who=caller)

    assert said["staffName"] == {"device": "Puerta", "secret": "partner"}.get(who, who)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_page_and_a_guest_may_not_look_into_the_inbox(stage: Stage, method: str) -> None:
    say(stage, HUMAN)
    guest = stage.guest(stage.booked())
    identity = thread(stage)["id"]
    path = f"/conversations/{identity}" + ("/take" if method == "POST" else "")

    assert [stage.call(method, path, who).status_code for who in (stage.publishable, guest, {})] == [
        403,
        403,
        401,
    ]


@pytest.mark.parametrize("what", ["take", "release", "read", "typing", "messages"])
def test_a_conversation_of_another_restaurant_is_not_there(
    stage: Stage, new_stage: Callable[..., Stage], what: str
) -> None:
    say(stage, HUMAN)
    other, identity = new_stage(), thread(stage)["id"]
    body = {"messageId": "a1", "text": "Hola"} if what == "messages" else {}

    assert do(other, what, identity, **body).status_code == 404
    assert other.call("GET", f"/conversations/{identity}", other.staff["owner"]).status_code == 404


def test_the_list_of_another_restaurant_is_not_there(stage: Stage, new_stage: Callable[..., Stage]) -> None:
    query = {"restaurantId": str(new_stage().restaurant_id)}

    assert stage.call("GET", "/conversations", stage.staff["owner"], query_string=query).status_code == 404


def test_an_answer_takes_the_thread_and_the_assistant_is_silent_at_once(stage: Stage) -> None:
    say(stage, "hola")

    answer(stage, "Hola, soy Marta, del restaurante.")

    assert (thread(stage)["handler"], thread(stage)["reason"]) == ("staff", "taken")
    assert say(stage, "mesa para 2 mañana a las 20:00") == ""


def test_a_guest_who_was_answered_is_not_told_that_the_message_arrived(stage: Stage) -> None:
    say(stage, HUMAN)
    answer(stage, "¡Hola!")

    assert say(stage, "gracias, ¿tenéis tronas?") == ""


def test_a_thread_handed_back_is_the_assistants_again(stage: Stage) -> None:
    say(stage, HUMAN)
    answer(stage, "¡Hola!")

    given = do(stage, "release").get_json()["conversation"]

    assert (given["handler"], given["reason"], given["handedOverAt"], given["unread"]) == (
        "bot",
        None,
        None,
        0,
    )
    assert say(stage, "mesa para 2 mañana a las 20:00").startswith("Tengo mesa para 2")


def test_what_was_being_booked_before_the_staff_talked_is_not_gone_on_with(stage: Stage) -> None:
    say(stage, "mesa para 4 mañana a las 20:00")
    answer(stage, "Os la apunto yo.")
    say(stage, "perfecto, soy Ana Gil")
    do(stage, "release")

    assert "¿Para cuántas personas" in say(stage, "hola")


def test_what_a_guest_says_to_the_staff_counts_as_unread_until_somebody_looks(stage: Stage) -> None:
    say(stage, HUMAN, "¿hola?", "¿hay alguien?")
    assert thread(stage)["unread"] == 3

    assert do(stage, "read").get_json()["conversation"]["unread"] == 0
    say(stage, "¿hola?")

    assert thread(stage)["unread"] == 1


def test_the_same_answer_sent_again_is_said_once(stage: Stage) -> None:
    say(stage, HUMAN)
    first = answer(stage, "¡Hola!", "a-again")
    stage.later(minutes=1)

    assert answer(stage, "¡Hola!", "a-again") == first
    assert [each["author"] for each in read(stage)["messages"]].count("staff") == 1
    assert acts(stage).count("conversation.answered") == 1


def test_a_late_repeat_of_an_answer_does_not_take_the_thread_back(stage: Stage) -> None:
    say(stage, HUMAN)
    answer(stage, "¡Hola!", "a-late")
    do(stage, "release")

    answer(stage, "¡Hola!", "a-late")

    assert thread(stage)["handler"] == "bot"


def test_an_answer_under_a_name_that_said_something_else_is_refused(stage: Stage) -> None:
    say(stage, HUMAN)
    answer(stage, "¡Hola!", "a-once")

    refused = do(stage, "messages", messageId="a-once", text="Otra cosa")

    assert (refused.status_code, refused.get_json()["code"]) == (422, "idempotency_key_reused")


def test_two_people_may_use_the_same_name_for_their_answers(stage: Stage) -> None:
    say(stage, HUMAN)
    answer(stage, "Soy Marta", "1", who=stage.staff["host"])
    answer(stage, "Soy Luis", "1", who=stage.staff["manager"])

    assert [each["text"] for each in read(stage)["messages"]][-2:] == ["Soy Marta", "Soy Luis"]


def test_taking_answering_and_giving_back_leave_a_trail_and_repeats_do_not(stage: Stage) -> None:
    say(stage, "hola")
    for what in ("take", "take"):
        do(stage, what)
    answer(stage, "¡Hola!")
    for what in ("release", "release"):
        do(stage, what)

    assert acts(stage) == ["conversation.taken", "conversation.answered", "conversation.released"]


def test_events_tell_who_spoke_and_who_has_the_thread_and_no_words(stage: Stage) -> None:
    say(stage, "hola")
    assert events(stage) == []
    say(stage, HUMAN)
    said = answer(stage, "¡Hola, Ana!")
    do(stage, "release")

    told = events(stage)

    assert [(each.get("author"), each["handler"], each.get("reason")) for each in told] == [
        (None, "staff", "asked"),
        ("guest", "staff", None),
        ("staff", "staff", None),
        (None, "bot", "handed_back"),
    ]
    assert told[2]["messageId"] == said["id"]
    assert told[1]["messageId"] in [each["id"] for each in read(stage)["messages"]]
    assert {"Ana", HUMAN} & {str(value) for each in told for value in each.values()} == set()


@pytest.mark.parametrize(
    "query",
    [{"limit": "0"}, {"limit": "501"}, {"cursor": "no"}, {"cursor": "MXwy"}, {"handler": "nobody"}],
)
def test_a_wrong_question_to_the_list_names_its_field(stage: Stage, query: dict[str, str]) -> None:
    given = {"restaurantId": str(stage.restaurant_id), **query}

    refused = stage.call("GET", "/conversations", stage.staff["host"], query_string=given)

    assert refused.status_code == 422
    assert [each["field"] for each in refused.get_json()["errors"]] == list(query)


@pytest.mark.parametrize("cursor", ["no", "MXwyfDM", "YWxsfDI", "OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTl8MA"])
def test_a_wrong_cursor_in_a_conversation_is_refused(stage: Stage, cursor: str) -> None:
    say(stage, "hola")

    path = f"/conversations/{thread(stage)['id']}"
    refused = stage.call("GET", path, stage.staff["host"], query_string={"cursor": cursor})

    assert refused.status_code == 422


@pytest.mark.parametrize("body", [{}, {"messageId": "a"}, {"messageId": "a", "text": " "}, {"text": "a"}])
def test_an_answer_without_its_parts_is_refused(stage: Stage, body: dict[str, str]) -> None:
    say(stage, "hola")
    path = f"/conversations/{thread(stage)['id']}/messages"

    assert stage.call("POST", path, stage.staff["host"], json=body).status_code == 422


def test_an_old_thread_that_is_answered_is_the_first_of_the_list_again(stage: Stage) -> None:
    say(stage, HUMAN)
    first = thread(stage)["id"]
    stage.clock.at += timedelta(minutes=5)
    say(stage, "hola", session="session-of-somebody-else")
    stage.clock.at += timedelta(minutes=5)

    do(stage, "messages", first, messageId="a1", text="¡Hola!")

    assert inbox(stage)["conversations"][0]["id"] == first


def test_a_guests_message_sent_twice_to_the_staff_is_one(stage: Stage) -> None:
    say(stage, HUMAN)
    for _ in range(2):
        send(stage, "¿hola?", message="the-same")

    assert [each["text"] for each in read(stage)["messages"]].count("¿hola?") == 1
    assert thread(stage)["unread"] == 2
