"""The rules as JSON: the seed's RestaurantRules field for field, and SaveIt's extensions. Called by the
configuration document."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from backend.platform.shapes import Shape
from backend.restaurants.domain import SpecialKind
from backend.restaurants.schemas.fields import (
    Amount,
    ClosingTime,
    Day,
    Flag,
    GridMinutes,
    Hours,
    Key,
    Minutes,
    Number,
    People,
    Percent,
    Quantity,
    StayMinutes,
    Time,
    Whole,
)
from backend.restaurants.schemas.floor import ShortText

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
Times = Annotated[list[Time], Field(min_length=1, max_length=200)]


class ReservationWindowShape(Shape):
    min_hours_advance: Hours = 2
    max_days_advance: Annotated[Whole, Field(ge=0, le=730)] = 30
    allow_same_day: Flag = True


class CancellationPolicyShape(Shape):
    """`penaltyAmount` is per booking, in the profile's currency; 0 blocked after 0 no-shows means never."""

    free_cancellation_hours: Hours = 24
    no_show_penalty: Flag = False
    penalty_amount: Amount | None = None
    blocked_reservations_after_no_show: Annotated[Whole, Field(ge=0, le=1000)] = 2


class CapacityShape(Shape):
    """`tables` repeats the document's tables for readers of the seed's rules; on the way in it counts only
    where the document has none."""

    tables: Annotated[list[dict[str, Any]], Field(max_length=300)] = Field(default_factory=list)
    max_party_size_per_table: dict[Number, People] = Field(default_factory=dict)
    overbooking_percent: Percent = 0
    minimum_table_turnover_minutes: StayMinutes = 90


class CustomSlotsShape(Shape):
    """Explicit slot times for one weekday or one date; there they replace the grid."""

    day: Weekday | None = None
    date: Day | None = None
    times: Times


class TimeSlotsShape(Shape):
    slot_duration: GridMinutes = 30
    turnover_time: Annotated[Whole, Field(ge=0, le=240)] = 15
    custom_slots: Annotated[list[CustomSlotsShape], Field(max_length=400)] | None = None


class DayHoursShape(Shape):
    """A closing time not after the opening time is on the next day. Times may be missing only on a closed
    day."""

    open: Time | None = None
    close: ClosingTime | None = None
    closed: Flag = False


class BusinessHoursShape(Shape):
    monday: DayHoursShape
    tuesday: DayHoursShape
    wednesday: DayHoursShape
    thursday: DayHoursShape
    friday: DayHoursShape
    saturday: DayHoursShape
    sunday: DayHoursShape


class RequirementsShape(Shape):
    """`depositAmount` is per booking, in the profile's currency."""

    requires_deposit: Flag = False
    deposit_amount: Amount | None = None
    requires_phone_verification: Flag = False
    requires_credit_card: Flag = False
    requires_identification: Flag = False


class CustomHoursShape(Shape):
    open: Time
    close: ClosingTime


class SpecialDateShape(Shape):
    """`multiplier` multiplies deposit and penalty of a high-demand date; `customHours` replace hours and
    shifts of that date."""

    date: Day
    type: SpecialKind
    multiplier: Annotated[Quantity, Field(gt=0, le=100)] | None = None
    custom_hours: CustomHoursShape | None = None


class ShiftShape(Shape):
    """A service: first and last seating, both included; cut to the day's hours."""

    id: Key
    name: ShortText
    days: Annotated[list[Weekday], Field(min_length=1, max_length=7)]
    start: Time
    end: Time


class TurnTimeShape(Shape):
    min_party: People
    max_party: People
    minutes: StayMinutes
    shift: Key | None = None


class PacingShape(Shape):
    """Limits of what may start within one window; null: no limit. Windows lie side by side on the wall
    clock."""

    window_minutes: Literal[5, 10, 15, 20, 30, 60] = 15
    max_covers: Annotated[Whole, Field(ge=1, le=10_000)] | None = None
    max_parties: Annotated[Whole, Field(ge=1, le=10_000)] | None = None


class PartySizeShape(Shape):
    min: People = 1
    max: People = 12


class DoorShape(Shape):
    early_minutes: Minutes = 15
    late_minutes: Minutes = 15


class RulesShape(Shape):
    """All rules of a restaurant. `restaurantId` and `version` are given back, never taken."""

    restaurant_id: UUID | None = None
    version: Whole | None = None
    reservation_window: ReservationWindowShape = ReservationWindowShape()
    cancellation_policy: CancellationPolicyShape = CancellationPolicyShape()
    capacity: CapacityShape = CapacityShape()
    time_slots: TimeSlotsShape = TimeSlotsShape()
    business_hours: BusinessHoursShape
    requirements: RequirementsShape = RequirementsShape()
    special_dates: Annotated[list[SpecialDateShape], Field(max_length=1000)] = Field(default_factory=list)
    shifts: Annotated[list[ShiftShape], Field(max_length=20)] = Field(default_factory=list)
    turn_times: Annotated[list[TurnTimeShape], Field(max_length=60)] = Field(default_factory=list)
    pacing: PacingShape = PacingShape()
    party_size: PartySizeShape = PartySizeShape()
    door: DoorShape = DoorShape()
    late_grace_minutes: Annotated[Whole, Field(ge=0, le=240)] = 15
    no_show_after_minutes: Annotated[Whole, Field(ge=1, le=720)] = 30
    max_tables_combined: Annotated[Whole, Field(ge=1, le=8)] = 3
    hold_minutes: Annotated[Whole, Field(ge=1, le=60)] = 5
