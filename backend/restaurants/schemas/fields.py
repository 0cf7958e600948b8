"""The kinds of values in a configuration: texts, numbers, times, colours, names of zones and currencies.
Called by the shapes beside it.

Numbers are strict: "4" and true are not numbers. Texts have no control characters (PostgreSQL refuses some of
them).
"""

from __future__ import annotations

import re
from datetime import date, time
from decimal import Decimal
from typing import Annotated, Any
from zoneinfo import available_timezones

from babel.numbers import is_currency
from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PlainSerializer,
    StringConstraints,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

_HUGE = 10**12
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_LOCALE = re.compile(r"(es|en)(-([A-Z]{2}|\d{3}))?")
_PHONE = re.compile(r"\+?[0-9][0-9 ()./-]{4,22}[0-9]")
_EMAIL = re.compile(r"[^@\s]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_URL = re.compile(r"https?://[A-Za-z0-9.-]+(:\d+)?(/[^\s<>\"]*)?")
_COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")


def wrong(code: str, **params: Any) -> PydanticCustomError:
    """An error whose code has a text `field.<code>`."""
    return PydanticCustomError(code, code.replace("_", " "), params or None)


def _time(value: object) -> time:
    if isinstance(value, time):
        return value
    if not isinstance(value, str) or not _TIME.fullmatch(value.strip()):
        raise wrong("not_a_time")
    hours, minutes = value.strip().split(":")
    return time(int(hours), int(minutes))


def _closing_time(value: object) -> time:
    return time(0) if value == "24:00" else _time(value)


def _day(value: object) -> date:
    if isinstance(value, date):
        return value
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise wrong("not_a_date")
    try:
        return date.fromisoformat(value)
    except ValueError as no_such_day:
        raise wrong("not_a_date") from no_such_day


def _readable(value: str) -> str:
    _one_line(value.replace("\n", "").replace("\t", ""))
    return value


def _one_line(value: str) -> str:
    if any(ord(char) < 32 or ord(char) == 127 for char in value):
        raise wrong("control_characters")
    return value


def _known_zone(value: str) -> str:
    if value not in available_timezones():
        raise wrong("unknown_timezone")
    return value


def _known_currency(value: str) -> str:
    if not is_currency(value):
        raise wrong("unknown_currency")
    return value


def _known_locale(value: str) -> str:
    if not _LOCALE.fullmatch(value):
        raise wrong("unknown_locale")
    return value


def _colour(value: str) -> str:
    if not _COLOUR.fullmatch(value):
        raise wrong("not_a_colour")
    return value.upper()


def _empty_or(pattern: re.Pattern[str], code: str) -> AfterValidator:
    def check(value: str) -> str:
        if value and not pattern.fullmatch(value):
            raise wrong(code)
        return value

    return AfterValidator(check)


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise wrong("not_a_quantity")
    if not -_HUGE < value < _HUGE:  # also what is infinite, not a number, or an integer no float can hold
        raise wrong("not_a_quantity")
    return float(value)


def _cents(value: float) -> float:
    if round(value, 2) != value:
        raise wrong("too_precise", decimals=2)
    return value


def _in_fives(value: int) -> int:
    if value % 5:
        raise wrong("not_in_steps", step=5)
    return value


_AS_TEXT = PlainSerializer(lambda value: f"{value:%H:%M}", return_type=str, when_used="json")
_TIME_SCHEMA = WithJsonSchema(
    {"type": "string", "pattern": r"^([01]\d|2[0-3]):[0-5]\d$", "examples": ["20:00"]}
)

Time = Annotated[time, BeforeValidator(_time), _AS_TEXT, _TIME_SCHEMA]
ClosingTime = Annotated[time, BeforeValidator(_closing_time), _AS_TEXT, _TIME_SCHEMA]

Day = Annotated[date, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date"})]

Whole = Annotated[int, Field(strict=True)]
Flag = Annotated[bool, Field(strict=True)]
Minutes = Annotated[int, Field(strict=True, ge=0, le=24 * 60)]
GridMinutes = Annotated[int, Field(strict=True, ge=5, le=240), AfterValidator(_in_fives)]
StayMinutes = Annotated[int, Field(strict=True, ge=5, le=12 * 60)]
People = Annotated[int, Field(strict=True, ge=1, le=100)]
# A float rather than the strict one of pydantic: its code names what is wrong, and integers of any size end
# there.
Quantity = Annotated[float, BeforeValidator(_number)]
Hours = Annotated[Quantity, Field(ge=0, le=24 * 365)]
Amount = Annotated[Quantity, Field(ge=0, le=10_000_000), AfterValidator(_cents)]
Percent = Annotated[Quantity, Field(ge=0, le=100)]

Key = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")]
SentenceKey = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_]*(\.[a-z][a-z_]*)?$", max_length=60)]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", min_length=2, max_length=60)]
Line = Annotated[str, StringConstraints(max_length=200), AfterValidator(_one_line)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=80), AfterValidator(_one_line)]
Number = Annotated[str, StringConstraints(min_length=1, max_length=12), AfterValidator(_one_line)]
Paragraph = Annotated[str, StringConstraints(max_length=2000), AfterValidator(_readable)]

Timezone = Annotated[str, StringConstraints(max_length=60), AfterValidator(_known_zone)]
Currency = Annotated[str, StringConstraints(max_length=3), AfterValidator(_known_currency)]
LocaleTag = Annotated[str, StringConstraints(max_length=10), AfterValidator(_known_locale)]
Colour = Annotated[str, StringConstraints(max_length=7), AfterValidator(_colour)]
Phone = Annotated[str, StringConstraints(max_length=24), _empty_or(_PHONE, "not_a_phone")]
Email = Annotated[str, StringConstraints(max_length=254), _empty_or(_EMAIL, "not_an_email")]
Url = Annotated[str, StringConstraints(max_length=300), _empty_or(_URL, "not_a_url")]
