"""What is said in passing: somebody is typing. It goes to every web process by the live feed's channel, has no number and is kept
nowhere; losing it costs nothing. Called by whoever has it from a client.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from backend.platform.database import to_json
from backend.platform.live.messages import channel
from backend.platform.redis import Redis


@dataclass(frozen=True, slots=True)
class Whisper:
    """Somebody (`guest` or `staff`) is typing in a conversation."""

    restaurant_id: UUID
    conversation_id: UUID
    author: str


def read_whisper(given: dict[str, object]) -> Whisper | None:
    """The whisper in what came over a channel; None when it is something else. Raises ValueError, KeyError or TypeError."""
    said = given.get("typing")
    if not isinstance(said, dict):
        return None
    return Whisper(UUID(said["restaurantId"]), UUID(said["conversationId"]), str(said["author"]))


class RedisWhispers:
    """Whispers over Redis publish."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    def typing(self, restaurant_id: UUID, conversation_id: UUID, author: str) -> None:
        """Tells the screens of the house, or the guest's page; silent when Redis is down."""
        said = {"restaurantId": restaurant_id, "conversationId": conversation_id, "author": author}
        self._redis.attempt(
            lambda client: client.publish(channel(restaurant_id), to_json({"typing": said}).encode())
        )
