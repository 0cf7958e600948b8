"""A small restaurant in memory behind the ports of the dialogue, for tests of conversations.

Two tables for two on the terrace, two for four and one for eight inside; lunch and dinner except Mondays; a moment in
November 2026. The fakes keep the promises of `ports`: nobody gets a taken table, the same key gives the same booking, a turn is
written whole or not at all.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from backend.conversations.dialogue.records import (
    AreaFact,
    BookingSeen,
    DayTimes,
    FreeSlot,
    HoldTaken,
    OpeningDay,
    RestaurantFacts,
    SlotAsk,
    TableOffer,
    WaitSeen,
)
from backend.conversations.ports import (
    Cancellation,
    ChatBooking,
    ChatWait,
    Conversation,
    Lateness,
    Ports,
    Sender,
    SessionMovedError,
    Stored,
    Turn,
    WishAnswer,
)
from backend.conversations.service import ConversationService
from backend.platform.refusals import FieldError, Refusal

RESTAURANT = UUID("01900000-0000-7000-8000-000000000001")
ZONE = ZoneInfo("Europe/Madrid")
NOON = datetime(2026, 11, 24, 12, 0, tzinfo=ZONE)
LUNCH = (time(13, 0), time(16, 0))
DINNER = (time(20, 0), time(23, 30))
STARTS = [time(hour, minute) for hour in (13, 14, 15) for minute in (0, 30)] + [
    time(hour, minute) for hour in (20, 21, 22) for minute in (0, 30)
]
STAY = timedelta(minutes=60)
GRACE = timedelta(minutes=15)
TABLES = (2, 2, 4, 4, 8)
MONDAY = 0

FACTS = RestaurantFacts(
    name="La Alameda",
    timezone="Europe/Madrid",
    locale="es-ES",
    areas=(AreaFact("sala", "Salón"), AreaFact("terraza", "Terraza")),
    opening=tuple(OpeningDay(day, () if day == MONDAY else (LUNCH, DINNER)) for day in range(7)),
    answers={
        "address": {"es": "Estamos en la plaza del Olivo, 3.", "en": "We are at plaza del Olivo, 3."},
        "pets": {
            "es": "Los perros son bienvenidos en la terraza.",
            "en": "Dogs are welcome on the terrace.",
        },
        "payment": {"es": "Aceptamos tarjeta y efectivo.", "en": "We take cards and cash."},
        "kids": {"es": "Tenemos tronas.", "en": "We have high chairs."},
    },
    staff_hours=(time(12, 0), time(23, 0)),
    largest_party=8,
    free_cancellation_hours=24,
    grace_minutes=15,
)


class TurnedClock:
    """A clock the test turns."""

    def __init__(self, at: datetime = NOON) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at.astimezone(UTC)

    def forward(self, **by: float) -> None:
        """Moves the clock on."""
        self.at += timedelta(**by)


@dataclass
class Taken:
    """A table taken for a stay; `expires_at` for a hold."""

    table: int
    start: datetime
    expires_at: datetime | None = None


class House:
    """Tables, holds and bookings."""

    def __init__(self, clock: TurnedClock, facts: RestaurantFacts = FACTS) -> None:
        self.clock = clock
        self.facts_now = facts
        self.taken: dict[str, Taken] = {}
        self.holds: dict[str, SlotAsk] = {}
        self.bookings: dict[str, BookingSeen] = {}
        self.keys: dict[str, str] = {}
        self.contacts: dict[str, list[str]] = {}
        self.handed: list[tuple[str, str]] = []
        self.next_refusals: list[Refusal] = []
        self.late = False
        self.etas: dict[str, int] = {}
        self.notes: list[tuple[str, str]] = []
        self.allergies: list[str] = []
        self.waiting: list[tuple[ChatWait, str]] = []
        self.told: dict[str, ChatWait] = {}
        self.place_refusal: Refusal | None = None
        self.stopped: set[tuple[str, str]] = set()
        self.erased: list[Sender] = []
        self.lock = threading.RLock()
        self._count = 0

    # restaurants --------------------------------------------------------------------------------------------------------

    def facts(self, restaurant_id: UUID) -> RestaurantFacts:
        if restaurant_id != RESTAURANT:
            raise Refusal("not_found")
        return self.facts_now

    # availability -------------------------------------------------------------------------------------------------------

    def check(self, restaurant_id: UUID, ask: SlotAsk, channel: str) -> FreeSlot:
        with self.lock:
            self._table(ask, frozenset())
            return FreeSlot(ask, _start(ask) + STAY)

    def day(
        self, restaurant_id: UUID, day: date, party_size: int, area: str | None, channel: str
    ) -> DayTimes:
        with self.lock:
            if party_size > max(TABLES):
                return DayTimes(day, (), "party_too_large", {"max": max(TABLES)}, (LUNCH, DINNER))
            if day.weekday() == MONDAY:
                return DayTimes(day, (), "closed")
            free = tuple(
                at for at in STARTS if self._is_free(SlotAsk(party_size, day, at, area), frozenset())
            )
            return DayTimes(day, free, None if free else "slot_unavailable", {}, (LUNCH, DINNER))

    def hold(self, restaurant_id: UUID, ask: SlotAsk, channel: str, instead_of: str | None) -> HoldTaken:
        with self.lock:
            table = self._table(ask, frozenset({instead_of} if instead_of else ()))
            identity = self._identity("hold")
            if instead_of:
                self.release(restaurant_id, instead_of)
            expires = self.clock.now() + timedelta(minutes=self.facts_now.hold_minutes)
            self.taken[identity] = Taken(table, _start(ask), expires)
            self.holds[identity] = ask
            return HoldTaken(identity, expires, ask, _start(ask) + STAY, _area(table))

    def release(self, restaurant_id: UUID, hold_id: str) -> None:
        with self.lock:
            self.taken.pop(hold_id, None)
            self.holds.pop(hold_id, None)

    def _table(self, ask: SlotAsk, ignore: frozenset[str]) -> int:
        if self.next_refusals:
            raise self.next_refusals.pop(0)
        self._rules(ask)
        for table in self._fitting(ask):
            if not self._busy(table, _start(ask), ignore):
                return table
        raise Refusal(
            "slot_unavailable", params={"partySize": ask.party_size}, alternatives=self._near(ask, ignore)
        )

    def _rules(self, ask: SlotAsk) -> None:
        if ask.party_size > max(TABLES):
            raise Refusal("party_too_large", params={"max": max(TABLES)})
        if ask.date.weekday() == MONDAY:
            raise Refusal("closed")
        if ask.time not in STARTS:
            raise Refusal("not_a_slot", alternatives=self._near(ask, frozenset()))
        if _start(ask) < self.clock.now() + timedelta(hours=2):
            raise Refusal("too_soon", params={"hours": 2}, alternatives=self._near(ask, frozenset()))

    def _near(self, ask: SlotAsk, ignore: frozenset[str]) -> list[Mapping[str, object]]:
        def distance(at: time) -> int:
            return abs(at.hour * 60 + at.minute - ask.time.hour * 60 - ask.time.minute)

        found = []
        for at in sorted(STARTS, key=distance):
            other = replace(ask, time=at)
            soon = _start(other) < self.clock.now() + timedelta(hours=2)
            if not soon and distance(at) <= 120 and self._is_free(other, ignore):
                found.append({"date": ask.date.isoformat(), "time": at.strftime("%H:%M")})
        return sorted(found[:3], key=lambda each: str(each["time"]))

    def _is_free(self, ask: SlotAsk, ignore: frozenset[str]) -> bool:
        return any(not self._busy(table, _start(ask), ignore) for table in self._fitting(ask))

    def _fitting(self, ask: SlotAsk) -> list[int]:
        return [
            table
            for table, seats in enumerate(TABLES)
            if ask.party_size <= seats <= ask.party_size + 4 and ask.area in (None, _area(table))
        ]

    def _busy(self, table: int, start: datetime, ignore: frozenset[str]) -> bool:
        now = self.clock.now()
        return any(
            each.table == table
            and abs(each.start - start) < STAY
            and (each.expires_at is None or each.expires_at > now)
            and identity not in ignore
            for identity, each in self.taken.items()
        )

    def empty(self, day: date, at: time) -> None:
        """Gives the filled tables of a slot back."""
        start = datetime.combine(day, at, tzinfo=ZONE)
        gone = [
            each for each, taken in self.taken.items() if each.startswith("filled") and taken.start == start
        ]
        for each in gone:
            del self.taken[each]

    def fill(self, day: date, at: time, leave: int = 0) -> None:
        """Takes all tables of a slot, but for `leave` of the largest."""
        for table in range(len(TABLES) - leave):
            self.taken[self._identity("filled")] = Taken(table, datetime.combine(day, at, tzinfo=ZONE))

    # reservations -------------------------------------------------------------------------------------------------------

    def book(self, booking: ChatBooking, key: str) -> BookingSeen:
        with self.lock:
            if key in self.keys:
                return self.bookings[self.keys[key]]
            if booking.phone and len(booking.phone) < 9:
                raise Refusal("invalid_request", fields=[FieldError("guest.phone", "not_a_phone", {})])
            table = self._table(booking.slot, frozenset({booking.hold_id} if booking.hold_id else ()))
            if booking.hold_id:
                self.release(RESTAURANT, booking.hold_id)
            identity = self._identity("booking")
            self.taken[identity] = Taken(table, _start(booking.slot))
            self.keys[key] = identity
            slot = replace(booking.slot, area=_area(table))
            self.bookings[identity] = self._seen(identity, slot, booking.name)
            for contact in filter(None, (booking.phone, booking.email)):
                self.contacts.setdefault(contact, []).append(identity)
            return self.bookings[identity]

    def _seen(self, identity: str, slot: SlotAsk, name: str) -> BookingSeen:
        number = identity.split("-")[1]
        return BookingSeen(
            id=identity,
            code=f"K7M2Q{number}"[:6],
            version=1,
            status="confirmed",
            date=slot.date,
            time=slot.time,
            party_size=slot.party_size,
            name=name,
            area=slot.area,
            image_url=f"/g/{identity}/qr.png",
            manage_url=f"/g/{identity}",
            calendar_url=f"/g/{identity}/calendar.ics",
            free_cancellation_hours=24,
            ends=(_start(slot) + STAY).time(),
        )

    def find(
        self, conversation: Conversation, sender: Sender, ids: tuple[str, ...], code: str | None
    ) -> list[BookingSeen]:
        if code is not None:
            found = [each for each in self.bookings.values() if each.code == code]
        else:
            found = [self.bookings[each] for each in ids if each in self.bookings]
            mine = self.contacts.get(sender.phone or sender.email or "", []) if sender.proven else []
            found += [self.bookings[each] for each in mine if each not in ids]
        return [
            replace(each, late_now=self.late)
            for each in sorted(found, key=lambda each: (each.date, each.time))
        ]

    def cancel(self, restaurant_id: UUID, booking_id: str, key: str) -> Cancellation:
        with self.lock:
            booking = replace(self.bookings[booking_id], status="cancelled")
            self.bookings[booking_id] = booking
            self.taken.pop(booking_id, None)
            return Cancellation(booking, self.late)

    def check_change(self, restaurant_id: UUID, booking: BookingSeen, ask: SlotAsk, channel: str) -> None:
        with self.lock:
            self._table(ask, frozenset({booking.id}))

    def change(
        self, restaurant_id: UUID, booking: BookingSeen, ask: SlotAsk, channel: str, key: str
    ) -> BookingSeen:
        with self.lock:
            table = self._table(ask, frozenset({booking.id}))
            self.taken[booking.id] = Taken(table, _start(ask))
            changed = replace(
                self.bookings[booking.id],
                date=ask.date,
                time=ask.time,
                party_size=ask.party_size,
                area=_area(table),
                ends=(_start(ask) + STAY).time(),
                version=booking.version + 1,
            )
            self.bookings[booking.id] = changed
            return changed

    # what guests say before they come ---------------------------------------------------------------------------------

    def late_by(self, restaurant_id: UUID, booking_id: str, minutes: int, channel: str) -> Lateness:
        booking = self._expected(booking_id)
        start = datetime.combine(booking.date, booking.time, tzinfo=ZONE)
        if timedelta(minutes=minutes) >= STAY:
            raise Refusal("window_passed")
        self.etas[booking_id] = minutes
        return Lateness(booking, timedelta(minutes=minutes) <= GRACE, (start + GRACE).time())

    def attend(self, restaurant_id: UUID, booking_id: str, channel: str) -> BookingSeen:
        self.bookings[booking_id] = replace(self._expected(booking_id), guest_confirmed=True)
        return self.bookings[booking_id]

    def note(
        self, conversation: Conversation, sender: Sender, booking_id: str, words: str, *, is_allergy: bool
    ) -> BookingSeen:
        booking = self._expected(booking_id)
        self.notes.append((booking_id, words))
        if is_allergy and sender.proven and (sender.phone or sender.email):
            self.allergies.append(words)
        return booking

    def _expected(self, booking_id: str) -> BookingSeen:
        if self.next_refusals:
            raise self.next_refusals.pop(0)
        booking = self.bookings[booking_id]
        if booking.status != "confirmed":
            raise Refusal("invalid_transition")
        return booking

    def wait(self, wish: ChatWait) -> WaitSeen:
        with self.lock:
            if self.next_refusals:
                raise self.next_refusals.pop(0)
            contact = wish.phone or wish.email or ""
            known = [(each.slot, by) for each, by in self.waiting]
            if (wish.slot, contact) not in known:
                self.waiting.append((wish, contact))
            ahead = [by for each, by in self.waiting if each.slot.date == wish.slot.date].index(contact)
            return WaitSeen(contact, wish.slot, ahead)

    def offered(self, conversation: Conversation, sender: Sender) -> TableOffer | None:
        with self.lock:
            contact = sender.phone or sender.email or ""
            if not sender.proven or contact not in self.told:
                return None
            wish = self.told[contact]
            return TableOffer(contact, wish.slot, wish.name, wish.phone, wish.email)

    def taken_up(self, conversation: Conversation, place: str) -> None:
        with self.lock:
            if self.place_refusal is not None:
                raise self.place_refusal
            self.told.pop(place, None)
            self.waiting = [(wish, by) for wish, by in self.waiting if by != place]

    def tell(self) -> None:
        """Everybody who waits is told that a table came free."""
        self.told = {by: wish for wish, by in self.waiting}

    def leave(self, conversation: Conversation, sender: Sender, waits: tuple[str, ...]) -> int:
        with self.lock:
            leaving = {*waits, *filter(None, (sender.phone, sender.email) if sender.proven else ())}
            stay = [(wish, by) for wish, by in self.waiting if by not in leaving]
            gone, self.waiting = len(self.waiting) - len(stay), stay
            return gone

    # wishes --------------------------------------------------------------------------------------------------------------

    def messages(
        self, conversation: Conversation, sender: Sender, booked: tuple[str, ...], *, wanted: bool
    ) -> WishAnswer:
        thread = (conversation.channel, conversation.session_id)
        known = conversation.channel != "web" or bool(booked)
        news = known and (thread in self.stopped) is wanted
        (self.stopped.discard if wanted else self.stopped.add)(thread)
        return WishAnswer(known, news)

    def erase(self, conversation: Conversation, sender: Sender) -> bool:
        known = (sender.phone or sender.email or "") in self.contacts
        if known:
            self.erased.append(sender)
        return known

    def _identity(self, kind: str) -> str:
        self._count += 1
        return f"{kind}-{self._count}"


class Before:
    """The part of the house that hears what guests say before they come."""

    def __init__(self, house: House) -> None:
        self.late, self.attend, self.note = house.late_by, house.attend, house.note
        self.wait, self.leave = house.wait, house.leave
        self.offered, self.taken_up = house.offered, house.taken_up


class Inbox:
    """The staff's inbox; `back` gives a thread back to the assistant."""

    def __init__(self, turns: MemoryTurns) -> None:
        self._turns = turns
        self.opened: list[str] = []

    def open(self, conversation: Conversation, reason: str) -> None:
        self.opened.append(reason)
        self._turns.handlers[conversation] = "staff"

    def close(self, conversation: Conversation) -> None:
        self._turns.handlers[conversation] = "bot"


@dataclass
class MemoryTurns:
    """Turns in memory."""

    handlers: dict[Conversation, str] = field(default_factory=dict)
    answers: dict[tuple[Conversation, str], tuple[Mapping[str, Any], ...]] = field(default_factory=dict)
    states: dict[Conversation, tuple[Mapping[str, Any], datetime, int]] = field(default_factory=dict)
    written: list[Turn] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def load(self, conversation: Conversation, message_id: str, not_before: datetime) -> Stored:
        with self.lock:
            state, at, revision = self.states.get(conversation, ({}, not_before, 0))
            fresh = state if revision and at >= not_before else None
            handler = self.handlers.get(conversation, "bot")
            return Stored(self.answers.get((conversation, message_id)), fresh, revision, handler)

    def save(self, turn: Turn, revision: int) -> tuple[Mapping[str, Any], ...] | None:
        with self.lock:
            known = self.answers.get((turn.conversation, turn.message_id))
            if known is not None:
                return known
            current = self.states.get(turn.conversation, ({}, turn.at, 0))[2]
            if current != revision:
                raise SessionMovedError
            self.answers[turn.conversation, turn.message_id] = turn.answer
            self.states[turn.conversation] = (turn.state, turn.at, revision + 1)
            self.written.append(turn)
            return None


class Talk:
    """A guest's conversation with the house: `say` gives the reply's text."""

    def __init__(self, *, facts: RestaurantFacts = FACTS, at: datetime = NOON, channel: str = "web") -> None:
        self.clock = TurnedClock(at)
        self.house = House(self.clock, facts)
        self.turns = MemoryTurns()
        self.inbox = Inbox(self.turns)
        before = Before(self.house)
        ports = Ports(self.house, self.house, self.house, before, self.inbox, self.turns, self.house)
        self.service = ConversationService(ports, self.clock)
        self.channel = channel
        self.count = 0

    def hear(
        self,
        text: str,
        *,
        locale: str | None = "es-ES",
        session: str = "s1",
        message: str | None = None,
        sender: Sender | None = None,
    ) -> list[dict[str, Any]]:
        """The replies as JSON."""
        self.count += 1
        identity = message or f"m{self.count}"
        replies = self.service.receive(
            RESTAURANT, session, identity, text, locale, self.channel, sender or Sender()
        )
        return [each.to_json() for each in replies]

    def say(self, *texts: str, locale: str | None = "es-ES", session: str = "s1") -> str:
        """Says one after another; the text of the last reply, empty when the assistant is silent."""
        replies: list[dict[str, Any]] = []
        for text in texts:
            replies = self.hear(text, locale=locale, session=session)
        return " ".join(each["text"] for each in replies)

    @property
    def state(self) -> Mapping[str, Any]:
        """The stored state of the only session."""
        return next(iter(self.turns.states.values()))[0]


def _area(table: int) -> str:
    """The tables for two stand outside."""
    return "terraza" if table < 2 else "sala"


def _start(ask: SlotAsk) -> datetime:
    return datetime.combine(ask.date, ask.time, tzinfo=ZONE)
