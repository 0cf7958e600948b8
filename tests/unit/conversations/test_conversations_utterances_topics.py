"""What else is read beside intent and values: what a question is about, how late somebody runs, what must not be lost."""

from __future__ import annotations

from datetime import datetime, time

import pytest

from backend.conversations.understanding import understand
from backend.conversations.understanding.patterns import Grammar

NOW = datetime(2026, 11, 24, 12, 0)  # noqa: DTZ001 - the wall clock of the restaurant


def read(text, language="es", context=None):
    zone = "Europe/Madrid" if language == "es" else "Europe/London"
    return understand(text, now=NOW, tz=zone, language=language, context=context)


@pytest.mark.parametrize(
    ("language", "text", "topic"),
    [
        ("es", "¿a qué hora abrís?", "hours"),
        ("en", "what are your opening hours?", "hours"),
        ("es", "¿dónde estáis?", "address"),
        ("en", "what's the address?", "address"),
        ("es", "¿se puede aparcar cerca?", "parking"),
        ("en", "is there a car park?", "parking"),
        ("es", "¿tienen carta de vinos?", "menu"),
        ("en", "can I see the menu?", "menu"),
        ("es", "¿puedo ir con mi perro?", "pets"),
        ("en", "are dogs allowed?", "pets"),
        ("es", "¿tenéis tronas?", "kids"),
        ("en", "do you have high chairs?", "kids"),
        ("es", "¿hay terraza?", "terrace"),
        ("en", "do you have outdoor seating?", "terrace"),
        ("es", "¿aceptáis tarjeta?", "payment"),
        ("en", "can I pay by card?", "payment"),
        ("es", "¿es accesible para silla de ruedas?", "accessibility"),
        ("en", "is it wheelchair accessible?", "accessibility"),
        ("es", "¿hay código de vestimenta?", "dress_code"),
        ("en", "what should I wear?", "dress_code"),
        ("es", "¿tenéis wifi?", "wifi"),
        ("en", "what's the wifi password?", "wifi"),
        ("es", "¿aceptan grupos grandes?", "groups"),
        ("en", "do you take large groups?", "groups"),
        ("es", "¿cuánto cuesta el menú degustación?", "prices"),
        ("en", "how much is the tasting menu?", "prices"),
        ("es", "¿hay música en vivo?", "events"),
        ("en", "can we hire the venue for a private event?", "events"),
        ("es", "¿cuál es vuestro teléfono?", "phone"),
        ("en", "what's your phone number?", "phone"),
        ("es", "¿qué parada de metro queda cerca?", "transport"),
        ("en", "what's the nearest tube station?", "transport"),
        ("es", "¿tenéis platos sin gluten?", "allergens"),
        ("en", "do you have gluten free options?", "allergens"),
        ("en", "do you speak Spanish?", "language"),
        ("es", "¿hablan inglés?", "language"),
        ("es", "vamos con retraso", "late"),
        ("en", "we're stuck in traffic", "late"),
        ("es", "BAJA", "stop"),
        ("en", "please stop texting me", "stop"),
        ("es", "Alta", "start"),
        ("en", "START", "start"),
        ("es", "quiero que borréis mis datos", "erasure"),
        ("en", "delete all my personal data", "erasure"),
    ],
)
def test_a_question_or_remark_is_told_by_its_topic(language, text, topic):
    assert read(text, language).topic == topic


@pytest.mark.parametrize(
    ("language", "text", "minutes"),
    [
        ("es", "llegamos 15 minutos tarde", 15),
        ("es", "nos retrasamos un cuarto de hora", 15),
        ("es", "llegaremos media hora tarde, perdón", 30),
        ("es", "vamos con un retraso de 20 minutitos", 20),
        ("es", "llegamos una hora y media tarde", 90),
        ("en", "running 10 late", 10),
        ("en", "we'll be half an hour late", 30),
        ("en", "I'm running about 25 mins behind", 25),
        ("en", "we are going to be an hour late", 60),
    ],
)
def test_a_delay_that_is_named_is_told_in_minutes(language, text, minutes):
    assert (read(text, language).topic, read(text, language).eta_minutes) == ("late", minutes)


@pytest.mark.parametrize(
    ("language", "text", "at"),
    [
        ("es", "vamos con retraso, llegaremos a las 21:15", time(21, 15)),
        ("en", "running late, we'll be there at 8:40", time(20, 40)),
        ("es", "vamos tarde, llegamos en 20 minutos", time(12, 20)),
    ],
)
def test_an_hour_of_arrival_stays_an_hour_and_is_no_delay(language, text, at):
    heard = read(text, language)

    assert (heard.topic, heard.slots.time, heard.eta_minutes) == ("late", at, None)


def test_a_delay_is_read_only_where_somebody_is_late():
    assert read("¿la mesa es por dos horas?").eta_minutes is None


def test_words_that_stop_messages_count_only_when_they_are_the_whole_message():
    assert read("no me bajo del bus, la baja es otra cosa").topic != "stop"
    assert read("start with the wine list", "en").topic != "start"


def test_what_must_not_be_lost_is_told_beside_another_wish():
    heard = read("quiero reservar para 4 mañana y borrad mis datos antiguos")

    assert heard.topic == "erasure"
    assert "reserve" in (heard.intent, *heard.also)


@pytest.mark.parametrize(
    ("language", "text", "people"),
    [
        ("en", "my husband, my mother-in-law and I would love to come tomorrow", 3),
        ("en", "me, my wife and our two kids", 4),
        ("en", "three with my mom", 3),
        ("es", "voy con mi mujer y mis tres hijos", 5),
        ("es", "somos tres adultos y un bebé", 4),
        ("es", "nosotros dos y los abuelos, o sea cuatro", 4),
        ("es", "quiero cenar solo", 1),
    ],
)
def test_companions_are_counted_with_the_guest(language, text, people):
    assert read(text, language).slots.party_size == people


@pytest.mark.parametrize(
    "text",
    [
        "do you have a kids' menu?", "could you cancel the table for me?", "room 214", "we waited for over 30 minutes",
        "my daughter is 7", "can you turn the heating up to 21 degrees", "it takes 45 minutes to get there",
    ],
)  # fmt: skip
def test_numbers_that_count_something_else_are_no_people(text):
    assert read(text, "en").slots.party_size is None


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "the restaurant is called Bella Trattoria"),
        ("es", "el restaurante se llama Bella Trattoria"),
        ("en", "book a table at The Golden Lotus"),
        ("es", "soy vegetariano"),
        ("en", "I'm running late"),
        ("en", "reply to Anna's email"),
    ],
)
def test_what_is_called_by_a_name_is_no_guest(language, text):
    assert read(text, language).slots.name is None


@pytest.mark.parametrize(
    "text", ["merry christmas", "feliz año nuevo", "ayer", "el mes que viene", "last friday"]
)
def test_days_that_are_wished_or_gone_or_vague_are_no_date(text):
    assert read(text).slots.date is None


def test_a_message_without_a_known_word_is_never_sure():
    assert read("xqzt brrlg", "en").confidence < 0.5


def test_the_classifier_may_change_an_unsure_intent_but_never_to_a_sure_one():
    heard = read("xqzt brrlg cancel", "en")

    assert heard.intent == "cancel"
    assert read("perdona qué lío de jaleo").confidence < 0.6


def test_half_a_character_is_read_like_any_other():
    assert read("\ud83d mesa para 4").slots.party_size == 4


def test_a_pattern_with_a_group_inside_a_group_is_refused():
    with pytest.raises(ValueError, match="a group inside a group"):
        Grammar([("(no (voy|vamos)) ir", ("cancel", "3"))])
