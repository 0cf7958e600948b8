"""A booking that exists is dealt with in words: the wrong code, what is full, what is to be changed, words for the team."""

from __future__ import annotations

from datetime import date, time

import pytest
from fake_house import Talk

BOOKED = "mesa para 2 el jueves a las 20:30, Nora Vidal, 633444555"
TWO = ("mesa para 2 el viernes a las 20:30, Nora Vidal, 633444555", "sí")


@pytest.fixture
def talk() -> Talk:
    """A thread with one booking."""
    talk = Talk()
    talk.say(BOOKED, "sí")
    return talk


def test_who_gives_a_wrong_code_and_has_one_booking_is_shown_it(talk):
    told = talk.say("ver mi reserva ABCD23")

    assert told.startswith("No encuentro ninguna reserva con ese código. Tienes mesa para 2")


def test_a_wrong_code_cancels_nothing_before_the_own_booking_was_shown_and_a_yes_said(talk):
    asked = talk.say("cancela la reserva ABCD23")

    assert "¿Cancelo la mesa para 2 del jueves" in asked
    assert [each.status for each in talk.house.bookings.values()] == ["confirmed"]


def test_a_wrong_code_with_several_bookings_is_asked_for_again(talk):
    talk.say(*TWO)

    told = talk.say("cancela la reserva ABCD23")

    assert told == "No encuentro ninguna reserva con ese código. ¿Lo revisas y me lo mandas otra vez?"


def test_a_delay_with_a_wrong_code_is_written_on_no_other_booking(talk):
    told = talk.say("llegamos 10 minutos tarde, reserva ABCD23")

    assert "ese código" in told
    assert not talk.house.etas


def test_what_a_code_is_is_not_explained_twice():
    talk = Talk()
    assert "seis letras" in talk.say("quiero ver mi reserva")

    assert "seis letras" not in talk.say("ABCD23")


def test_a_day_without_a_table_is_told_before_the_change_is_asked(talk):
    told = talk.say("cámbiala al lunes")

    assert told.startswith("El lunes 30 de noviembre cerramos. Tu reserva es el jueves")
    assert told.endswith("¿Qué día sería?")


def test_a_day_that_is_closed_is_asked_for_again_and_the_rest_of_the_wish_stays(talk):
    talk.say("cámbiala al lunes para 4 personas")

    assert "¿La dejo el viernes 27 de noviembre a las 20:30 para 4 personas" in talk.say("el viernes")


def test_too_many_people_are_asked_for_again(talk):
    talk.say("cámbiala al viernes para 20 personas")

    assert "¿La dejo el viernes 27 de noviembre a las 20:30 para 3 personas" in talk.say("3")


def test_a_wrong_code_changes_the_only_booking_once_it_was_named(talk):
    told = talk.say("cambia la reserva ABCD23 a las 22:00")

    assert "Tu reserva es el jueves 26 de noviembre a las 20:30 para 2 personas. ¿La dejo" in told


def test_an_hour_that_fills_between_the_question_and_the_yes_leaves_the_booking_as_it_was(talk):
    assert "¿La dejo" in talk.say("cámbiala al viernes a las 21:00")
    talk.house.fill(date(2026, 11, 27), time(21))

    told = talk.say("sí")

    assert told.startswith("A las 21:00 ya no queda mesa para 2")
    assert [each.date for each in talk.house.bookings.values()] == [date(2026, 11, 26)]


@pytest.mark.parametrize(
    ("said", "noted"),
    [
        ("y necesitamos una trona", "necesitamos una trona"),
        ("and we need a high chair", "we need a high chair"),
        ("somos celíacos", "somos celíacos"),
    ],
)
def test_words_for_the_team_begin_without_the_word_that_joined_them(talk, said, noted):
    talk.say(said)

    assert [words for _, words in talk.house.notes] == [noted]


@pytest.mark.parametrize(
    ("title", "asked", "answer", "offered"),
    [
        ("Otro día", "¿Qué día sería?", "el viernes", "¿La dejo el viernes 27 de noviembre a las 20:30"),
        ("Otra hora", "¿A qué hora sería?", "9", "¿La dejo el jueves 26 de noviembre a las 21:00"),
        ("Número de personas", "¿Para cuántas personas?", "1", "para 1 persona"),
        ("cambiar la hora", "¿A qué hora sería?", "21:30", "a las 21:30"),
    ],
)
def test_what_is_to_change_is_asked_for_and_its_answer_understood(talk, title, asked, answer, offered):
    talk.say("quiero cambiar mi reserva")

    assert talk.say(title) == asked
    assert offered in talk.say(answer)


def test_who_says_at_once_what_is_to_change_is_asked_for_that_alone(talk):
    told = talk.say("quiero cambiar la hora de mi reserva")

    assert told == "Tu reserva es el jueves 26 de noviembre a las 20:30 para 2 personas. ¿A qué hora sería?"


def test_several_values_to_change_are_asked_for_together(talk):
    assert "¿Qué cambiamos" in talk.say("quiero cambiar el día y la hora")


def test_an_answer_to_what_is_to_change_may_be_no(talk):
    talk.say("quiero cambiar mi reserva", "Otra hora")

    assert talk.say("no, déjalo").startswith("Tu reserva sigue igual")


def test_a_question_about_the_booking_while_it_is_changed_is_no_wish_to_change_it(talk):
    talk.say("quiero cambiar mi reserva")

    assert "20:30" in talk.say("¿a qué hora tenía la reserva?")
