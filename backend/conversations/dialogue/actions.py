"""What the machine asks to be done; each is answered by an event of `events`, or by `Refused`. Plain values; done by the runner."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from backend.conversations.dialogue.records import BookingSeen, SlotAsk
from backend.conversations.dialogue.state import Draft


@dataclass(frozen=True, slots=True)
class CheckSlot:
    """Is it free? Answers SlotFree or Refused with alternatives; takes nothing."""

    ask: SlotAsk


@dataclass(frozen=True, slots=True)
class HoldSlot:
    """Keep it. Answers SlotHeld, or Refused and then `instead_of` stays held."""

    ask: SlotAsk
    instead_of: str | None = None


@dataclass(frozen=True, slots=True)
class ReleaseHold:
    """Give it back; one that is gone already is fine. Answers HoldGone."""

    hold_id: str


@dataclass(frozen=True, slots=True)
class ShowDay:
    """Which times are free that day. Answers DayKnown."""

    date: date
    party_size: int
    area: str | None = None


@dataclass(frozen=True, slots=True)
class Book:
    """Make the booking of a draft that the guest confirmed, privacy accepted; in `area`, which was read back. Answers Booked or
    Refused."""

    draft: Draft
    hold_id: str | None
    area: str | None = None


@dataclass(frozen=True, slots=True)
class FindOffer:
    """The table that the sender, whom the channel proves, was last told of from the waiting list. Answers OfferFound."""


@dataclass(frozen=True, slots=True)
class FindBookings:
    """The guest's coming bookings: the one with this code, or those of this session and sender. Answers BookingsFound."""

    code: str | None = None


@dataclass(frozen=True, slots=True)
class CancelBooking:
    """Cancel it. Answers BookingCancelled or Refused."""

    booking: BookingSeen


@dataclass(frozen=True, slots=True)
class CheckChange:
    """Could the booking be moved there? Answers ChangeFree or Refused with alternatives; takes nothing, and its own tables are no
    obstacle."""

    booking: BookingSeen
    ask: SlotAsk


@dataclass(frozen=True, slots=True)
class ChangeBooking:
    """Move it. Answers BookingChanged, or Refused and the booking stays as it was."""

    booking: BookingSeen
    ask: SlotAsk


@dataclass(frozen=True, slots=True)
class TellLate:
    """Write that the party comes `minutes` after the start. Answers LateNoted or Refused."""

    booking: BookingSeen
    minutes: int


@dataclass(frozen=True, slots=True)
class Attend:
    """Write that the guest is coming. Answers Attended or Refused."""

    booking: BookingSeen


@dataclass(frozen=True, slots=True)
class AddNote:
    """Add the guest's words to the booking, and an allergy to the guest where the channel proves who they are. Answers NoteAdded or
    Refused."""

    booking: BookingSeen
    words: str
    is_allergy: bool


@dataclass(frozen=True, slots=True)
class JoinWaitlist:
    """Put the draft's guest on the waiting list, privacy accepted. Answers OnWaitlist or Refused."""

    draft: Draft


@dataclass(frozen=True, slots=True)
class LeaveWaitlist:
    """Give up what this thread and the proven sender wait for. Answers LeftWaitlist."""


@dataclass(frozen=True, slots=True)
class KeepWish:
    """Record whether the guest wants messages that they did not ask for. Answers WishKept."""

    wanted: bool


@dataclass(frozen=True, slots=True)
class EraseGuest:
    """Erase the sender, whom the channel proves. Answers ErasurePlanned."""


@dataclass(frozen=True, slots=True)
class HandOver:
    """Give the thread to the staff: `asked`, `misunderstood`, `upset`, `group`, `erasure`. Answers HandedOver."""

    reason: str


@dataclass(frozen=True, slots=True)
class TakeBack:
    """Take the thread back from the staff because the guest wants the assistant again. Answers TakenBack."""


Action = (
    CheckSlot
    | HoldSlot
    | ReleaseHold
    | ShowDay
    | Book
    | FindOffer
    | FindBookings
    | CancelBooking
    | CheckChange
    | ChangeBooking
    | TellLate
    | Attend
    | AddNote
    | JoinWaitlist
    | LeaveWaitlist
    | KeepWish
    | EraseGuest
    | HandOver
    | TakeBack
)
