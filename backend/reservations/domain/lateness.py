"""Who is late and who sits longer than planned, by the clock. Called by the arrivals list, the floor and the
dialogue."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from backend.reservations.domain.status import Status
from backend.restaurants.domain import RestaurantConfig


@dataclass(frozen=True, slots=True)
class Lateness:
    """Whole minutes past the start with nobody here, and past the planned end; `missing` people of a party
    that is here in part.

    `late`: past the grace, worth a call. `no_show_due`: the scheduler will call it a no-show.
    """

    late: bool
    minutes_late: int
    no_show_due: bool
    overdue: bool
    minutes_over: int
    missing: int


def lateness(
    config: RestaurantConfig,
    status: Status,
    starts_at: datetime,
    ends_at: datetime,
    party_size: int,
    arrived_count: int,
    now: datetime,
) -> Lateness:
    """What the clock says about a booking; instants are aware."""
    expected = status in (Status.PENDING, Status.CONFIRMED) and arrived_count == 0
    behind = now - starts_at if expected else timedelta(0)
    over = now - ends_at if status is Status.SEATED else timedelta(0)
    here = status in (Status.CHECKED_IN, Status.SEATED) and arrived_count > 0
    return Lateness(
        late=expected and behind > timedelta(minutes=config.rules.late_grace_minutes),
        minutes_late=_whole_minutes(behind),
        no_show_due=status is Status.CONFIRMED
        and expected
        and behind >= timedelta(minutes=config.rules.no_show_after_minutes),
        overdue=over > timedelta(0),
        minutes_over=_whole_minutes(over),
        missing=max(party_size - arrived_count, 0) if here else 0,
    )


def _whole_minutes(length: timedelta) -> int:
    return max(int(length.total_seconds() // 60), 0)
