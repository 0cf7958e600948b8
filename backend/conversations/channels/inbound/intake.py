"""The door for what guests write: fulfils `channels.ports.Intake`. Called by webhooks and mail collectors after they have verified
a message; nothing is worked on here, so that a provider is answered at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from backend.conversations.channels.inbound.store import InboundStore, session_name
from backend.conversations.channels.records import Inbound
from backend.platform.ciphers import Cipher
from backend.platform.database import Database
from backend.platform.events import Outbox


class DatabaseIntake:
    """Writes messages down and wakes the worker."""

    def __init__(self, database: Database, cipher: Cipher, outbox: Outbox) -> None:
        self._database = database
        self._cipher = cipher
        self._store = InboundStore(cipher)
        self._outbox = outbox

    def take(self, restaurant_id: UUID, messages: Sequence[Inbound], now: datetime) -> int:
        """How many were new. All of them are written or none is, so a provider that is told of a failure may repeat them all.

        Messages of one delivery are taken in the order in which they were said, whatever theirs was.
        """
        if not messages:
            return 0
        ordered = sorted(messages, key=lambda each: each.at)
        with self._database.tenant(restaurant_id) as tx:
            new = sum(self._store.take_down(tx, message, now) for message in ordered)
        if new:
            self._outbox.wake()
        return new

    def session(self, restaurant_id: UUID, channel: str, address: str) -> str:
        """The thread of an address: what `Inbound.session_id` has to be."""
        return session_name(self._cipher, restaurant_id, channel, address)


class OldInbound:
    """Forgets messages that were worked on long ago: they are kept only to know repeats. Called by the worker's upkeep.

    `life` must be longer than providers go on repeating (Meta: seven days).
    """

    def __init__(
        self, database: Database, cipher: Cipher, restaurants: Callable[[], Iterable[UUID]], life: timedelta
    ) -> None:
        self._database = database
        self._store = InboundStore(cipher)
        self._restaurants = restaurants
        self._life = life

    def forget(self, now: datetime) -> int:
        """How many messages are gone."""
        gone = 0
        for restaurant_id in self._restaurants():
            with self._database.tenant(restaurant_id) as tx:
                gone += self._store.forget(tx, now - self._life)
        return gone
