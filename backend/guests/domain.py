"""What a guest is. Pure; called by reservations, check-in, notifications and the guest service."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Contact:
    """What somebody gave of themselves when booking, normalised: phone in E.164, e-mail in lower case."""

    name: str
    phone: str | None
    email: str | None
    locale: str


@dataclass(frozen=True, slots=True)
class Guest:
    """A guest of one restaurant, opened. After an erasure the name and all contacts are None."""

    id: UUID
    name: str | None
    phone: str | None
    email: str | None
    locale: str
    tags: tuple[str, ...] = ()
    notes: str | None = None
    allergies: str | None = None
    no_shows: int = 0
    late_cancellations: int = 0
    visits: int = 0
    phone_verified: bool = False
    blocked_at: datetime | None = None
    erased_at: datetime | None = None


def booked_as(guest: Guest, name: str | None) -> Guest:
    """The guest under the name that this booking was made in."""
    return replace(guest, name=name) if name else guest


def first_name(name: str | None) -> str:
    """How to greet: the first word of the name, or '' when there is none."""
    return (name or "").split(" ")[0]
