"""The dialogue as a state machine: one event in, one outcome out. Pure; called by the runner in `backend.conversations.service`.

`advance` never does anything itself: it asks for an action and is called again with that action's result. The steps and the
moves between them are drawn in `docs/decisions/010-understanding.md`.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from backend.conversations.dialogue import booking, coming, existing, talk, waiting, wishes
from backend.conversations.dialogue import booking_messages as messages
from backend.conversations.dialogue import booking_results as results
from backend.conversations.dialogue.actions import FindBookings, ShowDay
from backend.conversations.dialogue.asking import START, again
from backend.conversations.dialogue.events import (
    Attended,
    Booked,
    BookingCancelled,
    BookingChanged,
    BookingsFound,
    ChangeFree,
    DayKnown,
    ErasurePlanned,
    Event,
    HandedOver,
    Heard,
    HoldGone,
    LateNoted,
    LeftWaitlist,
    NoteAdded,
    OfferFound,
    OnWaitlist,
    Outcome,
    Refused,
    Result,
    Say,
    SlotFree,
    SlotHeld,
    TakenBack,
    WishKept,
)
from backend.conversations.dialogue.merging import area_of, asks_for_table, corrects
from backend.conversations.dialogue.records import RestaurantFacts
from backend.conversations.dialogue.state import BOOKING_STEPS, EXISTING_STEPS, DialogueState, Purpose, Step
from backend.conversations.understanding import Understanding

_PURPOSES: dict[str, Purpose] = {"cancel": "cancel", "change": "change", "status": "status"}
# What is being done with a booking that exists; "hours" is about none.
_EXISTING: frozenset[Purpose] = frozenset(
    {"status", "cancel", "change", "late", "attend", "note", "yes", "no"}
)


def advance(state: DialogueState, event: Event, facts: RestaurantFacts, now: datetime) -> Outcome:
    """The next state, what to say and what to do. `now` is an aware instant."""
    if isinstance(event, Heard):
        return _heard(replace(state, language=event.read.language), event, facts, now)
    return _result(state, event, facts, now)


def _result(state: DialogueState, event: Result, facts: RestaurantFacts, now: datetime) -> Outcome:
    match event:
        case SlotHeld():
            return results.on_held(state, event, facts)
        case SlotFree():
            return results.on_free(state, event, facts, now)
        case DayKnown():
            return talk.on_hours(state, event) if state.purpose == "hours" else results.on_day(state, event)
        case Booked():
            return results.on_booked(state, event)
        case BookingsFound():
            return existing.on_found(state, event, facts, now)
        case BookingCancelled():
            return existing.on_cancelled(state, event)
        case ChangeFree():
            return existing.on_change_free(state, event)
        case BookingChanged():
            return existing.on_changed(state, event)
        case LateNoted():
            return coming.on_late(state, event)
        case Attended():
            return coming.on_attended(state, event)
        case NoteAdded():
            return coming.on_noted(state, event)
        case OnWaitlist():
            return waiting.on_waitlist(state, event)
        case OfferFound():
            begun = waiting.on_offer(state, event)
            return Outcome(state, (), FindBookings()) if begun is None else booking.proceed(begun, facts, now)
        case LeftWaitlist():
            return waiting.on_left(state, event)
        case WishKept():
            return wishes.on_kept(state, event)
        case ErasurePlanned():
            return wishes.on_erasure(state, event)
        case HandedOver():
            return talk.on_handed_over(state, facts, now)
        case TakenBack():
            return talk.on_taken_back(state)
        case HoldGone():
            return Outcome(state)
        case Refused():
            return (
                existing.on_refused(state, event)
                if state.purpose in _EXISTING
                else results.on_refused(state, event, facts, now)
            )


def _heard(state: DialogueState, heard: Heard, facts: RestaurantFacts, now: datetime) -> Outcome:
    wished = wishes.heard(state, heard, facts)
    if wished is not None:
        return wished
    if state.step is Step.WITH_STAFF:
        return talk.with_staff(state, heard)
    if heard.read.intent == "human":
        return talk.hand_over(state, "asked")
    leaving = waiting.heard(state, heard)
    if leaving is not None:
        return leaving
    understood = _in_flow(state, heard, facts, now) or _from_start(state, heard, facts, now)
    if understood is None:
        if talk.wants_assistant(heard):
            return Outcome(replace(state, misunderstood=0), (Say("here_i_am"), *again(state)))
        return talk.not_understood(state, heard)
    return replace(understood, state=replace(understood.state, misunderstood=0))


def _in_flow(state: DialogueState, heard: Heard, facts: RestaurantFacts, now: datetime) -> Outcome | None:
    """What the message means for what was said last."""
    read = heard.read
    if state.step is Step.CONFIRM_ERASURE:
        return wishes.confirmed(state, heard)
    if read.topic == "hours" and read.intent == "availability" and not _narrows(read):
        return _hours_of(state, heard, facts)
    if coming.wonders(heard):
        return talk.late_rule(state, read.eta_minutes, facts)
    if state.step is not Step.ASK_ETA and _is_late(state, heard):
        return coming.late(state, heard)
    if _is_aside(state, heard):
        return talk.talked(state, heard, facts)
    if state.step in BOOKING_STEPS:
        about_existing = read.slots.code is not None or not state.draft.has_slot_value
        if read.intent == "status" or (read.intent in _PURPOSES and about_existing):
            return existing.begin(state, heard, _PURPOSES[read.intent])
        if read.intent == "waitlist":
            return booking.begin_waiting(state, heard, facts, now)
        return messages.heard_in_booking(state, heard, facts, now)
    if state.step in EXISTING_STEPS:
        return existing.heard_with_booking(state, heard)
    if state.step is Step.OFFER_HUMAN and read.intent in {"confirm", "deny"}:
        return talk.hand_over(state, "asked") if read.intent == "confirm" else talk.left(state)
    return None


def _is_aside(state: DialogueState, heard: Heard) -> bool:
    """A question or remark that is not about the booking in hand."""
    read = heard.read
    if read.topic == "insult" and read.intent == "other":
        return True
    return read.intent == "other" and read.topic is not None and not messages.has_booking_values(read)


def _is_late(state: DialogueState, heard: Heard) -> bool:
    """'llegamos tarde', or an hour of arrival while no table is being looked for."""
    if heard.read.topic == "late" and heard.read.intent == "other":
        return True
    return state.step not in BOOKING_STEPS | EXISTING_STEPS and coming.announces_arrival(heard)


def _narrows(read: Understanding) -> bool:
    """Whether a question about opening also names people or an hour: then it is about a table."""
    return read.slots.party_size is not None or read.slots.time is not None


def _from_start(state: DialogueState, heard: Heard, facts: RestaurantFacts, now: datetime) -> Outcome | None:
    """What the message means by itself."""
    read = heard.read
    if state.step in BOOKING_STEPS and read.intent in {
        "reserve",
        "availability",
        "change",
        "confirm",
        "deny",
    }:
        return None
    if _is_note(state, heard):
        return coming.note(state, heard)
    if _corrects_booking(state, heard):
        return existing.begin(state, heard, "change")
    area = _other_area(state, heard, facts)
    if area is not None:
        return existing.to_area(state, heard, area)
    if read.intent in {"reserve", "availability"}:
        return booking.begin(state, heard, facts, now)
    if state.step is Step.IDLE and coming.confirms_coming(heard):
        return coming.coming(state, heard)
    if read.intent in _PURPOSES:
        return existing.begin(state, heard, _PURPOSES[read.intent])
    if read.intent == "waitlist":
        return booking.begin_waiting(state, heard, facts, now)
    if read.intent == "greet":
        return talk.greeted(state, facts)
    return _small(state, heard, facts, now)


def _hours_of(state: DialogueState, heard: Heard, facts: RestaurantFacts) -> Outcome:
    """'¿Abrís el 25?' is answered for that day, '¿a qué hora abrís?' for the week."""
    day = heard.read.slots.date
    if day is None:
        return talk.hours(state, facts)
    return Outcome(replace(state, purpose="hours"), (), ShowDay(day, heard.read.slots.party_size or 2))


def _small(state: DialogueState, heard: Heard, facts: RestaurantFacts, now: datetime) -> Outcome | None:
    read = heard.read
    talked = talk.talked(state, heard, facts)
    if talked is not None:
        return talked
    if state.step is Step.IDLE and read.intent == "confirm" and "status" in read.also:
        return existing.begin(state, heard, "status")
    if state.step is Step.IDLE and read.intent in {"confirm", "deny"} and heard.is_known:
        if read.intent == "confirm":
            return waiting.taken_up(state, heard)
        return coming.answered(state, heard, "no")
    if state.step is Step.IDLE and read.intent in {"confirm", "deny"}:
        key = "ready" if read.intent == "confirm" else "as_you_like"
        return Outcome(
            replace(state, misunderstood=0), (Say(key, quick=START if read.intent == "confirm" else ()),)
        )
    slots = read.slots
    if state.step is Step.IDLE and any(
        each is not None for each in (slots.date, slots.time, slots.party_size)
    ):
        return booking.begin(state, heard, facts, now)
    return None


def _corrects_booking(state: DialogueState, heard: Heard) -> bool:
    """'al final somos 3' after booking: a value put right, of a booking just made and not of a new one."""
    read = heard.read
    if not state.booked or state.step is not Step.IDLE or read.intent not in {"reserve", "other", "confirm"}:
        return False
    slots = read.slots
    values = [each is not None for each in (slots.date, slots.time, slots.party_size or slots.party_delta)]
    return any(values) and not all(values) and corrects(heard.text) and not asks_for_table(heard.text)


def _other_area(state: DialogueState, heard: Heard, facts: RestaurantFacts) -> str | None:
    """The area that a message without any other value wants for the booking just made."""
    read = heard.read
    if not state.booked or read.topic is not None or asks_for_table(heard.text):
        return None
    values = (read.slots.date, read.slots.time, read.slots.party_size, read.slots.party_delta)
    if read.slots.area is None or any(each is not None for each in values):
        return None
    return area_of(read.slots, heard.text, facts)


def _is_note(state: DialogueState, heard: Heard) -> bool:
    """A need or an occasion told by itself, which belongs to a booking that exists; a wish for a table is none."""
    read = heard.read
    if read.topic is not None or messages.has_booking_values(read):
        return False
    if read.slots.notes is None and read.slots.occasion is None:
        return False
    if read.intent == "confirm":  # "por cierto, soy celiaco": no yes to anything that was asked
        return state.step in {Step.IDLE, Step.ASK_CHANGE, Step.PICK, Step.ASK_CODE}
    return read.intent == "other" or (
        read.intent == "reserve" and bool(state.booked) and not asks_for_table(heard.text)
    )
