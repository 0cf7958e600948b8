"""The outbox: events become rows in the transaction that made them true.

Called by services inside their transaction; `wake` after it, so that the relay need not wait for its next look.
"""

from __future__ import annotations

from collections.abc import Sequence

from backend.platform.database import Tx, to_json
from backend.platform.events.event import Event
from backend.platform.logs import request_id
from backend.platform.redis import Redis

WAKE_CHANNEL = "saveit:wake"

INSERT = """
INSERT INTO outbox (id, restaurant_id, subject_id, type, occurred_at, data, request_id)
VALUES (:id, :restaurant_id, :subject_id, :type, :occurred_at, CAST(:data AS jsonb), :request_id)
"""


class Outbox:
    """Writes events and wakes the relay."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    def add(self, tx: Tx, events: Sequence[Event]) -> None:
        """Writes the events; they exist if and only if the transaction commits."""
        for event in events:
            tx.run(INSERT, **row_of(event))

    def wake(self) -> None:
        """Tells the relay to look now. Losing this costs at most one polling interval."""
        self._redis.attempt(lambda client: client.publish(WAKE_CHANNEL, b"1"))


def row_of(event: Event) -> dict[str, object]:
    """The outbox columns of an event."""
    return {
        "id": event.id,
        "restaurant_id": event.restaurant_id,
        "subject_id": event.subject_id,
        "type": event.type,
        "occurred_at": event.occurred_at,
        "data": to_json(event.data),
        "request_id": request_id.get(),
    }
