"""What the conversation needs from the rest of SaveIt, as small contracts. Fulfilled by `house` and `store`, faked in tests.

A method that may be told no raises `backend.platform.refusals.Refusal`; nothing else is expected of it but results.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Protocol
from uuid import UUID

from backend.conversations.dialogue.records import (
    Alternative,
    BookingSeen,
    DayTimes,
    FreeSlot,
    HoldTaken,
    RestaurantFacts,
    SlotAsk,
    TableOffer,
    WaitSeen,
)


@dataclass(frozen=True, slots=True)
class Conversation:
    """Who talks, where: one session of one channel of one restaurant."""

    restaurant_id: UUID
    channel: str
    session_id: str


@dataclass(frozen=True, slots=True)
class Sender:
    """How the channel reaches the guest (WhatsApp by phone, mail by address). Nothing on the web.

    `proven` false: nobody vouches that it is theirs (a From field without a server's word). It is good to book with, as if the
    guest had typed it, and shows them nothing of what was booked with it. `name` is what they call themselves there: it proves
    nothing.
    """

    phone: str | None = None
    email: str | None = None
    proven: bool = True
    name: str | None = None


@dataclass(frozen=True, slots=True)
class ChatBooking:
    """A booking the guest confirmed in words, privacy accepted. `locale` is the guest's."""

    conversation: Conversation
    slot: SlotAsk
    name: str
    phone: str | None
    email: str | None
    locale: str
    notes: str | None = None
    occasion: str | None = None
    hold_id: str | None = None


@dataclass(frozen=True, slots=True)
class Cancellation:
    """A booking that was cancelled; `penalty` in words when the policy asks for one."""

    booking: BookingSeen
    late: bool
    penalty: str | None = None


@dataclass(frozen=True, slots=True)
class Lateness:
    """A delay that the team knows of: whether the table is kept so long, and until when (wall clock)."""

    booking: BookingSeen
    kept: bool
    kept_until: time


@dataclass(frozen=True, slots=True)
class ChatWait:
    """A place on the waiting list that the guest confirmed in words, privacy accepted. `locale` is the guest's."""

    conversation: Conversation
    slot: SlotAsk
    name: str
    phone: str | None
    email: str | None
    locale: str


@dataclass(frozen=True, slots=True)
class WishAnswer:
    """`known` false: nobody knows whose wish it is; `news` false: it was so already."""

    known: bool
    news: bool


@dataclass(frozen=True, slots=True)
class Stored:
    """What the store knows when a message comes in.

    `answer` is set when this very message was answered before. `state` is the session's latest, None when there is none or it
    is too old; `revision` is what `save` compares. `handler` says who has the thread; `taken` that a person speaks in it.
    """

    answer: tuple[Mapping[str, Any], ...] | None = None
    state: Mapping[str, Any] | None = None
    revision: int = 0
    handler: str = "bot"
    taken: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """Who is talking, as far as a turn says: what the inbox shows, and what an erasure looks for. Phones in E.164, addresses in
    lower case, bookings by their ids. Personal data.
    """

    name: str | None = None
    phones: frozenset[str] = frozenset()
    emails: frozenset[str] = frozenset()
    bookings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Turn:
    """One message with its answer and the state after it, all of it written or none. `state` and `said` hold personal data."""

    conversation: Conversation
    message_id: str
    said: str
    answer: tuple[Mapping[str, Any], ...]
    state: Mapping[str, Any]
    language: str
    intent: str
    at: datetime
    told: Told = Told()


class SessionMovedError(Exception):
    """Another message of the session was answered since `load`: read again and think again."""


class Restaurants(Protocol):
    """Facts about a restaurant."""

    def facts(self, restaurant_id: UUID) -> RestaurantFacts:
        """What may be said about it; raises Refusal('not_found')."""


class Availability(Protocol):
    """Which slots are free, and keeping one for a moment. The same answers as every other caller gets."""

    def check(self, restaurant_id: UUID, ask: SlotAsk, channel: str) -> FreeSlot:
        """The slot with the end of its stay; raises Refusal with the reason and alternatives when not. Takes nothing."""

    def day(
        self, restaurant_id: UUID, day: date, party_size: int, area: str | None, channel: str
    ) -> DayTimes:
        """The free times of a day."""

    def hold(self, restaurant_id: UUID, ask: SlotAsk, channel: str, instead_of: str | None) -> HoldTaken:
        """Keeps the slot, and gives `instead_of` back only once it has it; raises Refusal with alternatives."""

    def release(self, restaurant_id: UUID, hold_id: str) -> None:
        """Gives a hold back; one that is gone already is fine."""


class Reservations(Protocol):
    """Booking through the use case everybody uses."""

    def book(self, booking: ChatBooking, key: str) -> BookingSeen:
        """The booking; the same `key` gives the same booking again. Raises Refusal with alternatives or a rule's code."""

    def find(
        self, conversation: Conversation, sender: Sender, ids: tuple[str, ...], code: str | None
    ) -> list[BookingSeen]:
        """Bookings this guest may see, soonest first: the one with the code, else those of `ids` and of the proven sender."""

    def cancel(self, restaurant_id: UUID, booking_id: str, key: str) -> Cancellation:
        """Cancels; one that is cancelled already answers the same. Raises Refusal('invalid_transition', 'not_found')."""

    def check_change(self, restaurant_id: UUID, booking: BookingSeen, ask: SlotAsk, channel: str) -> None:
        """Whether `change` would take it at this moment, the booking's own tables counting as free; raises what it would raise,
        with alternatives. Takes nothing."""

    def change(
        self, restaurant_id: UUID, booking: BookingSeen, ask: SlotAsk, channel: str, key: str
    ) -> BookingSeen:
        """Moves it in one step; already there answers the same. Raises Refusal and leaves it as it was."""


class Coming(Protocol):
    """What guests say of a booking before they come, and of the table they wait for."""

    def late(self, restaurant_id: UUID, booking_id: str, minutes: int, channel: str) -> Lateness:
        """Writes that they come so many minutes after the start. Raises Refusal."""

    def attend(self, restaurant_id: UUID, booking_id: str, channel: str) -> BookingSeen:
        """Writes that the guest is coming. Raises Refusal."""

    def note(
        self, conversation: Conversation, sender: Sender, booking_id: str, words: str, *, is_allergy: bool
    ) -> BookingSeen:
        """Adds words for the team; an allergy also to the guest, when the sender is proven to be them. Raises Refusal."""

    def wait(self, wish: ChatWait) -> WaitSeen:
        """Puts the guest on the waiting list; asking again answers the same. Raises Refusal."""

    def offered(self, conversation: Conversation, sender: Sender) -> TableOffer | None:
        """The table that the sender was last told of from the waiting list; None without one, or when nothing proves them."""
        ...

    def taken_up(self, conversation: Conversation, place: str) -> None:
        """The table was booked for this place on the waiting list, which is used up; one that is gone already is fine."""
        ...

    def leave(self, conversation: Conversation, sender: Sender, waits: tuple[str, ...]) -> int:
        """Gives up these places and those of the proven sender; how many."""


class Wishes(Protocol):
    """What guests decide about messages and their data."""

    def messages(
        self, conversation: Conversation, sender: Sender, booked: tuple[str, ...], *, wanted: bool
    ) -> WishAnswer:
        """Records whether they want messages that they did not ask for: of the thread, the proven sender, and who made the
        thread's own bookings."""

    def erase(self, conversation: Conversation, sender: Sender) -> bool:
        """Has the proven sender erased in some minutes; False when there is no such guest."""


class Handover(Protocol):
    """The staff's inbox."""

    def open(self, conversation: Conversation, reason: str) -> None:
        """Gives the thread to the staff; one that has it already is fine."""

    def close(self, conversation: Conversation) -> None:
        """Gives the thread back to the assistant."""


class Turns(Protocol):
    """Messages, answers and the latest state of each session."""

    def load(self, conversation: Conversation, message_id: str, not_before: datetime) -> Stored:
        """What is known; a state older than `not_before` does not count."""

    def save(self, turn: Turn, revision: int) -> tuple[Mapping[str, Any], ...] | None:
        """Writes the turn when the session is still at `revision`; None means written.

        The same message answered meanwhile by a racing request: nothing is written and that answer is returned. Another message
        answered meanwhile: raises SessionMovedError.
        """


@dataclass(frozen=True, slots=True)
class Ports:
    """All of them in one hand."""

    restaurants: Restaurants
    availability: Availability
    reservations: Reservations
    coming: Coming
    handover: Handover
    turns: Turns
    wishes: Wishes


__all__ = [
    "Alternative",
    "Availability",
    "Cancellation",
    "ChatBooking",
    "ChatWait",
    "Coming",
    "Conversation",
    "Handover",
    "Lateness",
    "Ports",
    "Reservations",
    "Restaurants",
    "Sender",
    "SessionMovedError",
    "Stored",
    "Told",
    "Turn",
    "Turns",
    "WishAnswer",
    "Wishes",
]
