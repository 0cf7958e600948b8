"""What is allowed in a configuration but probably not meant. Called by the configuration use case, shown to
the manager on saving.

Opening hours always win: a shift or an explicit slot outside them is cut, never refused, and named here.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from datetime import date, timedelta

from backend.restaurants.domain.config import RestaurantConfig
from backend.restaurants.domain.hours import OpenHours, minute_of, opening, shift_minutes
from backend.restaurants.domain.rules import WEEKDAYS, CustomSlots, Rules
from backend.restaurants.domain.seating import connected_groups

NOTICE_CODES = (
    "shift_outside_hours",
    "custom_slot_outside_hours",
    "table_never_fits",
    "party_without_table",
    "pacing_below_party",
    "penalty_without_amount",
    "deposit_without_amount",
    "multiplier_missing",
)
_MONDAY = date(2024, 1, 1)


@dataclasses.dataclass(frozen=True, slots=True)
class Notice:
    """The JSON path of a field ('rules.shifts.0'), a stable code (text `notice.<code>`) and the numbers for
    its sentence."""

    field: str
    code: str
    params: Mapping[str, object] = dataclasses.field(default_factory=dict)


def notices(config: RestaurantConfig) -> list[Notice]:
    """Everything worth a second look, in the order of the fields."""
    return [
        *_shifts_outside_hours(config.rules),
        *_custom_slots_outside_hours(config.rules),
        *_limits_too_low(config),
        *_parties_without_table(config),
        *_amounts_missing(config.rules),
    ]


def _usual(rules: Rules, weekday: int) -> OpenHours | None:
    plain = Rules(business_hours=rules.business_hours)  # special dates left out
    hours = opening(plain, _MONDAY + timedelta(days=weekday))
    return hours if isinstance(hours, OpenHours) else None


def _shifts_outside_hours(rules: Rules) -> Iterator[Notice]:
    for index, shift in enumerate(rules.shifts):
        for weekday in sorted(shift.weekdays):
            hours = _usual(rules, weekday)
            if hours is None:
                continue
            first, last = shift_minutes(shift, hours)
            if first < hours.open or last >= hours.close:
                params = {
                    "day": WEEKDAYS[weekday],
                    "open": hours.clock(hours.open),
                    "close": hours.clock(hours.close),
                }
                yield Notice(f"rules.shifts.{index}", "shift_outside_hours", params)


def _custom_slots_outside_hours(rules: Rules) -> Iterator[Notice]:
    for index, custom in enumerate(rules.time_slots.custom_slots):
        hours = _hours_for(rules, custom)
        for at in custom.times if hours else ():
            if hours and minute_of(hours, at) is None:
                params = {
                    "time": f"{at:%H:%M}",
                    "open": hours.clock(hours.open),
                    "close": hours.clock(hours.close),
                }
                yield Notice(f"rules.timeSlots.customSlots.{index}", "custom_slot_outside_hours", params)


def _hours_for(rules: Rules, custom: CustomSlots) -> OpenHours | None:
    if custom.weekday is not None:
        return _usual(rules, custom.weekday)
    hours = opening(rules, custom.date) if custom.date is not None else None
    return hours if isinstance(hours, OpenHours) else None


def _limits_too_low(config: RestaurantConfig) -> Iterator[Notice]:
    for table in config.tables:
        if config.seats_of(table) < table.min_party:
            path = f"rules.capacity.maxPartySizePerTable.{table.number}"
            params = {"table": table.number, "min": table.min_party, "max": config.seats_of(table)}
            yield Notice(path, "table_never_fits", params)


def _parties_without_table(config: RestaurantConfig) -> Iterator[Notice]:
    rules = config.rules
    online = [table for table in config.tables if table.bookable == "online"]
    known = {table.id for table in online}
    pairs = [pair for pair in config.combinations if pair <= known]
    groups = [*((table,) for table in online), *connected_groups(online, pairs, rules.max_tables_combined)]
    largest = max((sum(config.seats_of(table) for table in group) for group in groups), default=0)
    if rules.party_size.max > largest:
        yield Notice(
            "rules.partySize.max", "party_without_table", {"max": rules.party_size.max, "largest": largest}
        )
    covers = rules.pacing.max_covers
    if covers is not None and covers < rules.party_size.max:
        yield Notice(
            "rules.pacing.maxCovers", "pacing_below_party", {"max": rules.party_size.max, "covers": covers}
        )


def _amounts_missing(rules: Rules) -> Iterator[Notice]:
    if rules.cancellation_policy.no_show_penalty and not rules.cancellation_policy.penalty_amount:
        yield Notice("rules.cancellationPolicy.penaltyAmount", "penalty_without_amount")
    if rules.requirements.requires_deposit and not rules.requirements.deposit_amount:
        yield Notice("rules.requirements.depositAmount", "deposit_without_amount")
    for index, special in enumerate(rules.special_dates):
        if special.type == "high_demand" and special.multiplier is None:
            yield Notice(
                f"rules.specialDates.{index}.multiplier",
                "multiplier_missing",
                {"date": special.date.isoformat()},
            )
