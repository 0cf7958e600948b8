"""The app's sentences in Spanish and English, and times and dates as the reader writes them.

Called by everything that shows words. Catalogues are flat JSON with `{name}` placeholders; a missing key is a
defect and raises.
"""

from __future__ import annotations

import json
from datetime import date, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

LANGUAGES = ("es", "en")
_TEXTS = Path(__file__).parent / "texts"


class MissingTextError(KeyError):
    """The catalogue of this language has no such key."""


@lru_cache
def catalogue(language: str) -> dict[str, str]:
    """All sentences of one language, `es` or `en`."""
    texts: dict[str, str] = json.loads((_TEXTS / f"{language}.json").read_text(encoding="utf-8"))
    return texts


class Words:
    """One language's words. `zone` is the restaurant's, in which times are told."""

    def __init__(self, language: str, zone: ZoneInfo | None = None) -> None:
        if language not in LANGUAGES:
            raise ValueError(f"no catalogue for {language!r}")
        self.language = language
        self._zone = zone

    def has(self, key: str) -> bool:
        """Whether there is a sentence for `key`."""
        return key in catalogue(self.language)

    def say(self, key: str, **params: object) -> str:
        """The sentence for `key`. With a `count`, the key `<key>.one` is taken for exactly one, if there is
        one.
        """
        texts = catalogue(self.language)
        if params.get("count") == 1 and f"{key}.one" in texts:
            key = f"{key}.one"
        try:
            sentence = texts[key]
        except KeyError as missing:
            raise MissingTextError(f"{key} ({self.language})") from missing
        return sentence.format_map(params) if params else sentence

    def time(self, instant: datetime) -> str:
        """An aware instant as the clock on the restaurant's wall shows it: '20:00', '8:00 pm'."""
        local = instant.astimezone(self._zone)
        if self.language == "es":
            return f"{local:%H:%M}"
        return f"{(local.hour - 1) % 12 + 1}:{local:%M} {'am' if local.hour < 12 else 'pm'}"

    def day(self, day: date) -> str:
        """A date with its weekday: 'viernes 18 de diciembre', 'Friday 18 December'."""
        return self.say(
            "date.long",
            weekday=self.say(f"weekday.{day.weekday()}"),
            day=day.day,
            month=self.say(f"month.{day.month}"),
        )

    def day_of(self, instant: datetime) -> date:
        """The day of an aware instant on the restaurant's calendar."""
        return instant.astimezone(self._zone).date()

    def short_day(self, day: date) -> str:
        """A date in few letters: '18 dic', '18 Dec'."""
        return self.say("date.short", day=day.day, month=self.say(f"month.{day.month}")[:3])

    def people(self, count: int) -> str:
        """'4 personas', '1 person'."""
        return self.say("people", count=count)

    def span(self, length: timedelta) -> str:
        """A length of time in minutes, or hours and minutes: '12 min', '1 h 05 min'."""
        minutes = max(0, length // timedelta(minutes=1))
        return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60:02d} min"
