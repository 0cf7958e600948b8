"""The one outbound shape: what becomes a list, what stays to tap, and a restaurant's own words in it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time

import pytest
from fake_house import FACTS, Talk

from backend.conversations.dialogue.reply import Card, ListItem, QuickReply, Reply

CARD = Card("Reserva", "/qr.png", "K7M2Q2", "/g/1", "/g/1.ics", ("Viernes", "20:00"), event="booked")


@pytest.mark.parametrize(
    "reply",
    [
        Reply("Hola"),
        Reply("¿Sí?", (QuickReply("Sí", "Sí"),)),
        Reply("¡Listo!", card=CARD),
        Reply(
            "¿Cuál?", options=(ListItem("20:00", "2026-11-28 20:00"), ListItem("Viernes", "K7M2Q2", "20:00"))
        ),
    ],
)
def test_a_reply_comes_back_from_json_as_it_was(reply):
    assert Reply.from_json(reply.to_json()) == reply


def test_what_is_not_there_is_not_in_the_json():
    assert Reply("Hola").to_json() == {"text": "Hola"}
    assert "description" not in ListItem("20:00", "20:00").to_json()


def test_many_hours_are_a_list_and_the_text_names_them_too():
    [reply] = Talk().hear("mesa para 3 el sábado")

    assert len(reply["list"]) > 3
    assert "quickReplies" not in reply
    assert all(row["title"] in reply["text"] for row in reply["list"])


def test_a_few_hours_are_there_to_tap():
    talk = Talk()
    talk.house.fill(date(2026, 11, 25), time(21))

    [reply] = talk.hear("mesa para 4 mañana a las 21:00")

    assert len(reply["quickReplies"]) == 3
    assert "list" not in reply


def test_several_bookings_are_a_list_with_what_tells_them_apart():
    talk = Talk()
    talk.say("mesa para 2 el jueves a las 20:30, Nora Vidal, 633444555", "sí")
    talk.say("mesa para 4 el viernes a las 14:00, Nora Vidal, 633444555", "sí")

    [reply] = talk.hear("cancelar")

    codes = [row["value"] for row in reply["list"]]
    assert codes == [each.code for each in talk.house.bookings.values()]
    assert "20:30 · 2 personas" in reply["list"][0]["description"]


def test_a_row_that_is_sent_back_is_understood():
    talk = Talk()
    [reply] = talk.hear("mesa para 3 el sábado")

    answer = talk.say(reply["list"][-1]["value"])

    assert "Tengo mesa para 3 el sábado 28 de noviembre a las 22:30" in answer


def own(**wording):
    """A house with words of its own."""
    return Talk(facts=replace(FACTS, formality="usted", wording=wording))


def test_a_restaurants_own_sentence_takes_the_place_of_ours():
    talk = own(hello={"es": "¡Buenas! Esto es {restaurant}. ¿Cuántos y cuándo?", "en": ""})

    assert talk.say("hola") == "¡Buenas! Esto es La Alameda. ¿Cuántos y cuándo?"


def test_a_sentence_it_has_in_one_language_only_is_ours_in_the_other():
    talk = own(hello={"es": "¡Buenas, {restaurant}!", "en": ""})

    assert talk.say("hello", locale="en-GB").startswith("Hello, I'm La Alameda's assistant")


@pytest.mark.parametrize("broken", ["Hola {nobody}", "Hola {restaurant.x}", "Hola {", "Hola {0}"])
def test_a_sentence_that_no_longer_works_is_ours_again(broken):
    talk = own(hello={"es": broken, "en": ""})

    assert talk.say("hola").startswith("Hola, soy el asistente de La Alameda")
