"""Erasure and age: after either, nothing that a guest said or is called can be read from the database, by whoever has every key."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from raw_content import everything, indexes, noting_fields
from stage import Ground, Stage
from talking import answer, do, inbox, resume, say, thread
from werkzeug.test import TestResponse

from backend.conversations.channels.records import Inbound
from backend.conversations.ports import Sender

PHONE, MAIL = "+34600111222", "ana.gil@correo.example"
TRACES = ("Ana Gil", "600111222", "600 111 222", MAIL, "alérgica", "Marta te guarda la ventana")


def erase(stage: Stage, guest_id: str) -> TestResponse:
    """The manager erases a guest."""
    return stage.call("POST", f"/guests/{guest_id}/erase", stage.staff["manager"])


def guest_of(stage: Stage, booking: str) -> str:
    """Who booked."""
    path = f"/reservations/{booking}"
    guest: str = stage.call("GET", path, stage.staff["host"]).get_json()["reservation"]["guestId"]
    return guest


def talk_everywhere(stage: Stage) -> str:
    """Ana books in the chat, asks the staff, tells her phone in another session, and writes on WhatsApp; her guest's id."""
    say(stage, "mesa para 2 mañana a las 20:00, soy alérgica al marisco", "Ana Gil, 600 111 222", "sí")
    booking = thread(stage)["reservationIds"][0]
    answer(stage, "Marta te guarda la ventana")
    say(stage, "mesa para 4 mañana a las 21:00", "Ana Gil", "600 111 222", session="another-session-of-hers")
    write(stage, "soy Ana Gil, alérgica al marisco")
    return guest_of(stage, booking)


def write(stage: Stage, text: str, phone: str = PHONE) -> None:
    """Somebody writes on WhatsApp, and the worker answers."""
    now = stage.clock.now()
    message = Inbound(
        "whatsapp", f"digest-{phone[-4:]}", f"wamid-{phone}", phone, text, now, Sender(phone=phone), "Ana Gil"
    )
    stage.services.channels.intake.take(stage.restaurant_id, [message], now)
    assert stage.worker.channels.chats.run_due(now, 10) == 1


def test_an_erased_guest_is_in_no_row_any_more(talk_ground: Ground, stage: Stage) -> None:
    with noting_fields() as fields:
        guest_id = talk_everywhere(stage)
        before = everything(talk_ground, stage, fields)
        known = indexes(talk_ground, stage, fields, PHONE)
        assert [each for each in TRACES if each not in before] == [MAIL]
        assert any(each in before for each in known)

        assert erase(stage, guest_id).get_json()["conversations"] == 3

        after = everything(talk_ground, stage, fields)
    assert [each for each in TRACES if each in after] == []
    assert [each for each in known if each in after] == []


def test_an_erasure_asked_for_by_mail_address_finds_the_sessions_it_was_told_in(
    talk_ground: Ground, stage: Stage
) -> None:
    with noting_fields() as fields:
        booked = stage.booked(guest={"name": "Ana Gil", "email": MAIL})
        say(stage, "mesa para 2 mañana a las 21:00", "Ana Gil", MAIL.upper())
        assert MAIL.upper() in everything(talk_ground, stage, fields)

        erase(stage, booked["reservation"]["guestId"])

        after = everything(talk_ground, stage, fields).casefold()
    assert MAIL not in after


def test_answers_kept_for_repeats_lose_the_guest_and_a_repeat_books_nothing_more(
    talk_ground: Ground, stage: Stage
) -> None:
    with noting_fields() as fields:
        booked = stage.book(key="the-key").get_json()
        assert "Lucía García" in everything(talk_ground, stage, fields)

        erase(stage, booked["reservation"]["guestId"])

        after = everything(talk_ground, stage, fields)
    assert "Lucía" not in after
    again = stage.book(key="the-key")
    assert (again.status_code, again.get_json()["code"]) == (422, "idempotency_key_reused")


def test_others_keep_their_conversations(stage: Stage) -> None:
    guest_id = talk_everywhere(stage)
    say(stage, "mesa para 2 mañana a las 21:30", "Eva Sol", "611 222 333", session="session-of-eva-sol")
    write(stage, "hola", "+34699888777")

    erase(stage, guest_id)

    left = inbox(stage)["conversations"]
    assert {(each["channel"], each["name"]) for each in left} == {("web", "Eva Sol"), ("whatsapp", "Ana Gil")}
    assert resume(stage, "session-of-eva-sol").get_json()["messages"]


def test_the_conversations_of_another_restaurant_are_its_own(
    stage: Stage, new_stage: Callable[..., Stage]
) -> None:
    other = new_stage()
    guest_id = talk_everywhere(stage)
    talk_everywhere(other)

    erase(stage, guest_id)

    assert inbox(stage)["conversations"] == []
    assert len(inbox(other)["conversations"]) == 3


def test_an_erased_guest_may_write_again_and_is_new(stage: Stage) -> None:
    erase(stage, talk_everywhere(stage))

    assert say(stage, "mesa para 2 mañana a las 20:30").startswith("Tengo mesa para 2")
    assert len(resume(stage).get_json()["messages"]) == 2


def test_what_is_old_leaves_every_table_of_the_channels(
    talk_ground: Ground, new_stage: Callable[..., Stage]
) -> None:
    stage = new_stage(conversation_days=3)
    with noting_fields() as fields:
        talk_everywhere(stage)
        stage.clock.at += timedelta(days=3, minutes=1)

        stage.worker.keepers["conversations"](stage.clock.now())

        left = everything(talk_ground, stage, fields)
    tables = ("conversations", "conversation_turns", "inbound_messages", "outbound_messages")
    assert [line for line in left.splitlines() if line.startswith(tables)] == []


def test_a_thread_that_goes_on_loses_what_is_old_and_keeps_what_is_not(
    new_stage: Callable[..., Stage],
) -> None:
    stage = new_stage(conversation_days=3)
    say(stage, "quiero hablar con una persona")
    answer(stage, "Hace tiempo")
    stage.clock.at += timedelta(days=2)
    say(stage, "¿Sigues ahí?")
    stage.clock.at += timedelta(days=1, minutes=1)

    stage.worker.keepers["conversations"](stage.clock.now())

    assert [each["text"] for each in resume(stage).get_json()["messages"]] == ["¿Sigues ahí?"]
    assert do(stage, "release").status_code == 200


def test_a_wish_for_no_more_messages_outlives_what_was_said(new_stage: Callable[..., Stage]) -> None:
    stage = new_stage(conversation_days=3)
    write(stage, "STOP")
    with stage.worker.database.tenant(stage.restaurant_id) as tx:
        tx.run("UPDATE conversations SET stopped_at = :now", now=stage.clock.now())
    stage.clock.at += timedelta(days=3, minutes=1)

    stage.worker.keepers["conversations"](stage.clock.now())

    [left] = inbox(stage)["conversations"]
    assert (left["name"], left["lastText"]) == (None, None)


def test_an_export_tells_what_was_said_on_every_channel(stage: Stage) -> None:
    guest_id = talk_everywhere(stage)

    export = stage.call("GET", f"/guests/{guest_id}/export", stage.staff["manager"]).get_json()

    threads = export["conversations"]
    assert sorted(each["channel"] for each in threads) == ["web", "web", "whatsapp"]
    said = [message for each in threads for message in each["messages"]]
    assert {each["author"] for each in said} == {"guest", "assistant", "staff"}
    assert "soy Ana Gil, alérgica al marisco" in [each["text"] for each in said]
