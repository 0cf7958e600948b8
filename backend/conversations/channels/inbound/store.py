"""Messages that came in and the threads they belong to, in PostgreSQL. Called by the intake and by the worker's chats.

What guests write is sealed as a whole; beside it stand only names that hold no personal data, and states.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from backend.conversations.channels.records import Inbound
from backend.conversations.dialogue.render import Reply
from backend.conversations.inbox.store import OUTBOUND_BODY
from backend.platform.ciphers import Cipher
from backend.platform.database import Prepared, Row, Tx
from backend.platform.ids import uuid7

INBOUND_BODY = "inbound.body"  # the names under which what is kept is sealed
ADDRESS = "conversation.address"
NAME = "conversation.name"

_TAKE_DOWN = """
INSERT INTO inbound_messages
    (id, restaurant_id, channel, session_id, message_id, body_sealed, due_at, said_at, received_at)
VALUES (:id, :restaurant_id, :channel, :session_id, :message_id, :body, :now, :said_at, :now)
ON CONFLICT (restaurant_id, channel, message_id) DO NOTHING
"""
# Of each thread the first that waits, also when it is to be tried again later: nothing overtakes it.
_DUE = Prepared("""
SELECT i.id, i.restaurant_id FROM inbound_messages i
WHERE i.state = 'waiting' AND i.due_at <= :now AND NOT EXISTS (
    SELECT 1 FROM inbound_messages e
    WHERE e.restaurant_id = i.restaurant_id AND e.channel = i.channel AND e.session_id = i.session_id
    AND e.state = 'waiting' AND (e.said_at, e.id) < (i.said_at, i.id))
ORDER BY i.due_at LIMIT :limit
""")
# Counted before the work, in a transaction of its own: a message that kills the worker is given up like any other. One that another
# lane is at is not waited for.
_COUNT = Prepared("""
UPDATE inbound_messages SET attempts = attempts + 1 WHERE id = (
    SELECT id FROM inbound_messages WHERE id = :id AND state = 'waiting' AND due_at <= :now FOR UPDATE SKIP LOCKED)
RETURNING attempts
""")
_LOCK = Prepared("""
SELECT id, channel, session_id, message_id, body_sealed FROM inbound_messages
WHERE id = :id AND state = 'waiting' AND due_at <= :now FOR UPDATE SKIP LOCKED
""")
_FOLLOWED = """
SELECT EXISTS (SELECT 1 FROM inbound_messages i, inbound_messages l
    WHERE i.id = :id AND l.restaurant_id = i.restaurant_id AND l.channel = i.channel AND l.session_id = i.session_id
    AND l.state = 'waiting' AND (l.said_at, l.id) > (i.said_at, i.id))
"""
_DONE = Prepared(
    "UPDATE inbound_messages SET state = 'done', done_at = :now, last_error = NULL WHERE id = :id"
)
_FAILED = """
UPDATE inbound_messages SET last_error = :error, due_at = :due_at,
    state = CASE WHEN :final THEN 'dead' ELSE 'waiting' END, done_at = CASE WHEN :final THEN :now ELSE done_at END
WHERE id = :id AND state = 'waiting'
"""
_HANDLER = """
SELECT handler, language FROM conversations
WHERE restaurant_id = :restaurant_id AND channel = :channel AND session_id = :session_id
"""
_LAST_SAID = """
SELECT o.body_sealed FROM outbound_messages o JOIN conversations c ON c.restaurant_id = o.restaurant_id AND c.id = o.conversation_id
WHERE c.restaurant_id = :restaurant_id AND c.channel = :channel AND c.session_id = :session_id
ORDER BY o.place DESC LIMIT 1
"""
_THREAD = """
INSERT INTO conversations (id, restaurant_id, channel, session_id, address_sealed, name_sealed, guest_index, heard_at,
                           created_at, updated_at)
VALUES (:id, :restaurant_id, :channel, :session_id, :address, :name, :guest_index, :heard_at, :now, :now)
ON CONFLICT (restaurant_id, channel, session_id) DO UPDATE SET
    address_sealed = EXCLUDED.address_sealed, guest_index = EXCLUDED.guest_index,
    name_sealed = coalesce(conversations.name_sealed, EXCLUDED.name_sealed),
    heard_at = greatest(conversations.heard_at, EXCLUDED.heard_at)
RETURNING id
"""
_FORGET = """
DELETE FROM inbound_messages WHERE restaurant_id = :restaurant_id AND done_at < :before
"""


class InboundStore:
    """What came in."""

    def __init__(self, cipher: Cipher) -> None:
        self._cipher = cipher

    def take_down(self, tx: Tx, message: Inbound, now: datetime) -> bool:
        """Whether it was new."""
        restaurant_id = _tenant(tx)
        rows = tx.run(
            _TAKE_DOWN,
            id=uuid7(),
            restaurant_id=restaurant_id,
            channel=message.channel,
            session_id=message.session_id,
            message_id=message.message_id,
            body=self._cipher.seal_json(restaurant_id, INBOUND_BODY, clean(message.to_json())),
            said_at=min(message.at, now),  # a clock ahead of ours must not put it behind what comes after
            now=now,
        )
        return rows == 1

    def due(self, tx: Tx, now: datetime, limit: int) -> list[Row]:
        """`{id, restaurant_id}` of what may be worked on now: of each thread its first message."""
        return tx.all(_DUE, now=now, limit=limit)

    def count(self, tx: Tx, message_id: UUID, now: datetime) -> int | None:
        """How often it has been tried, this time included; None when somebody else is done with it."""
        attempts = tx.value(_COUNT, id=message_id, now=now)
        return None if attempts is None else int(attempts)

    def lock(self, tx: Tx, message_id: UUID, now: datetime) -> Row | None:
        """The message for this transaction alone; None when another worker has it."""
        return tx.one(_LOCK, id=message_id, now=now)

    def opened(self, tx: Tx, row: Row) -> Inbound:
        """What the guest wrote."""
        return Inbound.from_json(self._cipher.open_json(_tenant(tx), INBOUND_BODY, row["body_sealed"]))

    def is_followed(self, tx: Tx, message_id: UUID) -> bool:
        """Whether a later message of the same thread waits."""
        return bool(tx.value(_FOLLOWED, id=message_id))

    def done(self, tx: Tx, message_id: UUID, now: datetime) -> None:
        """Worked on; it stays for a while so that a repeat is known."""
        tx.queue(_DONE, id=message_id, now=now)

    def failed(
        self, tx: Tx, message_id: UUID, error: str, now: datetime, due_at: datetime, *, final: bool
    ) -> None:
        """Another try later, or none."""
        tx.run(_FAILED, id=message_id, error=error[:500], now=now, due_at=due_at, final=final)

    def handler(self, tx: Tx, message: Inbound) -> Row | None:
        """`{handler, language}` of its thread, None before the first message."""
        return tx.one(
            _HANDLER, restaurant_id=_tenant(tx), channel=message.channel, session_id=message.session_id
        )

    def last_said(self, tx: Tx, message: Inbound) -> Reply | None:
        """What the guest was told last in the message's thread."""
        sealed = tx.value(
            _LAST_SAID,
            restaurant_id=_tenant(tx),
            channel=message.channel,
            session_id=message.session_id,
        )
        return (
            None
            if sealed is None
            else Reply.from_json(self._cipher.open_json(_tenant(tx), OUTBOUND_BODY, sealed))
        )

    def thread(self, tx: Tx, message: Inbound, now: datetime) -> UUID:
        """Its thread, made if need be, which now knows how the guest is reached and when they were last heard."""
        restaurant_id = _tenant(tx)
        found: UUID = tx.value(
            _THREAD,
            id=uuid7(),
            restaurant_id=restaurant_id,
            channel=message.channel,
            session_id=message.session_id,
            address=self._cipher.seal(restaurant_id, ADDRESS, message.address),
            name=self._cipher.seal(restaurant_id, NAME, message.name),
            guest_index=guest_index(self._cipher, restaurant_id, message),
            heard_at=min(message.at, now),
            now=now,
        )
        return found

    def forget(self, tx: Tx, before: datetime) -> int:
        """Removes what was done with before that instant; how many."""
        return tx.run(_FORGET, restaurant_id=_tenant(tx), before=before)


def clean(told: Any) -> Any:
    """The same without what neither a database nor UTF-8 takes: NUL, and halves of characters."""
    if isinstance(told, str):
        return told.replace("\0", "").encode("utf-8", "replace").decode()
    if isinstance(told, dict):
        return {name: clean(value) for name, value in told.items()}
    return [clean(each) for each in told] if isinstance(told, list) else told


def guest_index(cipher: Cipher, restaurant_id: UUID, message: Inbound) -> bytes | None:
    """The blind index of the guest behind a message: of the phone or e-mail as guests have it, else of the channel's own name."""
    if message.sender.phone:
        return cipher.blind(restaurant_id, "phone", message.sender.phone)
    if message.sender.email:
        return cipher.blind(restaurant_id, "email", message.sender.email)
    return cipher.blind(restaurant_id, message.channel, message.address)


def session_name(cipher: Cipher, restaurant_id: UUID, channel: str, address: str) -> str:
    """The thread of an address within its channel: a keyed digest, so that it can be logged and says nothing."""
    digest = cipher.blind(restaurant_id, f"session.{channel}", address)
    return "" if digest is None else digest.hex()[:40]


def _tenant(tx: Tx) -> UUID:
    assert tx.restaurant_id is not None  # noqa: S101 - tenant transactions have one
    return tx.restaurant_id
