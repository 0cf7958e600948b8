"""Shapes of the guest endpoints, and of a guest wherever one is shown. Called by routes."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, StringConstraints

from backend.platform.shapes import Shape

Tag = Annotated[str, StringConstraints(min_length=1, max_length=40)]


class GuestBody(Shape):
    """What to change; what is left out stays, '' empties a text."""

    notes: Annotated[str, StringConstraints(max_length=2000)] | None = None
    allergies: Annotated[str, StringConstraints(max_length=1000)] | None = None
    tags: Annotated[list[Tag], Field(max_length=20)] | None = None
    blocked: bool | None = None


class GuestOut(Shape):
    """A guest, for staff and devices of the restaurant."""

    id: UUID
    name: str | None
    phone: str | None
    email: str | None
    locale: str
    tags: list[str]
    notes: str | None
    allergies: str | None
    visits: int
    no_shows: int
    late_cancellations: int
    blocked: bool


class OneGuestOut(Shape):
    """One guest."""

    guest: GuestOut


class ExportOut(Shape):
    """Everything that is kept about a guest."""

    guest: dict[str, Any]
    reservations: list[dict[str, Any]]
    waitlist: list[dict[str, Any]]
    conversations: list[dict[str, Any]]
    consents: list[dict[str, Any]]
    messages: list[dict[str, Any]]


class ErasedOut(Shape):
    """How many rows lost their personal data, and how many conversations are gone."""

    reservations: int
    messages: int
    conversations: int
