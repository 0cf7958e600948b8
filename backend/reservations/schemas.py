"""Shapes of the reservation endpoints. Called by its routes."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, StringConstraints, field_validator

from backend.availability.schemas import AreaKey, PartySize, SlotTime, wall_clock
from backend.guests.schemas import GuestOut
from backend.platform.shapes import ServiceDate, Shape

Text = Annotated[str, StringConstraints(max_length=1000)]
Short = Annotated[str, StringConstraints(max_length=120)]
Reason = Annotated[str, StringConstraints(min_length=1, max_length=300)]
# Any language tag: who reads neither Spanish nor English is written to in the restaurant's language.
Locale = Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*$", max_length=35)]
Channel = Literal["web", "whatsapp", "instagram", "email", "phone", "partner", "staff"]
MovedTo = Literal["checked_in", "seated", "completed", "no_show", "confirmed", "cancelled"]


class GuestIn(Shape):
    """Who books. `locale` is the language they are written to in."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=120)]
    phone: Annotated[str, StringConstraints(max_length=40)] | None = None
    email: Annotated[str, StringConstraints(max_length=254)] | None = None
    locale: Locale | None = None


class BookBody(Shape):
    """A booking. `override` and `reason`, `tableIds` and `durationMinutes` are for staff."""

    restaurant_id: UUID
    date: ServiceDate
    time: SlotTime
    party_size: PartySize
    area: AreaKey | None = None
    guest: GuestIn
    notes: Text | None = None
    occasion: Short | None = None
    channel: Channel | None = None
    hold_id: UUID | None = None
    privacy_accepted: bool = False
    override: bool = False
    reason: Reason | None = None
    table_ids: Annotated[list[UUID], Field(max_length=12, default_factory=list)]
    duration_minutes: Annotated[int, Field(ge=15, le=720)] | None = None

    _wall_clock = field_validator("time")(wall_clock)


class ChangeBody(Shape):
    """What to change; what is left out stays. An empty `notes` or `occasion` is deleted."""

    date: ServiceDate | None = None
    time: SlotTime | None = None
    party_size: PartySize | None = None
    area: AreaKey | None = None
    notes: Text | None = None
    occasion: Short | None = None
    override: bool = False
    reason: Reason | None = None

    @field_validator("time")
    @classmethod
    def _wall_clock(cls, value: Any) -> Any:
        return None if value is None else wall_clock(value)


class CancelBody(Shape):
    """Why; `waive` lets staff forgive a late cancellation."""

    reason: Annotated[str, StringConstraints(max_length=300)] | None = None
    waive: bool = False


class StatusBody(Shape):
    """A move by staff; a `reason` lets them past what the guest still owes."""

    status: MovedTo
    table_ids: Annotated[list[UUID], Field(max_length=12, default_factory=list)]
    reason: Reason | None = None


class TablesBody(Shape):
    """The tables the booking shall have."""

    table_ids: Annotated[list[UUID], Field(min_length=1, max_length=12)]


class SettleBody(Shape):
    """What became of a requirement."""

    state: Literal["settled", "waived"]
    note: Reason | None = None


class WalkInBody(Shape):
    """A party at the door."""

    restaurant_id: UUID
    party_size: Annotated[int, Field(ge=1, le=500)]
    table_ids: Annotated[list[UUID], Field(min_length=1, max_length=12)]
    name: Annotated[str, StringConstraints(max_length=120)] | None = None


class ListQuery(Shape):
    """Which reservations."""

    restaurant_id: UUID
    date: ServiceDate | None = None
    status: Annotated[str, StringConstraints(max_length=120)] | None = None
    q: Annotated[str, StringConstraints(max_length=120)] | None = None
    limit: Annotated[int, Field(ge=1, le=500)] = 200
    cursor: Annotated[str, StringConstraints(max_length=200)] | None = None


class PageQuery(Shape):
    """Which part of a list."""

    limit: Annotated[int, Field(ge=1, le=500)] = 200
    cursor: Annotated[str, StringConstraints(max_length=200)] | None = None


class TableOut(Shape):
    """A table of the booking."""

    id: UUID
    number: str


class ReservationOut(Shape):
    """A reservation; instants carry the restaurant's offset. `guest` only for staff and devices, `notes` for whoever may read
    them, `override` where staff booked against the rules. `eta` is when the guest said they will be here, when that is not the
    start; `guestConfirmedAt` when they said that they are coming."""

    id: UUID
    code: str
    restaurant_id: UUID
    guest_id: UUID | None
    date: date
    time: str
    starts_at: datetime
    ends_at: datetime
    party_size: int
    arrived_count: int
    status: Literal[
        "pending", "confirmed", "checked_in", "seated", "completed", "cancelled", "no_show", "expired"
    ]
    status_since: datetime
    tables: list[TableOut]
    area: str | None
    channel: str
    notes: str | None = None
    occasion: str | None
    requirements: dict[str, Any]
    late_cancellation: bool
    eta: datetime | None = None
    guest_confirmed_at: datetime | None = None
    version: int
    created_at: datetime
    override: bool | None = None
    guest: GuestOut | None = None


class QrOut(Shape):
    """The signed code and its picture."""

    code: str
    image_url: str
    expires_at: datetime


class BookedOut(Shape):
    """A booking made."""

    reservation: ReservationOut
    qr: QrOut
    manage_url: str


class OneOut(Shape):
    """A reservation; the guest only for staff and devices."""

    reservation: ReservationOut
    guest: GuestOut | None = None


class ChangedOut(OneOut):
    """A changed reservation with its new code."""

    qr: QrOut


class ListOut(Shape):
    """Reservations; with guests inside each for staff and devices."""

    reservations: list[ReservationOut]
    next_cursor: str | None = None


class PenaltyOut(Shape):
    """What it costs."""

    amount: str
    currency: str


class CancelledOut(OneOut):
    """A cancelled reservation."""

    late_cancellation: bool
    penalty: PenaltyOut | None = None


class TrailRow(Shape):
    """One thing that was done."""

    at: datetime
    actor: str
    action: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    reason: str | None


class TrailOut(Shape):
    """Who did what, oldest first."""

    entries: list[TrailRow]


WaitState = Literal["waiting", "notified", "seated", "cancelled"]


class WaitBody(Shape):
    """Who would like which table. Without the guest's consent only staff may add them."""

    restaurant_id: UUID
    date: ServiceDate
    time: SlotTime
    party_size: PartySize
    area: AreaKey | None = None
    guest: GuestIn
    privacy_accepted: bool = False

    _wall_clock = field_validator("time")(wall_clock)


class WaitListQuery(Shape):
    """Which entries; without a date tonight's and all to come, without states the open ones."""

    restaurant_id: UUID
    date: ServiceDate | None = None
    state: Annotated[str, StringConstraints(max_length=60)] | None = None
    limit: Annotated[int, Field(ge=1, le=500)] = 200


class WaitStateBody(Shape):
    """What became of an entry."""

    state: WaitState


class WaitEntryOut(Shape):
    """An entry; `before` counts the open ones ahead of it that evening, `guest` is for the house."""

    id: UUID
    restaurant_id: UUID
    date: date
    time: str
    party_size: int
    area: str | None
    channel: str
    state: WaitState
    offered_at: datetime | None
    before: int
    version: int
    created_at: datetime
    guest: GuestOut | None = None


class OneWaitEntryOut(Shape):
    """One entry."""

    entry: WaitEntryOut


class WaitEntriesOut(Shape):
    """Entries, first come first."""

    entries: list[WaitEntryOut]
