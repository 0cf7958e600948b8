"""From the validated document to the domain's values. Called by the configuration use cases."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from backend.restaurants import domain
from backend.restaurants.schemas import rules as shapes
from backend.restaurants.schemas.document import ConfigDocument
from backend.restaurants.schemas.floor import LongText, ProfileShape, ShortText, TableShapeIn


def to_domain(document: ConfigDocument, restaurant_id: UUID, version: int) -> domain.RestaurantConfig:
    """The configuration as version `version` of that restaurant."""
    return domain.RestaurantConfig(
        restaurant_id=restaurant_id,
        version=version,
        profile=_profile(document.profile),
        areas=tuple(domain.Area(area.id, _words(area.name)) for area in document.areas),
        tables=tuple(_table(table) for table in document.tables),
        combinations=tuple(domain.combination(one, other) for one, other in document.combinations),
        rules=_rules(document.rules),
    )


def _words(text: ShortText | LongText) -> domain.Bilingual:
    return domain.Bilingual(text.es, text.en)


def _words_or_none(text: LongText | None) -> domain.Bilingual | None:
    return None if text is None else _words(text)


def _profile(shape: ProfileShape) -> domain.Profile:
    return domain.Profile(
        name=shape.name,
        slug=shape.slug,
        timezone=shape.timezone,
        locale=shape.locale,
        currency=shape.currency,
        address=shape.address,
        phone=shape.phone,
        email=shape.email,
        website=shape.website,
        description=_words_or_none(shape.description),
        primary_colour=shape.primary_colour,
        formality=shape.formality,
        parking=_words_or_none(shape.parking),
        pets=_words_or_none(shape.pets),
        menu=_words_or_none(shape.menu),
        wording=tuple(sorted((key, _words(text)) for key, text in shape.wording.items())),
        faq=domain.Faq(**{topic: _words_or_none(getattr(shape.faq, topic)) for topic in domain.FAQ_TOPICS}),
    )


def _table(shape: TableShapeIn) -> domain.Table:
    return domain.Table(**shape.model_dump(exclude={"capacity"}))


def _decimal(number: float | None) -> Decimal | None:
    return None if number is None else Decimal(str(number))


def _weekday(day: str) -> int:
    return domain.WEEKDAYS.index(day)


def _rules(shape: shapes.RulesShape) -> domain.Rules:
    return domain.Rules(
        business_hours=tuple(_day_hours(getattr(shape.business_hours, day)) for day in domain.WEEKDAYS),
        reservation_window=domain.ReservationWindow(**shape.reservation_window.model_dump()),
        cancellation_policy=_cancellation(shape.cancellation_policy),
        capacity=_capacity(shape.capacity),
        time_slots=_time_slots(shape.time_slots),
        requirements=_requirements(shape.requirements),
        special_dates=tuple(_special(each) for each in shape.special_dates),
        shifts=tuple(_shift(each) for each in shape.shifts),
        turn_times=tuple(domain.TurnTime(**each.model_dump()) for each in shape.turn_times),
        pacing=domain.Pacing(**shape.pacing.model_dump()),
        party_size=domain.PartySize(**shape.party_size.model_dump()),
        door=domain.Door(**shape.door.model_dump()),
        late_grace_minutes=shape.late_grace_minutes,
        no_show_after_minutes=shape.no_show_after_minutes,
        max_tables_combined=shape.max_tables_combined,
        hold_minutes=shape.hold_minutes,
    )


def _day_hours(shape: shapes.DayHoursShape) -> domain.DayHours:
    return domain.DayHours(shape.open, shape.close, shape.closed)


def _cancellation(shape: shapes.CancellationPolicyShape) -> domain.CancellationPolicy:
    return domain.CancellationPolicy(
        free_cancellation_hours=shape.free_cancellation_hours,
        no_show_penalty=shape.no_show_penalty,
        penalty_amount=_decimal(shape.penalty_amount),
        blocked_reservations_after_no_show=shape.blocked_reservations_after_no_show,
    )


def _capacity(shape: shapes.CapacityShape) -> domain.Capacity:
    return domain.Capacity(
        max_party_size_per_table=tuple(sorted(shape.max_party_size_per_table.items())),
        overbooking_percent=shape.overbooking_percent,
        minimum_table_turnover_minutes=shape.minimum_table_turnover_minutes,
    )


def _time_slots(shape: shapes.TimeSlotsShape) -> domain.TimeSlots:
    customs = tuple(
        domain.CustomSlots(
            times=tuple(sorted(each.times)),
            weekday=None if each.day is None else _weekday(each.day),
            date=each.date,
        )
        for each in shape.custom_slots or ()
    )
    return domain.TimeSlots(shape.slot_duration, shape.turnover_time, customs)


def _requirements(shape: shapes.RequirementsShape) -> domain.Requirements:
    return domain.Requirements(
        requires_deposit=shape.requires_deposit,
        deposit_amount=_decimal(shape.deposit_amount),
        requires_phone_verification=shape.requires_phone_verification,
        requires_credit_card=shape.requires_credit_card,
        requires_identification=shape.requires_identification,
    )


def _special(shape: shapes.SpecialDateShape) -> domain.SpecialDate:
    hours = shape.custom_hours
    return domain.SpecialDate(
        date=shape.date,
        type=shape.type,
        multiplier=_decimal(shape.multiplier),
        custom_hours=None if hours is None else (hours.open, hours.close),
    )


def _shift(shape: shapes.ShiftShape) -> domain.Shift:
    weekdays = frozenset(_weekday(day) for day in shape.days)
    return domain.Shift(shape.id, _words(shape.name), weekdays, shape.start, shape.end)
