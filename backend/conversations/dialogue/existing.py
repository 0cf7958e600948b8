"""Bookings that exist: look at them, cancel them, change them. Pure; called by `machine`.

A booking is found by its code or because it is this session's own, never by a name. What would happen is told before it is
done, and done only after a yes; whether a change is possible is looked at before the yes is asked for.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime

from backend.conversations.dialogue import coming
from backend.conversations.dialogue.actions import CancelBooking, ChangeBooking, CheckChange, FindBookings
from backend.conversations.dialogue.asking import HUMAN, NO, RESERVE, START, again, ask, quick_slots
from backend.conversations.dialogue.events import (
    BookingCancelled,
    BookingChanged,
    BookingsFound,
    ChangeFree,
    Heard,
    Outcome,
    Quick,
    Refused,
    Say,
)
from backend.conversations.dialogue.merging import about_of, picked_offer, plain, wanted_slot, wish_of
from backend.conversations.dialogue.records import Alternative, BookingSeen, RestaurantFacts, SlotAsk
from backend.conversations.dialogue.refusals import DAY_REFUSALS, PARTY_REFUSALS
from backend.conversations.dialogue.state import BOOKING_STEPS, Asked, DialogueState, Purpose, Step, Wish

_MAY_BE_ELSEWHERE = frozenset({"slot_unavailable"})
# No other slot would do either.
_FINAL = frozenset({"invalid_transition", "window_passed"})
# What shows the booking before anything is done with it, so that another than the one of a wrong code may be taken.
_ASKED_FIRST = frozenset({"status", "cancel", "change"})
_SETTLED = frozenset({"cancelled", "no_show", "completed", "expired"})
_VALUE_WORDS: dict[Asked, re.Pattern[str]] = {
    "date": re.compile(r"\b(dia|fecha|day|date)\b"),
    "time": re.compile(r"\b(hora|time)\b"),
    "party_size": re.compile(r"\b(personas|comensales|people|guests|party size)\b"),
}
MOST_LISTED = 5


def begin(state: DialogueState, heard: Heard, purpose: Purpose) -> Outcome:
    """Looks for the booking the guest means."""
    about = about_of(heard)
    wish = wish_of(heard) if purpose == "change" else Wish()
    if purpose != "change":
        slots = heard.read.slots
        about = Wish(slots.date or about.date, slots.time or about.time, slots.party_size or about.party_size)
    code = heard.read.slots.code
    asked = _named_value(heard, about) if purpose == "change" and wish.is_empty else None
    looking = replace(
        state,
        purpose=purpose,
        about=about,
        wish=wish,
        target=None,
        found=(),
        code_asked=code is not None,
        code_missed=False,
        asked=asked,
    )
    return Outcome(looking, (), FindBookings(code))


def to_area(state: DialogueState, heard: Heard, area: str) -> Outcome:
    """'ponme en la terraza': the booking as it is, elsewhere in the house."""
    begun = begin(state, heard, "change")
    return replace(begun, state=replace(begun.state, wish=Wish(area=area)))


def on_found(state: DialogueState, event: BookingsFound, facts: RestaurantFacts, now: datetime) -> Outcome:
    """None: ask for the code; one: go on with it; several: which one."""
    live = [each for each in event.bookings if each.status not in _SETTLED]
    if state.code_missed:
        return _instead_of_code(replace(state, code_missed=False), live)
    if state.purpose in {"yes", "no"}:
        return _answering(state, coming.near(live, state, facts, now))
    bookings = coming.near(live, state, facts, now) if live else list(event.bookings)
    meant = [each for each in bookings if _is_meant(each, state.about)] or bookings
    if not meant:
        return _none_found(state)
    if len(meant) == 1:
        return _with_target(replace(state, found=tuple(meant)), meant[0])
    listed = tuple(meant[:MOST_LISTED])
    if state.purpose == "status":
        done = replace(state, found=listed, purpose=None, step=_after_look(state))
        return Outcome(done, (Say("your_bookings", {"bookings": listed}), *again(done)))
    return ask(replace(state, found=listed), Step.PICK)


def _answering(state: DialogueState, near: list[BookingSeen]) -> Outcome:
    """A bare yes or no: to the reminder of the nearest table, or to nothing we know of."""
    if not near:
        done = replace(state, purpose=None, misunderstood=0)
        return Outcome(
            done, (Say("ready", quick=START),) if state.purpose == "yes" else (Say("as_you_like"),)
        )
    purpose: Purpose = "attend" if state.purpose == "yes" else "cancel"
    return _with_target(replace(state, purpose=purpose, found=(near[0],)), near[0])


def _instead_of_code(state: DialogueState, own: list[BookingSeen]) -> Outcome:
    """The code was wrong: the guest's only booking is the one they mean, else they look at the code again."""
    if len(own) != 1:
        return _code_again(state)
    shown = _with_target(replace(state, found=tuple(own)), own[0])
    # Before "shall I make it ...?" it must be plain of which booking that is said.
    named = (Say("booking_now", {"booking": own[0]}),) if shown.action is not None else ()
    return replace(shown, says=(Say("no_booking"), *named, *shown.says))


def _code_again(state: DialogueState) -> Outcome:
    """No booking has that code; what a code is was said already."""
    asking = replace(state, found=(), step=Step.ASK_CODE)
    return Outcome(asking, (Say("no_booking"), Say("ask_code_again")))


def _none_found(state: DialogueState) -> Outcome:
    said = "no_booking" if state.code_asked else "no_booking_yours"
    if state.step in BOOKING_STEPS:
        going_on = replace(state, purpose=None)
        return Outcome(going_on, (Say(said), *again(going_on)))
    if state.purpose == "note" and not state.code_asked:
        asking = replace(state, found=(), step=Step.ASK_CODE)
        return Outcome(asking, (Say("note_which", quick=(RESERVE,)),))
    if not state.code_asked:
        return ask(replace(state, found=()), Step.ASK_CODE, Say(said))
    if state.purpose in _ASKED_FIRST:
        return Outcome(replace(state, code_missed=True), (), FindBookings())
    return _code_again(state)


def _after_look(state: DialogueState) -> Step:
    """A look at one's bookings leaves a booking in the making where it was, and ends anything else."""
    return state.step if state.step in BOOKING_STEPS else Step.IDLE


def _is_meant(booking: BookingSeen, about: Wish) -> bool:
    return (
        about.date in {None, booking.date}
        and about.time in {None, booking.time}
        and about.party_size in {None, booking.party_size}
    )


def _with_target(state: DialogueState, booking: BookingSeen) -> Outcome:
    found = replace(state, target=booking, misunderstood=0)
    if booking.status in _SETTLED:
        done = replace(found, step=_after_look(state), purpose=None, target=None)
        return Outcome(done, (Say(f"booking_{booking.status}", {"booking": booking}), *again(done)))
    if state.purpose in {"late", "attend", "note"}:
        return coming.act(found, booking)
    if state.purpose == "cancel":
        late = "cancel_late_penalty" if booking.penalty else "cancel_late"
        key = late if booking.late_now else "cancel_free"
        notice = (
            (Say(key, {"booking": booking}),) if booking.late_now or booking.free_cancellation_hours else ()
        )
        return ask(found, Step.CONFIRM_CANCEL, *notice)
    if state.purpose == "change":
        return _towards_change(found)
    done = replace(found, step=_after_look(state), purpose=None, target=None)
    key = "booking_pending" if booking.status == "pending" else "booking_is"
    shown = Say(key, {"booking": booking, "lacking": booking.lacking}, card=booking)
    return Outcome(done, (shown, *again(done)))


def _towards_change(state: DialogueState) -> Outcome:
    wanted = wanted_slot(state)
    if wanted is None and state.asked is not None and state.target is not None:
        return ask(state, Step.ASK_CHANGE, Say("booking_now", {"booking": state.target}))
    if wanted is None:
        return ask(state, Step.ASK_CHANGE)
    state = replace(state, asked=None)
    target = state.target
    if target is None or wanted == SlotAsk(target.party_size, target.date, target.time, target.area):
        return ask(replace(state, wish=Wish()), Step.ASK_CHANGE, Say("already_so"))
    # Looked at before it is asked: nobody says yes to a slot that is full or a day that is closed.
    return Outcome(replace(state, pending=wanted), (), CheckChange(target, wanted))


def on_change_free(state: DialogueState, event: ChangeFree) -> Outcome:
    """It could be moved: shall it be."""
    return ask(replace(state, pending=event.ask, offers=()), Step.CONFIRM_CHANGE)


def on_cancelled(state: DialogueState, event: BookingCancelled) -> Outcome:
    """Cancelled, said with what it costs when it costs something."""
    done = _finished(state, keep=tuple(each for each in state.booked if each != event.booking.id))
    key = "cancelled_penalty" if event.penalty else "cancelled_late" if event.late else "cancelled"
    return Outcome(done, (Say(key, {"booking": event.booking, "penalty": event.penalty}),))


def on_changed(state: DialogueState, event: BookingChanged) -> Outcome:
    """The booking as it is now, with its code."""
    done = _finished(state, keep=state.booked)
    return Outcome(
        done, (Say("changed", {"booking": event.booking}, card=event.booking, happened="changed"),)
    )


def _finished(state: DialogueState, keep: tuple[str, ...]) -> DialogueState:
    return replace(
        state,
        step=Step.IDLE,
        purpose=None,
        target=None,
        found=(),
        pending=None,
        offers=(),
        wish=Wish(),
        about=Wish(),
        note=None,
        booked=keep,
        misunderstood=0,
    )


def on_refused(state: DialogueState, event: Refused) -> Outcome:
    """The booking stays as it was; why, and what would be free instead."""
    if state.purpose in {"late", "attend", "note"} and event.code != "not_found":
        return coming.on_refused(state, event)
    values = {**event.params, **({"slot": state.pending} if state.pending else {})}
    if event.code == "not_found":
        return ask(replace(state, target=None, found=()), Step.ASK_CODE, Say("no_booking"))
    reason = Say(f"refusal.{event.code}", values)
    if state.purpose != "change" or state.target is None or event.code in _FINAL:
        return Outcome(_finished(state, keep=state.booked), (reason, Say("as_it_was")))
    offers = tuple(each for each in event.alternatives if not _is_current(state, each))[:3]
    if state.pending is not None and state.pending.area is not None and event.code in _MAY_BE_ELSEWHERE:
        return _other_area(state, offers, reason)
    if offers:
        choosing = replace(state, step=Step.CHOOSE_CHANGE, offers=offers)
        return Outcome(choosing, (reason, Say("offers_change", {"offers": offers}, quick_slots(offers))))
    return _without_refused(replace(state, pending=None), event.code, reason)


def _without_refused(state: DialogueState, code: str, reason: Say) -> Outcome:
    """The value that the house does not take is asked for again, and what else was wished for stays; else all of it."""
    wish, target = state.wish, state.target
    now = Say("booking_now", {"booking": target})
    if code in DAY_REFUSALS:
        asking = replace(state, wish=replace(wish, date=None), asked="date")
        return ask(asking, Step.ASK_CHANGE, reason, now)
    if code in PARTY_REFUSALS:
        asking = replace(state, wish=replace(wish, party_size=None, delta=None), asked="party_size")
        return ask(asking, Step.ASK_CHANGE, reason, now)
    return ask(replace(state, wish=Wish()), Step.ASK_CHANGE, reason)


def _other_area(state: DialogueState, offers: tuple[Alternative, ...], reason: Say) -> Outcome:
    """The area the booking is in has no table then; another may have."""
    choosing = replace(state, step=Step.CHOOSE_CHANGE, offers=offers)
    if not offers:
        return Outcome(choosing, (reason, Say("only_other_area", quick=(Quick("other_area"), NO))))
    quick = (*quick_slots(offers[:2]), Quick("other_area"))
    return Outcome(choosing, (reason, Say("offers_change_area", {"offers": offers}, quick)))


def _is_current(state: DialogueState, offer: Alternative) -> bool:
    """Whether the offered slot is the one the booking has already."""
    target, wanted = state.target, state.pending
    if target is None or wanted is None or wanted.party_size != target.party_size:
        return False
    return (offer.date, offer.time) == (target.date, target.time)


# --- messages in the middle ------------------------------------------------------------------------------------------------


def heard_with_booking(state: DialogueState, heard: Heard) -> Outcome | None:
    """What a message means while an existing booking is dealt with; None when it means nothing here."""
    read, step = heard.read, state.step
    if step is Step.ASK_CODE:
        code = read.slots.code
        if code is None or not _is_code(code, heard.text):
            return _without_code(state, heard)
        return Outcome(replace(state, code_asked=True, code_missed=False), (), FindBookings(code))
    if step is Step.PICK:
        return _pick(state, heard)
    if step is Step.ASK_ETA:
        return coming.eta_heard(state, heard) or _leave_on_no(state, heard)
    if step is Step.CONFIRM_CANCEL:
        return _answer_cancel(state, heard)
    return _answer_change(state, heard)


def _without_code(state: DialogueState, heard: Heard) -> Outcome | None:
    """'no lo tengo': then only people can find it."""
    if heard.read.intent != "deny":
        return None
    return Outcome(_finished(state, keep=state.booked), (Say("code_lost", quick=(HUMAN, RESERVE)),))


def _is_code(code: str, text: str) -> bool:
    """Whether it was written as a code: with a figure, in capitals, or alone. 'quiero' has six letters too."""
    return any(each.isdigit() for each in code) or code in text or len(text.split()) == 1


def _leave_on_no(state: DialogueState, heard: Heard) -> Outcome | None:
    if heard.read.intent != "deny":
        return None
    return Outcome(_finished(state, keep=state.booked), (Say("as_you_like"),))


def _pick(state: DialogueState, heard: Heard) -> Outcome | None:
    slots = heard.read.slots
    about = Wish(slots.date, slots.time, slots.party_size)
    fits = [each for each in state.found if each.code == slots.code]
    if not fits and not about.is_empty:
        fits = [each for each in state.found if _is_meant(each, about)]
    if not fits and slots.choice is not None and -1 <= slots.choice < len(state.found):
        fits = [state.found[slots.choice]]
    if len(fits) == 1:
        return _with_target(state, fits[0])
    return _leave_on_no(state, heard)


def _answer_cancel(state: DialogueState, heard: Heard) -> Outcome | None:
    intent = heard.read.intent
    if state.target is None:
        return None
    if intent in {"confirm", "cancel"} and "deny" not in heard.read.also:
        return Outcome(state, (), CancelBooking(state.target))
    if intent == "deny":
        return Outcome(_finished(state, keep=state.booked), (Say("kept", {"booking": state.target}),))
    if intent == "change":
        return _towards_change(replace(state, purpose="change", wish=wish_of(heard)))
    return None


def _answer_change(state: DialogueState, heard: Heard) -> Outcome | None:
    read = heard.read
    if state.target is None:
        return None
    offer = picked_offer(state, heard) if state.step is Step.CHOOSE_CHANGE else None
    if state.step is Step.CHOOSE_CHANGE and not state.offers and read.intent == "confirm":
        return _towards_change(replace(state, wish=replace(state.wish, anywhere=True)))
    if offer is not None:
        wish = replace(state.wish, date=offer.date, time=offer.time)
        return _towards_change(replace(state, wish=wish, offers=()))
    wish = wish_of(heard)
    if not wish.is_empty:
        return _towards_change(replace(state, wish=_joined(state.wish, wish)))
    names = read.intent in {"change", "other"} and read.topic is None
    asked = _named_value(heard, Wish()) if names else None
    if asked is not None:
        return ask(replace(state, asked=asked, misunderstood=0), Step.ASK_CHANGE)
    if read.intent == "confirm" and state.step is Step.CONFIRM_CHANGE and state.pending is not None:
        return Outcome(state, (), ChangeBooking(state.target, state.pending))
    if read.intent == "deny":
        return Outcome(_finished(state, keep=state.booked), (Say("kept", {"booking": state.target}),))
    if read.intent == "cancel":
        return ask(replace(state, purpose="cancel"), Step.CONFIRM_CANCEL)
    return None


def _named_value(heard: Heard, about: Wish) -> Asked | None:
    """'otra hora', 'cambiar el día': the one value that is to change, named but not said. `about` tells the booking as it is."""
    known = {"date": about.date, "time": about.time, "party_size": about.party_size}
    said = plain(heard.text)
    named = [
        value
        for value, words in _VALUE_WORDS.items()
        if words.search(said) is not None and known[value] is None
    ]
    return named[0] if len(named) == 1 else None


def _joined(before: Wish, added: Wish) -> Wish:
    """A later wish over an earlier one; people given as a number take the place of 'two more'."""
    return Wish(
        added.date or before.date,
        added.time or before.time,
        added.party_size or (None if added.delta is not None else before.party_size),
        added.delta if added.delta is not None else before.delta if added.party_size is None else None,
        before.anywhere or added.anywhere,
        added.area or before.area,
    )
