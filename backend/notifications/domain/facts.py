"""Everything a message or a guest page may say about one booking, as plain values.

Filled by the use cases from stored rows, read by rendering, calendar files and guest pages. Instants are
aware; money is in the restaurant's currency; links are absolute in messages and may begin with '/' on pages.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal
from uuid import UUID

Formality = Literal["tu", "usted"]
Requirement = Literal["deposit", "phone_verification", "card", "identification"]


@dataclass(frozen=True, slots=True)
class RestaurantFacts:
    """The house as its guests know it.

    `timezone` is an IANA name, `currency` ISO 4217, `primary_colour` '#RRGGBB'.
    """

    id: UUID
    name: str
    slug: str
    timezone: str
    locale: str
    currency: str
    primary_colour: str
    formality: Formality = "tu"
    address: str = ""
    phone: str | None = None
    email: str | None = None


@dataclass(frozen=True, slots=True)
class PolicyFacts:
    """The restaurant's cancellation policy for this booking.

    `free_until` is the last instant at which cancelling costs nothing (None: always free); `penalty` is what
    a later cancellation or a no-show costs (None: nothing).
    """

    free_until: datetime | None = None
    penalty: Decimal | None = None


@dataclass(frozen=True, slots=True)
class EarlierFacts:
    """What the booking was before a change."""

    starts_at: datetime
    party_size: int
    area_name: str | None = None


@dataclass(frozen=True, slots=True)
class LinkFacts:
    """Where a guest can go from here. `manage` is the guest's own signed page; what is None is left out."""

    manage: str
    calendar: str
    qr_image: str | None = None
    directions: str | None = None
    restaurant: str | None = None


@dataclass(frozen=True, slots=True)
class BookingFacts:
    """One booking at the moment a text about it is written (`written_at`).

    `service_date` is the day on which the shift began: a booking at 00:30 after Friday's dinner has Friday
    here. `requirements` are those still unsettled and `settle_by` the instant until which the table is kept
    for them. `penalty_charged` is what a cancellation or no-show that has happened costs. `qr_png` is set
    where a code is shown. `answers_heard`: the assistant reads what is answered to the message. A table that somebody waits for is
    told with these facts too: it has no code, and `manage` is where it can be booked.
    """

    restaurant: RestaurantFacts
    reservation_id: UUID
    code: str
    version: int
    status: str
    service_date: date
    starts_at: datetime
    ends_at: datetime
    party_size: int
    links: LinkFacts
    written_at: datetime
    guest_first_name: str | None = None
    area_name: str | None = None
    table_numbers: tuple[str, ...] = ()
    notes: str | None = None
    policy: PolicyFacts = PolicyFacts()
    qr_png: bytes | None = None
    requirements: tuple[Requirement, ...] = ()
    deposit: Decimal | None = None
    settle_by: datetime | None = None
    earlier: EarlierFacts | None = None
    cancelled_by: Literal["guest", "restaurant"] | None = None
    cancellation_reason: str | None = None
    late_cancellation: bool = False
    penalty_charged: Decimal | None = None
    answers_heard: bool = False

    def __post_init__(self) -> None:
        for instant in (
            self.starts_at,
            self.ends_at,
            self.written_at,
            self.policy.free_until,
            self.settle_by,
        ):
            if instant is not None and instant.tzinfo is None:
                raise ValueError("instants of a booking carry their zone")
