"""Works on what guests wrote: hands each message to the conversation, in order within a thread, and its answer to the outlet.

Called by the worker's lane "chats". The answer and the mark that the message is done are one transaction; before it the
conversation may have booked and answered already, and gives the same answer to the same message id. So a worker killed at any
instruction leaves a message that waits, and working on it again changes nothing twice. docs/decisions/013 says more.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from backend.conversations.channels.inbound.store import InboundStore
from backend.conversations.channels.ports import Outlet
from backend.conversations.channels.records import Inbound
from backend.conversations.channels.rendering.whatsapp import BUTTON_TITLE, ROW_TITLE
from backend.conversations.channels.rendering.words import short
from backend.conversations.dialogue.render import Reply
from backend.conversations.ports import Conversation, Handover, Sender
from backend.platform.database import Database, Row, Tx
from backend.platform.defects import without_words
from backend.platform.events.deliveries import backoff
from backend.platform.refusals import Refusal

log = logging.getLogger(__name__)

LONGEST_TEXT = 2000  # as much as the web chat takes; what is beyond says nothing new
_FIRST_WAIT_S = 2.0


class Talk(Protocol):
    """The conversation; `ConversationService` is it."""

    def receive(
        self,
        restaurant_id: UUID,
        session_id: str,
        message_id: str,
        text: str,
        locale: str | None,
        channel: str,
        sender: Sender = ...,
    ) -> list[Reply]:
        """The answer; the same message id gives the same answer. Empty while the staff has the thread."""


class Etiquette(Protocol):
    """What is said to a message that the dialogue does not see."""

    def unreadable(self, restaurant_id: UUID, message: Inbound, language: str | None) -> Reply:
        """Of a picture or a voice message without words."""

    def late(self, restaurant_id: UUID, message: Inbound, language: str | None, now: datetime) -> Reply:
        """Of a message that was held up on its way for hours."""

    def shown(self, message: Inbound, language: str | None) -> str:
        """What the staff read in place of what cannot be shown."""


class Chats:
    """The queue of messages that came in."""

    def __init__(
        self,
        *,
        database: Database,
        store: InboundStore,
        talk: Talk,
        outlet: Outlet,
        handover: Handover,
        etiquette: Etiquette,
        late_after: timedelta,
        attempts: int = 8,
        wait: Callable[[int], timedelta] = lambda attempts: backoff(attempts, _FIRST_WAIT_S),
    ) -> None:
        self._database = database
        self._store = store
        self._talk = talk
        self._outlet = outlet
        self._handover = handover
        self._etiquette = etiquette
        self._late_after = late_after
        self._most = attempts
        self._wait = wait

    def run_due(self, now: datetime, limit: int = 20) -> int:
        """Works on what is due; how many messages were tried."""
        with self._database.platform() as tx:
            due = self._store.due(tx, now, limit)
        return sum(self._work(row, now) for row in due)

    def _work(self, due: Row, now: datetime) -> bool:
        restaurant_id, identity = due["restaurant_id"], due["id"]
        with self._database.tenant(restaurant_id) as tx:
            attempts = self._store.count(tx, identity, now)
        if attempts is None:
            return False
        if attempts > self._most:  # it ended the worker each time
            self._give_up(restaurant_id, identity, "it was begun too often and never finished", now)
            return True
        try:
            return self._answer(restaurant_id, identity, now)
        except Exception as problem:
            if isinstance(problem, Refusal) and problem.code == "unavailable":
                raise  # the database is away: nobody's fault, and the lane waits for it
            self._failed(restaurant_id, identity, problem, attempts, now)
            return True

    def _answer(self, restaurant_id: UUID, identity: UUID, now: datetime) -> bool:
        with self._database.tenant(restaurant_id) as tx:
            row = self._store.lock(tx, identity, now)
            if row is None:
                return False
            message = self._store.opened(tx, row)
            replies = self._replies(tx, restaurant_id, identity, message, now)
            thread = self._store.thread(tx, message, now)
            if replies:
                self._outlet.say(
                    tx,
                    conversation_id=thread,
                    author="assistant",
                    cause=message.message_id,
                    replies=replies,
                    now=now,
                )
            self._store.done(tx, identity, now)
        return True

    def _replies(
        self, tx: Tx, restaurant_id: UUID, identity: UUID, message: Inbound, now: datetime
    ) -> Sequence[Reply]:
        known = self._store.handler(tx, message)
        language = known["language"] if known else None
        if known and known["handler"] == "staff":
            return self._receive(restaurant_id, message, self._etiquette.shown(message, language))
        if now - message.at > self._late_after:
            if self._store.is_followed(tx, identity):
                return []  # what came after it is answered
            return [self._etiquette.late(restaurant_id, message, language, now)]
        if not message.text.strip():
            return [self._etiquette.unreadable(restaurant_id, message, language)]
        return self._receive(restaurant_id, message, self._meant(tx, message))

    def _meant(self, tx: Tx, message: Inbound) -> str:
        """The words; of a tapped answer that came back as its title, cut to what the channel shows, what it stands for."""
        said = message.text.strip()
        told = self._store.last_said(tx, message) if len(said) <= ROW_TITLE else None
        if told is None:
            return message.text
        offered = [(each.title, each.value) for each in told.quick_replies]
        offered += [(each.title, each.value) for each in told.options]
        return next(
            (
                value
                for title, value in offered
                if said in (short(title, BUTTON_TITLE), short(title, ROW_TITLE))
            ),
            message.text,
        )

    def _receive(self, restaurant_id: UUID, message: Inbound, text: str) -> list[Reply]:
        return self._talk.receive(
            restaurant_id,
            message.session_id,
            message.message_id,
            text[:LONGEST_TEXT],
            message.locale,
            message.channel,
            replace(message.sender, name=message.name),
        )

    def _failed(
        self, restaurant_id: UUID, identity: UUID, problem: Exception, attempts: int, now: datetime
    ) -> None:
        busy = isinstance(problem, Refusal) and problem.code == "lock_timeout"
        reason = without_words(problem)
        log.log(
            logging.INFO if busy else logging.WARNING,
            "message not worked on",
            extra={"inbound": str(identity), "attempts": attempts, "reason": reason},
        )
        if attempts >= self._most:
            self._give_up(restaurant_id, identity, reason, now)
            return
        with self._database.tenant(restaurant_id) as tx:
            self._store.failed(tx, identity, reason, now, now + self._wait(attempts), final=False)

    def _give_up(self, restaurant_id: UUID, identity: UUID, reason: str, now: datetime) -> None:
        """A dead letter for the operator, and the thread for the staff: somebody waits for an answer."""
        with self._database.tenant(restaurant_id) as tx:
            row = self._store.lock(tx, identity, now)
        if row is not None:
            self._handover.open(Conversation(restaurant_id, row["channel"], row["session_id"]), "unanswered")
        with self._database.tenant(restaurant_id) as tx:
            self._store.failed(tx, identity, reason, now, now, final=True)
        log.error("message given up", extra={"inbound": str(identity), "reason": reason})
