"""The messages a guest can get, and how urgent each is.

Called by rendering, scheduling and the delivery queue.
"""

from __future__ import annotations

from enum import IntEnum, StrEnum


class MessageKind(StrEnum):
    """Why we write to a guest."""

    CONFIRMATION = "confirmation"
    PENDING = "pending"
    CHANGE = "change"
    CANCELLATION = "cancellation"
    REMINDER_24H = "reminder_24h"
    REMINDER_3H = "reminder_3h"
    NO_SHOW = "no_show"
    WAITLIST_OFFER = "waitlist_offer"


class Priority(IntEnum):
    """Order of the delivery queue: the smaller goes first."""

    HIGH = 10
    NORMAL = 20
    LOW = 30


_PRIORITY = {
    MessageKind.CONFIRMATION: Priority.HIGH,
    MessageKind.PENDING: Priority.HIGH,
    MessageKind.CHANGE: Priority.HIGH,
    MessageKind.CANCELLATION: Priority.HIGH,
    MessageKind.REMINDER_24H: Priority.NORMAL,
    MessageKind.REMINDER_3H: Priority.NORMAL,
    MessageKind.NO_SHOW: Priority.LOW,
    MessageKind.WAITLIST_OFFER: Priority.HIGH,
}


def priority(kind: MessageKind) -> Priority:
    """How urgent a message is: somebody waits for an answer, may wait a little, or nobody waits."""
    return _PRIORITY[kind]
