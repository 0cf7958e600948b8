"""Where a conversation stands: the step, the draft of a booking, the slot held, what was offered. Immutable and JSON-able.

The machine makes a new state each turn; `service` stores `to_json` and reads it back with `from_json`. It holds a name and a
contact, so the store keeps it sealed, reads it for an hour only, and forgets it at the next upkeep.
"""

from __future__ import annotations

import dataclasses
import datetime
import types
import typing
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import lru_cache
from typing import Any, Literal

from backend.conversations.dialogue.records import Alternative, BookingSeen, FreeSlot, HoldTaken, SlotAsk


class Step(StrEnum):
    """What was said last, so what the next message is likely to answer."""

    IDLE = "idle"
    ASK_PARTY = "ask_party"
    ASK_DATE = "ask_date"
    ASK_TIME = "ask_time"
    CHOOSE = "choose"
    INTEREST = "interest"
    ASK_NAME = "ask_name"
    ASK_CONTACT = "ask_contact"
    CONFIRM = "confirm"
    FIX = "fix"
    ASK_CODE = "ask_code"
    PICK = "pick"
    CONFIRM_CANCEL = "confirm_cancel"
    ASK_CHANGE = "ask_change"
    CONFIRM_CHANGE = "confirm_change"
    CHOOSE_CHANGE = "choose_change"
    OFFER_WAIT = "offer_wait"
    CONFIRM_WAIT = "confirm_wait"
    ASK_ETA = "ask_eta"
    CONFIRM_ERASURE = "confirm_erasure"
    OFFER_HUMAN = "offer_human"
    WITH_STAFF = "with_staff"


BOOKING_STEPS = frozenset(
    {
        Step.ASK_PARTY,
        Step.ASK_DATE,
        Step.ASK_TIME,
        Step.CHOOSE,
        Step.INTEREST,
        Step.ASK_NAME,
        Step.ASK_CONTACT,
        Step.CONFIRM,
        Step.FIX,
        Step.OFFER_WAIT,
        Step.CONFIRM_WAIT,
    }
)
EXISTING_STEPS = frozenset(
    {
        Step.ASK_CODE,
        Step.PICK,
        Step.CONFIRM_CANCEL,
        Step.ASK_CHANGE,
        Step.CONFIRM_CHANGE,
        Step.CHOOSE_CHANGE,
        Step.ASK_ETA,
    }
)
# Why bookings are looked for. `yes` and `no` answer what we wrote to them ourselves, if we did: a reminder.
Purpose = Literal["status", "cancel", "change", "hours", "late", "attend", "note", "yes", "no"]

Asked = Literal["date", "time", "party_size"]


@dataclass(frozen=True, slots=True)
class Draft:
    """What is known of the booking being made.

    `id` is the message it began with; `looking`: the guest only asked what is free; `waiting`: they want the waiting list; `place`
    is theirs on it when a table came free for them. `later_than` and `earlier_than` bound the hours to show after "¿y más tarde?".
    """

    id: str = ""
    party_size: int | None = None
    date: datetime.date | None = None
    time: datetime.time | None = None
    area: str | None = None
    name: str | None = None
    phone: str | None = None
    email: str | None = None
    notes: str | None = None
    occasion: str | None = None
    daypart: str | None = None
    later_than: datetime.time | None = None
    earlier_than: datetime.time | None = None
    looking: bool = False
    waiting: bool = False
    place: str | None = None

    @property
    def slot(self) -> SlotAsk | None:
        """The slot asked for, once people, day and time are known."""
        if self.party_size is None or self.date is None or self.time is None:
            return None
        return SlotAsk(self.party_size, self.date, self.time, self.area)

    @property
    def is_empty(self) -> bool:
        """Whether nothing was said about a booking yet."""
        return replace(self, id="", looking=False, waiting=False) == Draft()

    @property
    def has_slot_value(self) -> bool:
        """Whether people, day or time of a new booking are known."""
        return self.party_size is not None or self.date is not None or self.time is not None

    @property
    def is_complete(self) -> bool:
        """Whether it could be booked as it is."""
        return self.slot is not None and self.name is not None and self.has_contact

    @property
    def has_contact(self) -> bool:
        """Whether the guest can be reached."""
        return self.phone is not None or self.email is not None


@dataclass(frozen=True, slots=True)
class Wish:
    """What an existing booking should become; None leaves it as it is. `delta` is people more or fewer. `anywhere`: not only in the
    area it is in; `area`: in that one."""

    date: datetime.date | None = None
    time: datetime.time | None = None
    party_size: int | None = None
    delta: int | None = None
    anywhere: bool = False
    area: str | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing was wished for yet."""
        return self == Wish()


@dataclass(frozen=True, slots=True)
class DialogueState:
    """One conversation at one moment.

    `full` is the slot for which there was no table; `eta_minutes` (after the start) or `eta_time` when the guest will be here;
    `note` what they said for the team before we knew of which booking; `waits` this thread's places on the waiting list.
    `free` is the slot that was found free and is not held, where no slot is kept. `group`: more people were named
    than may book here, and the team was offered. `code_missed`: there is no booking with the code that was given, so the guest's
    own are looked for. `consent_told`: the draft (its id) at whose read-back it was said what a yes agrees to.
    `asked`: the one value of an existing booking that is to change, as its guest said.
    """

    step: Step = Step.IDLE
    language: str | None = None
    draft: Draft = field(default_factory=Draft)
    hold: HoldTaken | None = None
    pending: SlotAsk | None = None
    offers: tuple[Alternative, ...] = ()
    purpose: Purpose | None = None
    wish: Wish = field(default_factory=Wish)
    about: Wish = field(default_factory=Wish)
    found: tuple[BookingSeen, ...] = ()
    target: BookingSeen | None = None
    booked: tuple[str, ...] = ()
    consented: bool = False
    misunderstood: int = 0
    told_waiting: bool = False
    code_asked: bool = False
    code_missed: bool = False
    full: SlotAsk | None = None
    eta_minutes: int | None = None
    eta_time: datetime.time | None = None
    note: str | None = None
    waits: tuple[str, ...] = ()
    group: bool = False
    free: FreeSlot | None = None
    consent_told: str = ""
    asked: Asked | None = None

    def to_json(self) -> dict[str, Any]:
        """The state in JSON types; what equals its default is left out."""
        return typing.cast("dict[str, Any]", _dump(self))

    @classmethod
    def from_json(cls, stored: dict[str, Any]) -> DialogueState:
        """The state again; raises ValueError or TypeError when the stored form is not one."""
        return typing.cast("DialogueState", _load(cls, stored))


def _dump(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        dumped = {}
        for each in dataclasses.fields(value):
            inner = getattr(value, each.name)
            default = (
                each.default_factory() if each.default_factory is not dataclasses.MISSING else each.default
            )
            if inner != default:
                dumped[each.name] = _dump(inner)
        return dumped
    if isinstance(value, (tuple, list)):
        return [_dump(item) for item in value]
    if isinstance(value, datetime.time):
        return value.isoformat("minutes")
    if isinstance(value, datetime.date):
        return value.isoformat()
    return str(value) if isinstance(value, StrEnum) else value


@lru_cache
def _types_of(kind: type) -> dict[str, Any]:
    return typing.get_type_hints(kind)


def _load(kind: Any, stored: Any) -> Any:
    if typing.get_origin(kind) in (typing.Union, types.UnionType):
        if stored is None:
            return None
        kind = next(option for option in typing.get_args(kind) if option is not type(None))
    if typing.get_origin(kind) is tuple:
        return tuple(_load(typing.get_args(kind)[0], item) for item in stored)
    if typing.get_origin(kind) is Literal:
        return stored
    if dataclasses.is_dataclass(kind):
        hints = _types_of(typing.cast(type, kind))
        return typing.cast(Any, kind)(**{name: _load(hints[name], inner) for name, inner in stored.items()})
    if kind in (datetime.datetime, datetime.date, datetime.time):
        return kind.fromisoformat(stored)
    return kind(stored)
