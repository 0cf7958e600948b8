"""What the guest pages show and ask for, as plain values.

Filled by the adapter of `GuestPages`, read by the page views.

Dates are service dates and times wall-clock times of the restaurant; instants are aware.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Literal

from backend.notifications import BookingFacts, RestaurantFacts


@dataclass(frozen=True, slots=True)
class GuestBooking:
    """A guest's own booking, in the words of `locale`; `may_change` and `may_cancel`: what is allowed now."""

    facts: BookingFacts
    locale: str
    may_change: bool
    may_cancel: bool


@dataclass(frozen=True, slots=True)
class AreaOption:
    """A part of the house that may be asked for: its key and its name in the reader's language."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class BookingLimits:
    """How many people a booking by a guest may have, on which service dates, in which areas."""

    smallest: int
    largest: int
    first_day: date
    last_day: date
    areas: tuple[AreaOption, ...] = ()


@dataclass(frozen=True, slots=True)
class SlotOption:
    """A time that is free now. `shift` names its service in the reader's language, '' outside any."""

    time: time
    starts_at: datetime
    shift: str = ""


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another time that is free now."""

    day: date
    time: time
    area: str | None = None


@dataclass(frozen=True, slots=True)
class DayOptions:
    """The free times of one day for one party.

    When there are none, `reason` is the refusal's code with its `params`, and `alternatives` are free
    elsewhere.
    """

    day: date
    party_size: int
    area: str | None
    slots: tuple[SlotOption, ...]
    reason: str | None = None
    params: tuple[tuple[str, object], ...] = ()
    alternatives: tuple[Alternative, ...] = ()


@dataclass(frozen=True, slots=True)
class Wish:
    """When, for how many, where: what a guest wants to have."""

    day: date
    time: time
    party_size: int
    area: str | None


@dataclass(frozen=True, slots=True)
class Contact:
    """Who books, as typed; whether it is acceptable is decided by the booking use case."""

    name: str
    email: str | None
    phone: str | None
    notes: str | None
    privacy_accepted: bool


@dataclass(frozen=True, slots=True)
class WeekHours:
    """The hours of one weekday (0 is Monday), each from opening to closing; closed when there are none.

    A closing time at or before its opening lies after midnight.
    """

    weekday: int
    spans: tuple[tuple[time, time], ...]


@dataclass(frozen=True, slots=True)
class SpecialDay:
    """A coming date with hours of its own, or closed when there are none."""

    day: date
    spans: tuple[tuple[time, time], ...]


@dataclass(frozen=True, slots=True)
class RestaurantView:
    """A restaurant's public face, its texts in the words of `locale`; what it does not say is ''.

    `retention_months`: after how long without a visit a guest's data is deleted; None leaves the sentence
    out.
    """

    facts: RestaurantFacts
    locale: str
    publishable_key: str
    limits: BookingLimits
    hours: tuple[WeekHours, ...] = ()
    special_days: tuple[SpecialDay, ...] = ()
    description: str = ""
    parking: str = ""
    pets: str = ""
    menu: str = ""
    website: str = ""
    directions: str | None = None
    retention_months: int | None = None


@dataclass(frozen=True, slots=True)
class Landing:
    """Where to go from the front page of a demonstration; None leaves a way out."""

    restaurant_name: str
    restaurant_path: str
    booking_path: str | None = None
    mailbox_path: str | None = None
    docs_path: str | None = None
    health_path: str | None = None
    host_command: str | None = None


Done = Literal["booked", "changed", "cancelled"]
