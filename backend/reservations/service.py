"""The use cases of a reservation in one hand: what routes, check-in, dialogue and pages are given. See the modules it joins.

The folder's door for others: what its use cases take and give is imported from here.
"""

from __future__ import annotations

from dataclasses import dataclass

from backend.platform.locks import RedisSlotLocks
from backend.reservations.booking import Booking, BookingRequest, hash_of
from backend.reservations.changes import CHANGEABLE, ChangeRequest, Changes
from backend.reservations.coming import Coming, Expected
from backend.reservations.desk import By, Desk, View
from backend.reservations.links import GuestLinks
from backend.reservations.moves import Moves
from backend.reservations.present import reservation_json, with_notes
from backend.reservations.queries import Queries
from backend.reservations.record import Reservation
from backend.reservations.waitlist.record import EntryView, WaitlistState
from backend.reservations.waitlist.service import MAY_COME_FREE, Waitlist, WaitRequest
from backend.reservations.waitlist.store import WaitlistStore
from backend.reservations.walk_ins import WalkIns

__all__ = [
    "CHANGEABLE",
    "MAY_COME_FREE",
    "BookingRequest",
    "By",
    "ChangeRequest",
    "Desk",
    "EntryView",
    "Expected",
    "GuestLinks",
    "Reservation",
    "ReservationService",
    "View",
    "WaitRequest",
    "Waitlist",
    "WaitlistState",
    "hash_of",
    "reservation_json",
    "reservation_service",
    "with_notes",
]


@dataclass(frozen=True, slots=True)
class ReservationService:
    """Book, change, move, read, seat."""

    desk: Desk
    booking: Booking
    changes: Changes
    moves: Moves
    queries: Queries
    walk_ins: WalkIns
    coming: Coming
    waitlist: Waitlist


def reservation_service(desk: Desk, locks: RedisSlotLocks, waitlist: WaitlistStore) -> ReservationService:
    """Joins the use cases on one desk."""
    changes = Changes(desk)
    return ReservationService(
        desk=desk,
        booking=Booking(desk, locks),
        changes=changes,
        moves=Moves(desk, changes),
        queries=Queries(desk),
        walk_ins=WalkIns(desk),
        coming=Coming(desk),
        waitlist=Waitlist(desk, waitlist),
    )
