"""How the house speaks to one reader:

Language, tú or usted, and the reader's way of writing dates, times and money.

Pure. Called by messages, calendar files and guest pages. A sentence that differs for usted has a second text,
`<key>.usted`; what is the same needs only one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from babel.dates import format_date

from backend.notifications.domain.facts import Formality
from backend.platform import texts, wording


@dataclass(frozen=True, slots=True)
class Voice:
    """A reader's locale ('es-MX', 'en-GB') and the restaurant's formality."""

    locale: str
    formality: Formality = "tu"

    @property
    def language(self) -> str:
        """The catalogue language: 'es' or 'en'."""
        return texts.language_of(self.locale)

    def say(self, key: str, **params: object) -> str:
        """The sentence for `key`, in its usted form where the house says usted and the sentence has one."""
        formal = f"{key}.usted"
        if self.formality == "usted" and texts.has(formal, self.locale):
            key = formal
        return texts.say(key, self.locale, **params)

    def people(self, count: int) -> str:
        """'1 persona', '4 personas'."""
        return self.say("message.people.one" if count == 1 else "message.people.other", count=count)

    def money(self, amount: Decimal, currency: str) -> str:
        """'25,00 €'; see `wording.money`."""
        return wording.money(float(amount), currency, self.locale)

    def day(self, day: date, today: date | None = None) -> str:
        """'viernes 18 de diciembre', with the year when it is not today's."""
        return wording.long_date(day, self.locale, today)

    def clock(self, at: datetime) -> str:
        """'20:00' or '8:00 pm' of a local moment."""
        return wording.clock_time(at, self.locale)

    def at(self, at: datetime) -> str:
        """'a las 20:00', 'a la 01:30', 'at 8:00 pm' of a local moment."""
        return self.say("message.at.one" if at.hour == 1 else "message.at.other", time=self.clock(at))

    def moment(self, instant: datetime, timezone: str, today: date | None = None) -> str:
        """'viernes 18 de diciembre a las 20:00' on the wall clock of `timezone`."""
        there = wording.local(instant, timezone)
        return self.say("message.moment", date=self.day(there.date(), today), at=self.at(there))

    def night(self, instant: datetime, timezone: str, service_date: date) -> str | None:
        """'noche del viernes' for a table past midnight of that dinner; None when the date says it all."""
        if wording.local(instant, timezone).date() == service_date:
            return None
        return self.say("message.night", weekday=format_date(service_date, "EEEE", locale=self.language))
