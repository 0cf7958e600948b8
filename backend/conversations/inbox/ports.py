"""What the inbox needs of others, as small contracts. Fulfilled by access and by the live feed's adapter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol
from uuid import UUID


class Names(Protocol):
    """Who works here."""

    def names(self, restaurant_id: UUID, ids: Sequence[UUID]) -> Mapping[UUID, str]:
        """What people, devices and keys are called; who is no longer there is left out."""


class Whispers(Protocol):
    """What is said in passing on the live feed: nobody keeps it, and it may be lost."""

    def typing(self, restaurant_id: UUID, conversation_id: UUID, author: str) -> None:
        """Somebody is typing in a thread: `guest` is shown to the staff's screens, `staff` to the guest's page."""
