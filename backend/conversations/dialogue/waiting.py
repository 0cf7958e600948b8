"""The waiting list: offered when no table is left, joined with a name, a contact and a yes. Pure; called by `booking`.

Being on it is never said to be a booking.
"""

from __future__ import annotations

import re
from dataclasses import replace

from backend.conversations.dialogue import coming
from backend.conversations.dialogue.actions import FindOffer, JoinWaitlist, LeaveWaitlist
from backend.conversations.dialogue.asking import NO, OTHER_DAY, WAIT, again, ask
from backend.conversations.dialogue.events import Heard, LeftWaitlist, OfferFound, OnWaitlist, Outcome, Say
from backend.conversations.dialogue.merging import plain
from backend.conversations.dialogue.state import DialogueState, Draft, Step

# Without a table for these reasons one may still come free; no waiting helps against any other rule.
MAY_COME_FREE = frozenset({"slot_unavailable", "pacing_limit"})
_LIST = re.compile(r"\b(lista de espera|wait(ing)? ?-?list)\b")
_LEAVING = re.compile(
    r"\b(quita\w*|saca\w*|borra\w*|baja|cancela\w*|elimina\w*|remove|off|leave|cancel|delete|ya no)\b"
)


def offered(state: DialogueState, *before: Say) -> Outcome:
    """No table and nothing near it: the waiting list, or another day."""
    asked = replace(state, step=Step.OFFER_WAIT, pending=None, offers=())
    return Outcome(asked, (*before, Say("offer_wait", quick=(WAIT, OTHER_DAY, NO))))


def details(state: DialogueState, *before: Say) -> Outcome:
    """The name, the contact, then everything read back with the consent."""
    draft = state.draft
    if draft.name is None:
        return ask(state, Step.ASK_NAME, *before)
    if not draft.has_contact:
        return ask(state, Step.ASK_CONTACT, *before)
    return ask(state, Step.CONFIRM_WAIT)


def yes(state: DialogueState) -> Outcome:
    """They want to be on it, as read back."""
    return Outcome(state, (), JoinWaitlist(state.draft))


def no(state: DialogueState) -> Outcome:
    """They would rather not."""
    if state.step is Step.OFFER_WAIT:
        cleared = replace(state, draft=replace(state.draft, date=None, time=None))
        return ask(cleared, Step.ASK_DATE, Say("other_day"))
    left = replace(state, step=Step.IDLE, draft=Draft(), full=None, misunderstood=0)
    return Outcome(left, (Say("wait_dropped"),))


def heard(state: DialogueState, said: Heard) -> Outcome | None:
    """'quítame de la lista de espera'; None when they do not want off it."""
    words = plain(said.text)
    if _LIST.search(words) is None or _LEAVING.search(words) is None:
        return None
    return Outcome(state, (), LeaveWaitlist())


def taken_up(state: DialogueState, said: Heard) -> Outcome:
    """A bare yes from somebody whom the channel proves: to the table they were told of, if they were, else to a reminder."""
    return replace(coming.answered(state, said, "yes"), action=FindOffer())


def on_offer(state: DialogueState, event: OfferFound) -> DialogueState | None:
    """The booking begun with what the guest said when they joined; None when they were told of no table."""
    offer = event.offer
    if offer is None:
        return None
    slot = offer.slot
    draft = Draft(
        id=offer.id,
        party_size=slot.party_size,
        date=slot.date,
        time=slot.time,
        area=slot.area,
        name=offer.name,
        phone=offer.phone,
        email=offer.email,
        place=offer.id,
    )
    return replace(state, draft=draft, purpose=None, offers=(), full=None)


def on_left(state: DialogueState, event: LeftWaitlist) -> Outcome:
    """Off it, or never on it."""
    after = replace(state, waits=(), misunderstood=0)
    return Outcome(after, (Say("wait_left" if event.count else "wait_none"), *again(after)))


def on_waitlist(state: DialogueState, event: OnWaitlist) -> Outcome:
    """On the list, with those who were there before, and what it means."""
    after = replace(
        state,
        step=Step.IDLE,
        draft=Draft(),
        full=None,
        waits=(*state.waits, event.place.id)[-5:],
        consented=True,
        misunderstood=0,
    )
    key = "waiting_first" if event.place.ahead == 0 else "waiting"
    return Outcome(after, (Say(key, {"slot": event.place.slot, "ahead": event.place.ahead}),))
