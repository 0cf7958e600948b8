"""What channels need of the conversation, and the conversation of channels."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from backend.conversations.channels.records import (
    Author,
    ChannelName,
    DeliveryState,
    Inbound,
    Outbound,
    Receipt,
)
from backend.conversations.dialogue.render import Reply
from backend.platform.database import Tx


class Intake(Protocol):
    """The door for what guests write. Called by webhooks and mail collectors after they have verified a message."""

    def take(self, restaurant_id: UUID, messages: Sequence[Inbound], now: datetime) -> int:
        """Writes them down and wakes the worker; how many were new. A message id seen before changes nothing."""

    def session(self, restaurant_id: UUID, channel: str, address: str) -> str:
        """The thread of an address, for `Inbound.session_id`: a keyed digest that says nothing of the address."""


class Outlet(Protocol):
    """The way out of a thread. Called by the worker for the assistant's answers and by the inbox for the staff's."""

    def say(
        self,
        tx: Tx,
        *,
        conversation_id: UUID,
        author: Author,
        cause: str,
        replies: Sequence[Reply],
        now: datetime,
        staff_id: UUID | None = None,
    ) -> list[UUID]:
        """Writes messages to go out over the thread's own channel, in order, in this transaction; the same `cause` twice is once.
        Nothing of the assistant's once a person has taken the thread.

        On the web they count as sent at once: the widget fetches them.
        """


class ChannelSender(Protocol):
    """One channel of one provider. Fulfilled by the adapters, each with the same tests."""

    def send(self, account: dict[str, Any], message: Outbound) -> Receipt:
        """Hands it to the provider; `account` is the restaurant's own at that provider, secrets opened.

        A message that takes several: one of them, `message.part` says which, and `Receipt.more` that others follow. Raises the
        errors of `backend.platform.senders`, nothing else that is expected; what else it raises leaves the message in doubt.
        """


class Feedback(Protocol):
    """What providers report later of a message that was sent."""

    def record(
        self,
        restaurant_id: UUID,
        channel: ChannelName,
        provider_id: str,
        state: DeliveryState,
        now: datetime,
        *,
        error: str | None = None,
        ref: UUID | None = None,
    ) -> bool:
        """Whether the message is ours. A state never goes back (`read`, then `delivered` late, stays `read`).

        `ref` is our own name of the message where the provider gives it back: it finds a message also when the worker was killed
        before it could write down the provider's name of it.
        """
