"""What must fit together across fields; each problem names the path of the field to change. Called by the
configuration document."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic_core import PydanticCustomError

from backend.restaurants.domain import (
    Table,
    TooManyCombinationsError,
    combination,
    connected_groups,
)
from backend.restaurants.schemas.fields import wrong

if TYPE_CHECKING:
    from backend.restaurants.schemas.document import ConfigDocument

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Problem:
    """A field and what is wrong with it."""

    path: Path
    error: PydanticCustomError


def problems(document: ConfigDocument) -> list[Problem]:
    """All of them, so that a manager corrects a document in one go."""
    found = [problem for check in _CHECKS for problem in check(document)]
    return found or list(_too_many_combinations(document))


def _problem(path: Path, code: str, **params: Any) -> Problem:
    return Problem(path, wrong(code, **params))


def _repeated(values: Iterable[object]) -> Iterator[int]:
    """The places at which a value comes again."""
    seen: set[object] = set()
    for place, value in enumerate(values):
        if value in seen:
            yield place
        seen.add(value)


def _areas(document: ConfigDocument) -> Iterator[Problem]:
    for place in _repeated(area.id for area in document.areas):
        yield _problem(("areas", place, "id"), "given_twice")


def _tables(document: ConfigDocument) -> Iterator[Problem]:
    areas = {area.id for area in document.areas}
    for place in _repeated(table.id for table in document.tables):
        yield _problem(("tables", place, "id"), "given_twice")
    for place in _repeated(table.number.casefold() for table in document.tables):
        yield _problem(("tables", place, "number"), "given_twice")
    for place, table in enumerate(document.tables):
        if table.area not in areas:
            yield _problem(("tables", place, "area"), "unknown_area")
        if table.max_party < table.min_party:
            yield _problem(("tables", place, "maxParty"), "too_small", min=table.min_party)


def _combinations(document: ConfigDocument) -> Iterator[Problem]:
    area_of = {table.id: table.area for table in document.tables}
    for place, pair in enumerate(document.combinations):
        unknown = [at for at, table in enumerate(pair) if table not in area_of]
        for at in unknown:
            yield _problem(("combinations", place, at), "unknown_table")
        if pair[0] == pair[1]:
            yield _problem(("combinations", place, 1), "given_twice")
        elif not unknown and area_of[pair[0]] != area_of[pair[1]]:
            yield _problem(("combinations", place), "different_areas")
    for place in _repeated(frozenset(pair) for pair in document.combinations):
        yield _problem(("combinations", place), "given_twice")


def _too_many_combinations(document: ConfigDocument) -> Iterator[Problem]:
    tables = [Table(each.id, each.number, 1, each.max_party, each.area) for each in document.tables]
    pairs = [combination(one, other) for one, other in document.combinations]
    try:
        connected_groups(tables, pairs, document.rules.max_tables_combined)
    except TooManyCombinationsError as too_many:
        yield _problem(("rules", "maxTablesCombined"), "too_many_combinations", max=too_many.limit)


def _limits_per_table(document: ConfigDocument) -> Iterator[Problem]:
    numbers = {table.number for table in document.tables}
    for number in document.rules.capacity.max_party_size_per_table:
        if number not in numbers:
            yield _problem(("rules", "capacity", "maxPartySizePerTable", number), "unknown_table")


def _window(document: ConfigDocument) -> Iterator[Problem]:
    window = document.rules.reservation_window
    most = (window.max_days_advance + 1) * 24
    if window.min_hours_advance > most:
        yield _problem(("rules", "reservationWindow", "minHoursAdvance"), "too_large", max=most)


def _hours(document: ConfigDocument) -> Iterator[Problem]:
    for day in type(document.rules.business_hours).model_fields:
        hours = getattr(document.rules.business_hours, day)
        for end in ("open", "close"):
            if not hours.closed and getattr(hours, end) is None:
                yield _problem(("rules", "businessHours", day, end), "required")


def _custom_slots(document: ConfigDocument) -> Iterator[Problem]:
    customs = document.rules.time_slots.custom_slots or []
    path: Path = ("rules", "timeSlots", "customSlots")
    for place, custom in enumerate(customs):
        if (custom.day is None) == (custom.date is None):
            yield _problem((*path, place, "day"), "day_or_date")
        for at in _repeated(custom.times):
            yield _problem((*path, place, "times", at), "given_twice")
    for place in _repeated((custom.day, custom.date) for custom in customs):
        yield _problem((*path, place, "day" if customs[place].day else "date"), "given_twice")


def _special_dates(document: ConfigDocument) -> Iterator[Problem]:
    path: Path = ("rules", "specialDates")
    for place in _repeated(special.date for special in document.rules.special_dates):
        yield _problem((*path, place, "date"), "given_twice")
    for place, special in enumerate(document.rules.special_dates):
        if special.type == "special_hours" and special.custom_hours is None:
            yield _problem((*path, place, "customHours"), "required")


def _shifts(document: ConfigDocument) -> Iterator[Problem]:
    for place in _repeated(shift.id for shift in document.rules.shifts):
        yield _problem(("rules", "shifts", place, "id"), "given_twice")
    for place, shift in enumerate(document.rules.shifts):
        for at in _repeated(shift.days):
            yield _problem(("rules", "shifts", place, "days", at), "given_twice")


def _turn_times(document: ConfigDocument) -> Iterator[Problem]:
    shifts = {shift.id for shift in document.rules.shifts}
    taken: set[tuple[str | None, int]] = set()
    for place, turn in enumerate(document.rules.turn_times):
        path: Path = ("rules", "turnTimes", place)
        if turn.shift is not None and turn.shift not in shifts:
            yield _problem((*path, "shift"), "unknown_shift")
        if turn.max_party < turn.min_party:
            yield _problem((*path, "maxParty"), "too_small", min=turn.min_party)
        sizes = {(turn.shift, size) for size in range(turn.min_party, turn.max_party + 1)}
        if sizes & taken:
            yield _problem((*path, "minParty"), "overlaps")
        taken |= sizes


def _party_size(document: ConfigDocument) -> Iterator[Problem]:
    limits = document.rules.party_size
    if limits.max < limits.min:
        yield _problem(("rules", "partySize", "max"), "too_small", min=limits.min)


def _graces(document: ConfigDocument) -> Iterator[Problem]:
    rules = document.rules
    if rules.no_show_after_minutes < rules.late_grace_minutes:
        yield _problem(("rules", "noShowAfterMinutes"), "too_small", min=rules.late_grace_minutes)


_CHECKS: tuple[Callable[[ConfigDocument], Iterator[Problem]], ...] = (
    _areas,
    _tables,
    _combinations,
    _limits_per_table,
    _window,
    _hours,
    _custom_slots,
    _special_dates,
    _shifts,
    _turn_times,
    _party_size,
    _graces,
)
