"""The restaurants the benches work on: sixty tables, open round the clock, with a guest's key, a secret key and tablets.

Made through the same services as the demonstration restaurant. Used by every bench with a server.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from backend.availability.domain import Ask
from backend.platform.http.caller import OWNER, PUBLISHABLE, SECRET, Caller
from backend.platform.ids import uuid7
from backend.platform.refusals import Refusal
from backend.reservations.booking import BookingRequest
from backend.reservations.desk import By
from backend.restaurants.domain import RestaurantConfig
from backend.restaurants.schemas import ConfigDocument
from backend.wiring import Services

TABLES = 60
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_GUEST = By("bench", "guest")
_PARTIES = (2, 4, 2, 3, 4, 2, 6)
_FAMILY = ("García", "Fernández", "Ibáñez", "O'Neill", "Müller", "Etxeberria", "Núñez", "Castaño")
_GIVEN = ("Lucía", "Íñigo", "Begoña", "Andrés", "Mary", "João", "Núria", "Sofía")


@dataclass(frozen=True)
class House:
    """A restaurant of the bench and who may call for it (headers)."""

    config: RestaurantConfig
    publishable: dict[str, str]
    secret: dict[str, str]
    tablets: list[dict[str, str]]

    @property
    def id(self) -> UUID:
        """Its id."""
        return self.config.restaurant_id

    def today(self, now: datetime) -> date:
        """The restaurant's day."""
        return now.astimezone(self.config.zone).date()


def make(services: Services, slug: str, *, tablets: int = 0, tables: int = TABLES, **rules: Any) -> House:
    """A new restaurant; keyword arguments replace members of its rules."""
    restaurant_id = uuid7()
    document = ConfigDocument.model_validate(_document(slug, tables, rules))
    config = services.restaurants.create(restaurant_id, document, "system:bench")
    owner, access = Caller(OWNER, restaurant_id), services.access
    publishable = access.api_keys.create(owner, kind=PUBLISHABLE, name="bench").key
    secret = access.api_keys.create(owner, kind=SECRET, name="bench").key
    return House(
        config,
        {"X-Api-Key": publishable},
        {"X-Api-Key": secret},
        list(_enrolled(services, owner, tablets)),
    )


def _enrolled(services: Services, owner: Caller, tablets: int) -> Iterator[dict[str, str]]:
    if not tablets:
        return
    code = services.access.devices.create_code(owner, uses=tablets, valid_for=timedelta(hours=1)).code
    for number in range(tablets):
        device = services.access.devices.enrol(code, f"Puerta {number + 1}")
        yield {"Authorization": f"Bearer {device.device_token}"}


def _document(slug: str, tables: int, rules: dict[str, Any]) -> dict[str, Any]:
    made = [_table(number) for number in range(tables)]
    return {
        "profile": {
            "name": "Casa Prueba",
            "slug": slug,
            "timezone": "Europe/Madrid",
            "locale": "es-ES",
            "currency": "EUR",
        },
        "areas": [{"id": area, "name": {"es": area.capitalize()}} for area in ("sala", "terraza", "barra")],
        "tables": made,
        # Every third pair of neighbours can be joined.
        "combinations": [
            [one["id"], other["id"]]
            for one, other in zip(made[::3], made[1::3], strict=False)
            if one["area"] == other["area"]
        ],
        "rules": {
            "reservationWindow": {"minHoursAdvance": 0, "maxDaysAdvance": 365, "allowSameDay": True},
            "businessHours": {day: {"open": "12:00", "close": "01:00"} for day in _DAYS},
            "shifts": [
                {"id": "comida", "name": {"es": "Comida"}, "days": _DAYS, "start": "12:00", "end": "16:00"},
                {"id": "cena", "name": {"es": "Cena"}, "days": _DAYS, "start": "19:00", "end": "23:00"},
            ],
            "timeSlots": {"slotDuration": 15, "turnoverTime": 15},
            "turnTimes": [
                {"minParty": 1, "maxParty": 2, "minutes": 90},
                {"minParty": 3, "maxParty": 12, "minutes": 120},
            ],
            "pacing": {"windowMinutes": 15, "maxCovers": 400, "maxParties": 100},
            **rules,
        },
    }


def _table(number: int) -> dict[str, Any]:
    seats = (2, 4, 4, 6)[number % 4]
    return {
        "id": str(uuid7()),
        "number": str(number + 1),
        "minParty": 1 if seats == 2 else seats - 2,
        "maxParty": seats,
        "area": ("sala", "terraza", "barra")[number * 3 // TABLES % 3],
        "priority": number % 5,
    }


SLOTS = tuple(time(hour, minute) for hour in (12, 14, 19, 21, 13, 15, 20, 22) for minute in (0, 15, 30, 45))


class Guests:
    """People who book: each with a phone of their own, an e-mail and a wish. The same people for the same seed."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self._seed = seed
        self._count = 0

    def next(self) -> dict[str, Any]:
        """The `guest` member of a booking."""
        self._count += 1
        name = f"{self.dice.choice(_GIVEN)} {self.dice.choice(_FAMILY)}"
        phone = f"+346{self._seed % 100:02d}{self._count:06d}"
        return {
            "name": name,
            "phone": phone,
            "email": f"g{self._seed}.{self._count}@example.org",
            "locale": "es",
        }


def fill_day(services: Services, house: House, day: date, bookings: int) -> list[UUID]:
    """Books that many parties on a day through the use case; their ids. Raises RuntimeError when the house is too small."""
    guests, made = Guests(day.toordinal() % 97), list[UUID]()
    for number in range(bookings * 4):
        ask = Ask(date=day, time=SLOTS[number % len(SLOTS)], party_size=_PARTIES[number % len(_PARTIES)])
        request = BookingRequest(
            restaurant_id=house.id, ask=ask, channel="web", by=_GUEST, privacy_accepted=True, **guests.next()
        )
        try:
            answer = services.reservations.booking.book(request)
        except Refusal:
            continue  # that hour is full for such a party; the next one may not be
        made.append(UUID(answer["reservation"]["id"]))
        if len(made) == bookings:
            return made
    raise RuntimeError(f"only {len(made)} of {bookings} parties found a table on {day}")
