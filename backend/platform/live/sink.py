"""Announces relayed events to the web processes through Redis. Called by the worker's relay.

Best effort on purpose: the feed's memory is the outbox, and a web process that hears nothing looks there.
"""

from __future__ import annotations

from collections.abc import Sequence

from backend.platform.events.event import Event
from backend.platform.live.messages import announcement, channel
from backend.platform.redis import Redis


class RedisLiveSink:
    """`LiveSink` over Redis publish."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    def publish(self, events: Sequence[tuple[int, Event]]) -> None:
        """One round trip for all of them; silent when Redis is down."""

        def publish_all(client: object) -> object:
            with client.pipeline(transaction=False) as batch:  # type: ignore[attr-defined]
                for sequence, event in events:
                    batch.publish(channel(event.restaurant_id), announcement(sequence, event))
                return batch.execute()

        self._redis.attempt(publish_all)
