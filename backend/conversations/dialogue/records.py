"""What the dialogue knows of the world: the restaurant's facts, slots, holds, bookings. Plain values, no I/O.

Filled by the adapters of `ports`, read by the machine and by `render`. Dates and times are wall clock in the restaurant's zone;
instants are aware.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Literal

Formality = Literal["tu", "usted"]
WallClock = time  # for a class that has a field `time`


@dataclass(frozen=True, slots=True)
class AreaFact:
    """A part of the restaurant that a guest may ask for; `id` is what the availability call takes.

    `name` is the Spanish one; `english` is empty when it serves both.
    """

    id: str
    name: str
    english: str = ""

    def named(self, language: str) -> str:
        """Its name in the reader's language."""
        return self.english if language == "en" and self.english else self.name

    @property
    def names(self) -> tuple[str, ...]:
        """Every name a guest may call it by."""
        return (self.name, self.english) if self.english else (self.name,)


@dataclass(frozen=True, slots=True)
class OpeningDay:
    """The opening times of a weekday (0 is Monday), in order; empty when closed. A span may cross midnight."""

    weekday: int
    spans: tuple[tuple[time, time], ...]


@dataclass(frozen=True, slots=True)
class RestaurantFacts:
    """What the dialogue may say about a restaurant without asking anybody.

    `answers` holds the profile's own words for questions, by topic (`address parking pets menu payment phone ...`) and
    language. `hold_minutes` is how long a slot is kept, `holds` whether one is kept at all while the guest answers: not where
    answers come hours later. `grace_minutes` is how long a booked table waits for who is late. `staff_hours` is when
    people answer; None when not known. `largest_party` is the most people a guest may book for by themselves,
    `free_cancellation_hours` the policy, `wording` its own sentences in place of ours, by key and language.
    """

    name: str
    timezone: str
    locale: str
    formality: Formality = "tu"
    areas: tuple[AreaFact, ...] = ()
    opening: tuple[OpeningDay, ...] = ()
    answers: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    hold_minutes: int = 5
    staff_hours: tuple[time, time] | None = None
    privacy_url: str = ""
    largest_party: int | None = None
    wording: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    free_cancellation_hours: int | None = None
    grace_minutes: int | None = None
    holds: bool = True

    @property
    def service(self) -> tuple[tuple[time, time], ...]:
        """Every opening span of the week once, for settling hours that could be morning or evening."""
        return tuple(dict.fromkeys(span for day in self.opening for span in day.spans))


@dataclass(frozen=True, slots=True)
class SlotAsk:
    """A slot somebody wants: who many, when, perhaps where."""

    party_size: int
    date: date
    time: time
    area: str | None = None


@dataclass(frozen=True, slots=True)
class Alternative:
    """A slot that is free now."""

    date: date
    time: time
    area: str | None = None


@dataclass(frozen=True, slots=True)
class FreeSlot:
    """A slot that is free at this moment and that nobody keeps; the stay would end at `ends` (aware)."""

    ask: SlotAsk
    ends: datetime | None = None


@dataclass(frozen=True, slots=True)
class HoldTaken:
    """A slot kept for this guest until `expires_at`. The stay would end at `ends`, in `area`. Instants are aware."""

    id: str
    expires_at: datetime
    ask: SlotAsk
    ends: datetime | None = None
    area: str | None = None


@dataclass(frozen=True, slots=True)
class DayTimes:
    """The free times of a day for a party; `reason` is the refusal code when there are none.

    `service` are the spans of that very day, special hours included.
    """

    date: date
    times: tuple[time, ...]
    reason: str | None = None
    params: Mapping[str, object] = field(default_factory=dict)
    service: tuple[tuple[time, time], ...] = ()


@dataclass(frozen=True, slots=True)
class BookingSeen:
    """A booking as its guest may see it. `late_now` says that cancelling at this moment is late; `penalty` is money in words.

    `status` is the reservation's; `lacking` are requirements still open (`deposit`, `card`, ...) that keep it pending.
    `guest_confirmed`: the guest has said that they are coming. `ends` is the wall-clock end of the stay.
    """

    id: str
    code: str
    version: int
    status: str
    date: date
    time: time
    party_size: int
    name: str
    area: str | None = None
    image_url: str = ""
    manage_url: str = ""
    calendar_url: str = ""
    late_now: bool = False
    free_cancellation_hours: int | None = None
    penalty: str | None = None
    lacking: tuple[str, ...] = ()
    guest_confirmed: bool = False
    ends: WallClock | None = None


@dataclass(frozen=True, slots=True)
class TableOffer:
    """A table that came free, of which somebody on the waiting list was told; `id` is their place on it."""

    id: str
    slot: SlotAsk
    name: str | None = None
    phone: str | None = None
    email: str | None = None


@dataclass(frozen=True, slots=True)
class WaitSeen:
    """A place on the waiting list; `ahead` are those who wait for that day and came before."""

    id: str
    slot: SlotAsk
    ahead: int = 0
