"""Answers to tap: whole on every channel, and each of them means what it says."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from fake_house import FACTS, Talk

from backend.conversations.channels.rendering.whatsapp import BUTTON_TITLE, ROW_TITLE
from backend.conversations.dialogue.events import Quick
from backend.conversations.dialogue.records import Alternative
from backend.conversations.dialogue.render import Voice
from backend.conversations.understanding import understand
from backend.platform.texts import catalogue

TODAY = date(2026, 11, 24)
YEAR = [TODAY + timedelta(days=number) for number in range(366)]
LOCALES = ["es-ES", "es-MX", "es-AR", "en-GB", "en-US"]
BOOKED = "mesa para 2 el jueves a las 20:30, Nora Vidal, 633444555"
ASKED = {"es-ES": BOOKED, "en-GB": "table for 2 on Thursday at 8:30 pm, under Nora Vidal, 633444555"}
LARGE = {"es-ES": "mesa para 20 el jueves a las 20:30", "en-GB": "table for 20 on Thursday at 8:30 pm"}


@pytest.mark.parametrize("language", ["es", "en"])
def test_every_answer_to_tap_is_shown_whole(language):
    titles = [text for key, text in catalogue(language).items() if key.startswith("chat.quick.")]

    assert [title for title in titles if len(title) > BUTTON_TITLE] == []
    assert len(titles) > 15


@pytest.mark.parametrize(
    "title", ["Número de personas", "Number of people", "Menos personas", "Fewer people"]
)
def test_a_button_that_changes_the_people_is_read_as_that_without_a_doubt(title):
    read = understand(title, now=datetime.combine(TODAY, time(12)), tz="Europe/Madrid")

    assert read.intent == "change"
    assert read.confidence >= 0.8
    assert read.slots.party_size is None


@pytest.mark.parametrize("locale", LOCALES)
def test_a_day_and_an_hour_of_any_date_are_shown_whole(locale):
    voice = Voice(FACTS, locale, TODAY)
    late = [Quick(slot=Alternative(day, time(22, 30))) for day in YEAR]

    shown = [*voice.quick_all(late), *voice.quick_all([Quick(day=day) for day in YEAR])]

    assert [each.title for each in shown if len(each.title) > BUTTON_TITLE] == []


@pytest.mark.parametrize("locale", LOCALES)
def test_a_booking_in_a_list_is_shown_whole(locale):
    talk = Talk()
    talk.say(BOOKED, "sí")
    [booking] = talk.house.bookings.values()

    rows = Voice(FACTS, locale, TODAY).list_all([Quick(booking=booking)])

    assert [row.title for row in rows if len(row.title) > ROW_TITLE] == []


@pytest.mark.parametrize(
    ("title", "locale", "asked"),
    [
        ("Otro día", "es-ES", "¿Qué día"),
        ("Otra hora", "es-ES", "¿A qué hora"),
        ("Número de personas", "es-ES", "¿Para cuántas personas"),
        ("Another day", "en-GB", "Which day"),
        ("Another time", "en-GB", "What time"),
        ("Number of people", "en-GB", "How many people"),
    ],
)
def test_what_to_change_of_a_booking_in_the_making_is_asked_for(title, locale, asked):
    talk = Talk()
    talk.say(ASKED[locale], "no", locale=locale)

    assert asked in talk.say(title, locale=locale)


@pytest.mark.parametrize(("title", "locale"), [("Menos personas", "es-ES"), ("Fewer people", "en-GB")])
def test_a_group_that_is_too_large_may_become_smaller(title, locale):
    talk = Talk()
    [refused] = talk.hear(LARGE[locale], locale=locale)
    assert title in [each["title"] for each in refused["quickReplies"]]

    talk.say(title, locale=locale)
    [answer] = talk.hear("6", locale=locale)

    assert "6 " in answer["text"]
    assert talk.house.holds
    assert not talk.inbox.opened


@pytest.mark.parametrize(("title", "locale"), [("No, déjalo", "es-ES"), ("No, leave it", "en-GB")])
def test_who_leaves_it_at_the_read_back_has_neither_booking_nor_table(title, locale):
    talk = Talk()
    [asked] = talk.hear(ASKED[locale], locale=locale)
    assert title in [each["title"] for each in asked["quickReplies"]]

    talk.say(title, locale=locale)

    assert not talk.house.bookings
    assert not talk.house.holds
    assert talk.state.get("step") is None
