"""Messages waiting to be sent and sent, in PostgreSQL. Called by the notification service."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from backend.platform.database import Prepared, Row, Tx, to_json
from backend.platform.ids import uuid7

# One message a cause, kind and channel: a cause that is handled twice writes once.
_ADD = Prepared("""
INSERT INTO messages (id, restaurant_id, reservation_id, waitlist_entry_id, guest_id, kind, channel, priority, cause_id, facts,
                      due_at, created_at)
VALUES (:id, :restaurant_id, :reservation_id, :waitlist_entry_id, :guest_id, :kind, :channel, :priority, :cause_id,
        CAST(:facts AS jsonb), :due_at, :now)
ON CONFLICT (cause_id, kind, channel) DO NOTHING
""")
# The more urgent first; of one reservation never a later message before an earlier one.
_DUE = Prepared("""
SELECT m.id, m.restaurant_id FROM messages m
WHERE m.state = 'waiting' AND m.due_at <= :now AND m.channel = ANY(:channels) AND NOT EXISTS (
    SELECT 1 FROM messages e
    WHERE e.reservation_id = m.reservation_id AND e.state IN ('waiting', 'sending') AND e.id < m.id)
ORDER BY m.priority, m.due_at LIMIT :limit
""")
_TAKE = Prepared("""
SELECT id, restaurant_id, reservation_id, waitlist_entry_id, guest_id, kind, channel, facts, attempts FROM messages
WHERE id = :id AND state = 'waiting' AND due_at <= :now FOR UPDATE SKIP LOCKED
""")
_ATTEMPTS = "SELECT attempts FROM messages WHERE id = :id"
_CLOSE = Prepared("UPDATE messages SET state = :state, sent_at = :now, last_error = :note WHERE id = :id")
_FAILED = """
UPDATE messages SET attempts = attempts + 1, last_error = :error, due_at = :due_at,
    state = CASE WHEN :final OR attempts + 1 >= :most THEN 'dead' ELSE 'waiting' END
WHERE id = :id AND state = 'waiting'
"""
_OF_RESERVATION = """
SELECT id, kind, channel, state, due_at, created_at, sent_at, delivered_at, read_at, last_error FROM messages
WHERE restaurant_id = :restaurant_id AND reservation_id = :reservation_id ORDER BY id
"""
_CARRIED = "id, reservation_id, waitlist_entry_id, guest_id, kind, channel, priority, cause_id, facts, attempts, created_at"
# Marked before a provider is asked: found so later, it is in doubt.
_CLAIM = Prepared(f"""
UPDATE messages SET state = 'sending', taken_at = :now, attempts = attempts + 1
WHERE id = :id AND state = 'waiting' AND due_at <= :now RETURNING {_CARRIED}
""")
_DOUBTFUL = Prepared("""
SELECT id, restaurant_id FROM messages WHERE state = 'sending' AND taken_at < :before ORDER BY taken_at LIMIT :limit
""")
_RECLAIM = f"""
UPDATE messages SET taken_at = :now WHERE id = :id AND state = 'sending' AND taken_at < :before RETURNING {_CARRIED}
"""
# A report may have come before our own mark: it says more.
_SENT = Prepared("""
UPDATE messages SET state = CASE WHEN state = 'sending' THEN 'sent' ELSE state END,
    provider_id = coalesce(:provider_id, provider_id), sent_at = coalesce(sent_at, :now), last_error = NULL
WHERE id = :id AND state IN ('sending', 'sent', 'delivered', 'read')
""")
_AGAIN = """
UPDATE messages SET state = 'waiting', due_at = :due_at, last_error = :error WHERE id = :id AND state = 'sending'
"""
_ENDED = "UPDATE messages SET state = :state, last_error = :error WHERE id = :id AND state = 'sending'"
_GIVEN_UP = f"SELECT {_CARRIED} FROM messages WHERE id = :id AND state = 'dead'"
_MOVED_ON = "UPDATE messages SET state = 'failed' WHERE id = :id AND state = 'dead'"
_BURY = "UPDATE messages SET state = 'dead' WHERE id = :id AND state = 'failed'"
_DOUBT = "UPDATE messages SET last_error = :error WHERE id = :id AND state = 'sending'"
_REPORTED = Prepared(f"""
UPDATE messages SET state = :state, provider_id = coalesce(provider_id, :provider_id), sent_at = coalesce(sent_at, :now),
    delivered_at = CASE WHEN :state IN ('delivered', 'read') THEN coalesce(delivered_at, :now) ELSE delivered_at END,
    read_at = CASE WHEN :state = 'read' THEN :now ELSE read_at END,
    last_error = CASE WHEN :state = 'failed' THEN :error ELSE last_error END
WHERE restaurant_id = :restaurant_id AND channel = :channel AND (provider_id = :provider_id OR id = :ref)
    AND state = ANY(:earlier) AND (state <> 'waiting' OR taken_at IS NOT NULL) RETURNING {_CARRIED}
""")
_KNOWN = """
SELECT 1 FROM messages
WHERE restaurant_id = :restaurant_id AND channel = :channel AND (provider_id = :provider_id OR id = :ref)
"""
_TRIED = "SELECT channel FROM messages WHERE cause_id = :cause_id AND kind = :kind"
_DEAD = """
SELECT id, restaurant_id, 'message' AS kind, channel, attempts, last_error, created_at FROM messages
WHERE state = 'dead' ORDER BY created_at LIMIT :limit
"""
_REPLAY = """
UPDATE messages SET state = 'waiting', attempts = 0, due_at = :now
WHERE state = 'dead' AND (CAST(:id AS uuid) IS NULL OR id = :id)
"""
# Also one that waits for another try: it was in doubt, and the report says that the first one did arrive.
_EARLIER = {
    "sent": ["waiting", "sending"],
    "delivered": ["waiting", "sending", "sent"],
    "read": ["waiting", "sending", "sent", "delivered"],
    "failed": ["sending", "sent"],
}
EVERY = ("email", "chat", "sms", "whatsapp")
_KEEP_TEMPLATE = """
INSERT INTO message_templates (restaurant_id, kind, language, part, body, changed_by, changed_at)
VALUES (:restaurant_id, :kind, :language, :part, :body, :by, :now)
ON CONFLICT (restaurant_id, kind, language, part) DO UPDATE
    SET body = EXCLUDED.body, changed_by = EXCLUDED.changed_by, changed_at = EXCLUDED.changed_at
"""
_FORGET_TEMPLATE = """
DELETE FROM message_templates
WHERE restaurant_id = :restaurant_id AND kind = :kind AND language = :language AND part = :part
"""
_OF_GUEST = "SELECT id FROM messages WHERE restaurant_id = :restaurant_id AND guest_id = :guest_id"
_TEMPLATES = Prepared(
    "SELECT kind, language, part, body FROM message_templates WHERE restaurant_id = :restaurant_id"
)


class MessageStore:
    """Reads and writes messages."""

    def add(
        self,
        tx: Tx,
        *,
        reservation_id: UUID | None = None,
        waitlist_entry_id: UUID | None = None,
        guest_id: UUID,
        kind: str,
        channel: str,
        priority: int,
        cause_id: UUID,
        facts: Mapping[str, Any],
        now: datetime,
    ) -> None:
        """A message to send now about a booking or a place on the waiting list, unless its cause has written it already."""
        tx.queue(
            _ADD,
            id=uuid7(),
            restaurant_id=tx.restaurant_id,
            reservation_id=reservation_id,
            waitlist_entry_id=waitlist_entry_id,
            guest_id=guest_id,
            kind=kind,
            channel=channel,
            priority=priority,
            cause_id=cause_id,
            facts=to_json(facts),
            due_at=now,
            now=now,
        )

    def due(self, tx: Tx, now: datetime, limit: int, channels: Sequence[str] = EVERY) -> list[Row]:
        """`{id, restaurant_id}` of what may go out now over those channels."""
        return tx.all(_DUE, now=now, limit=limit, channels=list(channels))

    def claim(self, tx: Tx, message_id: UUID, now: datetime) -> Row | None:
        """The message, marked as being sent; None when somebody else has it."""
        return tx.one(_CLAIM, id=message_id, now=now)

    def doubtful(self, tx: Tx, before: datetime, limit: int) -> list[Row]:
        """`{id, restaurant_id}` of what was being sent then and is still."""
        return tx.all(_DOUBTFUL, before=before, limit=limit)

    def reclaim(self, tx: Tx, message_id: UUID, before: datetime, now: datetime) -> Row | None:
        """A message in doubt for whoever finds out; None when somebody else does."""
        return tx.one(_RECLAIM, id=message_id, before=before, now=now)

    def sent(self, tx: Tx, message_id: UUID, provider_id: str | None, now: datetime) -> None:
        """A provider has it."""
        tx.queue(_SENT, id=message_id, provider_id=provider_id, now=now)

    def again(self, tx: Tx, message_id: UUID, error: str, due_at: datetime) -> None:
        """Another try by the provider later."""
        tx.run(_AGAIN, id=message_id, error=error[:300], due_at=due_at)

    def ended(self, tx: Tx, message_id: UUID, state: str, error: str) -> None:
        """No more tries over this channel."""
        tx.run(_ENDED, id=message_id, state=state, error=error[:300])

    def bury(self, tx: Tx, message_id: UUID) -> None:
        """It failed and there is no other channel: a dead letter."""
        tx.run(_BURY, id=message_id)

    def given_up(self, tx: Tx, message_id: UUID) -> Row | None:
        """The message when there are no more tries of it; None while there are."""
        return tx.one(_GIVEN_UP, id=message_id)

    def moved_on(self, tx: Tx, message_id: UUID) -> None:
        """Another channel has it now: no dead letter."""
        tx.run(_MOVED_ON, id=message_id)

    def doubt(self, tx: Tx, message_id: UUID, error: str) -> None:
        """Nobody knows whether the provider has it."""
        tx.run(_DOUBT, id=message_id, error=error[:300])

    def reported(
        self,
        tx: Tx,
        channel: str,
        provider_id: str,
        ref: UUID | None,
        state: str,
        error: str | None,
        now: datetime,
    ) -> Row | None:
        """The message whose state moved on by a provider's report; None when there is none or it was further already."""
        return tx.one(
            _REPORTED,
            restaurant_id=tx.restaurant_id,
            channel=channel,
            provider_id=provider_id,
            ref=ref,
            state=state,
            error=(error or "")[:300],
            earlier=_EARLIER[state],
            now=now,
        )

    def is_known(self, tx: Tx, channel: str, provider_id: str, ref: UUID | None) -> bool:
        """Whether a report speaks of a message of ours."""
        named = {"channel": channel, "provider_id": provider_id, "ref": ref}
        return tx.value(_KNOWN, restaurant_id=tx.restaurant_id, **named) is not None

    def tried(self, tx: Tx, cause_id: UUID, kind: str) -> set[str]:
        """The channels over which a message of this cause went or goes."""
        return {row["channel"] for row in tx.all(_TRIED, cause_id=cause_id, kind=kind)}

    def dead(self, tx: Tx, limit: int) -> list[Row]:
        """Messages that were given up, oldest first; in the worker's transaction without a tenant."""
        return tx.all(_DEAD, limit=limit)

    def replay(self, tx: Tx, message_id: UUID | None, now: datetime) -> int:
        """Puts one of them back, or all; how many."""
        return tx.run(_REPLAY, id=message_id, now=now)

    def take(self, tx: Tx, message_id: UUID, now: datetime) -> Row | None:
        """The message, locked; None when another worker has it."""
        return tx.one(_TAKE, id=message_id, now=now)

    def attempts(self, tx: Tx, message_id: UUID) -> int:
        """How often it was tried."""
        return int(tx.value(_ATTEMPTS, id=message_id) or 0)

    def close(self, tx: Tx, message_id: UUID, state: str, now: datetime, note: str | None = None) -> None:
        """Sent or skipped."""
        tx.queue(_CLOSE, id=message_id, state=state, now=now, note=note)

    def failed(
        self, tx: Tx, message_id: UUID, error: str, due_at: datetime, *, most: int, final: bool
    ) -> None:
        """Another try later, or none."""
        tx.run(_FAILED, id=message_id, error=error[:300], due_at=due_at, most=most, final=final)

    def of_reservation(self, tx: Tx, reservation_id: UUID) -> Sequence[Row]:
        """What was written to the guest about a booking, oldest first."""
        return tx.all(_OF_RESERVATION, restaurant_id=tx.restaurant_id, reservation_id=reservation_id)

    def templates(self, tx: Tx) -> Sequence[Row]:
        """The restaurant's own words."""
        return tx.all(_TEMPLATES, restaurant_id=tx.restaurant_id)

    def keep_template(
        self, tx: Tx, kind: str, language: str, part: str, body: str, by: str, now: datetime
    ) -> None:
        """One text of the restaurant's own."""
        tx.queue(
            _KEEP_TEMPLATE,
            restaurant_id=tx.restaurant_id,
            kind=kind,
            language=language,
            part=part,
            body=body,
            by=by,
            now=now,
        )

    def forget_template(self, tx: Tx, kind: str, language: str, part: str) -> bool:
        """Whether there was one."""
        return (
            tx.run(_FORGET_TEMPLATE, restaurant_id=tx.restaurant_id, kind=kind, language=language, part=part)
            == 1
        )

    def of_guest(self, tx: Tx, guest_id: UUID) -> list[UUID]:
        """The ids of everything written to a guest."""
        return [row["id"] for row in tx.all(_OF_GUEST, restaurant_id=tx.restaurant_id, guest_id=guest_id)]
