"""A turn of a conversation: read the message, let the dialogue decide, do what it asks, answer, remember. Called by every channel.

The same message id gives the same answer, also when two requests race; two different messages of one session are answered one
after the other. Nothing is said that did not happen: sentences follow from the results of actions.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from backend.conversations.dialogue.asking import context_of
from backend.conversations.dialogue.events import Heard
from backend.conversations.dialogue.records import RestaurantFacts
from backend.conversations.dialogue.render import Reply, locale_for, replies
from backend.conversations.dialogue.state import DialogueState, Draft, Step
from backend.conversations.engines import BuiltInReader, Reader
from backend.conversations.ports import Conversation, Ports, Sender, SessionMovedError, Stored, Turn
from backend.conversations.runner import Runner
from backend.conversations.sender_names import own_name
from backend.conversations.told import told_in
from backend.conversations.understanding import Understanding
from backend.platform.clock import Clock
from backend.platform.refusals import Refusal

SESSION_LIFE: Final = timedelta(hours=1)
# People answer a mail when they read it.
_LIVES: Final = {"email": timedelta(days=3)}
ATTEMPTS: Final = 4
_NOBODY: Final = Sender()
_BUILT_IN: Final = BuiltInReader()
_log = logging.getLogger(__name__)


class ConversationService:
    """Talks with guests."""

    def __init__(self, ports: Ports, clock: Clock, *, reader: Reader = _BUILT_IN) -> None:
        self._ports = ports
        self._clock = clock
        self._reader = reader

    def receive(
        self,
        restaurant_id: UUID,
        session_id: str,
        message_id: str,
        text: str,
        locale: str | None,
        channel: str,
        sender: Sender = _NOBODY,
    ) -> list[Reply]:
        """The answer to one message; an empty list when the staff has the thread and the assistant is silent.

        Raises Refusal('not_found') for an unknown restaurant and Refusal('lock_timeout') when other messages of the session keep
        coming in between.
        """
        talk = Conversation(restaurant_id, channel, session_id)
        facts = _paced(self._ports.restaurants.facts(restaurant_id), talk)
        booked: tuple[str, ...] = ()
        for _ in range(ATTEMPTS):
            now = self._clock.now()
            stored = self._ports.turns.load(talk, message_id, now - _life_of(talk))
            if stored.answer is not None:
                return _answer(stored.answer)
            state = _with_bookings(_state_of(stored), booked)
            turn = _TurnInHand(self._ports, talk, sender, facts, now, locale, self._reader)
            answer = turn.take(state, stored.revision, message_id, text)
            if answer is not None:
                return answer
            booked = turn.booked
        raise Refusal("lock_timeout", headers={"Retry-After": "1"})


def _life_of(talk: Conversation) -> timedelta:
    """How long a conversation goes on from where it stood."""
    return _LIVES.get(talk.channel, SESSION_LIFE)


def _paced(facts: RestaurantFacts, talk: Conversation) -> RestaurantFacts:
    """No table is kept for minutes where an answer comes after hours."""
    return replace(facts, holds=False) if talk.channel in _LIVES else facts


def _answer(stored: tuple[Mapping[str, Any], ...]) -> list[Reply]:
    return [Reply.from_json(each) for each in stored]


def _state_of(stored: Stored) -> DialogueState:
    """The session's state; a thread the staff gave back, or a form this version cannot read, starts anew."""
    try:
        state = DialogueState.from_json(dict(stored.state)) if stored.state else DialogueState()
    except (ValueError, TypeError, KeyError) as unreadable:
        _log.warning("a stored conversation state cannot be read: %s", type(unreadable).__name__)
        state = DialogueState()
    if stored.handler == "staff":
        # Somebody who has been answered by a person need not hear that the message arrived.
        return replace(state, step=Step.WITH_STAFF, told_waiting=stored.taken or _is_told(state))
    if stored.handler == "bot" and state.step is Step.WITH_STAFF:
        # What was being booked before may be settled by now: it is asked for again, or not at all.
        return replace(state, step=Step.IDLE, draft=Draft(), misunderstood=0, told_waiting=False)
    return state


def _is_told(state: DialogueState) -> bool:
    return state.step is Step.WITH_STAFF and state.told_waiting


def _with_bookings(state: DialogueState, booked: tuple[str, ...]) -> DialogueState:
    """The state with what an attempt booked that was overtaken: the booking stands, whoever has the thread now."""
    return replace(state, booked=tuple(dict.fromkeys((*state.booked, *booked)))) if booked else state


class _TurnInHand:
    """One attempt at one message."""

    def __init__(
        self,
        ports: Ports,
        talk: Conversation,
        sender: Sender,
        facts: RestaurantFacts,
        now: datetime,
        locale: str | None,
        reader: Reader,
    ) -> None:
        self._ports = ports
        self._talk = talk
        self._sender = sender
        self._facts = facts
        self._now = now
        self._reader = reader
        self._locale = locale
        self.booked: tuple[str, ...] = ()

    def take(self, state: DialogueState, revision: int, message_id: str, text: str) -> list[Reply] | None:
        """The answer, written down; None when the session moved meanwhile and everything must be thought again."""
        read = self._read(state, text)
        sender = self._sender
        heard = Heard(
            read, text, message_id, sender.phone, sender.email, sender.proven, own_name(sender.name)
        )
        runner = Runner(self._ports, self._talk, self._sender, self._facts, self._now, self._locale_of)
        after, says = runner.run(state, heard)
        today = self._now.astimezone(ZoneInfo(self._facts.timezone)).date()
        told = replies(says, self._facts, self._locale_of(after.language), today)
        answer = tuple(each.to_json() for each in told)
        turn = Turn(
            self._talk,
            message_id,
            text,
            answer,
            after.to_json(),
            read.language,
            read.intent,
            self._now,
            told_in(after, read, self._sender, self._facts.locale),
        )
        try:
            earlier = self._ports.turns.save(turn, revision)
        except SessionMovedError:
            runner.give_back(None)
            self.booked = after.booked
            return None
        if earlier is None:
            return told
        runner.give_back(self._current(message_id))
        return _answer(earlier)

    def _read(self, state: DialogueState, text: str) -> Understanding:
        # What guests and staff say to each other is nobody else's: no engine is asked then.
        reader = _BUILT_IN if state.step is Step.WITH_STAFF else self._reader
        return reader.read(
            text,
            now=self._now,
            tz=self._facts.timezone,
            language=state.language or self._locale or self._facts.locale,
            context=context_of(state),
            service=self._facts.service,
        )

    def _locale_of(self, language: str | None) -> str:
        return locale_for(language or "es", self._locale, self._facts)

    def _current(self, message_id: str) -> DialogueState:
        stored = self._ports.turns.load(self._talk, message_id, self._now - _life_of(self._talk))
        return _state_of(stored)
