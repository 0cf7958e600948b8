"""What availability is asked, what it knows and what it answers. Called by the availability and reservation
use cases."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Literal, NamedTuple
from uuid import UUID

# reservation and hold count as guests; block is a table out of service: it takes the table, not the pacing
Kind = Literal["reservation", "hold", "block"]

STAFF, WALK_IN = "staff", "walk_in"


class Occupied(NamedTuple):
    """One table taken for a while, or a party without a table (`table_id` None, from overbooking).

    Instants are aware; `ends_at` includes the buffer. A combined booking has one of these for each table, all
    with the same owner and each with the whole party. Only what takes capacity now: no expired holds, no
    cancelled bookings.
    """

    owner_id: UUID
    kind: Kind
    table_id: UUID | None
    starts_at: datetime
    ends_at: datetime
    party_size: int


@dataclass(frozen=True, slots=True)
class Ask:
    """What somebody wants. `date` is the service date, or the calendar day where only last night's service
    has that time.

    `channel` 'staff' opens in-house tables and parties beyond the online limits, 'walk_in' also walk-in
    tables; anything else is a guest. The caller sets it by who is authenticated, not by what the request
    says. `override` is for staff only. `ignore` names own holds and the booking being changed. `tables`:
    staff chose these; they are taken together or not at all. `duration_minutes`: staff chose the stay.
    """

    date: date
    time: time
    party_size: int
    area: str | None = None
    channel: str = "web"
    override: bool = False
    ignore: frozenset[UUID] = frozenset()
    tables: tuple[UUID, ...] = ()
    duration_minutes: int | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """Free. Instants are UTC; `blocks_until` is the end of the stay plus the buffer.

    `table_ids` is empty when the party is accepted within the overbooking percentage: staff give it a table
    later. `area` is that of the tables, or the one asked for when there is no table yet. `time` and
    `service_date` are the booking's own.
    """

    service_date: date
    time: time
    starts_at: datetime
    ends_at: datetime
    blocks_until: datetime
    table_ids: tuple[UUID, ...]
    area: str | None
    shift: str | None


@dataclass(frozen=True, slots=True)
class SlotView:
    """One slot of a day: free or why not, and the areas with a free table for that party."""

    time: time
    starts_at: datetime
    available: bool
    reason: str | None
    areas: tuple[str, ...]
    shift: str | None


@dataclass(frozen=True, slots=True)
class DayView:
    """One day of a month: whether any slot is free and, if none, why not."""

    date: date
    available: bool
    reason: str | None


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another time that is free now; `area` is set where the guest asked for an area (perhaps another
    one)."""

    date: date
    time: time
    starts_at: datetime
    area: str | None


@dataclass(frozen=True, slots=True)
class TableChoice:
    """A table or combination that is free now for who stands at the door.

    `free_until` is when the next booking needs it (None: nothing known); `whole_stay` says that the usual
    stay fits before that.
    """

    table_ids: tuple[UUID, ...]
    numbers: tuple[str, ...]
    area: str
    seats: int
    free_until: datetime | None
    whole_stay: bool
