"""The rules of a restaurant: the seed's RestaurantRules field for field, and what SaveIt adds. Called by
every decision.

Hours are elapsed hours, minutes elapsed minutes, times the wall clock of the restaurant's zone. A closing
time that is not after the opening time is on the next calendar day.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, time
from decimal import Decimal
from typing import Literal

from backend.restaurants.domain.values import Bilingual

WEEKDAYS = (
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
)  # order of date.weekday()
SpecialKind = Literal["closed", "special_hours", "high_demand"]


@dataclass(frozen=True, slots=True)
class ReservationWindow:
    """How early and how late a guest may book; days are counted on the restaurant's calendar."""

    min_hours_advance: float = 2
    max_days_advance: int = 30
    allow_same_day: bool = True


@dataclass(frozen=True, slots=True)
class CancellationPolicy:
    """`no_show_penalty` switches the penalty on for no-shows and late cancellations; 0 blocked after 0
    no-shows means never."""

    free_cancellation_hours: float = 24
    no_show_penalty: bool = False
    penalty_amount: Decimal | None = None
    blocked_reservations_after_no_show: int = 2


@dataclass(frozen=True, slots=True)
class Capacity:
    """`max_party_size_per_table`: pairs of table number and people, lower than the table's own maximum where
    it bites."""

    max_party_size_per_table: tuple[tuple[str, int], ...] = ()
    overbooking_percent: float = 0
    minimum_table_turnover_minutes: int = 90


@dataclass(frozen=True, slots=True)
class CustomSlots:
    """Slot times that replace the grid on one weekday (0 is Monday) or on one service date; exactly one of
    the two is set."""

    times: tuple[time, ...]
    weekday: int | None = None
    date: date | None = None


@dataclass(frozen=True, slots=True)
class TimeSlots:
    """Minutes between two slots, minutes kept free after a stay, and explicit slots."""

    slot_duration: int = 30
    turnover_time: int = 15
    custom_slots: tuple[CustomSlots, ...] = ()


@dataclass(frozen=True, slots=True)
class DayHours:
    """One weekday's hours. A closed day may keep its usual times."""

    open: time | None = None
    close: time | None = None
    closed: bool = False

    @property
    def span(self) -> tuple[time, time] | None:
        """From opening to closing; None on a day without hours."""
        if self.closed or self.open is None or self.close is None:
            return None
        return self.open, self.close


@dataclass(frozen=True, slots=True)
class Requirements:
    """What a guest must bring before a booking is confirmed; the deposit is per booking."""

    requires_deposit: bool = False
    deposit_amount: Decimal | None = None
    requires_phone_verification: bool = False
    requires_credit_card: bool = False
    requires_identification: bool = False


@dataclass(frozen=True, slots=True)
class SpecialDate:
    """A service date that is not like its weekday."""

    date: date
    type: SpecialKind
    multiplier: Decimal | None = None
    custom_hours: tuple[time, time] | None = None


@dataclass(frozen=True, slots=True)
class Shift:
    """A service such as lunch: first and last seating on its weekdays (0 is Monday), both included."""

    id: str
    name: Bilingual
    weekdays: frozenset[int]
    start: time
    end: time


@dataclass(frozen=True, slots=True)
class TurnTime:
    """How long a party of that size stays, in one shift or, without one, in any."""

    min_party: int
    max_party: int
    minutes: int
    shift: str | None = None


@dataclass(frozen=True, slots=True)
class Pacing:
    """The most that may start within one window, so that kitchen and door can follow; None means no limit."""

    window_minutes: int = 15
    max_covers: int | None = None
    max_parties: int | None = None


@dataclass(frozen=True, slots=True)
class PartySize:
    """The parties a guest may book without speaking to anyone."""

    min: int = 1
    max: int = 12


@dataclass(frozen=True, slots=True)
class Door:
    """How long before and after its start a code opens the door without asking."""

    early_minutes: int = 15
    late_minutes: int = 15


@dataclass(frozen=True, slots=True)
class Rules:
    """All of it. `business_hours` has seven entries, Monday first."""

    business_hours: tuple[DayHours, ...]
    reservation_window: ReservationWindow = field(default_factory=ReservationWindow)
    cancellation_policy: CancellationPolicy = field(default_factory=CancellationPolicy)
    capacity: Capacity = field(default_factory=Capacity)
    time_slots: TimeSlots = field(default_factory=TimeSlots)
    requirements: Requirements = field(default_factory=Requirements)
    special_dates: tuple[SpecialDate, ...] = ()
    shifts: tuple[Shift, ...] = ()
    turn_times: tuple[TurnTime, ...] = ()
    pacing: Pacing = field(default_factory=Pacing)
    party_size: PartySize = field(default_factory=PartySize)
    door: Door = field(default_factory=Door)
    late_grace_minutes: int = 15
    no_show_after_minutes: int = 30
    max_tables_combined: int = 3
    hold_minutes: int = 5

    def special(self, day: date) -> SpecialDate | None:
        """What is special about that service date."""
        return next((each for each in self.special_dates if each.date == day), None)

    def multiplier(self, day: date) -> Decimal:
        """By how much deposits and penalties grow on that service date; 1 on an ordinary one."""
        special = self.special(day)
        if special is None or special.type != "high_demand" or special.multiplier is None:
            return Decimal(1)
        return special.multiplier

    def stay_minutes(self, party_size: int, shift: str | None) -> int:
        """How long a party stays: the shift's turn time, else the general one, never under the minimum
        turnover."""
        fitting = [turn for turn in self.turn_times if turn.min_party <= party_size <= turn.max_party]
        own = next((turn.minutes for turn in fitting if shift is not None and turn.shift == shift), None)
        general = next((turn.minutes for turn in fitting if turn.shift is None), None)
        floor = self.capacity.minimum_table_turnover_minutes
        return max(own or general or floor, floor)

    def shortest_stay_minutes(self) -> int:
        """The shortest stay any party may have: a gap shorter than this is of no use to anyone."""
        floor = self.capacity.minimum_table_turnover_minutes
        return max(min((turn.minutes for turn in self.turn_times), default=floor), floor)

    def longest_stay_minutes(self) -> int:
        """The longest stay any party may have."""
        floor = self.capacity.minimum_table_turnover_minutes
        return max([floor, *(turn.minutes for turn in self.turn_times)])
