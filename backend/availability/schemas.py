"""Shapes of the availability endpoints. Called by its routes."""

from __future__ import annotations

from datetime import datetime, time
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints, field_validator

from backend.platform.shapes import ServiceDate, Shape

PartySize = Annotated[int, Field(ge=-1_000_000, le=1_000_000, strict=False)]
AreaKey = Annotated[str, StringConstraints(min_length=1, max_length=60)]
SlotTime = Annotated[time, Field(description="wall clock of the restaurant, HH:MM", examples=["20:00"])]


def wall_clock(value: time) -> time:
    """A wall-clock time to the minute, without an offset."""
    if value.tzinfo is not None:
        raise ValueError("a wall-clock time has no offset")
    return value.replace(second=0, microsecond=0)


class DayQuery(Shape):
    """Which day, for how many, where."""

    date: ServiceDate
    party_size: PartySize
    area: AreaKey | None = None


class MonthQuery(Shape):
    """Which month, for how many, where."""

    month: Annotated[str, StringConstraints(pattern=r"^2[01]\d\d-(0[1-9]|1[0-2])$")]
    party_size: PartySize
    area: AreaKey | None = None


class CheckBody(Shape):
    """One slot to ask about or to hold."""

    restaurant_id: UUID
    date: ServiceDate
    time: SlotTime
    party_size: PartySize
    area: AreaKey | None = None

    _wall_clock = field_validator("time")(wall_clock)


class HoldBody(CheckBody):
    """A slot to hold. `insteadOf` is the same guest's hold of before: given back with it, or kept when the slot is refused."""

    instead_of: UUID | None = None


class RefreshBody(Shape):
    """Whose answers to compute anew; without a date, all."""

    restaurant_id: UUID
    date: ServiceDate | None = None


class DemandQuery(Shape):
    """A range of service dates, both included."""

    first: ServiceDate
    last: ServiceDate


class SlotOut(Shape):
    """One slot; `reason` is the refusal's code when it is not free."""

    time: str
    starts_at: datetime
    available: bool
    reason: str | None = None
    areas: list[str]
    shift: str | None = None


class DayOut(Shape):
    """A day's slots."""

    restaurant_id: UUID
    date: ServiceDate
    timezone: str
    party_size: int
    slots: list[SlotOut]


class MonthDayOut(Shape):
    """One day of a month."""

    date: ServiceDate
    available: bool
    reason: str | None = None


class MonthOut(Shape):
    """A month's days."""

    days: list[MonthDayOut]


class AlternativeOut(Shape):
    """Another time that is free now."""

    date: ServiceDate
    time: str
    area: str | None = None


class CheckOut(Shape):
    """Free or not, why not, and what else is free."""

    available: bool
    reasons: list[str]
    alternatives: list[AlternativeOut]


class HoldOut(Shape):
    """A slot kept until `expiresAt`, which is in `expiresIn` seconds: clocks of phones go wrong."""

    hold_id: UUID
    expires_at: datetime
    expires_in: int


class RefreshOut(Shape):
    """Done."""

    refreshed: bool


class DemandRow(Shape):
    """How often one gate said no to one time."""

    code: str
    time: str | None
    times: int
    covers: int


class DemandOut(Shape):
    """Refused demand."""

    rows: list[DemandRow]


class WalkInQuery(Shape):
    """How many stand at the door."""

    party_size: Annotated[int, Field(ge=1, le=500)]


class TableChoiceOut(Shape):
    """Tables free now; `freeUntil` is when the next booking needs one of them."""

    table_ids: list[UUID]
    numbers: list[str]
    area: str
    seats: int
    free_until: datetime | None
    whole_stay: bool


class WalkInOut(Shape):
    """Where a party at the door could sit."""

    choices: list[TableChoiceOut]
