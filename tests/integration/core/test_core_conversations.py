"""The chat on the real house: real holds, real refusals, one booking from racing messages, change and cancel in words."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from itertools import count
from typing import Any

from stage import TOMORROW, Stage

NUMBERS = count()


def say(stage: Stage, *texts: str, session: str = "s1", message: str | None = None) -> dict[str, Any]:
    """Says one after another; the last reply, empty when the assistant is silent."""
    reply: dict[str, Any] = {}
    for text in texts:
        body = {
            "sessionId": session,
            "messageId": message or f"m{next(NUMBERS)}",
            "text": text,
            "locale": "es-ES",
        }
        answer = stage.call("POST", f"/chat/{stage.restaurant_id}/messages", stage.publishable, json=body)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        replies = answer.get_json()["replies"]
        reply = replies[-1] if replies else {}
    return reply


def bookings(stage: Stage) -> list[dict[str, Any]]:
    """The restaurant's bookings of tomorrow."""
    path = f"/reservations?restaurantId={stage.restaurant_id}&date={TOMORROW.isoformat()}"
    return stage.call("GET", path, stage.staff["host"]).get_json()["reservations"]


def test_a_full_hour_is_answered_with_hours_that_can_be_booked(stage: Stage) -> None:
    for guest in range(4):
        stage.booked(guest={"name": "Otra", "phone": f"60000000{guest}"})

    reply = say(stage, "mesa para 4 mañana a las 20:00")

    assert "A las 20:00 ya no queda mesa para 4" in reply["text"]
    say(stage, reply["quickReplies"][0]["value"], "Ana Gil, 600 111 222", "sí")
    assert (
        len([each for each in bookings(stage) if each["channel"] == "web" and each["time"] != "20:00"]) == 1
    )


def test_a_booking_made_in_the_chat_is_changed_and_cancelled_in_words(stage: Stage) -> None:
    card = say(stage, "mesa para 2 mañana a las 20:00, Ana Gil, 600 111 222", "sí")["card"]
    assert stage.client.get(card["imageUrl"]).status_code == 200

    changed = say(stage, "mejor a las 21:30", "sí")
    assert "21:30" in changed["text"]
    assert [each["time"] for each in bookings(stage)] == ["21:30"]

    told = say(stage, "quiero cancelar mi reserva")
    assert "¿Cancelo la mesa" in told["text"]
    assert "queda cancelada" in say(stage, "sí")["text"]
    assert [each["status"] for each in bookings(stage)] == ["cancelled"]


def test_an_hour_that_is_full_is_told_before_a_change_to_it_is_asked(stage: Stage) -> None:
    for guest in range(4):
        stage.booked(guest={"name": "Otra", "phone": f"60000000{guest}"})
    say(stage, "mesa para 4 mañana a las 22:30, Ana Gil, 600 111 222", "sí")

    told = say(stage, "cámbiala a las 20:00")

    assert told["text"].startswith("A las 20:00 ya no queda mesa para 4")
    assert "¿La dejo" in say(stage, told["quickReplies"][0]["value"])["text"]


def test_a_bookings_own_table_does_not_stand_in_the_way_of_its_change(stage: Stage) -> None:
    for guest in range(3):
        stage.booked(guest={"name": "Otra", "phone": f"60000000{guest}"})
    say(stage, "mesa para 4 mañana a las 20:00, Ana Gil, 600 111 222", "sí")

    assert "¿La dejo" in say(stage, "cámbiala a las 20:30")["text"]
    assert "Cambiada" in say(stage, "sí")["text"]


def test_a_booking_whose_hour_came_is_not_changed_and_nothing_is_asked(stage: Stage) -> None:
    say(stage, "mesa para 2 mañana a las 20:00, Ana Gil, 600 111 222", "sí")
    [booking] = bookings(stage)
    stage.clock.at = datetime.fromisoformat(booking["startsAt"])
    with stage.services.database.tenant(stage.restaurant_id) as tx:
        tx.run("UPDATE reservations SET code = 'K7Q2RT'")

    told = say(stage, "cambia la reserva K7Q2RT a las 22:00", session="another")["text"]

    assert told.startswith("El plazo para cambiarla por aquí ya pasó.")
    assert "?" not in told


def test_the_last_table_is_held_for_the_first_who_asked(stage: Stage) -> None:
    for guest in range(4):
        stage.booked(guest={"name": "Otra", "phone": f"60000000{guest}"})
    stage.booked(partySize=2, guest={"name": "Otra", "phone": "600000010"})

    first = say(stage, "mesa para 2 mañana a las 20:00", session="first")
    second = say(stage, "mesa para 2 mañana a las 20:00", session="second")

    assert first["text"].startswith("Tengo mesa para 2")
    assert "ya no queda mesa" in second["text"]
    assert "¡Listo, Ana!" in say(stage, "Ana Gil, 600 111 222", "sí", session="first")["text"]


def test_one_yes_delivered_eight_times_at_once_is_one_booking(stage: Stage) -> None:
    say(stage, "mesa para 2 mañana a las 20:00, Ana Gil, 600 111 222")

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: say(stage, "sí", message="the-yes"), range(8)))

    assert len(bookings(stage)) == 1
    assert all(each == answers[0] for each in answers)


def test_a_person_of_the_team_is_asked_for_and_the_assistant_is_silent(stage: Stage) -> None:
    assert "Te paso con el equipo" in say(stage, "quiero hablar con una persona")["text"]
    assert "ya tiene tu mensaje" in say(stage, "¿hola?")["text"]
    assert say(stage, "mesa para 2 mañana a las 20:00") == {}


def test_a_closed_day_and_a_group_too_large_are_told_in_words(stage: Stage) -> None:
    stage.set_rules(specialDates=[{"date": TOMORROW.isoformat(), "type": "closed"}])

    assert "cerramos por fecha especial" in say(stage, "mesa para 2 mañana a las 20:00")["text"]
    assert "como máximo" in say(stage, "somos 80")["text"]
