"""An entry of the waiting list, and which states it may take. Pure; called by the modules beside it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from typing import Any
from uuid import UUID

from backend.guests.domain import Guest
from backend.restaurants.domain import RestaurantConfig


class WaitlistState(StrEnum):
    """`notified`: the guest was told of a table; the last two end it."""

    WAITING = "waiting"
    NOTIFIED = "notified"
    SEATED = "seated"
    CANCELLED = "cancelled"


OPEN = (WaitlistState.WAITING, WaitlistState.NOTIFIED)


@dataclass(frozen=True, slots=True)
class Entry:
    """Somebody who waits for a table of a service date and wall-clock time. `offered_at` (UTC): a fitting table last came free."""

    id: UUID
    restaurant_id: UUID
    date: date
    time: time
    party_size: int
    area: str | None
    guest_id: UUID
    name: str | None
    channel: str
    state: WaitlistState
    offered_at: datetime | None
    version: int
    created_at: datetime
    updated_at: datetime


def entry_json(entry: Entry, config: RestaurantConfig) -> dict[str, Any]:
    """The entry without its person, as events show it; instants carry the restaurant's offset."""
    return {
        "id": str(entry.id),
        "restaurantId": str(entry.restaurant_id),
        "date": entry.date.isoformat(),
        "time": entry.time.strftime("%H:%M"),
        "partySize": entry.party_size,
        "area": entry.area,
        "channel": entry.channel,
        "state": entry.state.value,
        "offeredAt": entry.offered_at and entry.offered_at.astimezone(config.zone).isoformat(),
        "version": entry.version,
        "createdAt": entry.created_at.astimezone(config.zone).isoformat(),
    }


@dataclass(frozen=True, slots=True)
class EntryView:
    """An entry with what is needed to show it; `before` are the open entries ahead of it for the same evening."""

    entry: Entry
    config: RestaurantConfig
    guest: Guest | None
    before: int = 0
