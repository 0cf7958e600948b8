"""What messages about bookings need of the channels that providers carry. Fulfilled above this folder, handed over by wiring."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol
from uuid import UUID

from backend.platform.database import Tx


@dataclass(frozen=True, slots=True)
class Ways:
    """By which channels of providers a guest may be written to. `first` are preferred to mail, `after` serve where the others
    fail."""

    first: tuple[str, ...] = ()
    after: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Notice:
    """A message about a booking for a provider's channel.

    `message_id` is its row's id and our own name of it; `words` fill an approved template; `qr_url` is the code's picture where
    the message shows one; `since` is when it was written down.
    """

    restaurant_id: UUID
    message_id: UUID
    channel: str
    phone: str
    kind: str
    language: str
    text: str
    since: datetime
    words: Mapping[str, str] = field(default_factory=dict)
    qr_url: str | None = None


class GuestPost(Protocol):
    """WhatsApp and SMS, of the restaurants that have connected them."""

    def ways(self, tx: Tx, phone: str | None, came_by: str) -> Ways:
        """For a guest with that phone whose booking came over that channel; none where they stopped messages."""

    def carries(self, tx: Tx, channel: str) -> bool:
        """Whether the restaurant has connected the channel."""

    def mail_address(self, tx: Tx) -> str | None:
        """Where the assistant reads the restaurant's mail; None where it does not."""

    def send(self, notice: Notice) -> str | None:
        """The provider's name of the message once it has taken it. Raises the errors of `backend.platform.senders`."""

    def find(self, notice: Notice) -> str | None:
        """The provider's name of a message whose sending was cut off; None when it does not know it, or cannot say."""
