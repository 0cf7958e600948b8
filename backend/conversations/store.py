"""Conversations and their turns in PostgreSQL: what was said, what was answered, the state in between. Fulfils `ports.Turns` and
`ports.Handover`.

What guests say is sealed. The revision of a conversation makes two messages of one session wait for each other's state, and makes
the assistant think again when a person took the thread meanwhile; the message id makes a repeat the same answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from backend.conversations.inbox.events import HANDED_BACK, handler_event, message_event
from backend.conversations.ports import Conversation, SessionMovedError, Stored, Told, Turn
from backend.platform.ciphers import Cipher
from backend.platform.clock import Clock
from backend.platform.database import Database, Tx, id_array
from backend.platform.events import Outbox
from backend.platform.ids import uuid7

_LOAD = """
SELECT c.id, c.handler, c.taken_at, c.revision, c.updated_at, c.state_sealed, t.answer_sealed FROM conversations c
LEFT JOIN conversation_turns t
    ON t.restaurant_id = c.restaurant_id AND t.conversation_id = c.id AND t.message_id = :message_id
WHERE c.restaurant_id = :restaurant_id AND c.channel = :channel AND c.session_id = :session_id
"""
_ENSURE = """
INSERT INTO conversations (id, restaurant_id, channel, session_id, created_at, updated_at)
VALUES (:id, :restaurant_id, :channel, :session_id, :now, :now)
ON CONFLICT (restaurant_id, channel, session_id) DO NOTHING
"""
# On channels that say when a guest wrote, that has been noted before; the worker may come to it much later.
_ADVANCE = """
UPDATE conversations SET state_sealed = :state, revision = revision + 1, updated_at = :now,
    heard_at = CASE channel WHEN 'web' THEN :now ELSE coalesce(heard_at, :now) END,
    language = :language, name_sealed = coalesce(:name, name_sealed),
    known_as = ARRAY(SELECT unnest(known_as) UNION SELECT unnest(CAST(:known_as AS bytea[]))),
    reservation_ids = ARRAY(SELECT unnest(reservation_ids) UNION SELECT unnest(CAST(:bookings AS uuid[]))),
    unread = unread + CASE handler WHEN 'staff' THEN 1 ELSE 0 END
WHERE restaurant_id = :restaurant_id AND channel = :channel AND session_id = :session_id AND revision = :revision
RETURNING id, channel, handler
"""
_ADD = """
INSERT INTO conversation_turns
    (id, restaurant_id, conversation_id, message_id, said_sealed, answer_sealed, language, intent, at)
VALUES (:id, :restaurant_id, :conversation_id, :message_id, :said, :answer, :language, :intent, :at)
"""
# The assistant's own doing: its turn is still to be written, so the revision stays.
_HANDLER = """
UPDATE conversations SET handler = :handler, updated_at = :now, reason = :reason, handed_over_at = :handed_over_at,
    taken_at = NULL, unread = 0
WHERE restaurant_id = :restaurant_id AND channel = :channel AND session_id = :session_id AND handler <> :handler
RETURNING id, channel, handler
"""


class TurnStore:
    """Messages, answers and the latest state of each session."""

    def __init__(self, database: Database, cipher: Cipher, outbox: Outbox) -> None:
        self._database = database
        self._cipher = cipher
        self._outbox = outbox

    def load(self, conversation: Conversation, message_id: str, not_before: datetime) -> Stored:
        """What is known of the session and of this very message."""
        with self._database.tenant(conversation.restaurant_id) as tx:
            return self._load(tx, conversation, message_id, not_before)

    def save(self, turn: Turn, revision: int) -> tuple[Mapping[str, Any], ...] | None:
        """Writes the turn if the session is still at `revision`; see `ports.Turns.save`. What is said to the staff is announced."""
        talk = turn.conversation
        with self._database.tenant(talk.restaurant_id) as tx:
            _ensure(tx, talk, turn.at)
            moved = tx.one(_ADVANCE, revision=revision, **self._advanced(turn))
            if moved is None:
                # The row is locked by whoever moved it until they commit, so what they wrote is there to read.
                known = self._load(tx, talk, turn.message_id, turn.at)
                if known.answer is None:
                    raise SessionMovedError
                return known.answer
            turn_id = self._add(tx, moved["id"], turn)
            is_heard = moved["handler"] == "staff"
            if is_heard:
                told = message_event(talk.restaurant_id, moved, "guest", turn_id, turn.at)
                self._outbox.add(tx, [told])
        if is_heard:
            self._outbox.wake()
        return None

    def _advanced(self, turn: Turn) -> dict[str, object]:
        talk, seal = turn.conversation, self._cipher
        return {
            "restaurant_id": talk.restaurant_id,
            "channel": talk.channel,
            "session_id": talk.session_id,
            "state": seal.seal_json(talk.restaurant_id, "conversation.state", dict(turn.state)),
            "now": turn.at,
            "language": turn.language,
            "name": seal.seal(talk.restaurant_id, "conversation.name", turn.told.name),
            "known_as": self._known_as(talk.restaurant_id, turn.told),
            "bookings": id_array(UUID(each) for each in turn.told.bookings),
        }

    def _known_as(self, restaurant_id: UUID, told: Told) -> list[bytes | None]:
        """The same indexes as a guest's, so that an erasure finds both."""
        blind = self._cipher.blind
        return [blind(restaurant_id, "phone", each) for each in told.phones] + [
            blind(restaurant_id, "email", each) for each in told.emails
        ]

    def _add(self, tx: Tx, conversation_id: UUID, turn: Turn) -> UUID:
        restaurant_id, turn_id = turn.conversation.restaurant_id, uuid7()
        tx.queue(
            _ADD,
            id=turn_id,
            restaurant_id=restaurant_id,
            conversation_id=conversation_id,
            message_id=turn.message_id,
            said=self._cipher.seal_json(restaurant_id, "conversation.said", turn.said),
            answer=self._cipher.seal_json(restaurant_id, "conversation.answer", list(turn.answer)),
            language=turn.language,
            intent=turn.intent,
            at=turn.at,
        )
        return turn_id

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
            taken=row["taken_at"] is not None,
        )


class StaffInbox:
    """Hands threads to the staff and back for the assistant; each hand-over is told on the live feed. Fulfils `ports.Handover`."""

    def __init__(self, database: Database, clock: Clock, outbox: Outbox) -> None:
        self._database = database
        self._clock = clock
        self._outbox = outbox

    def open(self, conversation: Conversation, reason: str) -> None:
        """The staff has the thread from now on."""
        self._give(conversation, "staff", reason)

    def close(self, conversation: Conversation) -> None:
        """The assistant answers again."""
        self._give(conversation, "bot", None)

    def _give(self, talk: Conversation, handler: str, reason: str | None) -> None:
        now = self._clock.now()
        with self._database.tenant(talk.restaurant_id) as tx:
            _ensure(tx, talk, now)
            changed = tx.one(
                _HANDLER,
                restaurant_id=talk.restaurant_id,
                channel=talk.channel,
                session_id=talk.session_id,
                handler=handler,
                reason=reason,
                handed_over_at=now if handler == "staff" else None,
                now=now,
            )
            if changed is None:
                return
            told = handler_event(talk.restaurant_id, changed, reason or HANDED_BACK, now)
            self._outbox.add(tx, [told])
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
