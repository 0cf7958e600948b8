"""What all webhooks do alike: find the account that is written to, open its secrets, and take what was verified. Called by the
webhooks of each provider.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from backend.conversations.channels.accounts.store import AccountStore
from backend.conversations.channels.inbound.intake import DatabaseIntake
from backend.conversations.channels.outbound.feedback import DeliveryFeedback
from backend.conversations.channels.records import ChannelName
from backend.platform.ciphers import Cipher
from backend.platform.clock import Clock
from backend.platform.database import Database


@dataclass(frozen=True, slots=True)
class Owned:
    """Somebody's account, opened."""

    restaurant_id: UUID
    account: dict[str, Any]


class Doorway:
    """The way in for providers."""

    def __init__(
        self,
        database: Database,
        cipher: Cipher,
        clock: Clock,
        intake: DatabaseIntake,
        feedback: DeliveryFeedback,
    ) -> None:
        self._database = database
        self._cipher = cipher
        self._accounts = AccountStore(cipher)
        self._clock = clock
        self.intake = intake
        self.feedback = feedback

    def now(self) -> datetime:
        """The instant."""
        return self._clock.now()

    def owned(self, channel: str, account: str) -> Owned | None:
        """Whose account it is, and all of it; None when nobody connected it."""
        with self._database.platform() as tx:
            restaurant_id = self._accounts.owner(tx, channel, account)
        if restaurant_id is None:
            return None
        with self._database.tenant(restaurant_id) as tx:
            opened = self._accounts.opened(tx, channel)
        return None if opened is None else Owned(restaurant_id, opened)

    def stopped(self, owned: Owned, channel: ChannelName, address: str, *, stop: bool) -> None:
        """The guest told the provider to stop messages, or to start them again, and the provider answered them."""
        index = self._index(owned.restaurant_id, channel, address)
        self.feedback.stopped(owned.restaurant_id, channel, index, self.now(), stop=stop)

    def _index(self, restaurant_id: UUID, channel: ChannelName, address: str) -> bytes | None:
        """As `guest_index` has it for a message from that address."""
        number = f"+{address.removeprefix('+')}"
        is_phone = channel in ("whatsapp", "sms") and number[1:].isdigit()
        return self._cipher.blind(
            restaurant_id, "phone" if is_phone else channel, number if is_phone else address
        )
