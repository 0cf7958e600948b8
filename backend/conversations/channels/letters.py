"""Messages that were given up, in either direction and about bookings: seen and put back by the operator. Called by
`python -m backend dead-letters`, on the worker's role.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from backend.conversations.channels.outbound.store import OutboundQueue
from backend.notifications.service import NotificationService
from backend.platform.database import Database, Row


class DeadLetters:
    """All of them."""

    def __init__(self, database: Database, queue: OutboundQueue, notifications: NotificationService) -> None:
        self._database = database
        self._queue = queue
        self._notifications = notifications

    def dead(self, limit: int = 200) -> list[Row]:
        """`{id, restaurant_id, kind, channel, attempts, last_error, created_at}`, oldest first a kind."""
        with self._database.platform() as tx:
            chats = self._queue.dead(tx, limit)
        return [*chats, *self._notifications.dead(limit)]

    def replay(self, now: datetime, message_id: UUID | None = None) -> int:
        """Makes one of them due again, or all; how many."""
        with self._database.platform() as tx:
            chats = self._queue.replay(tx, message_id, now)
        return chats + self._notifications.replay(now, message_id)
