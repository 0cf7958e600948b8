"""The calendar file, opened again by a reader: instants, identity, versions, cancellation, language."""

# ruff: noqa: DTZ001 - wall-clock times are what is tested here
from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar, Event

from backend.notifications import BookingFacts, MessageKind, calendar_file, render, sample_facts

FACTS = sample_facts(MessageKind.CONFIRMATION)[0]


def opened(content: bytes) -> tuple[Calendar, Event]:
    calendar = Calendar.from_ical(content)
    assert isinstance(calendar, Calendar)
    return calendar, calendar.events[0]


def booked(local_start: datetime, zone: str, minutes: int = 90, fold: int = 0) -> BookingFacts:
    start = local_start.replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC)
    return replace(
        FACTS,
        restaurant=replace(FACTS.restaurant, timezone=zone),
        starts_at=start,
        ends_at=start + timedelta(minutes=minutes),
    )


@pytest.mark.parametrize(
    ("zone", "local_start", "utc_start"),
    [
        ("Europe/Madrid", datetime(2026, 7, 3, 21, 0), datetime(2026, 7, 3, 19, 0)),
        ("Europe/Madrid", datetime(2026, 12, 18, 21, 0), datetime(2026, 12, 18, 20, 0)),
        ("Europe/Madrid", datetime(2026, 10, 25, 2, 30), datetime(2026, 10, 25, 0, 30)),
        ("America/New_York", datetime(2026, 11, 1, 1, 30), datetime(2026, 11, 1, 5, 30)),
        ("America/Santiago", datetime(2026, 9, 6, 13, 0), datetime(2026, 9, 6, 16, 0)),
        ("America/Mexico_City", datetime(2026, 7, 3, 21, 0), datetime(2026, 7, 4, 3, 0)),
        ("Atlantic/Canary", datetime(2026, 3, 29, 14, 0), datetime(2026, 3, 29, 13, 0)),
    ],
)  # fmt: skip
def test_the_start_is_the_restaurants_wall_clock(
    zone: str, local_start: datetime, utc_start: datetime
) -> None:
    _, event = opened(calendar_file(booked(local_start, zone), "PUBLISH", 1, "es"))
    assert event.start == utc_start.replace(tzinfo=UTC)


@pytest.mark.parametrize("fold", [0, 1])
def test_a_stay_over_the_autumn_change_keeps_its_elapsed_minutes(fold: int) -> None:
    facts = booked(datetime(2026, 10, 25, 2, 30), "Europe/Madrid", minutes=105, fold=fold)
    _, event = opened(calendar_file(facts, "PUBLISH", 1, "es"))
    assert event.end - event.start == timedelta(minutes=105)
    assert event.start == facts.starts_at


@given(st.datetimes(datetime(2025, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC)), st.integers(15, 600))
def test_any_instant_survives_the_file(start: datetime, minutes: int) -> None:
    start = start.replace(microsecond=0)
    facts = replace(FACTS, starts_at=start, ends_at=start + timedelta(minutes=minutes))
    _, event = opened(calendar_file(facts, "PUBLISH", 1, "es"))
    assert (event.start, event.end) == (facts.starts_at, facts.ends_at)


def test_a_change_finds_the_same_entry_with_a_higher_number() -> None:
    _, first = opened(calendar_file(FACTS, "PUBLISH", 1, "es"))
    _, changed = opened(calendar_file(replace(FACTS, party_size=6), "PUBLISH", 2, "es"))
    assert first["uid"] == changed["uid"] == f"{FACTS.reservation_id}@saveit"
    assert first["sequence"] < changed["sequence"]


def test_a_cancellation_takes_the_entry_away_and_rings_no_bell() -> None:
    calendar, event = opened(calendar_file(FACTS, "CANCEL", 3, "es"))
    assert (calendar["method"], event["status"], event.alarms.times) == ("CANCEL", "CANCELLED", [])


def test_the_alarm_rings_two_hours_before_in_the_readers_words() -> None:
    _, event = opened(calendar_file(FACTS, "PUBLISH", 1, "en"))
    alarm = event.subcomponents[0]
    assert timedelta(hours=-2) == alarm.TRIGGER
    assert alarm["description"] == "In two hours: table for 4 at La Marea"


@pytest.mark.parametrize(
    ("locale", "title"), [("es-MX", "Mesa para 4 en La Marea"), ("en-GB", "Table for 4 at La Marea")]
)
def test_the_entry_is_in_the_readers_language(locale: str, title: str) -> None:
    _, event = opened(calendar_file(FACTS, "PUBLISH", 1, locale))
    assert event["summary"] == title
    assert event["summary"].params["LANGUAGE"] == locale[:2]


def test_commas_line_ends_and_long_names_stay_inside_their_field() -> None:
    name = "Bar, Grill; \\ «Ñ»\nDTSTART:19990101T000000Z " + "muy largo " * 20
    facts = replace(FACTS, restaurant=replace(FACTS.restaurant, name=name))
    content = calendar_file(facts, "PUBLISH", 1, "es")
    _, event = opened(content)
    assert event["summary"] == f"Mesa para 4 en {name}"
    assert event.start == FACTS.starts_at
    assert max(len(line) for line in content.split(b"\r\n")) <= 75


def test_without_a_mail_address_the_organizer_is_the_bookings_page() -> None:
    facts = replace(FACTS, restaurant=replace(FACTS.restaurant, email=None))
    _, event = opened(calendar_file(facts, "PUBLISH", 1, "es"))
    assert event["organizer"] == FACTS.links.manage


@pytest.mark.parametrize(
    ("kind", "method"),
    [
        (MessageKind.CONFIRMATION, "PUBLISH"),
        (MessageKind.CHANGE, "PUBLISH"),
        (MessageKind.CANCELLATION, "CANCEL"),
    ],
)
def test_mails_that_move_the_entry_carry_the_file(kind: MessageKind, method: str) -> None:
    [attached] = [a for a in render(kind, sample_facts(kind)[0], "es").attachments if a.content_id is None]
    assert attached.filename == "reserva-K7M2QX.ics"
    assert dict(attached.parameters)["method"] == method
    assert opened(attached.content)[0]["method"] == method


@pytest.mark.parametrize(
    "kind", [MessageKind.PENDING, MessageKind.REMINDER_24H, MessageKind.REMINDER_3H, MessageKind.NO_SHOW]
)
def test_mails_that_do_not_move_the_entry_carry_none(kind: MessageKind) -> None:
    assert [a for a in render(kind, sample_facts(kind)[0], "es").attachments if a.content_id is None] == []
