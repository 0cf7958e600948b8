"""From the domain's values to the JSON document that `ConfigDocument` reads back unchanged. Called by the use
cases and routes."""

from __future__ import annotations

from datetime import time
from decimal import Decimal
from typing import Any

from pydantic.alias_generators import to_camel

from backend.restaurants import domain


def to_document(config: domain.RestaurantConfig) -> dict[str, Any]:
    """`{version, profile, areas, tables, combinations, rules}` in JSON types."""
    return {
        "version": config.version,
        "profile": _profile(config.profile),
        "areas": [{"id": area.id, "name": _words(area.name)} for area in config.areas],
        "tables": [_table(table) for table in config.tables],
        "combinations": [sorted(str(table) for table in pair) for pair in config.combinations],
        "rules": rules_document(config),
    }


def rules_document(config: domain.RestaurantConfig) -> dict[str, Any]:
    """The seed's RestaurantRules with SaveIt's extensions."""
    rules = config.rules
    return {
        "restaurantId": str(config.restaurant_id),
        "version": config.version,
        "reservationWindow": _window(rules.reservation_window),
        "cancellationPolicy": _cancellation(rules.cancellation_policy),
        "capacity": _capacity(config),
        "timeSlots": _time_slots(rules.time_slots),
        "businessHours": dict(
            zip(domain.WEEKDAYS, (_day_hours(each) for each in rules.business_hours), strict=True)
        ),
        "requirements": _requirements(rules.requirements),
        "specialDates": [_special(each) for each in rules.special_dates],
        "shifts": [_shift(each) for each in rules.shifts],
        "turnTimes": [_turn_time(each) for each in rules.turn_times],
        "pacing": _pacing(rules.pacing),
        "partySize": {"min": rules.party_size.min, "max": rules.party_size.max},
        "door": {"earlyMinutes": rules.door.early_minutes, "lateMinutes": rules.door.late_minutes},
        "lateGraceMinutes": rules.late_grace_minutes,
        "noShowAfterMinutes": rules.no_show_after_minutes,
        "maxTablesCombined": rules.max_tables_combined,
        "holdMinutes": rules.hold_minutes,
    }


def _words(text: domain.Bilingual) -> dict[str, str]:
    return {"es": text.es, "en": text.en}


def _words_or_none(text: domain.Bilingual | None) -> dict[str, str] | None:
    return None if text is None else _words(text)


def _number(value: float | Decimal | None) -> float | int | None:
    """As JSON writes it: 2 rather than 2.0."""
    if value is None:
        return None
    return int(value) if value == int(value) else float(value)


def _hhmm(value: time | None) -> str | None:
    return None if value is None else f"{value:%H:%M}"


def _profile(profile: domain.Profile) -> dict[str, Any]:
    return {
        "name": profile.name,
        "slug": profile.slug,
        "timezone": profile.timezone,
        "locale": profile.locale,
        "currency": profile.currency,
        "address": profile.address,
        "phone": profile.phone,
        "email": profile.email,
        "website": profile.website,
        "description": _words_or_none(profile.description),
        "primaryColour": profile.primary_colour,
        "formality": profile.formality,
        "parking": _words_or_none(profile.parking),
        "pets": _words_or_none(profile.pets),
        "menu": _words_or_none(profile.menu),
        "wording": {key: _words(text) for key, text in profile.wording},
        "faq": {to_camel(topic): _words_or_none(getattr(profile.faq, topic)) for topic in domain.FAQ_TOPICS},
    }


def _table(table: domain.Table) -> dict[str, Any]:
    return {
        "id": str(table.id),
        "number": table.number,
        "minParty": table.min_party,
        "maxParty": table.max_party,
        "capacity": table.capacity,
        "area": table.area,
        "shape": table.shape,
        "x": table.x,
        "y": table.y,
        "width": table.width,
        "height": table.height,
        "rotation": table.rotation,
        "priority": table.priority,
        "bookable": table.bookable,
    }


def _window(window: domain.ReservationWindow) -> dict[str, Any]:
    return {
        "minHoursAdvance": _number(window.min_hours_advance),
        "maxDaysAdvance": window.max_days_advance,
        "allowSameDay": window.allow_same_day,
    }


def _cancellation(policy: domain.CancellationPolicy) -> dict[str, Any]:
    return {
        "freeCancellationHours": _number(policy.free_cancellation_hours),
        "noShowPenalty": policy.no_show_penalty,
        "penaltyAmount": _number(policy.penalty_amount),
        "blockedReservationsAfterNoShow": policy.blocked_reservations_after_no_show,
    }


def _capacity(config: domain.RestaurantConfig) -> dict[str, Any]:
    capacity = config.rules.capacity
    return {
        "tables": [_table(table) for table in config.tables],
        "maxPartySizePerTable": dict(capacity.max_party_size_per_table),
        "overbookingPercent": _number(capacity.overbooking_percent),
        "minimumTableTurnoverMinutes": capacity.minimum_table_turnover_minutes,
    }


def _time_slots(slots: domain.TimeSlots) -> dict[str, Any]:
    return {
        "slotDuration": slots.slot_duration,
        "turnoverTime": slots.turnover_time,
        "customSlots": [
            {
                "day": None if each.weekday is None else domain.WEEKDAYS[each.weekday],
                "date": None if each.date is None else each.date.isoformat(),
                "times": [_hhmm(at) for at in each.times],
            }
            for each in slots.custom_slots
        ],
    }


def _day_hours(hours: domain.DayHours) -> dict[str, Any]:
    return {"open": _hhmm(hours.open), "close": _hhmm(hours.close), "closed": hours.closed}


def _requirements(wanted: domain.Requirements) -> dict[str, Any]:
    return {
        "requiresDeposit": wanted.requires_deposit,
        "depositAmount": _number(wanted.deposit_amount),
        "requiresPhoneVerification": wanted.requires_phone_verification,
        "requiresCreditCard": wanted.requires_credit_card,
        "requiresIdentification": wanted.requires_identification,
    }


def _special(special: domain.SpecialDate) -> dict[str, Any]:
    hours = special.custom_hours
    return {
        "date": special.date.isoformat(),
        "type": special.type,
        "multiplier": _number(special.multiplier),
        "customHours": None if hours is None else {"open": _hhmm(hours[0]), "close": _hhmm(hours[1])},
    }


def _shift(shift: domain.Shift) -> dict[str, Any]:
    return {
        "id": shift.id,
        "name": _words(shift.name),
        "days": [domain.WEEKDAYS[day] for day in sorted(shift.weekdays)],
        "start": _hhmm(shift.start),
        "end": _hhmm(shift.end),
    }


def _turn_time(turn: domain.TurnTime) -> dict[str, Any]:
    return {
        "minParty": turn.min_party,
        "maxParty": turn.max_party,
        "minutes": turn.minutes,
        "shift": turn.shift,
    }


def _pacing(pacing: domain.Pacing) -> dict[str, Any]:
    return {
        "windowMinutes": pacing.window_minutes,
        "maxCovers": pacing.max_covers,
        "maxParties": pacing.max_parties,
    }
