"""What comes into the machine and what goes out of it: events and sentences; what it asks to be done is in `actions`. Plain values.

The runner feeds `Heard` for a message, then, for each action the machine asks for, the event with its result; a refusal of any
action comes back as `Refused`. `Say` names a text of the catalogue; `render` turns it into words.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Literal

from backend.conversations.dialogue.actions import Action
from backend.conversations.dialogue.records import (
    Alternative,
    BookingSeen,
    DayTimes,
    HoldTaken,
    SlotAsk,
    TableOffer,
    WaitSeen,
)
from backend.conversations.dialogue.state import DialogueState
from backend.conversations.understanding import Understanding

# --- events ----------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Heard:
    """A message of the guest, read; `turn` is its message id. `phone` and `email` are how the channel reaches the sender, `proven`
    whether it vouches that they are theirs; `name` is the
    person's name that it shows, which proves nothing."""

    read: Understanding
    text: str
    turn: str
    phone: str | None = None
    email: str | None = None
    proven: bool = True
    name: str | None = None

    @property
    def is_known(self) -> bool:
        """Whether the channel proves who writes."""
        return self.proven and (self.phone is not None or self.email is not None)


@dataclass(frozen=True, slots=True)
class SlotFree:
    """The slot that was checked is free; its stay would end at `ends` (aware)."""

    ask: SlotAsk
    ends: datetime | None = None


@dataclass(frozen=True, slots=True)
class SlotHeld:
    """The slot is kept for this guest; an earlier hold was given back in the same step."""

    hold: HoldTaken


@dataclass(frozen=True, slots=True)
class HoldGone:
    """The hold was given back."""


@dataclass(frozen=True, slots=True)
class DayKnown:
    """The free times of a day."""

    day: DayTimes


@dataclass(frozen=True, slots=True)
class Booked:
    """The booking exists."""

    booking: BookingSeen


@dataclass(frozen=True, slots=True)
class BookingsFound:
    """The bookings this guest may see; empty when there is none."""

    bookings: tuple[BookingSeen, ...]


@dataclass(frozen=True, slots=True)
class BookingCancelled:
    """The booking is cancelled; `late` by the restaurant's policy, `penalty` in words when there is one."""

    booking: BookingSeen
    late: bool
    penalty: str | None = None


@dataclass(frozen=True, slots=True)
class ChangeFree:
    """The booking could be moved to that slot at this moment."""

    ask: SlotAsk


@dataclass(frozen=True, slots=True)
class BookingChanged:
    """The booking as it is now."""

    booking: BookingSeen


@dataclass(frozen=True, slots=True)
class LateNoted:
    """The team knows that the party comes `minutes` after the start; `kept`: the table is kept so long, as the rules say, until
    `kept_until` (wall clock)."""

    booking: BookingSeen
    minutes: int
    kept: bool
    kept_until: time


@dataclass(frozen=True, slots=True)
class Attended:
    """The booking has the guest's word that they are coming."""

    booking: BookingSeen


@dataclass(frozen=True, slots=True)
class NoteAdded:
    """The team reads the guest's words with the booking."""

    booking: BookingSeen


@dataclass(frozen=True, slots=True)
class OnWaitlist:
    """The guest is on the waiting list."""

    place: WaitSeen


@dataclass(frozen=True, slots=True)
class OfferFound:
    """The table that the guest was told of; None when they were told of none."""

    offer: TableOffer | None


@dataclass(frozen=True, slots=True)
class LeftWaitlist:
    """How many of the guest's places on the waiting list were given up."""

    count: int


@dataclass(frozen=True, slots=True)
class WishKept:
    """Whether messages are wanted is recorded. `known` false: nobody knows of whom; `news` false: it was so already."""

    wanted: bool
    known: bool
    news: bool


@dataclass(frozen=True, slots=True)
class ErasurePlanned:
    """The sender's data will be gone in some minutes; `known` false: there is no guest of that number or address."""

    known: bool


@dataclass(frozen=True, slots=True)
class HandedOver:
    """The thread is with the staff."""


@dataclass(frozen=True, slots=True)
class TakenBack:
    """The thread is the assistant's again."""


@dataclass(frozen=True, slots=True)
class Refused:
    """An action was refused: the code, the numbers for its sentence, what is free instead, the fields that were wrong."""

    code: str
    params: Mapping[str, object] = field(default_factory=dict)
    alternatives: tuple[Alternative, ...] = ()
    fields: tuple[str, ...] = ()


Result = (
    SlotFree
    | SlotHeld
    | HoldGone
    | DayKnown
    | Booked
    | BookingsFound
    | BookingCancelled
    | ChangeFree
    | BookingChanged
    | LateNoted
    | Attended
    | NoteAdded
    | OnWaitlist
    | OfferFound
    | LeftWaitlist
    | WishKept
    | ErasurePlanned
    | HandedOver
    | TakenBack
    | Refused
)
Event = Heard | Result

# --- what is said ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Quick:
    """An answer to tap: the catalogue's `quick.<key>`, or a slot, a day or a booking written out.

    `value` is the text it sends; None sends its title, so that an answer is always in the guest's language.
    """

    key: str | None = None
    slot: Alternative | None = None
    day: date | None = None
    booking: BookingSeen | None = None
    value: str | None = None


CardEvent = Literal["booked", "changed", "cancelled"]


@dataclass(frozen=True, slots=True)
class Say:
    """One sentence: the text `chat.<key>` with its values, answers to tap, perhaps a booking's card.

    `happened` says what was just done to the card's booking; None when it is only shown.
    """

    key: str
    values: Mapping[str, object] = field(default_factory=dict)
    quick: tuple[Quick, ...] = ()
    card: BookingSeen | None = None
    happened: CardEvent | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """The new state, what to say, and at most one action to do before going on."""

    state: DialogueState
    says: tuple[Say, ...] = ()
    action: Action | None = None
