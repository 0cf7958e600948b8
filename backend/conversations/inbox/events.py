"""What conversations announce: who spoke in a thread that the staff have, and who has it. Pure; called by stores and the outlet.

No words and no names: `messageId` is our own name of the message, because a channel's may hold the sender's number.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from backend.platform.events import Event

CONVERSATION_MESSAGE = "conversation.message"
# Reasons beside the dialogue's own.
HANDED_BACK = "handed_back"
TAKEN = "taken"


def message_event(
    restaurant_id: UUID, thread: Mapping[str, Any], author: str, message_id: UUID, now: datetime
) -> Event:
    """Somebody said something; `thread` has `id`, `channel` and `handler`."""
    data = {
        "conversationId": str(thread["id"]),
        "channel": thread["channel"],
        "handler": thread["handler"],
        "author": author,
        "messageId": str(message_id),
    }
    return Event(CONVERSATION_MESSAGE, restaurant_id, thread["id"], now, data)


def handler_event(restaurant_id: UUID, thread: Mapping[str, Any], reason: str, now: datetime) -> Event:
    """The thread went to the staff, or back to the assistant."""
    data = {
        "conversationId": str(thread["id"]),
        "channel": thread["channel"],
        "handler": thread["handler"],
        "reason": reason,
    }
    return Event(CONVERSATION_MESSAGE, restaurant_id, thread["id"], now, data)
