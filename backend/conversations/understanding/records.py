"""What a message says, as plain records: spans, slots and the whole understanding.

Made by `compose.understand`, read by the dialogue and by `scripts/understand`. Pure; nothing here knows a language.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Literal

Intent = Literal[
    "reserve",
    "change",
    "cancel",
    "status",
    "availability",
    "waitlist",
    "human",
    "greet",
    "confirm",
    "deny",
    "other",
]

Daypart = Literal["morning", "midday", "afternoon", "night", "early"]


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of the (NFC-normalised) message that a value rests on: `text[start:end]`."""

    slot: str
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Slots:
    """The values a message states. None where it does not say; never a guess without words behind it.

    `date` and `time` are wall clock in the restaurant's zone. `date_choices` and `time_choices` hold every reading of an
    ambiguous value, best first, for the restaurant's hours to settle. `party_delta` is "two more" (2) or "one less" (-1).
    `daypart` is a part of the day without an hour. `code` is a reservation code. `choice` picks from an offered list: 0 is
    the first, -1 the last. `name` is as the guest wrote it, with capitals put right when there were none.
    """

    date: datetime.date | None = None
    time: datetime.time | None = None
    party_size: int | None = None
    name: str | None = None
    phone: str | None = None
    email: str | None = None
    area: str | None = None
    occasion: str | None = None
    notes: str | None = None
    date_choices: tuple[datetime.date, ...] = ()
    time_choices: tuple[datetime.time, ...] = ()
    party_delta: int | None = None
    daypart: Daypart | None = None
    code: str | None = None
    choice: int | None = None

    @property
    def is_empty(self) -> bool:
        """Whether the message states no value at all."""
        return self == Slots()


@dataclass(frozen=True, slots=True)
class Understanding:
    """A message read: what the guest wants, the values, how sure, in which language, resting on which words.

    `source` holds values that describe the booking as it is now ("cambiar mi reserva del viernes": Friday). `also` are
    further intents in the same message. `topic` is the finer subject of a question or a remark: about the place `hours address
    parking menu pets kids terrace payment accessibility dress_code wifi groups prices events phone transport allergens
    language takeaway gift jobs reservations policy`; of a visit or the talk itself `late stop start erasure`; small talk
    `thanks bye laugh insult bot confused help unsure`. `eta_minutes` is how many minutes late the guest says they run; an hour
    of arrival is in `slots.time`. `confidence` is between 0 and 1. `language` is `es` or `en`.
    """

    intent: Intent
    slots: Slots
    confidence: float
    language: str
    spans: tuple[Span, ...] = ()
    source: Slots = Slots()
    also: tuple[Intent, ...] = ()
    topic: str | None = None
    eta_minutes: int | None = None
