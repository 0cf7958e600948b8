"""The questions of the dialogue: what is missing next, and the words to ask for it. Called by the flows; pure.

One message asks for as much as a guest would naturally say at once, so that a booking takes few turns.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from backend.conversations.dialogue.events import Outcome, Quick, Say
from backend.conversations.dialogue.merging import ALLERGY, plain
from backend.conversations.dialogue.records import Alternative, SlotAsk
from backend.conversations.dialogue.state import DialogueState, Draft, Step

YES = Quick("yes")
NO = Quick("no")
CHANGE = Quick("change")
HUMAN = Quick("human")
PARTY = tuple(Quick(f"people_{count}") for count in (2, 3, 4, 5, 6))
RESERVE = Quick("reserve")
START = (RESERVE, Quick("my_booking"), HUMAN)
OTHER_DAY = Quick("other_day")
WAIT = Quick("wait")
LEAVE = Quick("leave")
FEWER = Quick("fewer")
ERASE = Quick("erase")
FIX = (OTHER_DAY, Quick("other_time"), Quick("other_party"))

# The slot whose answer the parser should expect at each step.
CONTEXTS = {
    Step.ASK_PARTY: "party_size",
    Step.ASK_DATE: "date",
    Step.ASK_TIME: "time",
    Step.CHOOSE: "time",
    Step.CHOOSE_CHANGE: "time",
    Step.ASK_NAME: "name",
    Step.ASK_CONTACT: "contact",
    Step.ASK_CODE: "code",
    Step.ASK_ETA: "time",
}


_ASKED_ALONE = {"date": "ask_date", "time": "ask_time", "party_size": "ask_party"}


def context_of(state: DialogueState) -> str | None:
    """The slot whose answer the parser should expect."""
    return state.asked if state.step is Step.ASK_CHANGE else CONTEXTS.get(state.step)


def ask(state: DialogueState, step: Step, *before: Say) -> Outcome:
    """Moves to the step and asks its question after `before`."""
    moved = replace(state, step=step)
    return Outcome(moved, (*before, *question(moved)))


def ask_to_confirm(state: DialogueState, before: tuple[Say, ...], aside: tuple[Say, ...]) -> Outcome:
    """Moves to the read-back; what a yes agrees to is said at a booking's first one only."""
    confirming = replace(state, step=Step.CONFIRM)
    says = confirmation(confirming, *aside)
    return Outcome(replace(confirming, consent_told=state.draft.id), (*before, *says))


def question(state: DialogueState) -> tuple[Say, ...]:
    """The question that is open at this step, to be asked again after an interruption; empty when there is none."""
    draft, step = state.draft, state.step
    if step is Step.ASK_PARTY:
        return (Say(_party_key(draft), quick=PARTY if draft.date is not None else ()),)
    if step is Step.ASK_DATE:
        return (Say("ask_date_time" if draft.time is None else "ask_date"),)
    if step is Step.ASK_TIME:
        return (Say("ask_time"),)
    if step is Step.CHOOSE_CHANGE and not state.offers:
        return (Say("only_other_area", quick=(Quick("other_area"), NO)),)
    if step in {Step.CHOOSE, Step.CHOOSE_CHANGE}:
        return (Say("choose_again", {"offers": state.offers}, quick_slots(state.offers)),)
    if step is Step.INTEREST:
        return (Say("shall_i_book", quick=(YES, NO)),)
    if step is Step.ASK_NAME:
        return (Say("ask_name" if draft.has_contact else "ask_name_contact"),)
    if step is Step.ASK_CONTACT:
        return (Say("ask_contact", {"name": draft.name}),)
    if step is Step.CONFIRM:
        return confirmation(state)
    return _waiting_question(state) or _existing_question(state)


def again(state: DialogueState) -> tuple[Say, ...]:
    """The open question after an interruption: what was read back a moment ago is only named."""
    if state.step is Step.CONFIRM:
        return (Say("confirm_again", {"slot": state.draft.slot}, (YES, CHANGE, LEAVE)),)
    return question(state)


def _waiting_question(state: DialogueState) -> tuple[Say, ...]:
    if state.step is Step.OFFER_WAIT:
        return (Say("offer_wait", quick=(WAIT, OTHER_DAY, NO)),)
    if state.step is Step.CONFIRM_WAIT:
        draft = state.draft
        values = {"slot": draft.slot, "name": draft.name, "contact": draft.phone or draft.email}
        return (
            Say("wait_confirm", values),
            Say("wait_ask" if state.consented else "wait_ask_consent", quick=(YES, NO)),
        )
    return ()


def _existing_question(state: DialogueState) -> tuple[Say, ...]:
    step, target = state.step, state.target
    if step is Step.FIX:
        return (Say("ask_fix", quick=FIX),)
    if step is Step.ASK_CODE:
        return (Say("ask_code"),)
    if step is Step.PICK:
        return (Say("pick", quick=tuple(Quick(booking=each, value=each.code) for each in state.found)),)
    if step is Step.CONFIRM_CANCEL and target is not None:
        return (Say("confirm_cancel", {"booking": target}, (YES, NO)),)
    if step is Step.ASK_CHANGE and state.asked is not None:
        return (Say(_ASKED_ALONE[state.asked]),)
    if step is Step.ASK_CHANGE and target is not None:
        return (Say("ask_change", {"booking": target}, FIX),)
    if step is Step.CONFIRM_CHANGE and state.pending is not None:
        return (Say("confirm_change", {"slot": state.pending}, (YES, NO)),)
    if step is Step.ASK_ETA:
        return (Say("ask_eta"),)
    if step is Step.CONFIRM_ERASURE:
        return (Say("confirm_erasure", quick=(ERASE, NO)),)
    if step is Step.OFFER_HUMAN:
        return (Say("offer_human", quick=(HUMAN, NO)),)
    return ()


def _party_key(draft: Draft) -> str:
    if draft.date is None and draft.time is None:
        return "ask_party_date_time"
    return "ask_party_date" if draft.date is None else "ask_party"


def confirmation(state: DialogueState, *aside: Say) -> tuple[Say, ...]:
    """Reads everything back before booking, with the end of the stay; asks for consent in the same breath, once."""
    draft = state.draft
    values = {
        "slot": read_back(state),
        "stay": (draft.time, _end(state)),
        "name": draft.name,
        "contact": draft.phone or draft.email,
        "notes": draft.notes,
    }
    says = [Say("confirm", values)]
    if draft.notes:
        says.append(Say("confirm_notes", values))
    if ALLERGY.search(plain(draft.notes or "")):
        says.append(Say("allergy_careful"))
    says += aside
    says.append(
        Say("confirm_ask" if _has_consented(state) else "confirm_ask_consent", quick=(YES, CHANGE, LEAVE))
    )
    return tuple(says)


def _has_consented(state: DialogueState) -> bool:
    """Whether a yes agrees already to what was said of their data: at an earlier booking, or at this one's first read-back."""
    return state.consented or bool(state.draft.id and state.consent_told == state.draft.id)


def _end(state: DialogueState) -> datetime | None:
    """The end of the stay of the slot that is held, or was found free."""
    known = (each for each in (state.hold, state.free) if each is not None and each.ask == state.draft.slot)
    return next((each.ends for each in known), None)


def read_back(state: DialogueState) -> SlotAsk | None:
    """The slot as it is read back and then booked: with the area of the table that is held, also when none was asked for."""
    slot, hold = state.draft.slot, state.hold
    if slot is None or slot.area is not None or hold is None or hold.ask != slot:
        return slot
    return replace(slot, area=hold.area)


def quick_slots(offers: tuple[Alternative, ...]) -> tuple[Quick, ...]:
    """The offered slots as answers to tap; what they send names day and time unmistakably."""
    return tuple(
        Quick(slot=each, value=f"{each.date.isoformat()} {each.time.strftime('%H:%M')}") for each in offers
    )
