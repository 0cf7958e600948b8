"""The booking as an iCalendar file (RFC 5545), for the mail and for "add to calendar".

Called by rendering and by the guest page. Times are written in UTC: a table at 01:30 on the night the clocks
go back has one reading only, and every calendar shows it on its owner's clock.
"""

from __future__ import annotations

from datetime import UTC, timedelta
from typing import Literal

from icalendar import Alarm, Calendar, Event, vCalAddress, vText, vUri

from backend.notifications.domain.facts import BookingFacts
from backend.notifications.placeholders import words
from backend.notifications.voice import Voice

_ALARM_BEFORE = timedelta(hours=2)


def calendar_file(
    facts: BookingFacts, method: Literal["PUBLISH", "CANCEL"], sequence: int, locale: str
) -> bytes:
    """The file's bytes.

    `sequence` is the booking's version: a calendar replaces what it has by the higher one. The UID follows
    from the reservation's id alone, so a change or a cancellation finds the entry again.
    """
    voice = Voice(locale, facts.restaurant.formality)
    calendar = Calendar()
    calendar.add("prodid", f"-//SaveIt//SaveIt//{voice.language.upper()}")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    calendar.add_component(_event(facts, method, sequence, voice))
    content: bytes = calendar.to_ical()
    return content


def _event(facts: BookingFacts, method: str, sequence: int, voice: Voice) -> Event:
    known = words(facts, voice)
    event = Event()
    event.add("uid", f"{facts.reservation_id}@saveit")
    event.add("sequence", sequence)
    event.add("dtstamp", facts.written_at.astimezone(UTC))
    event.add("dtstart", facts.starts_at.astimezone(UTC))
    event.add("dtend", facts.ends_at.astimezone(UTC))
    event.add("status", _status(facts, method))
    event.add("transp", "TRANSPARENT" if method == "CANCEL" else "OPAQUE")
    _add_text(event, "summary", voice.say("message.calendar.title", **known), voice)
    _add_text(event, "description", voice.say("message.calendar.body", **known), voice)
    if facts.restaurant.address:
        _add_text(event, "location", f"{facts.restaurant.name}, {facts.restaurant.address}", voice)
    event.add("url", vUri(facts.links.manage))
    event.add("organizer", _organizer(facts))
    if method != "CANCEL":
        event.add_component(_alarm(voice.say("message.calendar.alarm", **known)))
    return event


def _status(facts: BookingFacts, method: str) -> str:
    if method == "CANCEL":
        return "CANCELLED"
    return "TENTATIVE" if facts.status == "pending" else "CONFIRMED"


def _add_text(event: Event, name: str, text: str, voice: Voice) -> None:
    event.add(name, vText(text), parameters={"LANGUAGE": voice.language})


def _organizer(facts: BookingFacts) -> vCalAddress:
    """The house: by mail where it has an address, otherwise by the booking's page (any URI will do)."""
    email = facts.restaurant.email
    organizer = vCalAddress(f"mailto:{email}" if email else facts.links.manage)
    organizer.params["CN"] = facts.restaurant.name
    return organizer


def _alarm(text: str) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", text)
    alarm.add("trigger", -_ALARM_BEFORE)
    return alarm
