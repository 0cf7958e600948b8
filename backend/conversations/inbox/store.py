"""Threads and their messages in PostgreSQL, as the staff see them. Called by the outlet and the inbox inside their transaction.

Whoever writes into a thread locks its row first, so places (one sequence for turns and outgoing messages) follow the commits.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from backend.conversations.dialogue.render import Reply
from backend.platform.ciphers import Cipher
from backend.platform.database import Row, Tx
from backend.platform.ids import uuid7

OUTBOUND_BODY = "outbound.body"  # the name under which what goes out is sealed

_TOUCH = """
UPDATE conversations SET updated_at = greatest(updated_at, :now) WHERE restaurant_id = :restaurant_id AND id = :id
RETURNING id, channel, handler
"""
_SAID = """
SELECT id FROM outbound_messages
WHERE restaurant_id = :restaurant_id AND conversation_id = :id AND cause = :cause ORDER BY position
"""
_SAY = """
INSERT INTO outbound_messages (id, restaurant_id, conversation_id, channel, author, staff_id, cause, position, body_sealed,
                               state, due_at, created_at, sent_at)
VALUES (:id, :restaurant_id, :conversation_id, :channel, :author, :staff_id, :cause, :position, :body,
        :state, :now, :now, :sent_at)
"""


class OutboundStore:
    """What goes out over threads."""

    def __init__(self, cipher: Cipher) -> None:
        self._cipher = cipher

    def touch(self, tx: Tx, conversation_id: UUID, now: datetime) -> Row | None:
        """Locks the thread for the transaction; `{id, channel, handler}`, None when there is none."""
        return tx.one(_TOUCH, restaurant_id=tx.restaurant_id, id=conversation_id, now=now)

    def said(self, tx: Tx, conversation_id: UUID, cause: str) -> list[UUID]:
        """The messages of that cause that are there already, in order."""
        rows = tx.tuples(_SAID, restaurant_id=tx.restaurant_id, id=conversation_id, cause=cause)
        return [identity for (identity,) in rows]

    def add(
        self,
        tx: Tx,
        thread: Row,
        replies: Sequence[Reply],
        *,
        author: str,
        staff_id: UUID | None,
        cause: str,
        now: datetime,
    ) -> list[UUID]:
        """Writes them down to go out; on the web they are out at once, because the guest's page fetches them."""
        made = [uuid7() for _ in replies]
        is_out = thread["channel"] == "web"
        for position, (identity, reply) in enumerate(zip(made, replies, strict=True)):
            tx.queue(
                _SAY,
                id=identity,
                restaurant_id=tx.restaurant_id,
                conversation_id=thread["id"],
                channel=thread["channel"],
                author=author,
                staff_id=staff_id,
                cause=cause,
                position=position,
                body=self._sealed(tx, reply.to_json()),
                state="sent" if is_out else "waiting",
                now=now,
                sent_at=now if is_out else None,
            )
        return made

    def _sealed(self, tx: Tx, body: dict[str, Any]) -> bytes:
        assert tx.restaurant_id is not None  # noqa: S101 - tenant transactions have one
        return self._cipher.seal_json(tx.restaurant_id, OUTBOUND_BODY, body)
