"""Shapes of the endpoints at the door. Called by its routes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field, StringConstraints, model_validator

from backend.guests.schemas import GuestOut
from backend.platform.shapes import ServiceDate, Shape
from backend.reservations.schemas import ReservationOut

# Instants a device's clock may claim; the service takes none from the future.
_EARLIEST, _LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2199, 1, 1, tzinfo=UTC)
# What a camera reads may be any stray code; only its length is bounded, the verdict says what it is.
Code = Annotated[str, StringConstraints(max_length=4096, strip_whitespace=False)]


class GenerateBody(Shape):
    """Whose code."""

    reservation_id: UUID


class ValidateBody(Shape):
    """A code as it was read."""

    code: Code


class CheckinBody(Shape):
    """One act at the door: a code or a reservation picked from the list."""

    code: Code | None = None
    reservation_id: UUID | None = None
    event_id: UUID
    scanned_at: Annotated[AwareDatetime, Field(ge=_EARLIEST, le=_LATEST)]
    arrived_count: Annotated[int, Field(ge=1, le=500)] | None = None
    override: bool = False
    reason: Annotated[str, StringConstraints(max_length=300)] | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> CheckinBody:
        if (self.code is None) == (self.reservation_id is None):
            raise ValueError("give either code or reservationId")
        return self


class BatchBody(Shape):
    """What a device kept while it was offline, in its order."""

    checkins: Annotated[list[CheckinBody], Field(max_length=500)]


class ManifestQuery(Shape):
    """Which service date; today when left out."""

    date: ServiceDate | None = None


class GeneratedOut(Shape):
    """A code with the seed's JSON form of it."""

    code: str
    payload: dict[str, Any]
    image_url: str


class ArrivalOut(Shape):
    """What was counted when and where."""

    at: datetime
    device: str
    count: int


class VerdictOut(Shape):
    """The answer at the door. `override`: staff may let the party in all the same; `overrode`: what they did set aside."""

    result: Literal["ok", "already", "refused"]
    reason: str
    reservation: ReservationOut | None = None
    guest: GuestOut | None = None
    previous_arrivals: list[ArrivalOut]
    override: bool
    overrode: str | None = None


class VerdictsOut(Shape):
    """The answers to a batch, in order."""

    verdicts: list[VerdictOut]


class DayKeyOut(Shape):
    """A day key: 32 bytes in unpadded base64url."""

    date: ServiceDate
    key_id: int
    key: str


class ManifestOut(Shape):
    """A tablet's evening."""

    date: ServiceDate
    server_time: datetime
    restaurant: dict[str, Any]
    reservations: list[dict[str, Any]]
    day_keys: list[DayKeyOut]
    revoked: list[UUID]
    last_event_id: int
