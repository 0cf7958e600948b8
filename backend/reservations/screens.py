"""What only the screens of the house may see of an event: who the guest is. Called by the live feed, once an event and process."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from backend.guests import guest_json
from backend.platform.events import Event
from backend.reservations.desk import Desk
from backend.reservations.queries import Queries


class GuestsOnScreens:
    """Adds `guest` to events that tell of a reservation."""

    def __init__(self, desk: Desk, queries: Queries) -> None:
        self._desk = desk
        self._queries = queries

    def enrich(self, restaurant_id: UUID, events: Sequence[Event]) -> Sequence[Event]:
        """The events with their guests; one transaction for all of them."""
        wanted = {UUID(event.data["reservation"]["id"]) for event in events if "reservation" in event.data}
        if not wanted:
            return events
        with self._desk.database.tenant(restaurant_id) as tx:
            views = self._queries.views(tx, self._desk.store.by_ids(tx, sorted(wanted)))
        guests = {
            str(view.reservation.id): guest_json(view.guest)
            if view.guest
            else {"name": view.reservation.name}
            for view in views
        }
        return [_with_guest(event, guests) for event in events]


def _with_guest(event: Event, guests: Mapping[str, Mapping[str, object]]) -> Event:
    reservation = event.data.get("reservation")
    guest = guests.get(reservation["id"]) if reservation else None
    return replace(event, data={**event.data, "guest": guest}) if guest else event
