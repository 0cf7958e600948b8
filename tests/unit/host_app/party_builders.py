"""Builders of the host app's records for tests: one ordinary party, and what a test says about it."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from backend.checkin import DayKeys
from host_app.core.records import Evening, Guest, Manifest, Party, Restaurant

MADRID = ZoneInfo("Europe/Madrid")
FRIDAY = date(2026, 12, 18)
EIGHT = datetime(2026, 12, 18, 20, 0, tzinfo=MADRID)
HOUSE = UUID(int=0xAA)
RESTAURANT = Restaurant(
    id=HOUSE,
    name="Casa Lumbre",
    timezone="Europe/Madrid",
    areas={"sala": {"es": "Sala", "en": "Dining room"}},
)


def a_party(name: str = "Lucía García", **said: Any) -> Party:
    """A confirmed party of four at eight on Friday; the same name is the same reservation."""
    guest = Guest(
        name=name,
        phone=said.pop("phone", "+34 600 111 222"),
        tags=said.pop("tags", ()),
        allergies=said.pop("allergies", None),
        visits=said.pop("visits", None),
    )
    starts_at = said.pop("starts_at", EIGHT)
    facts = {
        "id": uuid5(HOUSE, name),
        "code": "7K2M9Q",
        "restaurant_id": HOUSE,
        "service_date": FRIDAY,
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(hours=2),
        "party_size": 4,
        "arrived_count": 0,
        "status": "confirmed",
        "version": 1,
        "guest": guest,
        "tables": ("12",),
        "area": "sala",
    }
    return Party(**(facts | said))


def an_evening(*parties: Party, **said: Any) -> Evening:
    """An evening of Friday with these parties."""
    facts: dict[str, Any] = {
        "restaurant": RESTAURANT,
        "service_date": FRIDAY,
        "days": frozenset({FRIDAY}),
        "parties": {party.id: party for party in parties},
        "fetched_at": EIGHT,
    }
    return Evening(**(facts | said))


def a_manifest(*parties: Party, day: date = FRIDAY, keys: DayKeys | None = None) -> Manifest:
    """A day's list as the server sends it."""
    return Manifest(
        service_date=day,
        server_time=EIGHT,
        parties=parties,
        day_keys=keys or DayKeys({(FRIDAY, 1): b"k" * 32}),
        revoked=frozenset(),
        last_event_id=7,
        restaurant=RESTAURANT,
    )
