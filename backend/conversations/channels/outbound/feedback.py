"""What providers report later of messages: fulfils `channels.ports.Feedback`. Called by webhooks.

One provider account carries both what is said in threads and what is written about bookings, so a report looks for its message
among both.
"""

from __future__ import annotations

from datetime import datetime
from typing import Protocol
from uuid import UUID

from backend.conversations.channels.outbound.store import OutboundQueue
from backend.conversations.channels.records import ChannelName, DeliveryState
from backend.platform.database import Database
from backend.platform.events import Outbox


class Reported(Protocol):
    """Messages about bookings; `NotificationService` is it."""

    def report(
        self,
        restaurant_id: UUID,
        channel: str,
        provider_id: str,
        state: str,
        now: datetime,
        *,
        error: str | None = None,
        ref: UUID | None = None,
    ) -> bool:
        """Whether the message is one of these; one that failed goes on over the next channel."""


class DeliveryFeedback:
    """Moves messages' states on."""

    def __init__(
        self, database: Database, queue: OutboundQueue, notifications: Reported, outbox: Outbox
    ) -> None:
        self._database = database
        self._queue = queue
        self._notifications = notifications
        self._outbox = outbox

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
        """Whether the message is ours; a state never goes back."""
        with self._database.tenant(restaurant_id) as tx:
            ours = self._queue.report(tx, channel, provider_id, ref, state, error, now)
        if ours:
            return True
        known = self._notifications.report(
            restaurant_id, channel, provider_id, state, now, error=error, ref=ref
        )
        if known and state == "failed":
            self._outbox.wake()
        return known

    def echoed(
        self,
        restaurant_id: UUID,
        channel: ChannelName,
        session_id: str,
        text: str,
        provider_id: str,
        now: datetime,
    ) -> bool:
        """A provider shows us our own message: the proof that it took one that is in doubt. Whether that helped."""
        with self._database.tenant(restaurant_id) as tx:
            for identity, reply in self._queue.being_sent(tx, channel, session_id):
                if reply.text.strip() == text.strip() and reply.card is None:
                    self._queue.sent(tx, identity, provider_id, now)
                    return True
        return False

    def stopped(
        self,
        restaurant_id: UUID,
        channel: ChannelName,
        guest_index: bytes | None,
        now: datetime,
        *,
        stop: bool,
    ) -> None:
        """The guest told the provider to stop messages, or to start them again."""
        with self._database.tenant(restaurant_id) as tx:
            if stop:
                self._queue.stop(tx, channel, guest_index, "told the provider", now)
            else:
                self._queue.start(tx, channel, guest_index)
