"""Which bookings a new configuration would leave without a table or outside its hours. Called when a configuration is replaced."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from backend.availability.domain import Ask, Refused, evaluate
from backend.platform.database import Tx
from backend.reservations.domain import Status
from backend.reservations.record import Reservation
from backend.reservations.store import ReservationStore
from backend.restaurants.domain import RestaurantConfig, service_date_of

# What a guest was promised: the day, the hour and the table. Windows and pacing do not take a promise back.
_HOURS = frozenset({"closed", "special_date_closed", "outside_hours"})
_STATUSES = (Status.PENDING.value, Status.CONFIRMED.value)


class StrandedBookings:
    """Judges every coming booking by a configuration that does not hold yet."""

    def __init__(self, store: ReservationStore) -> None:
        self._store = store

    def find(self, tx: Tx, config: RestaurantConfig, now: datetime) -> list[dict[str, Any]]:
        """`[{id, code, date, time, partySize, reason}]`, soonest first."""
        today = service_date_of(config, now)
        found = []
        for reservation in self._store.upcoming(tx, today, _STATUSES, now):
            reason = _stranded(config, reservation, now)
            if reason is not None:
                found.append(
                    {
                        "id": str(reservation.id),
                        "code": reservation.code,
                        "date": reservation.date.isoformat(),
                        "time": reservation.time.strftime("%H:%M"),
                        "partySize": reservation.party_size,
                        "reason": reason,
                    }
                )
        return found


def _stranded(config: RestaurantConfig, reservation: Reservation, now: datetime) -> str | None:
    tables = [config.table(each) for each in reservation.table_ids]
    if any(table is None for table in tables):
        return "table_gone"
    seats = sum(config.seats_of(table) for table in tables if table is not None)
    if tables and seats < reservation.party_size and not reservation.override_reason:
        return "table_too_small"
    if reservation.override_reason:
        return None
    outcome = evaluate(config, (), Ask(reservation.date, reservation.time, reservation.party_size), now)
    return outcome.code if isinstance(outcome, Refused) and outcome.code in _HOURS else None
