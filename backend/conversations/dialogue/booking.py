"""Making a booking: collect what is missing, hold the slot, read back, book. Pure; called by `machine`.

The slot is held as soon as people, day and time are known, before the name is asked for. A correction holds the new slot first;
when it is refused the old one stays held.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import TypeVar

from backend.conversations.dialogue import waiting
from backend.conversations.dialogue.asking import again, ask, confirmation, question, quick_slots, read_back
from backend.conversations.dialogue.events import (
    Book,
    Booked,
    CheckSlot,
    DayKnown,
    HandOver,
    Heard,
    HoldSlot,
    Outcome,
    Quick,
    Refused,
    ReleaseHold,
    Say,
    ShowDay,
    SlotFree,
    SlotHeld,
)
from backend.conversations.dialogue.merging import is_weekend_choice, merged, picked_offer
from backend.conversations.dialogue.records import Alternative, RestaurantFacts, SlotAsk
from backend.conversations.dialogue.refusals import PARTY_REFUSALS, other_party, reason_of, turned_down
from backend.conversations.dialogue.state import BOOKING_STEPS, DialogueState, Draft, Step
from backend.conversations.understanding import Understanding

Item = TypeVar("Item")
MOST_TIMES_SHOWN = 6
# With less time than this left of a hold the guest is told.
HURRY = timedelta(minutes=3)
_HOUR_WORDS = frozenset({"hora", "horas", "time", "times", "later", "earlier", "tarde", "temprano", "antes"})
_LATER = frozenset({"later", "tarde"})
_EARLIER = frozenset({"earlier", "temprano", "antes"})
_DAY_WORDS = frozenset({"día", "dia", "fecha", "day", "date"})
_PEOPLE_WORDS = frozenset({"personas", "people", "guests", "comensales"})
_PARTS = {"morning": (0, 12), "midday": (12, 17), "afternoon": (12, 20), "night": (19, 24), "early": (0, 6)}


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
    return proceed(replace(state, draft=replace(draft, waiting=True, looking=False)), now)


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
    return proceed(replace(state, draft=draft, group=False), now, *noted)


def _names_day(read: Understanding) -> bool:
    """Whether the words name one day and not the weekend as such."""
    said = next((span.text.lower() for span in read.spans if span.slot == "date"), "")
    return not any(word in said for word in ("finde", "fin de semana", "weekend"))


def proceed(state: DialogueState, now: datetime, *before: Say) -> Outcome:
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
    if draft.looking or draft.waiting:
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
    """With the slot held: the name, the contact, then everything read back."""
    draft = state.draft
    if draft.name is None:
        return ask(state, Step.ASK_NAME, *before)
    if not draft.has_contact:
        return ask(state, Step.ASK_CONTACT, *before)
    confirming = replace(state, step=Step.CONFIRM)
    noted = tuple(say for say in before if say.key in {"noted", "bad_area"})
    # The table is named once, in the read-back; how long it is kept is said there.
    kept = tuple(
        replace(say, key="hold_for") if say.key == "held" else say
        for say in before
        if say.key in {"held", "hold_left"}
    )
    return Outcome(confirming, (*noted, *confirmation(confirming, *kept)))


# --- results ---------------------------------------------------------------------------------------------------------------


def on_held(state: DialogueState, event: SlotHeld, facts: RestaurantFacts) -> Outcome:
    """The slot is ours for some minutes."""
    held = replace(state, hold=event.hold, pending=None, offers=(), misunderstood=0)
    return details(held, Say("held", {"slot": event.hold.ask, "minutes": facts.hold_minutes}))


def on_free(state: DialogueState, event: SlotFree, now: datetime) -> Outcome:
    """The answer to 'is there a table?': yes, and shall it be booked. Nobody waits for a table that is there."""
    if state.draft.waiting:
        free = replace(state, draft=replace(state.draft, waiting=False), pending=None)
        return proceed(free, now, Say("wait_not_needed"))
    offer = Alternative(event.ask.date, event.ask.time, event.ask.area)
    free = replace(state, step=Step.INTEREST, pending=None, offers=(offer,))
    return Outcome(free, (Say("is_free", {"slot": event.ask}), *question(free)))


def on_day(state: DialogueState, event: DayKnown) -> Outcome:
    """The free times of the day, those of the part of day asked for first; without any, the reason and another day."""
    day, draft = event.day, state.draft
    if not day.times:
        cleared = replace(state, draft=replace(draft, date=None), offers=())
        reason = reason_of(day.reason or "slot_unavailable", {**day.params, "day": day.date}, draft)
        if day.reason in PARTY_REFUSALS:
            return other_party(state, day.reason, reason)
        if day.reason in {None, *waiting.MAY_COME_FREE}:
            reason = Say("day_full", {"day": day.date, "people": draft.party_size})
            return waiting.offered(state, reason)
        return ask(cleared, Step.ASK_DATE, reason)
    wanted = [at for at in day.times if _in_part(at.hour, draft.daypart) and _in_bounds(at, draft)]
    missed = () if wanted else (Say("part_full"),)
    shown = tuple(
        Alternative(day.date, time, draft.area)
        for time in spread(wanted or list(day.times), MOST_TIMES_SHOWN)
    )
    asked = replace(state, step=Step.ASK_TIME, offers=shown)
    values = {"day": day.date, "people": draft.party_size, "offers": shown}
    return Outcome(asked, (*missed, Say("ask_time_free", values, quick_slots(shown))))


def _in_bounds(at: time, draft: Draft) -> bool:
    return (draft.later_than is None or at > draft.later_than) and (
        draft.earlier_than is None or at < draft.earlier_than
    )


def _in_part(hour: int, part: str | None) -> bool:
    first, last = _PARTS.get(part or "", (0, 24))
    return first <= hour < last


def spread(items: list[Item], most: int) -> list[Item]:
    """At most that many of the items, evenly spread, the first and last kept."""
    if len(items) <= most:
        return items
    last = len(items) - 1
    return [items[round(index * last / (most - 1))] for index in range(most)]


def on_booked(state: DialogueState, event: Booked) -> Outcome:
    """Booked: the card, and a clean table for what comes next."""
    booking = event.booking
    done = replace(
        state,
        step=Step.IDLE,
        draft=Draft(),
        hold=None,
        pending=None,
        offers=(),
        full=None,
        booked=(*state.booked, booking.id)[-5:],
        consented=True,
        misunderstood=0,
    )
    key = "booked" if booking.status != "pending" else "booked_pending"
    return Outcome(
        done, (Say(key, {"booking": booking, "lacking": booking.lacking}, card=booking, happened="booked"),)
    )


def on_refused(state: DialogueState, event: Refused, now: datetime) -> Outcome:
    """A hold, a check or a booking was refused. A hold that is gone is simply taken again."""
    if event.code == "not_found" and state.hold is not None:
        return proceed(replace(state, hold=None), now)
    slot = state.pending or state.draft.slot
    if event.code in waiting.MAY_COME_FREE and slot is not None:
        state = replace(state, full=slot)
        if state.draft.waiting:
            return waiting.details(replace(state, pending=None))
        if state.hold is not None and state.hold.ask == slot:
            lost = turned_down(replace(state, hold=None), event)
            return replace(lost, says=(Say("hold_over"), *lost.says))
    return turned_down(state, event)


# --- messages in the middle ------------------------------------------------------------------------------------------------


def heard_in_booking(
    state: DialogueState, heard: Heard, facts: RestaurantFacts, now: datetime
) -> Outcome | None:
    """What a message means while a booking is being made; None when it means nothing here."""
    read = heard.read
    offer = picked_offer(state, heard) if state.step in {Step.CHOOSE, Step.INTEREST, Step.ASK_TIME} else None
    if offer is not None and not _changes_more(read, offer):
        return _take_offer(state, offer, now)
    if read.intent == "confirm" and not _has_slot_values(read):
        return _yes(state, heard, facts, now)
    if read.intent == "deny" and not _has_values(read):
        return _no(state, heard)
    if read.intent == "cancel" and read.slots.code is None:
        return drop(state)
    if state.step is Step.INTEREST and _wants_it(read):
        state = replace(state, draft=replace(state.draft, looking=False))
    if _has_values(read) or read.slots.party_delta is not None or read.slots.daypart is not None:
        return take_in(_forget_time_for_part(state, read), heard, facts, now)
    asked = _which_value(state, heard)
    if asked is None and read.intent in {"reserve", "availability"}:
        return Outcome(state, again(state))
    return asked


def _wants_it(read: Understanding) -> bool:
    """Whether who only asked what is free now wants the table: a yes beside a correction, a name, a contact."""
    slots = read.slots
    told = any(each is not None for each in (slots.name, slots.phone, slots.email))
    return told or read.intent == "confirm" or "confirm" in read.also


def has_booking_values(read: Understanding) -> bool:
    """Whether the message states a value of the booking itself, not only a wish or a need."""
    slots = read.slots
    return _has_slot_values(read) or any(
        each is not None for each in (slots.name, slots.phone, slots.email, slots.code)
    )


def _has_slot_values(read: Understanding) -> bool:
    slots = read.slots
    return any(each is not None for each in (slots.date, slots.time, slots.party_size, slots.party_delta))


def _has_values(read: Understanding) -> bool:
    slots = read.slots
    more = (slots.name, slots.phone, slots.email, slots.area, slots.notes, slots.occasion)
    return _has_slot_values(read) or any(each is not None for each in more)


def _changes_more(read: Understanding, offer: Alternative) -> bool:
    """Whether the message also changes the people: then it is a correction, not a pick."""
    return read.slots.party_size is not None or read.slots.party_delta is not None


def _take_offer(state: DialogueState, offer: Alternative, now: datetime) -> Outcome:
    draft = replace(state.draft, date=offer.date, time=offer.time, looking=False)
    if offer.area is not None and state.draft.area is not None:
        draft = replace(draft, area=offer.area)
    return proceed(replace(state, draft=draft, offers=(), misunderstood=0), now)


def _forget_time_for_part(state: DialogueState, read: Understanding) -> DialogueState:
    """'mejor por la noche' without an hour asks for the hour again."""
    if (
        read.slots.daypart is None
        or read.slots.time is not None
        or state.step in {Step.ASK_PARTY, Step.ASK_DATE}
    ):
        return state
    return replace(state, draft=replace(state.draft, time=None))


def _yes(state: DialogueState, heard: Heard, facts: RestaurantFacts, now: datetime) -> Outcome | None:
    added = merged(state, heard, facts)
    if state.step is Step.CONFIRM and added.is_complete:
        slot = added.slot
        hold = (
            state.hold if state.hold is not None and slot is not None and is_held(state, slot, now) else None
        )
        back = read_back(replace(state, draft=added))
        book = Book(added, hold.id if hold else None, back.area if back else None)
        return Outcome(replace(state, draft=added), (), book)
    if state.step is Step.CONFIRM_WAIT and added == state.draft:
        return waiting.yes(state)
    if state.step is Step.OFFER_WAIT:
        return proceed(replace(state, draft=replace(added, waiting=True)), now)
    if state.step is Step.ASK_PARTY and state.group:
        return Outcome(state, (), HandOver("group"))
    if state.step is Step.INTEREST:
        return proceed(replace(state, draft=replace(added, looking=False)), now)
    if added != state.draft:
        return proceed(replace(state, draft=added), now)
    return None


def _no(state: DialogueState, heard: Heard) -> Outcome:
    if state.step is Step.CONFIRM:
        return ask(state, Step.FIX)
    if state.step in {Step.CHOOSE, Step.ASK_TIME}:
        cleared = replace(state, draft=replace(state.draft, time=None, date=None), offers=())
        return ask(cleared, Step.ASK_DATE, Say("other_day"))
    if state.step in {Step.OFFER_WAIT, Step.CONFIRM_WAIT}:
        return waiting.no(state)
    return drop(state)


def _which_value(state: DialogueState, heard: Heard) -> Outcome | None:
    """'otra hora', 'otro día': which value is to be asked again."""
    said = set(re.findall(r"\w+", heard.text.lower()))
    draft = state.draft
    if said & _HOUR_WORDS and draft.date is not None and draft.party_size is not None:
        bounded = replace(
            draft,
            time=None,
            later_than=draft.time if said & _LATER else None,
            earlier_than=draft.time if said & _EARLIER else None,
        )
        again = replace(state, draft=bounded, step=Step.ASK_TIME)
        return Outcome(again, (), ShowDay(draft.date, draft.party_size, draft.area))
    if said & _DAY_WORDS:
        return ask(replace(state, draft=replace(draft, date=None)), Step.ASK_DATE)
    if said & _PEOPLE_WORDS:
        return ask(replace(state, draft=replace(draft, party_size=None)), Step.ASK_PARTY)
    return ask(state, Step.FIX) if heard.read.intent == "change" and state.step is Step.CONFIRM else None


def drop(state: DialogueState) -> Outcome:
    """The guest leaves it: the hold goes back, nothing was booked."""
    left = replace(
        state, step=Step.IDLE, draft=Draft(), hold=None, pending=None, offers=(), full=None, misunderstood=0
    )
    release = ReleaseHold(state.hold.id) if state.hold is not None else None
    return Outcome(left, (Say("dropped"),), release)


__all__ = [
    "begin",
    "begin_waiting",
    "drop",
    "has_booking_values",
    "heard_in_booking",
    "on_booked",
    "on_day",
    "on_free",
    "on_held",
    "on_refused",
    "proceed",
    "take_in",
]
