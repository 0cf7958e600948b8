"""Making a booking: collect what is missing, hold the slot, read back. Pure; called by `machine` and the two modules beside it:
`booking_messages` (what is said meanwhile) and `booking_results` (what came of it).

The slot is held as soon as people, day and time are known, before the name is asked for. A correction holds the new slot first;
when it is refused the old one stays held. Where answers come hours later (`facts.holds` is false) nothing is held or promised: the
slot is looked at anew with each message, and taken at the yes.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from backend.conversations.dialogue import waiting
from backend.conversations.dialogue.actions import CheckSlot, HoldSlot, ReleaseHold, ShowDay
from backend.conversations.dialogue.asking import again, ask, ask_to_confirm
from backend.conversations.dialogue.events import Heard, Outcome, Quick, Say
from backend.conversations.dialogue.merging import is_weekend_choice, merged
from backend.conversations.dialogue.records import RestaurantFacts, SlotAsk
from backend.conversations.dialogue.state import BOOKING_STEPS, DialogueState, Draft, Step
from backend.conversations.understanding import Understanding

# With less time than this left of a hold the guest is told.
HURRY = timedelta(minutes=3)
# What is said of the table beside a question, and in the read-back, which names it.
_ASIDE = {"held": "hold_for", "hold_left": "hold_left", "there_is": "not_held"}


def begin(state: DialogueState, heard: Heard, facts: RestaurantFacts, now: datetime) -> Outcome:
    """Starts a booking with all the first message says."""
    looking = heard.read.intent == "availability"
    # What was said for the team before there was a booking belongs to this one.
    draft = Draft(looking=looking, notes=state.note)
    fresh = replace(state, draft=draft, offers=(), purpose=None, target=None, found=(), note=None, full=None)
    return take_in(fresh, heard, facts, now)


def begin_waiting(state: DialogueState, heard: Heard, facts: RestaurantFacts, now: datetime) -> Outcome:
    """'apúntame en la lista de espera': for the table in hand, or for the one the message names."""
    if state.step not in BOOKING_STEPS:
        state = replace(
            state, draft=Draft(notes=state.note), offers=(), purpose=None, target=None, found=(), note=None
        )
    draft = merged(state, heard, facts)
    if draft.slot is not None and is_held(state, draft.slot, now):
        return Outcome(replace(state, draft=draft), (Say("wait_not_needed"), *again(state)))
    return proceed(replace(state, draft=replace(draft, waiting=True, looking=False)), facts, now)


def take_in(state: DialogueState, heard: Heard, facts: RestaurantFacts, now: datetime) -> Outcome:
    """Adds the message's values to the draft and goes on."""
    choices = heard.read.slots.date_choices
    if is_weekend_choice(choices) and not _names_day(heard.read):
        draft = replace(merged(state, heard, facts), date=None)
        days = tuple(Quick(day=day, value=day.isoformat()) for day in choices)
        asked = replace(state, step=Step.ASK_DATE, draft=draft)
        return Outcome(asked, (Say("which_weekend_day", {"either_day": choices}, days),))
    draft = merged(state, heard, facts)
    noted = (Say("noted"),) if draft.notes != state.draft.notes and state.step in BOOKING_STEPS else ()
    if facts.areas and heard.read.slots.area is not None and draft.area == state.draft.area is None:
        noted = (*noted, Say("bad_area"))
    return proceed(replace(state, draft=draft, group=False), facts, now, *noted)


def _names_day(read: Understanding) -> bool:
    """Whether the words name one day and not the weekend as such."""
    said = next((span.text.lower() for span in read.spans if span.slot == "date"), "")
    return not any(word in said for word in ("finde", "fin de semana", "weekend"))


def proceed(state: DialogueState, facts: RestaurantFacts, now: datetime, *before: Say) -> Outcome:
    """The next thing to ask or do for the draft."""
    draft = state.draft
    if draft.party_size is None:
        return ask(state, Step.ASK_PARTY, *before)
    if draft.date is None:
        return ask(state, Step.ASK_DATE, *before)
    slot = draft.slot
    if slot is None and draft.waiting:
        return ask(replace(state, offers=()), Step.ASK_TIME, *before)
    if slot is None:
        shown = ShowDay(draft.date, draft.party_size, draft.area)
        return Outcome(replace(state, step=Step.ASK_TIME), before, shown)
    if draft.waiting and state.full == slot:
        return waiting.details(state, *before)
    if is_held(state, slot, now):
        return details(state, *before, *_hurry(state, now))
    asked = replace(state, pending=slot)
    if draft.looking or draft.waiting or not facts.holds:
        return Outcome(asked, before, CheckSlot(slot))
    return Outcome(asked, before, HoldSlot(slot, state.hold.id if state.hold else None))


def _hurry(state: DialogueState, now: datetime) -> tuple[Say, ...]:
    """How long the table is kept yet, when that is not long."""
    left = state.hold.expires_at - now if state.hold is not None else HURRY
    return () if left >= HURRY else (Say("hold_left", {"minutes": max(1, int(left.total_seconds() // 60))}),)


def is_held(state: DialogueState, slot: SlotAsk, now: datetime) -> bool:
    """Whether this very slot is kept at this moment."""
    return state.hold is not None and state.hold.ask == slot and state.hold.expires_at > now


def details(state: DialogueState, *before: Say) -> Outcome:
    """With the slot held, or found free where none is kept: the name, the contact, then everything read back."""
    draft = state.draft
    if draft.name is None:
        return ask(state, Step.ASK_NAME, *before)
    if not draft.has_contact:
        return ask(state, Step.ASK_CONTACT, *before)
    noted = tuple(say for say in before if say.key in {"noted", "bad_area"})
    # The table is named once, in the read-back; how long it is kept is said there.
    kept = tuple(replace(say, key=_ASIDE[say.key]) for say in before if say.key in _ASIDE)
    return ask_to_confirm(state, noted, kept)


def drop(state: DialogueState) -> Outcome:
    """The guest leaves it: the hold goes back, nothing was booked."""
    left = replace(
        state,
        step=Step.IDLE,
        draft=Draft(),
        hold=None,
        free=None,
        pending=None,
        offers=(),
        full=None,
        misunderstood=0,
    )
    release = ReleaseHold(state.hold.id) if state.hold is not None else None
    return Outcome(left, (Say("dropped"),), release)
