"""What is said around a booking, case by case: which booking is meant, when somebody is late, what a bare yes answers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time

import pytest
from fake_house import FACTS, ZONE, Talk

from backend.conversations.dialogue.state import DialogueState
from backend.conversations.dialogue.talk import on_handed_over
from backend.conversations.ports import Sender
from backend.platform.refusals import Refusal

KNOWN = Sender(phone="+34600111222")


class Known(Talk):
    """A guest whom the channel knows."""

    def __init__(self, **more):
        super().__init__(channel="whatsapp", **more)

    def says(self, *texts):
        """Says one after another; the text of the last answer."""
        replies = []
        for text in texts:
            replies = self.hear(text, sender=KNOWN)
        return " ".join(each["text"] for each in replies)

    def books(self, when, later=2.0):
        """A booking, and its conversation is over."""
        assert "¡Listo" in self.says(f"mesa para 2 {when}, Ana Gil", "sí")
        self.clock.forward(hours=later)


@pytest.mark.parametrize(
    ("said", "minutes"),
    [
        ("llegamos 10 minutos tarde", 10),
        ("llegaremos a las 22:40", 10),
        ("llegaremos a las 23:10", 40),
        ("llegamos un cuarto de hora tarde", 15),
    ],
)
def test_the_eta_is_counted_from_the_start(said, minutes):
    talk = Known()
    talk.books("hoy a las 22:30")

    talk.says(said)

    assert list(talk.house.etas.values()) == [minutes]


def test_of_several_bookings_the_nearest_is_the_late_one():
    talk = Known()
    talk.books("el sábado a las 21:00", later=0)
    talk.books("hoy a las 21:00")

    talk.says("llegamos 10 minutos tarde")

    (late,) = talk.house.etas
    assert talk.house.bookings[late].date == talk.clock.at.date()


def test_of_two_on_one_evening_it_is_asked_which():
    talk = Known()
    talk.books("mañana a las 14:00", later=0)
    talk.books("mañana a las 21:00")

    assert talk.says("llegamos 10 minutos tarde") == "¿Cuál de ellas?"
    talk.says("la de las 21:00")

    (late,) = talk.house.etas
    assert talk.house.bookings[late].time.hour == 21


def test_nobody_is_late_for_a_booking_that_is_cancelled():
    talk = Known()
    talk.books("hoy a las 21:00")
    talk.says("quiero cancelar mi reserva", "sí")
    talk.clock.forward(hours=2)

    assert "está cancelada" in talk.says("llegamos 10 minutos tarde")
    assert talk.house.etas == {}


@pytest.mark.parametrize("yes", ["sí", "vale", "ok"])
def test_a_bare_yes_answers_the_reminder_of_a_table_that_is_near(yes):
    talk = Known()
    talk.books("mañana a las 14:00")

    assert "Gracias por confirmar, Ana" in talk.says(yes)


def test_a_bare_yes_confirms_nothing_that_is_days_away():
    talk = Known()
    talk.books("el sábado a las 21:00")

    assert talk.says("sí") == "Dime, ¿en qué te ayudo?"
    assert not any(each.guest_confirmed for each in talk.house.bookings.values())


def test_a_bare_yes_right_after_booking_is_no_answer_to_a_reminder():
    talk = Known()
    talk.books("mañana a las 14:00", later=0)

    talk.says("vale")

    assert not any(each.guest_confirmed for each in talk.house.bookings.values())


def test_a_bare_no_cancels_nothing_by_itself():
    talk = Known()
    talk.books("mañana a las 14:00")

    assert "¿Cancelo la mesa" in talk.says("no")
    assert [each.status for each in talk.house.bookings.values()] == ["confirmed"]


def test_a_bare_yes_from_somebody_unknown_finds_nobodys_booking():
    talk = Known()
    talk.books("mañana a las 14:00")

    assert talk.say("sí", session="stranger") == "Dime, ¿en qué te ayudo?"


def test_a_claimed_identity_erases_nothing():
    talk = Known()
    talk.books("mañana a las 14:00")

    for text in ("borrad mis datos", "sí", "Sí, borrar"):
        talk.hear(text, sender=Sender(phone=KNOWN.phone, proven=False), session="claims")

    assert talk.house.erased == []


def test_an_allergy_said_by_who_only_has_the_code_stays_with_the_booking():
    talk = Known()
    talk.books("mañana a las 14:00")
    (booking,) = talk.house.bookings.values()

    talk.say("soy alérgica al marisco", booking.code, session="web")

    assert [words for _, words in talk.house.notes] == ["soy alérgica al marisco"]
    assert talk.house.allergies == []


@pytest.mark.parametrize(
    ("at", "key"),
    [
        ("2026-11-24 13:00", "handed_over_hours"),
        ("2026-11-24 09:00", "handed_over_later"),
        ("2026-11-24 23:30", "handed_over_later"),
        ("2026-11-30 13:00", "handed_over_later"),  # a Monday: closed
    ],
)
def test_who_asks_for_a_person_hears_whether_one_is_there(at, key):
    now = datetime.fromisoformat(at).replace(tzinfo=ZONE)

    (said,) = on_handed_over(DialogueState(), FACTS, now).says

    assert said.key == key


def test_a_restaurant_open_past_midnight_is_there_past_midnight():
    late = replace(FACTS, staff_hours=(time(19, 0), time(1, 0)))
    (said,) = on_handed_over(DialogueState(), late, datetime(2026, 11, 29, 0, 30, tzinfo=ZONE)).says
    assert said.key == "handed_over_hours"
    (said,) = on_handed_over(DialogueState(), late, datetime(2026, 12, 1, 0, 30, tzinfo=ZONE)).says
    assert said.key == "handed_over_later"


def test_stop_is_answered_once_and_start_once():
    talk = Known()

    assert talk.says("BAJA") != ""
    assert talk.says("BAJA") == ""
    assert talk.says("ALTA") != ""
    assert talk.says("BAJA") != ""


@pytest.mark.parametrize(
    "asked",
    [
        "¿nos guardáis la mesa si llegamos 10 minutos tarde?",
        "si llego 10 minutos tarde pierdo la mesa?",
        "what if we're 10 minutes late?",
        "is it ok if we arrive 10 minutes late?",
        "perdona, si llegamos 10 minutos tarde, ¿nos la guardáis?",
        "si llegamos a las 22:40, ¿nos guardáis la mesa?",
    ],
)
def test_who_asks_what_a_delay_would_mean_is_not_written_down_as_late(asked):
    talk = Known()
    talk.books("hoy a las 22:30")

    assert "15 min" in talk.says(asked)
    assert talk.house.etas == {}


@pytest.mark.parametrize(
    "said", ["perdonad si llegamos 10 minutos tarde", "vamos 10 minutos tarde, ¿pasa algo?"]
)
def test_who_says_that_they_are_late_is_written_down_however_politely(said):
    talk = Known()
    talk.books("hoy a las 22:30")

    talk.says(said)

    assert list(talk.house.etas.values()) == [10]


def test_a_delay_supposed_when_asked_for_the_hour_is_no_answer():
    talk = Known()
    talk.books("hoy a las 22:30")
    talk.says("llegamos tarde")

    assert "15 min" in talk.says("¿y si llegamos 20 minutos tarde?")
    assert talk.house.etas == {}
    talk.says("llegamos a las 22:40")
    assert list(talk.house.etas.values()) == [10]


def waits(talk, day=date(2026, 11, 28)):
    """A guest on the waiting list for nine, who was told that a table came free."""
    for at in (time(20), time(21), time(22), time(22, 30)):
        talk.house.fill(day, at)
    talk.says("lista de espera para 2 el sábado a las 21:00, Ana Gil", "sí")
    talk.house.empty(day, time(21))
    talk.house.tell()
    talk.clock.forward(hours=2)


def test_a_yes_to_a_table_that_came_free_holds_it_and_uses_up_the_place():
    talk = Known()
    waits(talk)

    assert "a nombre de Ana Gil" in talk.says("sí")
    assert len(talk.house.holds) == 1
    assert "¡Listo, Ana!" in talk.says("sí")
    assert talk.house.waiting == []


def test_a_booking_stands_though_the_place_could_not_be_used_up():
    talk = Known()
    waits(talk)
    talk.house.place_refusal = Refusal("unavailable")

    assert "¡Listo, Ana!" in talk.says("sí", "sí")
    assert len(talk.house.bookings) == 1


def test_a_no_to_what_was_read_back_books_nothing_of_it():
    talk = Known()
    waits(talk)

    talk.says("sí", "no", "no, déjalo")

    assert not talk.house.bookings
    assert not talk.house.holds


def test_nobody_else_takes_the_table_that_was_told_to_one():
    talk = Known()
    waits(talk)

    assert talk.say("sí", session="stranger") == "Dime, ¿en qué te ayudo?"
