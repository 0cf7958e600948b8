"""Conversations and their turns in PostgreSQL: what was said, what was answered, the state in between. Fulfils `ports.Turns`.

What guests say is sealed. The revision of a conversation makes two messages of one session wait for each other's state; the
message id makes a repeat the same answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from backend.conversations.ports import Conversation, SessionMovedError, Stored, Turn
from backend.platform.ciphers import Cipher
from backend.platform.clock import Clock
from backend.platform.database import Database, Tx
from backend.platform.events import Event, Outbox
from backend.platform.ids import uuid7

_LOAD = """
SELECT c.id, c.handler, c.revision, c.updated_at, c.state_sealed, t.answer_sealed FROM conversations c
LEFT JOIN conversation_turns t
    ON t.restaurant_id = c.restaurant_id AND t.conversation_id = c.id AND t.message_id = :message_id
WHERE c.restaurant_id = :restaurant_id AND c.channel = :channel AND c.session_id = :session_id
"""
_ENSURE = """
INSERT INTO conversations (id, restaurant_id, channel, session_id, created_at, updated_at)
VALUES (:id, :restaurant_id, :channel, :session_id, :now, :now)
ON CONFLICT (restaurant_id, channel, session_id) DO NOTHING
"""
_ADVANCE = """
UPDATE conversations SET state_sealed = :state, revision = revision + 1, updated_at = :now
WHERE restaurant_id = :restaurant_id AND channel = :channel AND session_id = :session_id AND revision = :revision
RETURNING id
"""
_ADD = """
INSERT INTO conversation_turns
    (restaurant_id, conversation_id, message_id, said_sealed, answer_sealed, language, intent, at)
VALUES (:restaurant_id, :conversation_id, :message_id, :said, :answer, :language, :intent, :at)
"""
_HANDLER = """
UPDATE conversations SET handler = :handler, updated_at = :now
WHERE restaurant_id = :restaurant_id AND channel = :channel AND session_id = :session_id AND handler <> :handler
RETURNING id
"""

_FORGET = """
WITH old AS (
    SELECT id FROM conversations WHERE restaurant_id = :restaurant_id AND updated_at < :before FOR UPDATE SKIP LOCKED),
said AS (
    DELETE FROM conversation_turns WHERE restaurant_id = :restaurant_id AND conversation_id IN (SELECT id FROM old))
DELETE FROM conversations WHERE restaurant_id = :restaurant_id AND id IN (SELECT id FROM old)
"""
_FORGET_STATES = """
UPDATE conversations SET state_sealed = NULL
WHERE restaurant_id = :restaurant_id AND state_sealed IS NOT NULL AND updated_at < :before
"""


class TurnStore:
    """Messages, answers and the latest state of each session."""

    def __init__(self, database: Database, cipher: Cipher) -> None:
        self._database = database
        self._cipher = cipher

    def load(self, conversation: Conversation, message_id: str, not_before: datetime) -> Stored:
        """What is known of the session and of this very message."""
        with self._database.tenant(conversation.restaurant_id) as tx:
            return self._load(tx, conversation, message_id, not_before)

    def save(self, turn: Turn, revision: int) -> tuple[Mapping[str, Any], ...] | None:
        """Writes the turn if the session is still at `revision`; see `ports.Turns.save`."""
        talk = turn.conversation
        with self._database.tenant(talk.restaurant_id) as tx:
            _ensure(tx, talk, turn.at)
            moved = tx.value(
                _ADVANCE,
                restaurant_id=talk.restaurant_id,
                channel=talk.channel,
                session_id=talk.session_id,
                revision=revision,
                state=self._cipher.seal_json(talk.restaurant_id, "conversation.state", dict(turn.state)),
                now=turn.at,
            )
            if moved is None:
                # The row is locked by whoever moved it until they commit, so what they wrote is there to read.
                known = self._load(tx, talk, turn.message_id, turn.at)
                if known.answer is None:
                    raise SessionMovedError
                return known.answer
            self._add(tx, moved, turn)
        return None

    def _add(self, tx: Tx, conversation_id: UUID, turn: Turn) -> None:
        restaurant_id = turn.conversation.restaurant_id
        tx.queue(
            _ADD,
            restaurant_id=restaurant_id,
            conversation_id=conversation_id,
            message_id=turn.message_id,
            said=self._cipher.seal_json(restaurant_id, "conversation.said", turn.said),
            answer=self._cipher.seal_json(restaurant_id, "conversation.answer", list(turn.answer)),
            language=turn.language,
            intent=turn.intent,
            at=turn.at,
        )

    def _load(self, tx: Tx, talk: Conversation, message_id: str, not_before: datetime) -> Stored:
        row = tx.one(
            _LOAD,
            restaurant_id=talk.restaurant_id,
            channel=talk.channel,
            session_id=talk.session_id,
            message_id=message_id,
        )
        if row is None:
            return Stored()
        open_json = self._cipher.open_json
        answer = row["answer_sealed"]
        fresh = row["state_sealed"] is not None and row["updated_at"] >= not_before
        return Stored(
            answer=None
            if answer is None
            else tuple(open_json(talk.restaurant_id, "conversation.answer", answer)),
            state=open_json(talk.restaurant_id, "conversation.state", row["state_sealed"]) if fresh else None,
            revision=row["revision"],
            handler=row["handler"],
        )


class OldConversations:
    """Forgets what was said long ago, and sooner where a conversation stood: both hold names and contacts. Called by the worker's
    upkeep, once a day."""

    def __init__(
        self,
        database: Database,
        restaurants: Callable[[], Iterable[UUID]],
        life: timedelta,
        state_life: timedelta,
    ) -> None:
        self._database = database
        self._restaurants = restaurants
        self._life = life
        self._state_life = state_life

    def forget(self, now: datetime) -> int:
        """How many conversations are gone."""
        return sum(self._forget(restaurant_id, now) for restaurant_id in self._restaurants())

    def _forget(self, restaurant_id: UUID, now: datetime) -> int:
        with self._database.tenant(restaurant_id) as tx:
            gone = tx.run(_FORGET, restaurant_id=restaurant_id, before=now - self._life)
            tx.run(_FORGET_STATES, restaurant_id=restaurant_id, before=now - self._state_life)
        return gone


class StaffInbox:
    """Hands threads to the staff and back; each hand-over is told on the live feed. Fulfils `ports.Handover`."""

    def __init__(self, database: Database, clock: Clock, outbox: Outbox) -> None:
        self._database = database
        self._clock = clock
        self._outbox = outbox

    def open(self, conversation: Conversation, reason: str) -> None:
        """The staff has the thread from now on."""
        self._give(conversation, "staff", reason)

    def close(self, conversation: Conversation) -> None:
        """The assistant answers again."""
        self._give(conversation, "bot", "handed_back")

    def _give(self, talk: Conversation, handler: str, reason: str) -> None:
        now = self._clock.now()
        with self._database.tenant(talk.restaurant_id) as tx:
            _ensure(tx, talk, now)
            changed = tx.value(
                _HANDLER,
                restaurant_id=talk.restaurant_id,
                channel=talk.channel,
                session_id=talk.session_id,
                handler=handler,
                now=now,
            )
            if changed is None:
                return
            data = {
                "conversationId": str(changed),
                "channel": talk.channel,
                "handler": handler,
                "reason": reason,
            }
            self._outbox.add(tx, [Event("conversation.message", talk.restaurant_id, changed, now, data)])
        self._outbox.wake()


def _ensure(tx: Tx, talk: Conversation, now: datetime) -> None:
    tx.queue(
        _ENSURE,
        id=uuid7(),
        restaurant_id=talk.restaurant_id,
        channel=talk.channel,
        session_id=talk.session_id,
        now=now,
    )
