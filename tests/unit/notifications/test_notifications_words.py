"""How the house speaks: greeting, dates near and far, people, money, and hostile names."""

# ruff: noqa: DTZ001 - wall-clock times are what is tested here
from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.notifications import BookingFacts, MessageKind, Voice, render, sample_facts, words
from backend.platform.texts import catalogue

FACTS = sample_facts(MessageKind.CONFIRMATION)[0]
ES, EN = Voice("es-ES"), Voice("en-GB")


def named(name: str | None) -> BookingFacts:
    return replace(FACTS, guest_first_name=name)


@pytest.mark.parametrize("name", ["Lucía", "José Luis", "J.R.", "M.ª Ángeles", "O'Neill", "李"])
def test_a_guest_is_greeted_by_name(name: str) -> None:
    assert words(named(name), ES)["name"] == name


@pytest.mark.parametrize(
    "name",
    [None, "", "  ", "http://x.example", "visit shop.example", "WWW.spam", "me@x.example", "a" * 41],
)
def test_a_name_that_is_none_leaves_the_greeting_without_it(name: str | None) -> None:
    assert render(MessageKind.CONFIRMATION, named(name), "es").text.startswith("¡Listo!\n")


@given(st.text())
def test_no_name_breaks_a_message_or_its_subject(name: str) -> None:
    message = render(MessageKind.CONFIRMATION, named(name), "es")
    assert "\n" not in message.subject
    assert "<script" not in message.html


def test_markup_in_names_is_shown_and_not_run() -> None:
    facts = replace(named("<b>Lu"), restaurant=replace(FACTS.restaurant, name="<img src=x onerror=alert(1)>"))
    message = render(MessageKind.CONFIRMATION, facts, "es")
    assert "<b>Lu" not in message.html
    assert "<img src=x" not in message.html


def test_braces_in_names_are_not_placeholders() -> None:
    facts = replace(named("{code}"), restaurant=replace(FACTS.restaurant, name="{0.__class__}"))
    assert (
        "¡Listo, {code}! Mesa para 4 en {0.__class__}"
        in render(MessageKind.CONFIRMATION, facts, "es").short_text
    )


@pytest.mark.parametrize(
    ("written", "day"),
    [
        (datetime(2026, 12, 18, 0, 5), "hoy"),
        (datetime(2026, 12, 17, 23, 55), "mañana"),
        (datetime(2026, 12, 16, 23, 55), "el viernes 18 de diciembre"),
        (datetime(2026, 12, 19, 1, 0), "el viernes 18 de diciembre"),
    ],
)
def test_near_days_are_called_by_their_name_on_the_restaurants_calendar(written: datetime, day: str) -> None:
    facts = replace(FACTS, written_at=written.replace(tzinfo=ZoneInfo("Europe/Madrid")))
    assert words(facts, ES)["day"] == day


@pytest.mark.parametrize(
    ("days_before", "day"), [(0, "tonight"), (1, "tomorrow night"), (3, "on Saturday 19 December")]
)
def test_a_table_after_midnight_belongs_to_the_night_before(days_before: int, day: str) -> None:
    start = datetime(2026, 12, 19, 0, 30, tzinfo=ZoneInfo("Europe/Madrid"))
    written = datetime(2026, 12, 18, 20, 0, tzinfo=ZoneInfo("Europe/Madrid")) - timedelta(days=days_before)
    facts = replace(FACTS, starts_at=start, ends_at=start + timedelta(hours=1), written_at=written)
    assert words(facts, EN)["day"] == day
    assert words(facts, EN)["moment"] == "Saturday 19 December at 12:30 am (Friday night)"


@pytest.mark.parametrize(
    ("hour", "at"), [(1, "a la 01:30"), (13, "a las 13:30"), (20, "a las 20:30"), (0, "a las 00:30")]
)
def test_spanish_hours_take_their_article(hour: int, at: str) -> None:
    assert ES.at(datetime(2026, 12, 18, hour, 30)) == at


def test_one_person_is_one_person() -> None:
    assert (ES.people(1), ES.people(2), EN.people(1)) == ("1 persona", "2 personas", "1 person")


def test_usted_falls_back_to_the_common_sentence() -> None:
    formal = Voice("es", "usted")
    assert formal.say("message.label.date") == ES.say("message.label.date")
    assert formal.say("message.link.manage") == "Ver o cambiar la reserva"


def test_instants_without_a_zone_are_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        replace(FACTS, starts_at=datetime(2026, 12, 18, 20, 0))


@pytest.mark.parametrize("kind", MessageKind)
@pytest.mark.parametrize("locale", ["es", "en"])
def test_a_short_text_fits_four_text_messages(kind: MessageKind, locale: str) -> None:
    for facts in sample_facts(kind):
        assert len(render(kind, facts, locale).short_text) <= 4 * 67


@pytest.mark.parametrize("kind", MessageKind)
def test_notes_of_the_guest_never_travel_by_mail(kind: MessageKind) -> None:
    message = render(kind, replace(sample_facts(kind)[0], notes="alergia a los frutos secos"), "es")
    assert "frutos secos" not in message.text + message.html + message.short_text


def test_both_languages_have_the_same_sentences() -> None:
    spanish = {key.removesuffix(".usted") for key in catalogue("es") if key.startswith("message.")}
    english = {key for key in catalogue("en") if key.startswith("message.")}
    assert spanish == english


def test_every_formal_sentence_has_a_familiar_one() -> None:
    keys = catalogue("es")
    assert [key for key in keys if key.endswith(".usted") and key.removesuffix(".usted") not in keys] == []
