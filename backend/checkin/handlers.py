"""What follows an arrival: the table is reserved for the party on its way, the evening's figures count it. Called by the worker."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from backend.checkin.store import CheckinStore
from backend.platform.clock import Clock
from backend.platform.database import Tx
from backend.platform.events import Event, Handler
from backend.platform.redis import Redis
from backend.restaurants.service import RestaurantService

_REMEMBERED_S = 7200  # the seed's life of checkin:{reservationId}


class CheckinHandlers:
    """Reactions to arrivals."""

    def __init__(
        self, store: CheckinStore, restaurants: RestaurantService, redis: Redis, clock: Clock
    ) -> None:
        self._store = store
        self._restaurants = restaurants
        self._redis = redis
        self._clock = clock

    def handlers(self) -> list[Handler]:
        """What to call on which events."""
        return [Handler("checkin.arrived", frozenset({"qr.validated"}), self.arrived)]

    def arrived(self, tx: Tx, event: Event) -> None:
        """Table state, figures, and the mark that partners' dashboards read from Redis."""
        if event.data.get("change") != "checked_in":
            return
        reservation = event.data["reservation"]
        free = {row["id"] for row in self._restaurants.tables_in(tx, "free")}
        tables = [UUID(each["id"]) for each in reservation["tables"] if UUID(each["id"]) in free]
        self._restaurants.move_tables(tx, tables, "reserved", None, "system:checkin", self._clock.now())
        day = date.fromisoformat(reservation["date"])
        self._store.add_figure(tx, day, "parties_arrived", 1)
        self._store.add_figure(tx, day, "covers_arrived", reservation["arrivedCount"])
        self._redis.attempt(
            lambda client: client.set(f"checkin:{reservation['id']}", "true", ex=_REMEMBERED_S)
        )
