"""The use cases of a reservation in one hand: what routes, check-in, dialogue and pages are given. See the modules it joins."""

from __future__ import annotations

from dataclasses import dataclass

from backend.platform.locks import RedisSlotLocks
from backend.reservations.booking import Booking
from backend.reservations.changes import Changes
from backend.reservations.desk import Desk
from backend.reservations.moves import Moves
from backend.reservations.queries import Queries
from backend.reservations.walk_ins import WalkIns


@dataclass(frozen=True, slots=True)
class ReservationService:
    """Book, change, move, read, seat."""

    desk: Desk
    booking: Booking
    changes: Changes
    moves: Moves
    queries: Queries
    walk_ins: WalkIns


def reservation_service(desk: Desk, locks: RedisSlotLocks) -> ReservationService:
    """Joins the use cases on one desk."""
    changes = Changes(desk)
    return ReservationService(
        desk=desk,
        booking=Booking(desk, locks),
        changes=changes,
        moves=Moves(desk, changes),
        queries=Queries(desk),
        walk_ins=WalkIns(desk),
    )
