"""Profile, areas and tables as JSON. Called by the configuration document."""

from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID, uuid4

from pydantic import Field, model_validator

from backend.platform.shapes import Shape
from backend.restaurants.domain import Bookable, TableShape
from backend.restaurants.schemas.fields import (
    Colour,
    Currency,
    Email,
    Key,
    Line,
    LocaleTag,
    Name,
    Number,
    Paragraph,
    People,
    Phone,
    SentenceKey,
    Slug,
    Timezone,
    Url,
    Whole,
)


class ShortText(Shape):
    """A name in two languages; an empty `en` means that the Spanish one serves both."""

    es: Name
    en: Line = ""


class LongText(Shape):
    """A description in two languages."""

    es: Paragraph
    en: Paragraph = ""


class FaqShape(Shape):
    """What guests ask in the chat, in the restaurant's own words; what is left out the team is asked."""

    kids: LongText | None = None
    terrace: LongText | None = None
    payment: LongText | None = None
    accessibility: LongText | None = None
    dress_code: LongText | None = None
    wifi: LongText | None = None
    groups: LongText | None = None
    prices: LongText | None = None
    events: LongText | None = None
    transport: LongText | None = None
    allergens: LongText | None = None


class ProfileShape(Shape):
    """Who the restaurant is. `slug` is its short address, `timezone` an IANA name, `currency` ISO 4217."""

    name: Name
    slug: Slug
    timezone: Timezone
    locale: LocaleTag = "es-ES"
    currency: Currency
    address: Line = ""
    phone: Phone = ""
    email: Email = ""
    website: Url = ""
    description: LongText | None = None
    primary_colour: Colour = "#1E6B52"
    formality: Literal["tu", "usted"] = "tu"
    parking: LongText | None = None
    pets: LongText | None = None
    menu: LongText | None = None
    faq: FaqShape = Field(default_factory=FaqShape)
    wording: Annotated[dict[SentenceKey, LongText], Field(max_length=200)] = Field(default_factory=dict)


class AreaShape(Shape):
    """A part of the house that a guest may ask for."""

    id: Key
    name: ShortText


class TableShapeIn(Shape):
    """A table; centimetres and degrees. Without an `id` it is a new table. `capacity` is derived: it may
    stand for a missing `maxParty`."""

    id: UUID = Field(default_factory=uuid4)
    number: Number
    min_party: People = 1
    max_party: People
    area: Key
    shape: TableShape = "square"
    x: Annotated[Whole, Field(ge=0, le=100_000)] = 0
    y: Annotated[Whole, Field(ge=0, le=100_000)] = 0
    width: Annotated[Whole, Field(ge=10, le=5_000)] = 80
    height: Annotated[Whole, Field(ge=10, le=5_000)] = 80
    rotation: Annotated[Whole, Field(ge=0, le=359)] = 0
    priority: Annotated[Whole, Field(ge=0, le=100)] = 0
    bookable: Bookable = "online"
    capacity: People | None = None

    @model_validator(mode="before")
    @classmethod
    def _capacity_for_max_party(cls, given: object) -> object:
        if isinstance(given, dict) and "capacity" in given and not given.keys() & {"maxParty", "max_party"}:
            return {**given, "maxParty": given["capacity"]}
        return given
