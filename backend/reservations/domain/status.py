"""The statuses of a booking. Called by everything that handles one."""

from __future__ import annotations

from enum import StrEnum


class Status(StrEnum):
    """What a booking is. Late and overdue are not here: they follow from the clock (`lateness`)."""

    PENDING = "pending"
    CONFIRMED = "confirmed"
    CHECKED_IN = "checked_in"
    SEATED = "seated"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    NO_SHOW = "no_show"
    EXPIRED = "expired"


# The one list: the predicate of the allocations, of availability and of the tablet's offline list.
TAKES_CAPACITY = frozenset({Status.PENDING, Status.CONFIRMED, Status.CHECKED_IN, Status.SEATED})
