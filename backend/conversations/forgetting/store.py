"""Forgets what was said: all of it after a while, a person's at once. Called by the worker's upkeep once a day, and by the guests'
erasure inside its transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from backend.conversations.inbox.records import Message
from backend.conversations.inbox.store import ThreadStore
from backend.platform.ciphers import Cipher
from backend.platform.database import Database, Tx, id_array

# Threads that go on are kept, and lose what is old. One whose guest wants no messages stays as that wish alone.
_OLD = (
    "DELETE FROM inbound_messages WHERE restaurant_id = :restaurant_id AND received_at < :before",
    "DELETE FROM outbound_messages WHERE restaurant_id = :restaurant_id AND created_at < :before",
    "DELETE FROM conversation_turns WHERE restaurant_id = :restaurant_id AND at < :before",
    """
UPDATE conversations SET state_sealed = NULL, name_sealed = NULL, reservation_ids = '{}'
WHERE restaurant_id = :restaurant_id AND updated_at < :before AND stopped_at IS NOT NULL
AND (state_sealed IS NOT NULL OR name_sealed IS NOT NULL OR reservation_ids <> '{}')
""",
)
_OLD_THREADS = """
DELETE FROM conversations c WHERE restaurant_id = :restaurant_id AND updated_at < :before AND stopped_at IS NULL
AND NOT EXISTS (
    SELECT FROM outbound_messages o WHERE o.restaurant_id = c.restaurant_id AND o.conversation_id = c.id)
AND NOT EXISTS (
    SELECT FROM conversation_turns t WHERE t.restaurant_id = c.restaurant_id AND t.conversation_id = c.id)
"""
_OLD_STATES = """
UPDATE conversations SET state_sealed = NULL
WHERE restaurant_id = :restaurant_id AND state_sealed IS NOT NULL
AND updated_at < CAST(:before AS timestamptz) - CASE WHEN channel = 'email' THEN interval '3 days' ELSE interval '0' END
"""

_OF_GUEST = """
SELECT id FROM conversations WHERE restaurant_id = :restaurant_id
AND (guest_index = ANY(CAST(:indexes AS bytea[])) OR known_as && CAST(:indexes AS bytea[])
     OR reservation_ids && ARRAY(SELECT id FROM reservations WHERE restaurant_id = :restaurant_id AND guest_id = :guest_id))
ORDER BY id
"""
# First what waits to be worked on: a worker that holds a message may need its thread's row, which is ours only after it.
_ERASE_INBOUND = """
DELETE FROM inbound_messages i USING conversations c
WHERE c.restaurant_id = :restaurant_id AND c.id = ANY(CAST(:ids AS uuid[]))
AND i.restaurant_id = c.restaurant_id AND i.channel = c.channel AND i.session_id = c.session_id
"""
_LOCK = """
SELECT id FROM conversations WHERE restaurant_id = :restaurant_id AND id = ANY(CAST(:ids AS uuid[])) ORDER BY id FOR UPDATE
"""
_MAILED = """
SELECT id FROM outbound_messages
WHERE restaurant_id = :restaurant_id AND channel = 'email' AND conversation_id = ANY(CAST(:ids AS uuid[]))
"""
_ERASE = (
    "DELETE FROM outbound_messages WHERE restaurant_id = :restaurant_id AND conversation_id = ANY(CAST(:ids AS uuid[]))",
    "DELETE FROM conversation_turns WHERE restaurant_id = :restaurant_id AND conversation_id = ANY(CAST(:ids AS uuid[]))",
    "DELETE FROM conversations WHERE restaurant_id = :restaurant_id AND id = ANY(CAST(:ids AS uuid[]))",
)


class OldConversations:
    """Forgets what was said long ago, and sooner where a conversation stood: both hold names and contacts."""

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
            old = {"restaurant_id": restaurant_id, "before": now - self._life}
            for statement in _OLD:
                tx.queue(statement, **old)
            gone = tx.run(_OLD_THREADS, **old)
            tx.run(_OLD_STATES, restaurant_id=restaurant_id, before=now - self._state_life)
        return gone


class GuestTraces:
    """What conversations know of a guest: the threads in which they wrote from their own number or address, told either of them, or
    booked. Fulfils `guests.service.Traces`. `forget_sent` removes mails of a restaurant from where we keep them ourselves."""

    def __init__(self, cipher: Cipher, forget_sent: Callable[[UUID, list[str]], object]) -> None:
        self._threads = ThreadStore(cipher)
        self._forget_sent = forget_sent

    def of_guest(self, tx: Tx, guest_id: UUID, indexes: Sequence[bytes | None]) -> list[dict[str, Any]]:
        """Everything said in those threads, oldest first, in words a person can read."""
        ids = self._ids(tx, guest_id, indexes)
        threads = [thread for each in ids if (thread := self._threads.get(tx, each)) is not None]
        return [
            {"channel": thread.channel, "messages": [_said(each) for each in self._threads.whole(tx, thread)]}
            for thread in threads
        ]

    def erase(self, tx: Tx, guest_id: UUID, indexes: Sequence[bytes | None]) -> int:
        """Removes those threads and everything in them; how many. `indexes` are the blind ones of phone and e-mail."""
        found = self._ids(tx, guest_id, indexes)
        if found:
            ids = id_array(found)
            self._forget_mails(tx, ids)
            for statement in (_ERASE_INBOUND, _LOCK, *_ERASE):
                tx.run(statement, restaurant_id=tx.restaurant_id, ids=ids)
        return len(found)

    def _forget_mails(self, tx: Tx, ids: object) -> None:
        rows = tx.tuples(_MAILED, restaurant_id=tx.restaurant_id, ids=ids)
        if rows and tx.restaurant_id is not None:
            self._forget_sent(tx.restaurant_id, [str(identity) for (identity,) in rows])

    def _ids(self, tx: Tx, guest_id: UUID, indexes: Sequence[bytes | None]) -> list[UUID]:
        known = [each for each in indexes if each is not None]
        rows = tx.tuples(_OF_GUEST, restaurant_id=tx.restaurant_id, guest_id=guest_id, indexes=known)
        return [identity for (identity,) in rows]


def _said(message: Message) -> dict[str, Any]:
    return {"author": message.author, "text": message.body["text"], "at": message.at.isoformat()}
