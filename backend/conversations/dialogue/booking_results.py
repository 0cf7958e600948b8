"""Making a booking: what each result of an action means for it. Pure; called by `machine`."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time
from typing import TypeVar

from backend.conversations.dialogue import waiting
from backend.conversations.dialogue.asking import ask, question, quick_slots
from backend.conversations.dialogue.booking import details, proceed
from backend.conversations.dialogue.events import Booked, DayKnown, Outcome, Refused, Say, SlotFree, SlotHeld
from backend.conversations.dialogue.records import Alternative, FreeSlot, RestaurantFacts
from backend.conversations.dialogue.refusals import PARTY_REFUSALS, other_party, reason_of, turned_down
from backend.conversations.dialogue.state import DialogueState, Draft, Step

Item = TypeVar("Item")
MOST_TIMES_SHOWN = 6
_PARTS = {"morning": (0, 12), "midday": (12, 17), "afternoon": (12, 20), "night": (19, 24), "early": (0, 6)}


def on_held(state: DialogueState, event: SlotHeld, facts: RestaurantFacts) -> Outcome:
    """The slot is ours for some minutes."""
    held = replace(state, hold=event.hold, pending=None, offers=(), misunderstood=0)
    return details(held, Say("held", {"slot": event.hold.ask, "minutes": facts.hold_minutes}))


def on_free(state: DialogueState, event: SlotFree, facts: RestaurantFacts, now: datetime) -> Outcome:
    """The answer to 'is there a table?': yes, and shall it be booked. Nobody waits for a table that is there.

    Where no slot is kept it is also how a booking goes on, and the table is not promised.
    """
    if state.draft.waiting:
        free = replace(state, draft=replace(state.draft, waiting=False), pending=None)
        return proceed(free, facts, now, Say("wait_not_needed"))
    if not state.draft.looking:
        seen = FreeSlot(event.ask, event.ends)
        free = replace(state, free=seen, pending=None, offers=(), misunderstood=0)
        return details(free, Say("there_is", {"slot": event.ask}))
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
    free = wanted or list(day.times)
    shown = tuple(Alternative(day.date, time, draft.area) for time in spread(free, MOST_TIMES_SHOWN))
    asked = replace(state, step=Step.ASK_TIME, offers=shown)
    values = {"day": day.date, "people": draft.party_size, "offers": shown}
    key = "ask_time_free" if len(shown) == len(free) else "ask_time_some"
    return Outcome(asked, (*missed, Say(key, values, quick_slots(shown))))


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
        free=None,
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


def on_refused(state: DialogueState, event: Refused, facts: RestaurantFacts, now: datetime) -> Outcome:
    """A hold, a check or a booking was refused. A hold that is gone is simply taken again."""
    if event.code == "not_found" and state.hold is not None:
        return proceed(replace(state, hold=None), facts, now)
    slot = state.pending or state.draft.slot
    if event.code in waiting.MAY_COME_FREE and slot is not None:
        state = replace(state, full=slot)
        if state.draft.waiting:
            return waiting.details(replace(state, pending=None))
        if state.hold is not None and state.hold.ask == slot:
            lost = turned_down(replace(state, hold=None), event)
            return replace(lost, says=(Say("hold_over"), *lost.says))
        if state.step is Step.CONFIRM and state.free is not None and state.free.ask == slot:
            lost = turned_down(replace(state, free=None), event)
            return replace(lost, says=(Say("taken_meanwhile"), *lost.says))
    return turned_down(state, event)
