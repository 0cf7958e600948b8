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
INSERT INTO messages (id, restaurant_id, reservation_id, guest_id, kind, channel, priority, cause_id, facts, due_at, created_at)
VALUES (:id, :restaurant_id, :reservation_id, :guest_id, :kind, :channel, :priority, :cause_id, CAST(:facts AS jsonb),
        :due_at, :now)
ON CONFLICT (cause_id, kind, channel) DO NOTHING
""")
# The more urgent first; of one reservation never a later message before an earlier one.
_DUE = Prepared("""
SELECT m.id, m.restaurant_id FROM messages m
WHERE m.state = 'waiting' AND m.due_at <= :now AND NOT EXISTS (
    SELECT 1 FROM messages e WHERE e.reservation_id = m.reservation_id AND e.state = 'waiting' AND e.id < m.id)
ORDER BY m.priority, m.due_at LIMIT :limit
""")
_TAKE = Prepared("""
SELECT id, restaurant_id, reservation_id, guest_id, kind, channel, facts, attempts FROM messages
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
SELECT id, kind, channel, state, due_at, created_at, sent_at, last_error FROM messages
WHERE restaurant_id = :restaurant_id AND reservation_id = :reservation_id ORDER BY id
"""
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
        reservation_id: UUID,
        guest_id: UUID,
        kind: str,
        channel: str,
        priority: int,
        cause_id: UUID,
        facts: Mapping[str, Any],
        now: datetime,
    ) -> None:
        """A message to send now, unless its cause has written it already."""
        tx.queue(
            _ADD,
            id=uuid7(),
            restaurant_id=tx.restaurant_id,
            reservation_id=reservation_id,
            guest_id=guest_id,
            kind=kind,
            channel=channel,
            priority=priority,
            cause_id=cause_id,
            facts=to_json(facts),
            due_at=now,
            now=now,
        )

    def due(self, tx: Tx, now: datetime, limit: int) -> list[Row]:
        """`{id, restaurant_id}` of what may go out now."""
        return tx.all(_DUE, now=now, limit=limit)

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
