"""A turn of a conversation: repeated and racing messages, sessions that grow old, the staff's thread, what is never said."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import date, time
from uuid import UUID

import pytest
from fake_house import FACTS, RESTAURANT, Talk

from backend.conversations.ports import Conversation, Sender, SessionMovedError
from backend.platform.refusals import FieldError, Refusal

ALL = "mesa para 2 mañana a las 21:00 a nombre de Ana Gil, 600111222"


def booked(talk):
    return [each for each in talk.house.bookings.values() if each.status == "confirmed"]


def test_the_seeds_sentence_becomes_a_booking_in_three_messages():
    talk = Talk()

    talk.say("Quiero reservar para 4 personas mañana a las 20:00", "Lucía García, 600 111 222")
    card = talk.hear("sí")[0]["card"]

    [booking] = booked(talk)
    assert (booking.date, booking.time, booking.party_size) == (date(2026, 11, 25), time(20), 4)
    assert card["kind"] == "booking"
    assert card["code"] == booking.code
    assert card["imageUrl"] == booking.image_url
    assert {"title", "manageUrl", "calendarUrl", "lines"} <= card.keys()


def test_the_same_message_again_gets_the_same_answer_and_does_nothing():
    talk = Talk()
    talk.say(ALL)
    first = talk.hear("sí", message="m-yes")

    again = talk.hear("sí", message="m-yes")

    assert again == first
    assert len(booked(talk)) == 1


def test_two_yeses_sent_in_a_hurry_make_one_booking():
    talk = Talk()
    talk.say(ALL)
    snapshot = talk.turns.states.copy()
    talk.hear("sí", message="first")

    talk.turns.states = snapshot  # the second request had read the state before the first was answered
    talk.hear("sí", message="second")

    assert len(booked(talk)) == 1


def test_a_turn_that_dies_after_booking_and_is_sent_again_finds_its_booking():
    talk = Talk()
    talk.say(ALL)
    save = talk.turns.save

    def dies(turn, revision):
        raise ConnectionError

    talk.turns.save = dies
    with pytest.raises(ConnectionError):
        talk.hear("sí", message="m-yes")
    talk.turns.save = save

    reply = talk.hear("sí", message="m-yes")[0]

    assert len(booked(talk)) == 1
    assert reply["card"]["code"] == booked(talk)[0].code


def test_the_same_message_in_two_requests_at_once_answers_both_alike():
    talk = Talk()
    talk.house.fill(date(2026, 11, 25), time(20), leave=1)
    barrier, answers = threading.Barrier(2), []
    hold = talk.house.hold

    def together(*args):
        barrier.wait(timeout=5)
        return hold(*args)

    talk.house.hold = together

    def ask():
        answers.append(talk.hear("mesa para 6 mañana a las 20:00", message="same"))

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(timeout=10)

    assert len(answers) == 2
    assert answers[0] == answers[1]
    assert len(talk.house.holds) <= 1


def test_holds_of_the_request_that_lost_are_given_back():
    talk = Talk()
    barrier = threading.Barrier(2)
    hold = talk.house.hold

    def together(*args):
        barrier.wait(timeout=5)
        return hold(*args)

    talk.house.hold = together
    threads = [
        threading.Thread(
            target=talk.hear, args=("mesa para 2 mañana a las 21:00",), kwargs={"message": "same"}
        )
        for _ in range(2)
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join(timeout=10)

    assert len(talk.house.holds) == 1
    assert talk.state["hold"]["id"] in talk.house.holds


def test_a_message_overtaken_by_another_is_thought_about_again():
    talk = Talk()
    save, moved = talk.turns.save, []

    def overtaken(turn, revision):
        if not moved:
            moved.append(turn)
            raise SessionMovedError
        return save(turn, revision)

    talk.turns.save = overtaken

    text = talk.say("mesa para 2 mañana a las 21:00")

    assert "21:00" in text
    assert len(talk.house.holds) == 1


def test_a_session_that_keeps_moving_is_refused_not_answered_wrongly():
    talk = Talk()

    def always(turn, revision):
        raise SessionMovedError

    talk.turns.save = always

    with pytest.raises(Refusal) as refusal:
        talk.say("mesa para 2 mañana a las 21:00")

    assert refusal.value.code == "lock_timeout"
    assert talk.house.holds == {}


def test_a_conversation_older_than_an_hour_begins_anew():
    talk = Talk()
    talk.say("mesa para 2 mañana a las 21:00")
    talk.clock.forward(minutes=61)

    assert "¿Para cuántas personas" in talk.say("hola")
    assert talk.state.get("hold") is None


def test_a_stored_state_that_cannot_be_read_begins_anew():
    talk = Talk()
    talk.say("hola")
    [(key, (_, at, revision))] = talk.turns.states.items()
    talk.turns.states[key] = ({"step": "no such step"}, at, revision)

    assert talk.say("mesa para 2 mañana a las 21:00").startswith("Tengo mesa para 2")


def test_a_hold_that_ran_out_is_taken_again_when_the_guest_goes_on():
    talk = Talk()
    talk.say("mesa para 2 mañana a las 21:00", "Ana Gil")
    talk.clock.forward(minutes=6)

    assert "¿La confirmo?" in talk.say("600111222")
    assert talk.state["hold"]["id"] in talk.house.holds


def test_a_booking_whose_hold_ran_out_and_whose_table_went_says_so_and_offers_others():
    talk = Talk()
    talk.say(ALL)
    talk.clock.forward(minutes=6)
    talk.house.fill(date(2026, 11, 25), time(21))

    text = talk.say("sí")

    assert "ya no queda mesa" in text
    assert booked(talk) == []


def test_a_corrected_hour_that_is_full_leaves_the_held_one_alone():
    talk = Talk()
    talk.house.fill(date(2026, 11, 25), time(22))
    talk.say("mesa para 2 mañana a las 20:30")
    held = talk.state["hold"]["id"]

    talk.say("mejor a las 22:00")

    assert held in talk.house.holds
    assert talk.state["hold"]["id"] == held


def test_a_guest_who_leaves_it_gives_the_table_back():
    talk = Talk()
    talk.say("mesa para 2 mañana a las 21:00")

    text = talk.say("olvídalo")

    assert talk.house.holds == {}
    assert "No he reservado nada" in text


def test_with_the_staff_the_assistant_says_once_that_it_arrived_then_nothing():
    talk = Talk()
    talk.say("quiero hablar con una persona")

    assert "El equipo ya tiene tu mensaje" in talk.say("¿hola?")
    assert talk.hear("mesa para 2 mañana a las 21:00") == []
    assert talk.house.holds == {}
    assert talk.inbox.opened == ["asked"]


def test_a_thread_the_staff_took_by_themselves_silences_the_assistant():
    talk = Talk()
    talk.say("mesa para 2 mañana a las 21:00")
    talk.inbox.open(Conversation(RESTAURANT, "web", "s1"), "staff")

    assert "El equipo ya tiene tu mensaje" in talk.say("Ana Gil")
    assert talk.hear("600111222") == []


def test_a_thread_given_back_is_the_assistants_again():
    talk = Talk()
    talk.say("quiero hablar con una persona", "hola")
    talk.inbox.close(Conversation(RESTAURANT, "web", "s1"))

    assert talk.say("mesa para 2 mañana a las 21:00").startswith("Tengo mesa para 2")


def test_two_messages_that_are_not_understood_bring_the_team():
    talk = Talk()

    talk.say("asdf")
    text = talk.say("qwerty")

    assert "Te paso con el equipo" in text
    assert talk.inbox.opened == ["misunderstood"]


def test_an_understood_message_in_between_starts_the_count_again():
    talk = Talk()

    talk.say("asdf", "mesa para dos", "qwerty")

    assert talk.inbox.opened == []


def test_anger_brings_the_team_at_once():
    talk = Talk()

    talk.say("vaya mierda de servicio")

    assert talk.inbox.opened == ["upset"]


def test_a_proven_phone_needs_no_contact_and_is_not_trusted_from_the_web():
    talk = Talk(channel="whatsapp")
    sender = Sender(phone="+34600111222")

    talk.hear("mesa para 2 mañana a las 21:00", sender=sender)
    text = talk.hear("Marta", sender=sender)[0]["text"]

    assert "(+34600111222)" in text


def test_a_phone_the_house_cannot_take_is_asked_for_again():
    talk = Talk()
    talk.say(ALL)
    talk.house.next_refusals.append(
        Refusal("invalid_request", fields=[FieldError("guest.phone", "not_a_phone", {})])
    )

    text = talk.say("sí")

    assert "Ese teléfono no parece completo" in text
    assert booked(talk) == []


def test_a_code_of_somebody_elses_booking_shows_it_but_a_name_never_does():
    talk = Talk()
    talk.say(ALL, "sí")
    code = booked(talk)[0].code

    by_name = talk.say("ver la reserva a nombre de Ana Gil", session="other")
    by_code = talk.say(code, session="other")

    assert "no encuentro ninguna reserva" in by_name
    assert code in by_code


def test_an_unknown_restaurant_is_refused():
    talk = Talk()

    with pytest.raises(Refusal) as refusal:
        talk.service.receive(UUID(int=1), "s", "m", "hola", None, "web")

    assert refusal.value.code == "not_found"


def test_restaurants_that_say_usted_never_say_tu():
    talk = Talk(facts=replace(FACTS, formality="usted"))

    spoken = " ".join(
        talk.say(text)
        for text in (
            "hola", "dos personas mañana a las 21:00", "Ana Gil", "asdf", "600111222", "sí", "gracias", "ver mi reserva",
            "cancelar mi reserva", "no", "cambiar mi reserva", "no", "hablar con una persona", "hola",
        )
    ).lower()  # fmt: skip

    for informal in (" te ", " tu ", " tus ", " ti.", " ti ", "tienes", "dime ", "enseña ", "contigo"):
        assert informal not in f" {spoken} ", informal


@pytest.mark.parametrize(
    "text", ["", "   ", "\x00", "😀" * 500, "a" * 50_000, "' OR 1=1 --", "{people}", "%s %d"]
)
def test_strange_messages_are_answered_calmly(text):
    talk = Talk()

    replies = talk.hear(text)

    assert replies[0]["text"]


def test_braces_in_a_guests_words_are_only_words():
    talk = Talk()

    text = talk.say("mesa para 2 mañana a las 21:00, a nombre de Ana Gil, 600111222. Soy alérgica a {people}")

    assert "{people}" in text


def test_the_privacy_text_is_named_where_the_restaurant_has_one():
    talk = Talk(facts=replace(FACTS, privacy_url="https://example.com/privacidad"))

    assert "(https://example.com/privacidad)" in talk.say(ALL)


def test_consent_is_asked_once_a_session():
    talk = Talk()
    talk.say(ALL, "sí")

    text = talk.say("mesa para 2 el viernes a las 21:00 a nombre de Ana Gil, 600111222")

    assert "¿La confirmo?" in text
    assert "aceptas" not in text
