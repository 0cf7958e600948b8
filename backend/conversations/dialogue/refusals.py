"""When the house says no to a booking: the reason in words, then the way on. Pure; called by `booking`.

What is free instead is offered; else the value the rule is about is asked for again; what only people can settle goes to them.
"""

from __future__ import annotations

from dataclasses import replace

from backend.conversations.dialogue import waiting
from backend.conversations.dialogue.asking import FEWER, HUMAN, NO, YES, ask, quick_slots
from backend.conversations.dialogue.events import Outcome, Refused, Say
from backend.conversations.dialogue.records import Alternative, SlotAsk
from backend.conversations.dialogue.state import DialogueState, Draft, Step

DAY_REFUSALS = frozenset({"closed", "special_date_closed", "too_far", "same_day_not_allowed"})
PARTY_REFUSALS = frozenset({"party_too_small", "party_too_large"})


def turned_down(state: DialogueState, event: Refused) -> Outcome:
    """A hold, a check or a booking was refused: the reason in words, then the way on."""
    draft, slot = state.draft, state.pending or state.draft.slot
    if event.code == "invalid_request":
        return _bad_field(state, event)
    reason = reason_of(event.code, event.params, draft, slot)
    if event.code in PARTY_REFUSALS:
        return other_party(state, event.code, reason)
    if event.alternatives:
        return _offer(state, event.alternatives, reason)
    return _without_offers(state, event.code, reason)


def _offer(state: DialogueState, offers: tuple[Alternative, ...], reason: Say) -> Outcome:
    shown = offers[:3]
    choosing = replace(state, step=Step.CHOOSE, offers=shown, pending=None)
    asked = state.pending or state.draft.slot
    same_day = asked is not None and all(each.date == asked.date for each in shown)
    key = "offers_one" if len(shown) == 1 else "offers_same_day" if same_day else "offers"
    return Outcome(choosing, (reason, Say(key, {"offers": shown}, quick_slots(shown))))


def _without_offers(state: DialogueState, code: str, reason: Say) -> Outcome:
    draft = state.draft
    if code in {"guest_blocked", "deposit_required", "identification_required"}:
        return ask(replace(state, pending=None), Step.OFFER_HUMAN, reason)
    if code == "phone_verification_required":
        return ask(replace(state, draft=replace(draft, phone=None), pending=None), Step.ASK_CONTACT, reason)
    if code in {"lock_timeout", "unavailable", "rate_limited"}:
        # Only what was read back may be booked at the next yes; a slot that was not even held is asked for again.
        was_read_back = state.draft.is_complete and state.pending is None
        step = Step.CONFIRM if was_read_back else Step.INTEREST
        return Outcome(replace(state, step=step), (reason, Say("try_again", quick=(YES, NO))))
    if code in DAY_REFUSALS or draft.date is None:
        return ask(replace(state, draft=replace(draft, date=None), pending=None), Step.ASK_DATE, reason)
    if code in waiting.MAY_COME_FREE:
        return waiting.offered(state, reason, Say("no_alternatives"))
    return ask(replace(state, draft=replace(draft, time=None), pending=None), Step.ASK_TIME, reason)


def other_party(state: DialogueState, code: str, reason: Say) -> Outcome:
    """The number of people is what the house cannot take here: another number, or the team."""
    too_large = code == "party_too_large"
    draft = replace(state.draft, party_size=None)
    asked = replace(state, step=Step.ASK_PARTY, draft=draft, pending=None, group=too_large)
    question = (
        Say("ask_group", quick=(HUMAN, FEWER, NO)) if too_large else Say("ask_party_again", quick=(HUMAN, NO))
    )
    return Outcome(asked, (reason, question))


def _bad_field(state: DialogueState, event: Refused) -> Outcome:
    """A value the booking cannot take: that one is asked again."""
    draft = state.draft
    if any("phone" in name for name in event.fields):
        return ask(replace(state, draft=replace(draft, phone=None)), Step.ASK_CONTACT, Say("bad_phone"))
    if any("email" in name for name in event.fields):
        return ask(replace(state, draft=replace(draft, email=None)), Step.ASK_CONTACT, Say("bad_email"))
    if any("name" in name for name in event.fields):
        return ask(replace(state, draft=replace(draft, name=None)), Step.ASK_NAME, Say("bad_name"))
    if any("area" in name for name in event.fields):
        return ask(
            replace(state, draft=replace(draft, area=None), pending=None), Step.ASK_TIME, Say("bad_area")
        )
    if any("date" in name or "time" in name for name in event.fields):
        cleared = replace(draft, date=None, time=None)
        return ask(replace(state, draft=cleared, pending=None), Step.ASK_DATE, Say("bad_date"))
    return ask(
        replace(state, draft=replace(draft, party_size=None), pending=None), Step.ASK_PARTY, Say("bad_party")
    )


def reason_of(code: str, params: object, draft: Draft, slot: SlotAsk | None = None) -> Say:
    """The refusal as a sentence, with the numbers of the rule and of what was asked."""
    values = dict(params) if isinstance(params, dict) else {}
    if slot is not None:
        values["slot"] = slot
    elif draft.party_size is not None:
        values["people"] = draft.party_size
    return Say(f"refusal.{code}", values)
