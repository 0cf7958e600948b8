"""What may happen to a booking: states and moves, cancellation, no-shows, requirements, lateness. Pure,
standard library only.

Called by the reservation use cases, check-in and the scheduler.
"""

from backend.reservations.domain.lateness import Lateness, lateness
from backend.reservations.domain.policy import (
    NO_SHOW_MEMORY,
    Cancellation,
    cancellation,
    no_show_block,
    no_show_penalty,
)
from backend.reservations.domain.requirements import (
    Applicant,
    Requirement,
    deposit,
    first_status,
    pending_deadline,
    refuse_unsettled,
    requirements,
    screen,
    unsettled,
)
from backend.reservations.domain.states import UNDO_WINDOW, Actor, Allowed, Facts, move, moves_from
from backend.reservations.domain.status import TAKES_CAPACITY, Status
from backend.restaurants.domain import Money, Refused

__all__ = [
    "NO_SHOW_MEMORY",
    "TAKES_CAPACITY",
    "UNDO_WINDOW",
    "Actor",
    "Allowed",
    "Applicant",
    "Cancellation",
    "Facts",
    "Lateness",
    "Money",
    "Refused",
    "Requirement",
    "Status",
    "cancellation",
    "deposit",
    "first_status",
    "lateness",
    "move",
    "moves_from",
    "no_show_block",
    "no_show_penalty",
    "pending_deadline",
    "refuse_unsettled",
    "requirements",
    "screen",
    "unsettled",
]
