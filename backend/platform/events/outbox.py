"""The outbox: events become rows in the transaction that made them true.

Called by services inside their transaction; `wake` after it, so that the relay need not wait for its next look.
"""

from __future__ import annotations

from collections.abc import Sequence

from backend.platform.database import Prepared, Tx, id_array, to_json
from backend.platform.events.event import Event
from backend.platform.logs import request_id
from backend.platform.redis import Redis, Script, Step

WAKE_CHANNEL = "saveit:wake"
_WAKE = Script("return redis.call('publish', KEYS[1], '1')")

INSERT = Prepared("""
INSERT INTO outbox (id, restaurant_id, subject_id, type, occurred_at, data, request_id)
SELECT given.id, :restaurant_id, given.subject_id, given.type, given.occurred_at, CAST(given.data AS jsonb), :request_id
FROM unnest(CAST(:ids AS uuid[]), CAST(:subjects AS uuid[]), CAST(:types AS text[]), CAST(:instants AS timestamptz[]),
            CAST(:datas AS text[])) WITH ORDINALITY AS given (id, subject_id, type, occurred_at, data, place)
ORDER BY given.place
""")


class Outbox:
    """Writes events and wakes the relay."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    def add(self, tx: Tx, events: Sequence[Event]) -> None:
        """Writes the events; they exist if and only if the transaction commits."""
        tx.queue(
            INSERT,
            restaurant_id=tx.restaurant_id,
            request_id=request_id.get(),
            ids=id_array(event.id for event in events),
            subjects=id_array(event.subject_id for event in events),
            types=[event.type for event in events],
            instants=[event.occurred_at for event in events],
            datas=[to_json(event.data) for event in events],
        )

    def wake(self) -> None:
        """Tells the relay to look now. Losing this costs at most one polling interval."""
        self._redis.run(self.waking)

    @property
    def waking(self) -> Step:
        """The same as a step to be run with others."""
        return _WAKE.step([WAKE_CHANNEL])
