"""What the host app knows of the evening: restaurant, parties, keys, and the acts of its own staff.

Plain frozen records, made by `wire` from the server's JSON and kept by the store. Instants are aware UTC.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from backend.checkin import Arrival, DayKeys, DoorRules, ReservationFacts, Result


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What makes this device one of a restaurant's: where the server is, who we are there, and the token that
    proves it.
    """

    server_url: str
    device_id: str
    device_name: str
    restaurant_id: UUID
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Restaurant:
    """The restaurant as the door needs it; a party counts as late once `late_grace` is over."""

    id: UUID
    name: str
    timezone: str
    early: timedelta = timedelta(minutes=15)
    late: timedelta = timedelta(minutes=15)
    late_grace: timedelta = timedelta(minutes=15)
    areas: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # by id: its name in each language

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which its clocks on the wall are read."""
        return ZoneInfo(self.timezone)

    @property
    def door_rules(self) -> DoorRules:
        """The rules that the verdict is decided by."""
        return DoorRules(timezone=self.zone, early=self.early, late=self.late)


@dataclass(frozen=True, slots=True)
class Guest:
    """Who is expected: personal, so it is encrypted on disk and gone after the service."""

    name: str
    phone: str | None = None
    tags: tuple[str, ...] = ()
    allergies: str | None = None
    notes: str | None = None
    visits: int | None = None  # earlier ones; None where that is not known


@dataclass(frozen=True, slots=True)
class Party:
    """One reservation of the evening with its guest, as the server last told it plus what this device did
    since.
    """

    id: UUID
    code: str
    restaurant_id: UUID
    service_date: date
    starts_at: datetime
    ends_at: datetime
    party_size: int
    arrived_count: int
    status: str
    version: int
    guest: Guest
    tables: tuple[str, ...] = ()
    area: str | None = None
    channel: str | None = None
    notes: str | None = None
    occasion: str | None = None
    arrivals: tuple[Arrival, ...] = ()

    @property
    def facts(self) -> ReservationFacts:
        """The same reservation as the rule at the door sees it."""
        return ReservationFacts(
            id=self.id,
            restaurant_id=self.restaurant_id,
            status=self.status,
            service_date=self.service_date,
            starts_at=self.starts_at,
            ends_at=self.ends_at,
            party_size=self.party_size,
            arrived_count=self.arrived_count,
            arrivals=self.arrivals,
        )


@dataclass(frozen=True, slots=True)
class Manifest:
    """One service day as the device carries it: its parties, the day keys, and what is no longer valid."""

    service_date: date
    server_time: datetime
    parties: tuple[Party, ...]
    day_keys: DayKeys
    revoked: frozenset[UUID]
    last_event_id: int | None
    restaurant: Restaurant | None = None  # None where the server tells it elsewhere


@dataclass(frozen=True, slots=True)
class CheckIn:
    """One act at the door, recorded before anything is sent. The same `event_id` is the same act wherever it
    turns up.
    """

    event_id: str
    scanned_at: datetime
    code: str | None = None
    reservation_id: UUID | None = None
    arrived_count: int | None = None
    override: bool = False
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """A verdict with what the screen needs to show it.

    `reason` is one of the contract's, or the code of a problem that kept the server from judging. `source`:
    who decided, the server or this device alone.
    """

    result: Result
    reason: str
    override: bool = False
    party: Party | None = None
    previous_arrivals: tuple[Arrival, ...] = ()
    source: Literal["server", "device"] = "device"


DEFECT = Answer(result="refused", reason="internal_error")
"""What the door is told when our own code failed: never a silent screen."""


@dataclass(frozen=True, slots=True)
class QueuedAct:
    """A check-in in this device's journal. `seq` is the device's own order, without gaps."""

    seq: int
    check_in: CheckIn
    state: Literal["waiting", "accepted", "refused", "set_aside"] = "waiting"
    reason: str | None = None  # why the server refused it


@dataclass(frozen=True, slots=True)
class Evening:
    """Everything the screens and the desk read at one moment. Replaced as a whole, never changed in place.

    `parties` are those of all `days` that are known; `service_date` is the one of them that is tonight.
    """

    restaurant: Restaurant | None = None
    service_date: date | None = None
    days: frozenset[date] = frozenset()
    parties: Mapping[UUID, Party] = field(default_factory=dict)
    day_keys: DayKeys = field(default_factory=lambda: DayKeys({}))
    revoked: frozenset[UUID] = frozenset()
    fetched_at: datetime | None = None
