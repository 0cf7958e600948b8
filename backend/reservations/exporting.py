"""What is kept of a guest's bookings, for the person who asks for it. Called by the guests' export, in its transaction."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from backend.platform.database import Tx
from backend.reservations.record import Reservation
from backend.reservations.store import ReservationStore
from backend.reservations.waitlist.store import WaitlistStore

_AT_ONCE = 500


class ExportedBookings:
    """Fulfils `guests.service.GuestBookings`."""

    def __init__(self, store: ReservationStore, waitlist: WaitlistStore) -> None:
        self._store = store
        self._waitlist = waitlist

    def waiting_of(self, tx: Tx, guest_id: UUID) -> list[dict[str, Any]]:
        """Every entry on the waiting list, oldest first."""
        return [
            {
                "date": each.date.isoformat(),
                "time": each.time.strftime("%H:%M"),
                "partySize": each.party_size,
                "name": each.name,
                "state": each.state.value,
                "createdAt": each.created_at.isoformat(),
            }
            for each in self._waitlist.of_guest(tx, guest_id)
        ]

    def of_guest(self, tx: Tx, guest_id: UUID) -> list[dict[str, Any]]:
        """Every booking, newest made first, however many."""
        found: list[Reservation] = []
        while True:
            more = self._store.by_guest(tx, guest_id, found[-1].id if found else None, _AT_ONCE)
            found += more
            if len(more) < _AT_ONCE:
                return [_in_words(each) for each in found]


def _in_words(booking: Reservation) -> dict[str, Any]:
    return {
        "code": booking.code,
        "date": booking.date.isoformat(),
        "time": booking.time.strftime("%H:%M"),
        "partySize": booking.party_size,
        "status": booking.status.value,
        "name": booking.name,
        "notes": booking.notes,
        "occasion": booking.occasion,
        "createdAt": booking.created_at.isoformat(),
    }
