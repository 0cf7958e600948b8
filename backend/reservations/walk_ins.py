"""Parties without a booking: size, table, seated. Called by routes."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from backend.availability.domain import Offer, Refused, seat_walk_in
from backend.guests import person_name
from backend.platform.contention import overlap_refused
from backend.platform.ids import short_code, uuid7
from backend.platform.refusals import Refusal, field_refusal
from backend.reservations.desk import By, Desk, View, table_taken
from backend.reservations.domain import Status
from backend.reservations.record import Reservation
from backend.restaurants.domain import RestaurantConfig, service_date_of


class WalkIns:
    """Seats who stands at the door."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def seat(
        self, restaurant_id: UUID, party_size: int, tables: Sequence[UUID], by: By, name: str | None = None
    ) -> View:
        """Seats the party until its usual stay ends or the next booking needs the table; raises Refusal('slot_unavailable')."""
        desk, now = self._desk, self._desk.clock.now()
        with overlap_refused(lambda: table_taken(party_size)), desk.database.tenant(restaurant_id) as tx:
            config = desk.reader.current(tx)
            day = service_date_of(config, now)
            desk.allocations.lock_day(tx, day, now)
            offer = seat_walk_in(
                config, desk.availability.around(tx, config, day, day, now), now, party_size, tables
            )
            if isinstance(offer, Refused):
                raise _refusal(offer)
            reservation = self._reservation(config, offer, party_size, name)
            desk.store.add(tx, reservation)
            desk.allocations.take(tx, offer, reservation.id, "reservation", party_size)
            desk.restaurants.move_tables(tx, offer.table_ids, "occupied", None, by.label, now)
            desk.record(tx, by, "reservation.walk_in", None, reservation, now)
            desk.tell(tx, config, reservation, "reservation.seated", now, extra={"change": "walk_in"})
            view = desk.view(tx, reservation, config)
        desk.availability.changed(restaurant_id, [offer.service_date])
        return view

    def _reservation(
        self, config: RestaurantConfig, offer: Offer, party_size: int, name: str | None
    ) -> Reservation:
        now = offer.starts_at
        return Reservation(
            id=uuid7(),
            restaurant_id=config.restaurant_id,
            code=short_code(),
            guest_id=None,
            date=offer.service_date,
            time=offer.time,
            starts_at=offer.starts_at,
            ends_at=offer.ends_at,
            party_size=party_size,
            arrived_count=party_size,
            status=Status.SEATED,
            status_since=now,
            previous_status=None,
            table_ids=offer.table_ids,
            area=offer.area,
            channel="walk_in",
            occasion=None,
            name=person_name(name) or None if name else None,
            notes=None,
            requirements={},
            override_reason=None,
            late_cancellation=False,
            penalty_amount=None,
            qr=self._desk.new_code(offer.ends_at, now),
            rules_version=config.version,
            version=1,
            created_at=now,
            updated_at=now,
            arrived_at=now,
            seated_at=now,
        )


def _refusal(refused: Refused) -> Refusal:
    if refused.code == "unknown_table":
        return field_refusal("tableIds", "unknown_table")
    return Refusal(refused.code, params=refused.params)
