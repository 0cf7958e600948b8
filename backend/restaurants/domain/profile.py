"""Who the restaurant is: name, place, language and the facts a guest asks about. Called by pages, messages
and dialogue."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Literal
from urllib.parse import quote
from zoneinfo import ZoneInfo

from backend.restaurants.domain.values import Bilingual

Formality = Literal["tu", "usted"]


@dataclass(frozen=True, slots=True)
class Faq:
    """What guests ask besides the rules, in the restaurant's own words; None where it has not said."""

    kids: Bilingual | None = None
    terrace: Bilingual | None = None
    payment: Bilingual | None = None
    accessibility: Bilingual | None = None
    dress_code: Bilingual | None = None
    wifi: Bilingual | None = None
    groups: Bilingual | None = None
    prices: Bilingual | None = None
    events: Bilingual | None = None
    transport: Bilingual | None = None
    allergens: Bilingual | None = None


FAQ_TOPICS = tuple(each.name for each in fields(Faq))


@dataclass(frozen=True, slots=True)
class Profile:
    """`timezone` is an IANA name, `locale` a language tag ('es-ES'), `currency` an ISO 4217 code, the colour
    #RRGGBB. `wording` are the restaurant's own sentences in place of the assistant's, by their key."""

    name: str
    slug: str
    timezone: str
    locale: str
    currency: str
    address: str = ""
    phone: str = ""
    email: str = ""
    website: str = ""
    description: Bilingual | None = None
    primary_colour: str = "#1E6B52"
    formality: Formality = "tu"
    parking: Bilingual | None = None
    pets: Bilingual | None = None
    menu: Bilingual | None = None
    faq: Faq = Faq()
    wording: tuple[tuple[str, Bilingual], ...] = ()

    @property
    def zone(self) -> ZoneInfo:
        """The zone of every wall-clock time of this restaurant."""
        return ZoneInfo(self.timezone)

    @property
    def map_url(self) -> str | None:
        """A map of the address; None without one."""
        return f"https://www.openstreetmap.org/search?query={quote(self.address)}" if self.address else None
