"""A reservation as JSON, exactly as the contract writes it. Pure; called by routes, events and check-in."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from backend.reservations.record import Reservation
from backend.restaurants.domain import RestaurantConfig


def reservation_json(reservation: Reservation, config: RestaurantConfig) -> dict[str, Any]:
    """The `reservation` object; instants carry the restaurant's offset. Holds no personal data but the guest's notes, which
    events leave out (`with_notes`)."""
    zone = config.zone
    numbers = config.remembered("numbers", lambda: {table.id: table.number for table in config.tables})
    shown = {
        "id": str(reservation.id),
        "code": reservation.code,
        "restaurantId": str(reservation.restaurant_id),
        "guestId": reservation.guest_id and str(reservation.guest_id),
        "date": reservation.date.isoformat(),
        "time": reservation.time.strftime("%H:%M"),
        "startsAt": reservation.starts_at.astimezone(zone).isoformat(),
        "endsAt": reservation.ends_at.astimezone(zone).isoformat(),
        "partySize": reservation.party_size,
        "arrivedCount": reservation.arrived_count,
        "status": reservation.status.value,
        "statusSince": reservation.status_since.astimezone(zone).isoformat(),
        "tables": [{"id": str(each), "number": numbers.get(each, "?")} for each in reservation.table_ids],
        "area": reservation.area,
        "channel": reservation.channel,
        "occasion": reservation.occasion,
        "requirements": {name: dict(each) for name, each in reservation.requirements.items()},
        "lateCancellation": reservation.late_cancellation,
        "eta": _instant(reservation.eta_at, zone),
        "guestConfirmedAt": _instant(reservation.guest_confirmed_at, zone),
        "version": reservation.version,
        "createdAt": reservation.created_at.astimezone(zone).isoformat(),
    }
    if reservation.override_reason:
        shown["override"] = True
    return shown


def _instant(at: datetime | None, zone: ZoneInfo) -> str | None:
    return None if at is None else at.astimezone(zone).isoformat()


def with_notes(shown: dict[str, Any], reservation: Reservation) -> dict[str, Any]:
    """The object for an answer to somebody who may read what the guest wrote."""
    return {**shown, "notes": reservation.notes}
