"""A small house behind the guest pages: one restaurant, one booking, and refusals on demand."""

from __future__ import annotations

import io
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

import qrcode
from flask import Flask

from backend.checkin.images import qr_svg
from backend.notifications import BookingFacts, LinkFacts, PolicyFacts, RestaurantFacts
from backend.pages import assets_blueprint, guest_blueprint, restaurant_blueprint
from backend.pages.locales import Reader
from backend.pages.records import (
    Alternative,
    AreaOption,
    BookingLimits,
    Contact,
    DayOptions,
    GuestBooking,
    RestaurantView,
    SlotOption,
    SpecialDay,
    WeekHours,
    Wish,
)
from backend.platform.refusals import Refusal

ZONE = ZoneInfo("Europe/Madrid")
NOW = datetime(2026, 12, 15, 11, 0, tzinfo=UTC)
FRIDAY = date(2026, 12, 18)
TOKEN = "g_AbC123"
KEY = b"k" * 32
ADDRESS = "Calle del Mar 12, 46002 València"

RESTAURANT = RestaurantFacts(
    id=UUID("019b0000-0000-7000-8000-000000000002"),
    name="La Marea",
    slug="la-marea",
    timezone="Europe/Madrid",
    locale="es-ES",
    currency="EUR",
    primary_colour="#1E6B52",
    address=ADDRESS,
    phone="+34 960 000 000",
    email="hola@lamarea.example",
)


class StoppedClock:
    def now(self) -> datetime:
        return NOW


def qr_png() -> bytes:
    code = qrcode.QRCode(border=4, box_size=8, error_correction=qrcode.constants.ERROR_CORRECT_M)
    code.add_data("SI1" + "AB2C" * 27)
    out = io.BytesIO()
    code.make_image().save(out)
    return out.getvalue()


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZONE).astimezone(UTC)


def facts(**changes: object) -> BookingFacts:
    base = BookingFacts(
        restaurant=RESTAURANT,
        reservation_id=UUID("019b0000-0000-7000-8000-000000000001"),
        code="K7M2QX",
        version=3,
        status="confirmed",
        service_date=FRIDAY,
        starts_at=at(FRIDAY, 20),
        ends_at=at(FRIDAY, 21, 45),
        party_size=4,
        links=LinkFacts(
            manage=f"/g/{TOKEN}",
            calendar=f"/g/{TOKEN}/calendar.ics",
            directions="https://maps.example.com/?q=1",
            restaurant="/r/la-marea",
        ),
        written_at=NOW,
        guest_first_name="Lucía",
        area_name="Terraza",
        table_numbers=("12",),
        policy=PolicyFacts(free_until=at(date(2026, 12, 17), 20), penalty=Decimal(25)),
        qr_png=qr_png(),
    )
    return replace(base, **changes)  # type: ignore[arg-type]


LIMITS = BookingLimits(
    smallest=1,
    largest=10,
    first_day=date(2026, 12, 15),
    last_day=date(2027, 1, 14),
    areas=(AreaOption("terraza", "Terraza"), AreaOption("salon", "Salón"), AreaOption("barra", "Barra")),
)


@dataclass
class FakePages:
    """Fulfils GuestPages; `refuse` is raised by the next write, `full` days have no free time."""

    booking: GuestBooking = field(default_factory=lambda: GuestBooking(facts(), "es-ES", True, True))
    guest_locale: str | None = None
    restaurant_facts: RestaurantFacts = RESTAURANT
    limits_now: BookingLimits = LIMITS
    refuse: Refusal | None = None
    full: tuple[date, ...] = ()
    changes: list[tuple[Wish, int]] = field(default_factory=list)
    cancelled: int = 0
    booked: list[tuple[Wish, Contact, str, str]] = field(default_factory=list)

    def load(self, token: str, reader: Reader) -> GuestBooking:
        if token == "g_old":
            raise Refusal("gone")
        if token != TOKEN:
            raise Refusal("not_found")
        return replace(self.booking, locale=reader.locale(self.guest_locale, RESTAURANT.locale))

    def code_drawing(self, token: str) -> str:
        self.load(token, None)  # type: ignore[arg-type]
        return qr_svg("SI1" + "AB2C" * 27 + "A")

    def limits(self, token: str, locale: str) -> BookingLimits:
        return self.limits_now

    def change_options(
        self, token: str, day: date, party_size: int, area: str | None, locale: str
    ) -> DayOptions:
        return self.day("la-marea", day, party_size, area, locale)

    def change(self, token: str, wish: Wish, version: int) -> None:
        if self.refuse is not None:
            raise self.refuse
        self.changes.append((wish, version))

    def cancel(self, token: str) -> None:
        if self.refuse is not None:
            raise self.refuse
        self.cancelled += 1
        self.booking = replace(
            self.booking,
            facts=replace(self.booking.facts, status="cancelled", cancelled_by="guest"),
            may_change=False,
            may_cancel=False,
        )

    def restaurant(self, slug: str, reader: Reader) -> RestaurantView:
        if slug != "la-marea":
            raise Refusal("not_found")
        locale = reader.locale(None, self.restaurant_facts.locale)
        english = locale.startswith("en")
        dinner = ((time(13), time(16)), (time(20), time(23, 30)))
        return RestaurantView(
            facts=self.restaurant_facts,
            locale=locale,
            publishable_key="pk_demo",
            limits=self.limits_now,
            hours=(
                WeekHours(0, ()),
                *(WeekHours(day, dinner) for day in (1, 2, 3)),
                WeekHours(4, ((time(13), time(16)), (time(20), time(0, 30)))),
                WeekHours(5, ((time(13), time(16)), (time(20), time(0, 30)))),
                WeekHours(6, ((time(13), time(17)),)),
            ),
            special_days=(
                SpecialDay(date(2026, 12, 24), ()),
                SpecialDay(date(2026, 12, 31), ((time(21), time(2)),)),
            ),
            description="Rice and fish by the sea."
            if english
            else "Arroces y pescado de lonja frente al mar.",
            parking="Car park at 50 m." if english else "Aparcamiento a 50 m.",
            pets="Welcome on the terrace." if english else "Bienvenidas en la terraza.",
            website="https://lamarea.example",
            directions="https://maps.example.com/?q=1",
            retention_months=24,
        )

    def day(self, slug: str, day: date, party_size: int, area: str | None, locale: str) -> DayOptions:
        if day in self.full:
            return DayOptions(
                day,
                party_size,
                area,
                (),
                "slot_unavailable",
                (("partySize", party_size),),
                (Alternative(day, time(21, 30), "salon"), Alternative(day + timedelta(days=1), time(20))),
            )
        lunch, dinner = ("Lunch", "Dinner") if locale.startswith("en") else ("Comida", "Cena")
        times = [(13, 0, lunch), (13, 30, lunch), (14, 0, lunch)] + [
            (hour, minute, dinner) for hour in (20, 21, 22) for minute in (0, 30)
        ]
        slots = [SlotOption(time(h, m), at(day, h, m), shift) for h, m, shift in times]
        slots.append(SlotOption(time(0, 15), at(day + timedelta(days=1), 0, 15), dinner))
        return DayOptions(day, party_size, area, tuple(slots))

    def book(self, slug: str, wish: Wish, contact: Contact, locale: str, idempotency_key: str) -> str:
        if self.refuse is not None:
            raise self.refuse
        self.booked.append((wish, contact, locale, idempotency_key))
        return TOKEN


def house(pages: FakePages) -> Flask:
    """An application with the guest pages over the fake."""
    app = Flask("pages-under-test", static_folder=None)
    for blueprint in (
        assets_blueprint(),
        guest_blueprint(pages, KEY, StoppedClock()),
        restaurant_blueprint(pages, KEY, StoppedClock()),
    ):
        app.register_blueprint(blueprint)
    return app
