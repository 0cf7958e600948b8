"""The configuration document: what it accepts, and the field and code of everything it refuses."""

from __future__ import annotations

import copy
import json
from datetime import time
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from pydantic import ValidationError
from restaurant_builders import named, restaurant, table

from backend.platform.http.problems import field_errors
from backend.platform.texts import has
from backend.restaurants.domain import NOTICE_CODES
from backend.restaurants.schemas import ConfigDocument, to_document, to_domain


def sound() -> dict[str, Any]:
    """A document about which there is nothing to say."""
    config = restaurant(table("1", 4), table("2", 4), table("T1", 4, area="terraza"), pairs=[("1", "2")])
    return to_document(config)


def changed(path: str, value: Any) -> dict[str, Any]:
    """The sound document with one value put in place ('rules.pacing.maxCovers'); list places are numbers."""
    document = copy.deepcopy(sound())
    *way, last = path.split(".")
    here: Any = document
    for step in way:
        here = here[int(step)] if isinstance(here, list) else here[step]
    here[int(last) if isinstance(here, list) else last] = value
    return document


def complaints(document: Any) -> list[tuple[str, str]]:
    """Field and code, as the problem document shows them."""
    with pytest.raises(ValidationError) as caught:
        ConfigDocument.model_validate_json(json.dumps(document))
    return [(each.field, each.code) for each in field_errors(caught.value)]


def read(document: Any):
    return to_domain(ConfigDocument.model_validate_json(json.dumps(document)), named("Casa Prueba"), 1)


SPECIAL = {"date": "2026-12-24", "type": "special_hours"}
SHIFT = {"id": "dinner", "name": {"es": "Cena"}, "days": ["friday"], "start": "20:00", "end": "23:00"}
TURN = {"minParty": 1, "maxParty": 4, "minutes": 90}

REFUSED = [
    ("profile.name", "", "profile.name", "too_short"),
    ("profile.name", "x" * 81, "profile.name", "too_long"),
    ("profile.name", "Casa\u0000", "profile.name", "control_characters"),
    ("profile.name", None, "profile.name", "not_text"),
    ("profile.slug", "Casa Prueba", "profile.slug", "wrong_format"),
    ("profile.timezone", "Europe/Atlantis", "profile.timezone", "unknown_timezone"),
    ("profile.timezone", "../../etc/passwd", "profile.timezone", "unknown_timezone"),
    ("profile.locale", "fr-FR", "profile.locale", "unknown_locale"),
    ("profile.currency", "EURO", "profile.currency", "too_long"),
    ("profile.currency", "XQZ", "profile.currency", "unknown_currency"),
    ("profile.primaryColour", "green", "profile.primaryColour", "not_a_colour"),
    ("profile.phone", "call me", "profile.phone", "not_a_phone"),
    ("profile.email", "casa@", "profile.email", "not_an_email"),
    ("profile.website", "javascript:alert(1)", "profile.website", "not_a_url"),
    ("profile.formality", "vos", "profile.formality", "not_a_choice"),
    ("profile.colour", "#123456", "profile.colour", "unknown_field"),
    ("profile.description", {"es": "x" * 2001}, "profile.description.es", "too_long"),
    ("profile.faq", {"wifi": {"es": "x" * 2001}}, "profile.faq.wifi.es", "too_long"),
    ("profile.faq", {"horoscope": {"es": "Tauro"}}, "profile.faq.horoscope", "unknown_field"),
    ("areas", [], "areas", "too_few"),
    ("areas.1.id", "sala", "areas.1.id", "given_twice"),
    ("areas.0.id", "La Sala", "areas.0.id", "wrong_format"),
    ("areas.0.name", {"en": "Hall"}, "areas.0.name.es", "required"),
    ("tables", [], "tables", "too_few"),
    ("tables.0.number", "2", "tables.1.number", "given_twice"),
    ("tables.1.id", str(named("table 1")), "tables.1.id", "given_twice"),
    ("tables.0.id", "one", "tables.0.id", "not_an_id"),
    ("tables.0.area", "azotea", "tables.0.area", "unknown_area"),
    ("tables.0.minParty", 5, "tables.0.maxParty", "too_small"),
    ("tables.0.maxParty", 0, "tables.0.maxParty", "too_small"),
    ("tables.0.maxParty", "4", "tables.0.maxParty", "not_a_number"),
    ("tables.0.maxParty", True, "tables.0.maxParty", "not_a_number"),
    ("tables.0.maxParty", 4.5, "tables.0.maxParty", "not_a_number"),
    ("tables.0.shape", "triangle", "tables.0.shape", "not_a_choice"),
    ("tables.0.rotation", 360, "tables.0.rotation", "too_large"),
    ("tables.0.bookable", "never", "tables.0.bookable", "not_a_choice"),
    ("combinations", [[str(named("table 1"))]], "combinations.0", "too_few"),
    ("combinations", [[str(named("table 1")), str(uuid4())]], "combinations.0.1", "unknown_table"),
    ("combinations", [[str(named("table 1"))] * 2], "combinations.0.1", "given_twice"),
    (
        "combinations",
        [[str(named("table 1")), str(named("table 2"))], [str(named("table 2")), str(named("table 1"))]],
        "combinations.1",
        "given_twice",
    ),
    ("combinations", [[str(named("table 1")), str(named("table T1"))]], "combinations.0", "different_areas"),
    ("rules.reservationWindow.minHoursAdvance", -1, "rules.reservationWindow.minHoursAdvance", "too_small"),
    (
        "rules.reservationWindow.minHoursAdvance",
        "2",
        "rules.reservationWindow.minHoursAdvance",
        "not_a_quantity",
    ),
    (
        "rules.reservationWindow.minHoursAdvance",
        10**400,
        "rules.reservationWindow.minHoursAdvance",
        "not_a_quantity",
    ),
    (
        "rules.reservationWindow.maxDaysAdvance",
        10**400,
        "rules.reservationWindow.maxDaysAdvance",
        "too_large",
    ),
    ("rules.capacity.overbookingPercent", True, "rules.capacity.overbookingPercent", "not_a_quantity"),
    (
        "rules.cancellationPolicy.penaltyAmount",
        float("nan"),
        "rules.cancellationPolicy.penaltyAmount",
        "not_a_quantity",
    ),
    ("rules.reservationWindow.minHoursAdvance", 1465, "rules.reservationWindow.minHoursAdvance", "too_large"),
    ("rules.reservationWindow.maxDaysAdvance", 731, "rules.reservationWindow.maxDaysAdvance", "too_large"),
    ("rules.reservationWindow.allowSameDay", "yes", "rules.reservationWindow.allowSameDay", "not_a_boolean"),
    (
        "rules.cancellationPolicy.penaltyAmount",
        9.999,
        "rules.cancellationPolicy.penaltyAmount",
        "too_precise",
    ),
    (
        "rules.cancellationPolicy.blockedReservationsAfterNoShow",
        -1,
        "rules.cancellationPolicy.blockedReservationsAfterNoShow",
        "too_small",
    ),
    ("rules.capacity.overbookingPercent", 101, "rules.capacity.overbookingPercent", "too_large"),
    (
        "rules.capacity.maxPartySizePerTable",
        {"99": 4},
        "rules.capacity.maxPartySizePerTable.99",
        "unknown_table",
    ),
    ("rules.capacity.maxPartySizePerTable", {"1": 0}, "rules.capacity.maxPartySizePerTable.1", "too_small"),
    (
        "rules.capacity.minimumTableTurnoverMinutes",
        0,
        "rules.capacity.minimumTableTurnoverMinutes",
        "too_small",
    ),
    ("rules.timeSlots.slotDuration", 17, "rules.timeSlots.slotDuration", "not_in_steps"),
    ("rules.timeSlots.slotDuration", 0, "rules.timeSlots.slotDuration", "too_small"),
    ("rules.timeSlots.turnoverTime", 241, "rules.timeSlots.turnoverTime", "too_large"),
    (
        "rules.timeSlots.customSlots",
        [{"times": ["20:00"]}],
        "rules.timeSlots.customSlots.0.day",
        "day_or_date",
    ),
    (
        "rules.timeSlots.customSlots",
        [{"day": "friday", "times": ["20:00", "20:00"]}],
        "rules.timeSlots.customSlots.0.times.1",
        "given_twice",
    ),
    (
        "rules.timeSlots.customSlots",
        [{"day": "friday", "times": ["20:00"]}, {"day": "friday", "times": ["21:00"]}],
        "rules.timeSlots.customSlots.1.day",
        "given_twice",
    ),
    (
        "rules.timeSlots.customSlots",
        [{"day": "friday", "times": []}],
        "rules.timeSlots.customSlots.0.times",
        "too_few",
    ),
    ("rules.businessHours.friday", {"closed": False}, "rules.businessHours.friday.open", "required"),
    ("rules.businessHours.friday.open", "7:00", "rules.businessHours.friday.open", "not_a_time"),
    ("rules.businessHours.friday.close", "25:00", "rules.businessHours.friday.close", "not_a_time"),
    ("rules.businessHours.festivo", {"closed": True}, "rules.businessHours.festivo", "unknown_field"),
    ("rules.requirements.requiresDeposit", 1, "rules.requirements.requiresDeposit", "not_a_boolean"),
    ("rules.requirements.depositAmount", -5, "rules.requirements.depositAmount", "too_small"),
    ("rules.specialDates", [SPECIAL], "rules.specialDates.0.customHours", "required"),
    ("rules.specialDates", [{**SPECIAL, "type": "closed"}] * 2, "rules.specialDates.1.date", "given_twice"),
    (
        "rules.specialDates",
        [{"date": "2027-02-29", "type": "closed"}],
        "rules.specialDates.0.date",
        "not_a_date",
    ),
    (
        "rules.specialDates",
        [{"date": 1798761600, "type": "closed"}],
        "rules.specialDates.0.date",
        "not_a_date",
    ),
    ("rules.specialDates", [{**SPECIAL, "type": "party"}], "rules.specialDates.0.type", "not_a_choice"),
    (
        "rules.specialDates",
        [{"date": "2026-12-24", "type": "high_demand", "multiplier": 0}],
        "rules.specialDates.0.multiplier",
        "too_small",
    ),
    ("rules.shifts", [SHIFT, SHIFT], "rules.shifts.1.id", "given_twice"),
    ("rules.shifts", [{**SHIFT, "days": ["viernes"]}], "rules.shifts.0.days.0", "not_a_choice"),
    ("rules.shifts", [{**SHIFT, "days": ["friday", "friday"]}], "rules.shifts.0.days.1", "given_twice"),
    ("rules.shifts", [{**SHIFT, "end": "11 pm"}], "rules.shifts.0.end", "not_a_time"),
    ("rules.turnTimes", [{**TURN, "shift": "brunch"}], "rules.turnTimes.0.shift", "unknown_shift"),
    ("rules.turnTimes", [{**TURN, "minParty": 5}], "rules.turnTimes.0.maxParty", "too_small"),
    (
        "rules.turnTimes",
        [TURN, {**TURN, "minParty": 4, "maxParty": 9}],
        "rules.turnTimes.1.minParty",
        "overlaps",
    ),
    ("rules.pacing.windowMinutes", 25, "rules.pacing.windowMinutes", "not_a_choice"),
    ("rules.pacing.maxCovers", 0, "rules.pacing.maxCovers", "too_small"),
    ("rules.partySize", {"min": 5, "max": 4}, "rules.partySize.max", "too_small"),
    ("rules.door.earlyMinutes", -1, "rules.door.earlyMinutes", "too_small"),
    ("rules.noShowAfterMinutes", 10, "rules.noShowAfterMinutes", "too_small"),
    ("rules.maxTablesCombined", 9, "rules.maxTablesCombined", "too_large"),
    ("rules.holdMinutes", 0, "rules.holdMinutes", "too_small"),
    ("rules.surprise", 1, "rules.surprise", "unknown_field"),
]


@pytest.mark.parametrize(("path", "value", "field", "code"), REFUSED, ids=[f"{r[2]}-{r[3]}" for r in REFUSED])
def test_a_bad_value_is_refused_naming_the_field(path, value, field, code):
    assert (field, code) in complaints(changed(path, value))


def test_each_refusal_has_a_sentence_in_both_languages():
    for code in {each[3] for each in REFUSED} | {"too_many_combinations"}:
        assert has(f"field.{code}", "es"), code
        assert has(f"field.{code}", "en"), code
    for code in NOTICE_CODES:
        assert has(f"notice.{code}", "es"), code
        assert has(f"notice.{code}", "en"), code


def test_all_that_does_not_fit_together_is_told_at_once():
    document = changed("tables.0.area", "azotea")
    document["rules"]["partySize"] = {"min": 5, "max": 4}
    document["rules"]["shifts"] = [SHIFT, SHIFT]
    assert {field for field, _ in complaints(document)} >= {
        "tables.0.area",
        "rules.partySize.max",
        "rules.shifts.1.id",
    }


def test_a_floor_with_too_many_combinations_names_the_rule_that_limits_them():
    tables = [{"id": str(uuid4()), "number": str(n), "maxParty": 2, "area": "sala"} for n in range(40)]
    pairs = [[one["id"], other["id"]] for n, one in enumerate(tables) for other in tables[n + 1 :]]
    document = {**sound(), "tables": tables, "combinations": pairs[:900]}
    document["rules"]["maxTablesCombined"] = 6
    assert complaints(document) == [("rules.maxTablesCombined", "too_many_combinations")]


@pytest.mark.parametrize("day", ["monday", "sunday"])
def test_every_weekday_must_be_there(day):
    document = sound()
    del document["rules"]["businessHours"][day]
    assert complaints(document) == [(f"rules.businessHours.{day}", "required")]


@pytest.mark.parametrize("document", [[], "x", 7, None, {}])
def test_what_is_not_a_configuration_at_all_is_refused_and_no_error(document):
    assert complaints(document)


def test_a_closed_day_needs_no_times_and_may_keep_them():
    config = read(changed("rules.businessHours.monday", {"closed": True}))
    assert config.rules.business_hours[0].closed
    kept = read(changed("rules.businessHours.monday.closed", True))
    assert kept.rules.business_hours[0].open == time(19)


def test_closing_at_24_00_is_midnight():
    config = read(changed("rules.businessHours.friday.close", "24:00"))
    assert config.rules.business_hours[4].close == time(0)


def test_the_seeds_rules_alone_have_the_seeds_defaults():
    document = sound()
    document["rules"] = {"businessHours": document["rules"]["businessHours"]}
    rules = read(document).rules
    assert (rules.reservation_window.min_hours_advance, rules.reservation_window.max_days_advance) == (2, 30)
    assert rules.cancellation_policy.free_cancellation_hours == 24
    assert rules.cancellation_policy.blocked_reservations_after_no_show == 2
    assert (rules.capacity.overbooking_percent, rules.capacity.minimum_table_turnover_minutes) == (0, 90)
    assert (rules.time_slots.slot_duration, rules.time_slots.turnover_time) == (30, 15)
    assert (rules.door.early_minutes, rules.door.late_minutes) == (15, 15)


def test_tables_may_stand_where_the_seed_has_them():
    document = sound()
    document["rules"]["capacity"]["tables"] = document.pop("tables")
    assert [each.number for each in read(document).tables] == ["1", "2", "T1"]


def test_the_documents_own_tables_count_when_both_are_given():
    document = sound()
    document["tables"] = [*document["tables"], {"number": "9", "area": "sala", "maxParty": 6}]
    assert [each.number for each in read(document).tables] == ["1", "2", "T1", "9"]


def test_a_table_needs_little_and_gets_an_id():
    document = sound()
    document["tables"] += [{"number": "9", "area": "sala", "capacity": 6}]
    added = read(document).tables[-1]
    assert (added.min_party, added.max_party, added.capacity) == (1, 6, 6)
    assert added.id.version == 4


def test_a_changed_maximum_wins_over_the_derived_capacity_sent_along():
    document = changed("tables.0.maxParty", 8)
    assert read(document).tables[0].capacity == 8


def test_colours_are_kept_in_capitals_and_amounts_exact():
    assert read(changed("profile.primaryColour", "#1e6b52")).profile.primary_colour == "#1E6B52"
    assert read(
        changed("rules.requirements.depositAmount", 12.35)
    ).rules.requirements.deposit_amount == Decimal("12.35")


def test_the_rules_are_given_back_with_the_seeds_id_version_and_tables():
    rules = sound()["rules"]
    assert (rules["restaurantId"], rules["version"]) == (str(named("Casa Prueba")), 1)
    assert [each["capacity"] for each in rules["capacity"]["tables"]] == [4, 4, 4]


def test_whole_numbers_are_written_without_a_decimal_point():
    assert json.dumps(sound()["rules"]["cancellationPolicy"]["freeCancellationHours"]) == "24"
    half = to_document(read(changed("rules.reservationWindow.minHoursAdvance", 0.5)))
    assert half["rules"]["reservationWindow"]["minHoursAdvance"] == 0.5
