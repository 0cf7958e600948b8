"""The dialogue as a state machine: one event in, one outcome out. Pure; called by the runner in `backend.conversations.service`.

`advance` never does anything itself: it asks for an action and is called again with that action's result. The steps and the
moves between them are drawn in `docs/decisions/010-understanding.md`.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from backend.conversations.dialogue import booking, existing, talk
from backend.conversations.dialogue.asking import START, question
from backend.conversations.dialogue.events import (
    Booked,
    BookingCancelled,
    BookingChanged,
    BookingsFound,
    DayKnown,
    Event,
    HandedOver,
    Heard,
    HoldGone,
    Outcome,
    Refused,
    Result,
    Say,
    ShowDay,
    SlotFree,
    SlotHeld,
    TakenBack,
)
from backend.conversations.dialogue.merging import merged
from backend.conversations.dialogue.records import RestaurantFacts
from backend.conversations.dialogue.state import BOOKING_STEPS, EXISTING_STEPS, DialogueState, Purpose, Step
from backend.conversations.understanding import Understanding

_PURPOSES: dict[str, Purpose] = {"cancel": "cancel", "change": "change", "status": "status"}


def advance(state: DialogueState, event: Event, facts: RestaurantFacts, now: datetime) -> Outcome:
    """The next state, what to say and what to do. `now` is an aware instant."""
    if isinstance(event, Heard):
        return _heard(replace(state, language=event.read.language), event, facts, now)
    return _result(state, event, facts, now)


def _result(state: DialogueState, event: Result, facts: RestaurantFacts, now: datetime) -> Outcome:
    match event:
        case SlotHeld():
            return booking.on_held(state, event, facts)
        case SlotFree():
            return booking.on_free(state, event)
        case DayKnown():
            return talk.on_hours(state, event) if state.purpose == "hours" else booking.on_day(state, event)
        case Booked():
            return booking.on_booked(state, event)
        case BookingsFound():
            return existing.on_found(state, event)
        case BookingCancelled():
            return existing.on_cancelled(state, event)
        case BookingChanged():
            return existing.on_changed(state, event)
        case HandedOver():
            return talk.on_handed_over(state, facts)
        case TakenBack():
            return talk.on_taken_back(state)
        case HoldGone():
            return Outcome(state)
        case Refused():
            return (
                existing.on_refused(state, event)
                if state.purpose in _PURPOSES.values()
                else booking.on_refused(state, event, now)
            )


def _heard(state: DialogueState, heard: Heard, facts: RestaurantFacts, now: datetime) -> Outcome:
    if state.step is Step.WITH_STAFF:
        return talk.with_staff(state, heard)
    if heard.read.intent == "human":
        return talk.hand_over(state, "asked")
    understood = _in_flow(state, heard, facts, now) or _from_start(state, heard, facts, now)
    if understood is None:
        return talk.not_understood(state)
    return replace(understood, state=replace(understood.state, misunderstood=0))


def _in_flow(state: DialogueState, heard: Heard, facts: RestaurantFacts, now: datetime) -> Outcome | None:
    """What the message means for what was said last."""
    read = heard.read
    if read.topic == "hours" and read.intent == "availability" and not _narrows(read):
        return _hours_of(state, heard, facts)
    if _is_aside(state, heard):
        return talk.talked(state, heard, facts)
    if state.step in BOOKING_STEPS:
        about_existing = read.slots.code is not None or state.draft.is_empty
        if read.intent == "status" or (read.intent in _PURPOSES and about_existing):
            return existing.begin(state, heard, _PURPOSES[read.intent])
        if read.intent == "waitlist":
            return booking.to_waitlist(replace(state, draft=merged(state, heard, facts)))
        return booking.heard_in_booking(state, heard, facts, now)
    if state.step in EXISTING_STEPS:
        return existing.heard_with_booking(state, heard)
    if state.step is Step.OFFER_HUMAN and read.intent in {"confirm", "deny"}:
        return talk.hand_over(state, "asked") if read.intent == "confirm" else booking.drop(state)
    return None


def _is_aside(state: DialogueState, heard: Heard) -> bool:
    """A question or remark that is not about the booking in hand."""
    read = heard.read
    if read.topic == "insult" and read.intent == "other":
        return True
    return read.intent == "other" and read.topic is not None and not booking.has_booking_values(read)


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
    if read.intent in {"reserve", "availability"}:
        return booking.begin(state, heard, facts, now)
    if read.intent in _PURPOSES:
        return existing.begin(state, heard, _PURPOSES[read.intent])
    if read.intent == "waitlist":
        return booking.to_waitlist(replace(state, draft=merged(state, heard, facts)))
    if read.intent == "greet":
        return talk.greeted(state, facts)
    return _small(state, heard, facts, now)


def _hours_of(state: DialogueState, heard: Heard, facts: RestaurantFacts) -> Outcome:
    """'¿Abrís el 25?' is answered for that day, '¿a qué hora abrís?' for the week."""
    day = heard.read.slots.date
    if day is None:
        return Outcome(replace(state, misunderstood=0), (talk.hours(facts), *question(state)))
    return Outcome(replace(state, purpose="hours"), (), ShowDay(day, heard.read.slots.party_size or 2))


def _small(state: DialogueState, heard: Heard, facts: RestaurantFacts, now: datetime) -> Outcome | None:
    read = heard.read
    talked = talk.talked(state, heard, facts)
    if talked is not None:
        return talked
    if state.step is Step.IDLE and read.intent == "confirm" and "status" in read.also:
        return existing.begin(state, heard, "status")
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
