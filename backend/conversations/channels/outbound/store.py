"""Messages on their way out, in PostgreSQL. Called by the sending and by the feedback.

A message is `sending` from before the provider is asked until what it answered is written down; found so later, it is in doubt.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from backend.conversations.channels.inbound.store import ADDRESS, INBOUND_BODY
from backend.conversations.dialogue.render import Reply
from backend.conversations.inbox.store import OUTBOUND_BODY
from backend.platform.ciphers import Cipher
from backend.platform.database import Prepared, Row, Tx

# Of each thread the first that is not out yet, also when it is to be tried again later: nothing overtakes it.
_DUE = Prepared("""
SELECT o.id, o.restaurant_id, o.channel FROM outbound_messages o
WHERE o.state = 'waiting' AND o.due_at <= :now AND o.restaurant_id::text || ' ' || o.channel <> ALL(:left_alone) AND NOT EXISTS (
    SELECT 1 FROM outbound_messages e
    WHERE e.restaurant_id = o.restaurant_id AND e.conversation_id = o.conversation_id
    AND e.state IN ('waiting', 'sending') AND e.place < o.place)
ORDER BY o.due_at LIMIT :limit
""")
_CLAIM = Prepared("""
UPDATE outbound_messages SET state = 'sending', taken_at = :now, attempts = attempts + 1
WHERE id = :id AND state = 'waiting' AND due_at <= :now
RETURNING id, conversation_id, channel, cause, body_sealed, attempts, parts_sent, created_at, taken_at
""")
_DOUBTFUL = Prepared("""
SELECT id, restaurant_id, channel FROM outbound_messages WHERE state = 'sending' AND taken_at < :before
ORDER BY taken_at LIMIT :limit
""")
_RECLAIM = """
WITH was AS (
    SELECT id, taken_at FROM outbound_messages WHERE id = :id AND state = 'sending' AND taken_at < :before FOR UPDATE)
UPDATE outbound_messages o SET taken_at = :now FROM was WHERE o.id = was.id
RETURNING o.id, o.conversation_id, o.channel, o.cause, o.body_sealed, o.attempts, o.parts_sent, o.created_at, was.taken_at
"""
_STILL = "UPDATE outbound_messages SET taken_at = :taken_at WHERE id = :id AND state = 'sending'"
_THREAD = Prepared("""
SELECT c.session_id, c.address_sealed, c.guest_index, c.language, c.heard_at, i.body_sealed AS asked
FROM conversations c LEFT JOIN LATERAL (
    SELECT body_sealed FROM inbound_messages i
    WHERE i.restaurant_id = c.restaurant_id AND i.channel = c.channel AND i.session_id = c.session_id
    ORDER BY (i.message_id = :cause) DESC, i.said_at DESC, i.id DESC LIMIT 1) i ON true
WHERE c.restaurant_id = :restaurant_id AND c.id = :id
""")
_PROGRESS = """
UPDATE outbound_messages SET parts_sent = parts_sent + 1, taken_at = :now WHERE id = :id AND state = 'sending'
"""
# A report may have come before our own mark: it says more.
_SENT = Prepared("""
UPDATE outbound_messages SET state = CASE WHEN state = 'sending' THEN 'sent' ELSE state END,
    provider_id = coalesce(:provider_id, provider_id), sent_at = coalesce(sent_at, :now), last_error = NULL
WHERE id = :id AND state IN ('sending', 'sent', 'delivered', 'read', 'failed')
""")
_AGAIN = """
UPDATE outbound_messages SET state = 'waiting', due_at = :due_at, last_error = :error,
    attempts = attempts - CASE WHEN :counts THEN 0 ELSE 1 END
WHERE id = :id AND state = 'sending'
"""
_ENDED = (
    "UPDATE outbound_messages SET state = :state, last_error = :error WHERE id = :id AND state = 'sending'"
)
_DOUBT = "UPDATE outbound_messages SET last_error = :error WHERE id = :id AND state = 'sending'"
# What comes later in the life of a message; a failure is news only of what had not arrived.
_REPORT = Prepared("""
UPDATE outbound_messages SET state = :state, provider_id = coalesce(provider_id, :provider_id),
    sent_at = coalesce(sent_at, :now), last_error = CASE WHEN :state = 'failed' THEN :error ELSE last_error END
WHERE restaurant_id = :restaurant_id AND channel = :channel AND (provider_id = :provider_id OR id = :ref)
    AND state = ANY(:earlier) AND (state <> 'waiting' OR taken_at IS NOT NULL)
""")
_OURS = Prepared("""
SELECT 1 FROM outbound_messages
WHERE restaurant_id = :restaurant_id AND channel = :channel AND (provider_id = :provider_id OR id = :ref)
""")
_STOP = """
INSERT INTO channel_stops (restaurant_id, channel, guest_index, why, at)
VALUES (:restaurant_id, :channel, :guest_index, :why, :now)
ON CONFLICT (restaurant_id, channel, guest_index) DO NOTHING
"""
_STOP_THREADS = """
UPDATE conversations SET stopped_at = coalesce(stopped_at, :now)
WHERE restaurant_id = :restaurant_id AND channel = :channel AND guest_index = :guest_index
"""
_START = """
DELETE FROM channel_stops WHERE restaurant_id = :restaurant_id AND channel = :channel AND guest_index = :guest_index
"""
_START_THREADS = """
UPDATE conversations SET stopped_at = NULL
WHERE restaurant_id = :restaurant_id AND channel = :channel AND guest_index = :guest_index
"""
_STANDING = """
SELECT EXISTS (SELECT 1 FROM channel_stops
    WHERE restaurant_id = :restaurant_id AND channel = :channel AND guest_index = :guest_index)
  OR coalesce(bool_or(stopped_at IS NOT NULL), false) AS stopped, max(heard_at) AS heard_at
FROM conversations WHERE restaurant_id = :restaurant_id AND channel = :channel AND guest_index = :guest_index
"""
_SENDING_TO = """
SELECT o.id, o.body_sealed FROM outbound_messages o JOIN conversations c ON c.id = o.conversation_id
WHERE o.restaurant_id = :restaurant_id AND o.channel = :channel AND c.session_id = :session_id AND o.state = 'sending'
ORDER BY o.place
"""
_DEAD = """
SELECT id, restaurant_id, 'outbound' AS kind, channel, attempts, last_error, created_at FROM outbound_messages
WHERE state = 'dead' UNION ALL
SELECT id, restaurant_id, 'inbound', channel, attempts, last_error, received_at FROM inbound_messages WHERE state = 'dead'
ORDER BY created_at LIMIT :limit
"""
_REPLAY_OUT = """
UPDATE outbound_messages SET state = 'waiting', attempts = 0, due_at = :now
WHERE state = 'dead' AND (CAST(:id AS uuid) IS NULL OR id = :id)
"""
_REPLAY_IN = """
UPDATE inbound_messages SET state = 'waiting', attempts = 0, due_at = :now, done_at = NULL
WHERE state = 'dead' AND (CAST(:id AS uuid) IS NULL OR id = :id)
"""

# Also one that waits for another try: it was in doubt, and the report says that the first one did arrive.
_EARLIER = {
    "sent": ["waiting", "sending"],
    "delivered": ["waiting", "sending", "sent"],
    "read": ["waiting", "sending", "sent", "delivered"],
    "failed": ["sending", "sent"],
}


class OutboundQueue:
    """What waits to be sent, and what became of it."""

    def __init__(self, cipher: Cipher) -> None:
        self._cipher = cipher

    def due(
        self, tx: Tx, now: datetime, limit: int, left_alone: Iterable[tuple[UUID, str]] = ()
    ) -> list[Row]:
        """`{id, restaurant_id, channel}` of what may go out now: of each thread its first message, but for accounts that are left
        alone, whose queues may be long."""
        names = [f"{restaurant_id} {channel}" for restaurant_id, channel in left_alone]
        return tx.all(_DUE, now=now, limit=limit, left_alone=names)

    def claim(self, tx: Tx, message_id: UUID, now: datetime) -> Row | None:
        """The message, marked as being sent; None when somebody else has it."""
        return tx.one(_CLAIM, id=message_id, now=now)

    def doubtful(self, tx: Tx, before: datetime, limit: int) -> list[Row]:
        """`{id, restaurant_id, channel}` of what was being sent then and is still."""
        return tx.all(_DOUBTFUL, before=before, limit=limit)

    def reclaim(self, tx: Tx, message_id: UUID, before: datetime, now: datetime) -> Row | None:
        """A message in doubt for whoever finds out; None when somebody else does."""
        return tx.one(_RECLAIM, id=message_id, before=before, now=now)

    def still_in_doubt(self, tx: Tx, message_id: UUID, taken_at: datetime) -> None:
        """Nothing could be found out: as it was before somebody looked."""
        tx.run(_STILL, id=message_id, taken_at=taken_at)

    def thread(self, tx: Tx, row: Row) -> Row | None:
        """The message's thread, with the guest's message that it answers, else their last one."""
        return tx.one(_THREAD, restaurant_id=tx.restaurant_id, id=row["conversation_id"], cause=row["cause"])

    def reply(self, tx: Tx, row: Row) -> Reply:
        """What it says."""
        return Reply.from_json(self._cipher.open_json(_tenant(tx), OUTBOUND_BODY, row["body_sealed"]))

    def address(self, tx: Tx, thread: Row) -> str | None:
        """Where it goes."""
        return self._cipher.open(_tenant(tx), ADDRESS, thread["address_sealed"])

    def way_back(self, tx: Tx, thread: Row) -> Mapping[str, str]:
        """The channel's own way back of the message it answers."""
        if thread["asked"] is None:
            return {}
        asked: dict[str, Any] = self._cipher.open_json(_tenant(tx), INBOUND_BODY, thread["asked"])
        return dict(asked["thread"])

    def progress(self, tx: Tx, message_id: UUID, now: datetime) -> None:
        """One more piece of it is out."""
        tx.run(_PROGRESS, id=message_id, now=now)

    def sent(self, tx: Tx, message_id: UUID, provider_id: str | None, now: datetime) -> None:
        """The provider has all of it."""
        tx.queue(_SENT, id=message_id, provider_id=provider_id, now=now)

    def again(self, tx: Tx, message_id: UUID, error: str, due_at: datetime, *, counts: bool = True) -> None:
        """Another try later; one that does not count is nobody's fault but the account's."""
        tx.run(_AGAIN, id=message_id, error=error[:300], due_at=due_at, counts=counts)

    def ended(self, tx: Tx, message_id: UUID, state: str, error: str) -> None:
        """`failed`: refused for good; `dead`: given up."""
        tx.run(_ENDED, id=message_id, state=state, error=error[:300])

    def doubt(self, tx: Tx, message_id: UUID, error: str) -> None:
        """Nobody knows whether the provider has it."""
        tx.run(_DOUBT, id=message_id, error=error[:300])

    def report(
        self,
        tx: Tx,
        channel: str,
        provider_id: str,
        ref: UUID | None,
        state: str,
        error: str | None,
        now: datetime,
    ) -> bool:
        """Whether the message is one of these; its state moves on, never back."""
        named = {
            "restaurant_id": tx.restaurant_id,
            "channel": channel,
            "provider_id": provider_id,
            "ref": ref,
        }
        moved = tx.run(
            _REPORT, state=state, error=(error or "")[:300], earlier=_EARLIER[state], now=now, **named
        )
        return bool(moved) or tx.value(_OURS, **named) is not None

    def stop(self, tx: Tx, channel: str, guest_index: bytes | None, why: str, now: datetime) -> None:
        """The guest wants nothing more over this channel."""
        if guest_index is not None:
            who = {"restaurant_id": tx.restaurant_id, "channel": channel, "guest_index": guest_index}
            tx.run(_STOP, why=why, now=now, **who)
            tx.run(_STOP_THREADS, now=now, **who)

    def start(self, tx: Tx, channel: str, guest_index: bytes | None) -> None:
        """They want messages again."""
        if guest_index is not None:
            who = {"restaurant_id": tx.restaurant_id, "channel": channel, "guest_index": guest_index}
            tx.run(_START, **who)
            tx.run(_START_THREADS, **who)

    def standing(self, tx: Tx, channel: str, guest_index: bytes | None) -> Row:
        """`{stopped, heard_at}`: whether the guest stopped messages there, and when they last wrote."""
        found = tx.one(_STANDING, restaurant_id=tx.restaurant_id, channel=channel, guest_index=guest_index)
        assert found is not None  # noqa: S101 - an aggregate always has a row
        return found

    def being_sent(self, tx: Tx, channel: str, session_id: str) -> list[tuple[UUID, Reply]]:
        """What is being sent, or in doubt, in a thread."""
        rows = tx.all(_SENDING_TO, restaurant_id=tx.restaurant_id, channel=channel, session_id=session_id)
        return [(row["id"], self.reply(tx, row)) for row in rows]

    def dead(self, tx: Tx, limit: int) -> list[Row]:
        """What was given up in either direction, oldest first; in the worker's transaction without a tenant."""
        return tx.all(_DEAD, limit=limit)

    def replay(self, tx: Tx, message_id: UUID | None, now: datetime) -> int:
        """Puts one of them back, or all; how many."""
        return tx.run(_REPLAY_OUT, id=message_id, now=now) + tx.run(_REPLAY_IN, id=message_id, now=now)


def _tenant(tx: Tx) -> UUID:
    assert tx.restaurant_id is not None  # noqa: S101 - tenant transactions have one
    return tx.restaurant_id
