"""Dates, times, money and lists as a person of that locale writes them.

Pure. Called by texts, messages, dialogue and pages. Times follow the reader: 20:00 in Spanish, 8:00 pm in English.
Every date is written with its weekday, in full but where there is little room.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.numbers import format_currency

from backend.platform.texts import language_of


def _locale(locale: str) -> Locale:
    try:
        return Locale.parse(locale.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return Locale.parse(language_of(locale))


def _is_american(locale: str) -> bool:
    return locale.lower().replace("_", "-") == "en-us"


def long_date(day: date, locale: str, today: date | None = None) -> str:
    """'viernes 18 de diciembre' or 'Friday 18 December'; the year is added only when it is not `today`'s."""
    if language_of(locale) == "es":
        pattern = "EEEE d 'de' MMMM"
        year = " 'de' y"
    else:
        pattern = "EEEE, MMMM d" if _is_american(locale) else "EEEE d MMMM"
        year = ", y" if pattern.startswith("EEEE,") else " y"
    if today is not None and today.year != day.year:
        pattern += year
    return format_date(day, pattern, locale=_locale(locale))


def short_date(day: date, locale: str, *, brief: bool = False) -> str:
    """'viernes 18 dic' or 'Friday 18 Dec' for where there is little room, `brief` 'vie 18 dic'; never the year."""
    weekday = "EEE" if brief else "EEEE"
    pattern = f"{weekday} MMM d" if _is_american(locale) else f"{weekday} d MMM"
    return format_date(day, pattern, locale=_locale(locale)).replace(".", "")


def clock_time(at: time | datetime, locale: str) -> str:
    """'20:00' in Spanish, '8:00 pm' in English."""
    if language_of(locale) == "es":
        return f"{at.hour:02d}:{at.minute:02d}"
    return f"{at.hour % 12 or 12}:{at.minute:02d} {'am' if at.hour < 12 else 'pm'}"


def local(instant: datetime, timezone: str) -> datetime:
    """The instant on the wall clock of an IANA zone."""
    return instant.astimezone(ZoneInfo(timezone))


def money(amount: float, currency: str, locale: str) -> str:
    """'25,00 €' or '€25.00'; `currency` is an ISO 4217 code."""
    return format_currency(amount, currency, locale=_locale(locale))


def listed(items: Sequence[str], locale: str, *, last: str = "and") -> str:
    """'a, b y c'; `last` is 'and' or 'or'. In Spanish 'y' becomes 'e' and 'o' becomes 'u' before the same sound."""
    if len(items) <= 1:
        return "".join(items)
    spanish = language_of(locale) == "es"
    word = {"and": "y" if spanish else "and", "or": "o" if spanish else "or"}[last]
    start = items[-1].lower()
    if spanish and word == "y" and start.startswith(("i", "hi")) and not start.startswith("hie"):
        word = "e"
    if spanish and word == "o" and start.startswith(("o", "ho", "8", "11")) and start[:3] not in {"11:"}:
        word = "u"
    return f"{', '.join(items[:-1])} {word} {items[-1]}"
