"""A small restaurant for tests of the pure rules: Casa Prueba in Madrid, open every day from 19:00 to 23:30,
grid of 30 minutes.

Called by the unit tests of restaurants, availability and reservations. What a test is about, it says; the
rest is here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid5

from backend.availability.domain import Ask, Kind, Occupied
from backend.restaurants.domain import (
    Area,
    Bilingual,
    DayHours,
    Pacing,
    Profile,
    ReservationWindow,
    RestaurantConfig,
    Rules,
    Shift,
    Table,
    combination,
)

NAMESPACE = UUID("5a7e1700-0000-4000-8000-000000000000")
FRIDAY = date(2026, 12, 18)
EVERY_DAY = frozenset(range(7))


def named(name: str) -> UUID:
    """The same id for the same name, in every run."""
    return uuid5(NAMESPACE, name)


def table(number: str, seats: int = 4, fewest: int = 1, area: str = "sala", **more: Any) -> Table:
    """A table whose id follows from its number."""
    return Table(named(f"table {number}"), number, fewest, seats, area, **more)


def hours(opens: str, closes: str) -> tuple[DayHours, ...]:
    """The same hours on all seven days."""
    return (DayHours(time.fromisoformat(opens), time.fromisoformat(closes)),) * 7


def closed_on(usual: Sequence[DayHours], weekday: int) -> tuple[DayHours, ...]:
    """The hours with one weekday (0 is Monday) closed."""
    return tuple(DayHours(closed=True) if day == weekday else each for day, each in enumerate(usual))


def shift(key: str, start: str, end: str, weekdays: frozenset[int] = EVERY_DAY) -> Shift:
    """A shift with its first and last seating."""
    return Shift(key, Bilingual(key), weekdays, time.fromisoformat(start), time.fromisoformat(end))


def restaurant(
    *tables: Table,
    pairs: Sequence[tuple[str, str]] = (),
    zone: str = "Europe/Madrid",
    areas: Sequence[str] = ("sala", "terraza"),
    currency: str = "EUR",
    **rules: Any,
) -> RestaurantConfig:
    """A restaurant with these tables (two tables for four when none are named), pairs by table number, and
    rules."""
    usual: dict[str, Any] = {
        "business_hours": hours("19:00", "23:30"),
        "reservation_window": ReservationWindow(min_hours_advance=0, max_days_advance=60),
        "pacing": Pacing(),
    }
    return RestaurantConfig(
        restaurant_id=named("Casa Prueba"),
        version=1,
        profile=Profile("Casa Prueba", "casa-prueba", zone, "es-ES", currency),
        areas=tuple(Area(key, Bilingual(key)) for key in areas),
        tables=tables or (table("1"), table("2")),
        combinations=tuple(
            combination(named(f"table {one}"), named(f"table {other}")) for one, other in pairs
        ),
        rules=Rules(**{**usual, **rules}),
    )


def with_rules(config: RestaurantConfig, **rules: Any) -> RestaurantConfig:
    """The restaurant with some rules replaced."""
    return replace(config, rules=replace(config.rules, **rules))


def instant(config: RestaurantConfig, day: date, at: str) -> datetime:
    """The UTC instant of a wall-clock time of the restaurant (the first one in autumn)."""
    return datetime.combine(day, time.fromisoformat(at), config.zone).astimezone(UTC)


def ask(day: date = FRIDAY, at: str = "20:00", people: int = 2, **more: Any) -> Ask:
    """What a guest wants."""
    return Ask(day, time.fromisoformat(at), people, **more)


def taken(
    config: RestaurantConfig,
    number: str | None,
    at: str,
    *,
    day: date = FRIDAY,
    minutes: int = 105,
    people: int = 2,
    owner: str | None = None,
    kind: Kind = "reservation",
) -> Occupied:
    """A table taken from a wall-clock time on, for 90 minutes and the buffer of 15 unless said otherwise."""
    start = instant(config, day, at)
    return Occupied(
        owner_id=named(owner or f"owner of {number} at {day} {at}"),
        kind=kind,
        table_id=None if number is None else named(f"table {number}"),
        starts_at=start,
        ends_at=start + timedelta(minutes=minutes),
        party_size=people,
    )


NOON = datetime(2026, 12, 18, 11, 0, tzinfo=UTC)  # noon of FRIDAY in Madrid
