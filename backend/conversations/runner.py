"""Does what the dialogue asks for, through the ports, and hands the result back to it. Called by `service`, once a message.

Keeps track of the holds it took, so that a turn that lost a race can give them back.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime, time
from typing import Any

from backend.conversations.dialogue import actions, events
from backend.conversations.dialogue.actions import Action
from backend.conversations.dialogue.coming import is_allergy
from backend.conversations.dialogue.events import Event, Heard, Outcome, Result, Say
from backend.conversations.dialogue.machine import advance
from backend.conversations.dialogue.records import Alternative, BookingSeen, RestaurantFacts, WaitSeen
from backend.conversations.dialogue.state import DialogueState, Draft
from backend.conversations.ports import ChatBooking, ChatWait, Conversation, Ports, Sender
from backend.platform.refusals import Refusal

MOST_ACTIONS = 8
_log = logging.getLogger(__name__)


class Runner:
    """Carries one message through the machine."""

    def __init__(
        self,
        ports: Ports,
        conversation: Conversation,
        sender: Sender,
        facts: RestaurantFacts,
        now: datetime,
        locale: Callable[[str | None], str],
    ) -> None:
        self._ports = ports
        self._talk = conversation
        self._sender = sender
        self._facts = facts
        self._now = now
        self._locale = locale
        self.holds_taken: list[str] = []

    def run(self, state: DialogueState, heard: Heard) -> tuple[DialogueState, list[Say]]:
        """The state after the message and everything to say; raises RuntimeError when the machine never comes to rest."""
        says: list[Say] = []
        event: Event = heard
        for _ in range(MOST_ACTIONS):
            outcome: Outcome = advance(state, event, self._facts, self._now)
            state = outcome.state
            says.extend(outcome.says)
            if outcome.action is None:
                return state, says
            event = self._do(outcome.action, state, heard.turn)
        raise RuntimeError(f"the dialogue does not come to rest at step {state.step}")

    def give_back(self, kept: DialogueState | None) -> None:
        """Releases the holds of an abandoned attempt, except the one the surviving state rests on."""
        for hold_id in self.holds_taken:
            if kept is None or kept.hold is None or kept.hold.id != hold_id:
                self._ports.availability.release(self._talk.restaurant_id, hold_id)

    def _do(self, action: Action, state: DialogueState, turn: str) -> Result:
        try:
            return self._perform(action, state, turn)
        except Refusal as refusal:
            return refused(refusal)

    def _perform(self, action: Action, state: DialogueState, turn: str) -> Result:
        ports, restaurant, channel = self._ports, self._talk.restaurant_id, self._talk.channel
        match action:
            case actions.CheckSlot(ask):
                free = ports.availability.check(restaurant, ask, channel)
                return events.SlotFree(ask, free.ends)
            case actions.HoldSlot(ask, instead_of):
                hold = ports.availability.hold(restaurant, ask, channel, instead_of)
                self.holds_taken.append(hold.id)
                return events.SlotHeld(hold)
            case actions.ReleaseHold(hold_id):
                ports.availability.release(restaurant, hold_id)
                return events.HoldGone()
            case actions.ShowDay(day, party_size, area):
                return events.DayKnown(ports.availability.day(restaurant, day, party_size, area, channel))
            case actions.Book(draft, hold_id, area):
                booked = self._book(replace(draft, area=area), hold_id, state.language)
                self._keep_allergy(booked, draft.notes)
                self._use_up(draft.place)
                return events.Booked(booked)
            case actions.FindBookings(code):
                found = ports.reservations.find(self._talk, self._sender, state.booked, code)
                return events.BookingsFound(tuple(found))
            case actions.CancelBooking(booking):
                done = ports.reservations.cancel(
                    restaurant, booking.id, self._key("cancel", turn, booking.id)
                )
                return events.BookingCancelled(done.booking, done.late, done.penalty)
            case actions.CheckChange(booking, ask):
                ports.reservations.check_change(restaurant, booking, ask, channel)
                return events.ChangeFree(ask)
            case actions.ChangeBooking(booking, ask):
                key = self._key("change", turn, booking.id)
                return events.BookingChanged(
                    ports.reservations.change(restaurant, booking, ask, channel, key)
                )
            case actions.JoinWaitlist(draft):
                return events.OnWaitlist(self._wait(draft, state.language))
            case actions.FindOffer():
                return events.OfferFound(ports.coming.offered(self._talk, self._sender))
            case actions.LeaveWaitlist():
                return events.LeftWaitlist(ports.coming.leave(self._talk, self._sender, state.waits))
            case actions.KeepWish(wanted):
                kept = ports.wishes.messages(self._talk, self._sender, state.booked, wanted=wanted)
                return events.WishKept(wanted, kept.known, kept.news)
            case actions.EraseGuest():
                return events.ErasurePlanned(ports.wishes.erase(self._talk, self._sender))
            case actions.TellLate() | actions.Attend() | actions.AddNote():
                return self._say_of(action)
            case actions.HandOver(reason):
                ports.handover.open(self._talk, reason)
                return events.HandedOver()
            case actions.TakeBack():
                ports.handover.close(self._talk)
                return events.TakenBack()

    def _say_of(self, action: actions.TellLate | actions.Attend | actions.AddNote) -> Result:
        """What the guest says of a booking before they come."""
        coming, restaurant, channel = self._ports.coming, self._talk.restaurant_id, self._talk.channel
        match action:
            case actions.TellLate(booking, minutes):
                late = coming.late(restaurant, booking.id, minutes, channel)
                return events.LateNoted(late.booking, minutes, late.kept, late.kept_until)
            case actions.Attend(booking):
                return events.Attended(coming.attend(restaurant, booking.id, channel))
            case actions.AddNote(booking, words, is_allergy):
                return events.NoteAdded(
                    coming.note(self._talk, self._sender, booking.id, words, is_allergy=is_allergy)
                )

    def _wait(self, draft: Draft, language: str | None) -> WaitSeen:
        slot = draft.slot
        if slot is None or draft.name is None:
            raise ValueError("a place on the waiting list without its slot or its name")
        return self._ports.coming.wait(
            ChatWait(self._talk, slot, draft.name, draft.phone, draft.email, self._locale(language))
        )

    def _keep_allergy(self, booked: BookingSeen, notes: str | None) -> None:
        """What the guest said while booking is with the booking already; an allergy of a known sender is kept with them too."""
        if notes is None or not is_allergy(notes) or not self._sender.proven:
            return
        try:
            self._ports.coming.note(self._talk, self._sender, booked.id, notes, is_allergy=True)
        except Refusal as refusal:
            # The booking stands and holds the words; that the guest's record lacks them must not make it a refusal.
            _log.warning("an allergy is kept with its booking alone", extra={"code": refusal.code})

    def _use_up(self, place: str | None) -> None:
        """Somebody from the waiting list has their table."""
        if place is None:
            return
        try:
            self._ports.coming.taken_up(self._talk, place)
        except Refusal as refusal:
            # The booking stands; a place left open is seen and closed by the staff.
            _log.warning("a place on the waiting list stays open", extra={"code": refusal.code})

    def _book(self, draft: Draft, hold_id: str | None, language: str | None) -> BookingSeen:
        slot = draft.slot
        if slot is None or draft.name is None:
            raise ValueError("a booking without its slot or its name")
        booking = ChatBooking(
            self._talk,
            slot,
            draft.name,
            draft.phone,
            draft.email,
            self._locale(language),
            draft.notes,
            draft.occasion,
            hold_id,
        )
        return self._ports.reservations.book(booking, self._key("book", draft.id, *_content(draft)))

    def _key(self, *parts: object) -> str:
        """The idempotency key: the conversation, the message the draft began with, and what is booked.

        Two answers "yes" to the same question, or a message that is delivered twice, make the same key and so one booking.
        """
        told = [str(self._talk.restaurant_id), self._talk.channel, self._talk.session_id, *map(str, parts)]
        return "chat-" + hashlib.sha256(json.dumps(told).encode()).hexdigest()[:40]


def _content(draft: Draft) -> tuple[object, ...]:
    return (draft.date, draft.time, draft.party_size, draft.area, draft.name, draft.phone, draft.email)


def refused(refusal: Refusal) -> events.Refused:
    """A refusal as the machine knows it."""
    return events.Refused(
        refusal.code,
        dict(refusal.params),
        tuple(
            alternative for each in refusal.alternatives if (alternative := _alternative(each)) is not None
        ),
        tuple(each.field for each in refusal.fields),
    )


def _alternative(each: Mapping[str, Any]) -> Alternative | None:
    day, at, area = each.get("date"), each.get("time"), each.get("area")
    day = date.fromisoformat(day) if isinstance(day, str) else day
    at = time.fromisoformat(at) if isinstance(at, str) else at
    if not isinstance(day, date) or not isinstance(at, time):
        return None
    return Alternative(day, at, str(area) if area else None)
