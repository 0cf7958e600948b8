"""Making a booking: what a message means while it is being made. Pure; called by `machine`."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime

from backend.conversations.dialogue import waiting
from backend.conversations.dialogue.actions import Book, HandOver, ShowDay
from backend.conversations.dialogue.asking import again, ask, read_back
from backend.conversations.dialogue.booking import drop, is_held, proceed, take_in
from backend.conversations.dialogue.events import Heard, Outcome, Say
from backend.conversations.dialogue.merging import merged, picked_offer, plain
from backend.conversations.dialogue.records import Alternative, RestaurantFacts
from backend.conversations.dialogue.state import DialogueState, Step
from backend.conversations.understanding import Understanding

_HOUR_WORDS = frozenset({"hora", "horas", "time", "times", "later", "earlier", "tarde", "temprano", "antes"})
_LATER = frozenset({"later", "tarde"})
_EARLIER = frozenset({"earlier", "temprano", "antes"})
_DAY_WORDS = frozenset({"día", "dia", "fecha", "day", "date"})
# What the buttons say, and people in their own words, whatever else the message may mean.
_OTHER = re.compile(
    r"\b(otr[oa]|another|different|other) (dia|fecha|hora|momento|day|date|time|numero de personas|number of people)\b"
    r"|^(numero de personas|number of people|menos personas|fewer people)\W*$"
)
# A no to the whole booking and not only to what was read back; "déjalo así" is neither.
_LEAVING = re.compile(
    r"\b(dejal[oa]|dejel[oa]|dejem?os?l[oa]|olvidal[oa]|leave it|never ?mind|forget (it|about it))\b(?! (asi|como|a |as |like|at ))"
)
_PEOPLE_WORDS = frozenset({"personas", "people", "guests", "comensales"})
_NAME_WORDS = frozenset({"nombre", "name"})


def heard_in_booking(
    state: DialogueState, heard: Heard, facts: RestaurantFacts, now: datetime
) -> Outcome | None:
    """What a message means while a booking is being made; None when it means nothing here."""
    read = heard.read
    offer = picked_offer(state, heard) if state.step in {Step.CHOOSE, Step.INTEREST, Step.ASK_TIME} else None
    if offer is not None and not _changes_more(read, offer):
        return _take_offer(state, offer, facts, now)
    if read.intent == "confirm" and not _has_slot_values(read):
        return _yes(state, heard, facts, now)
    if _OTHER.search(plain(heard.text)) and not _has_slot_values(read):
        return _which_value(state, heard)
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


def _take_offer(state: DialogueState, offer: Alternative, facts: RestaurantFacts, now: datetime) -> Outcome:
    draft = replace(state.draft, date=offer.date, time=offer.time, looking=False)
    if offer.area is not None and state.draft.area is not None:
        draft = replace(draft, area=offer.area)
    return proceed(replace(state, draft=draft, offers=(), misunderstood=0), facts, now)


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
        return proceed(replace(state, draft=replace(added, waiting=True)), facts, now)
    if state.step is Step.ASK_PARTY and state.group:
        return Outcome(state, (), HandOver("group"))
    if state.step is Step.INTEREST:
        return proceed(replace(state, draft=replace(added, looking=False)), facts, now)
    if added != state.draft:
        return proceed(replace(state, draft=added), facts, now)
    return None


def _no(state: DialogueState, heard: Heard) -> Outcome:
    if state.step is Step.CONFIRM and _LEAVING.search(plain(heard.text)):
        return drop(state)
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
        return ask(replace(state, draft=replace(draft, party_size=None), group=False), Step.ASK_PARTY)
    if said & _NAME_WORDS and state.step in {Step.CONFIRM, Step.FIX, Step.CONFIRM_WAIT}:
        return ask(replace(state, draft=replace(draft, name=None)), Step.ASK_NAME)
    return ask(state, Step.FIX) if heard.read.intent == "change" and state.step is Step.CONFIRM else None
