"""Whether a thread may be written to without having asked, in PostgreSQL. Called by the service beside it."""

from __future__ import annotations

from datetime import datetime

from backend.conversations.ports import Conversation
from backend.platform.database import Database
from backend.platform.ids import uuid7

_ENSURE = """
INSERT INTO conversations (id, restaurant_id, channel, session_id, created_at, updated_at)
VALUES (:id, :restaurant_id, :channel, :session_id, :now, :now)
ON CONFLICT (restaurant_id, channel, session_id) DO NOTHING
"""
_STOP = """
UPDATE conversations SET stopped_at = :now
WHERE restaurant_id = :restaurant_id AND channel = :channel AND session_id = :session_id AND stopped_at IS NULL
"""
_START = """
UPDATE conversations SET stopped_at = NULL
WHERE restaurant_id = :restaurant_id AND channel = :channel AND session_id = :session_id AND stopped_at IS NOT NULL
"""


class ThreadStops:
    """Stops and starts a thread."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def set(self, talk: Conversation, now: datetime, *, wanted: bool) -> bool:
        """Whether that was news."""
        thread = {
            "restaurant_id": talk.restaurant_id,
            "channel": talk.channel,
            "session_id": talk.session_id,
        }
        with self._database.tenant(talk.restaurant_id) as tx:
            tx.queue(_ENSURE, id=uuid7(), now=now, **thread)
            changed = tx.run(_START, **thread) if wanted else tx.run(_STOP, now=now, **thread)
        return changed > 0
