"""Made-up bookings, rich and bare, for trying a restaurant's own words and for showing a manager what a
message looks like.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from backend.notifications.domain.facts import (
    BookingFacts,
    EarlierFacts,
    LinkFacts,
    PolicyFacts,
    RestaurantFacts,
)
from backend.notifications.domain.kinds import MessageKind

_STARTS_AT = datetime(2026, 12, 18, 19, 0, tzinfo=UTC)
_WRITTEN_BEFORE = {
    MessageKind.CANCELLATION: timedelta(hours=5),
    MessageKind.REMINDER_24H: timedelta(hours=24),
    MessageKind.REMINDER_3H: timedelta(hours=3),
    MessageKind.NO_SHOW: timedelta(hours=-1),
}
_STATUS = {
    MessageKind.PENDING: "pending",
    MessageKind.CANCELLATION: "cancelled",
    MessageKind.NO_SHOW: "no_show",
    MessageKind.WAITLIST_OFFER: "waiting",
}


def sample_facts(kind: MessageKind) -> tuple[BookingFacts, BookingFacts]:
    """A booking with everything a message may mention, and one with as little as can be."""
    bare = BookingFacts(
        restaurant=_restaurant(),
        reservation_id=UUID("019b0000-0000-7000-8000-000000000001"),
        code="K7M2QX",
        version=1,
        status=_STATUS.get(kind, "confirmed"),
        service_date=date(2026, 12, 18),
        starts_at=_STARTS_AT,
        ends_at=_STARTS_AT + timedelta(minutes=105),
        party_size=1,
        links=LinkFacts(manage="https://example.com/g/sample", calendar="https://example.com/g/sample/c.ics"),
        written_at=_STARTS_AT - _WRITTEN_BEFORE.get(kind, timedelta(days=3)),
    )
    if kind is MessageKind.WAITLIST_OFFER:
        bare = replace(bare, code="", links=replace(bare.links, manage="https://example.com/r/la-marea"))
        return replace(_rich(bare), table_numbers=(), answers_heard=True), bare
    return _rich(bare), bare


def _restaurant() -> RestaurantFacts:
    return RestaurantFacts(
        id=UUID("019b0000-0000-7000-8000-000000000002"),
        name="La Marea",
        slug="la-marea",
        timezone="Europe/Madrid",
        locale="es-ES",
        currency="EUR",
        primary_colour="#1E6B52",
    )


def _rich(bare: BookingFacts) -> BookingFacts:
    return replace(
        bare,
        restaurant=replace(
            bare.restaurant,
            address="Calle del Mar 12, Valencia",
            phone="+34 960 000 000",
            email="hola@example.com",
        ),
        links=replace(
            bare.links, directions="https://example.com/map", restaurant="https://example.com/r/la-marea"
        ),
        guest_first_name="Lucía",
        party_size=4,
        area_name="Terraza",
        table_numbers=("12", "13"),
        policy=PolicyFacts(free_until=_STARTS_AT - timedelta(hours=24), penalty=Decimal(25)),
        requirements=("deposit", "phone_verification"),
        deposit=Decimal(20),
        settle_by=bare.written_at + timedelta(hours=4),
        earlier=EarlierFacts(_STARTS_AT - timedelta(days=1), 2, "Salón"),
        cancelled_by="guest",
        late_cancellation=True,
        penalty_charged=Decimal(25),
    )
