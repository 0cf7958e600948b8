"""What cancelling and not coming cost, and when a guest is not taken any more. Called by cancellation, the
scheduler and the texts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from backend.reservations.domain.status import Status
from backend.restaurants.domain import Money, Refused, RestaurantConfig

# No-shows older than this are forgiven: callers count those of the last twelve months.
NO_SHOW_MEMORY = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Cancellation:
    """`free_until`: the last instant at which cancelling costs nothing. `penalty` only when late and the
    rules set one."""

    late: bool
    free_until: datetime
    penalty: Money | None


def cancellation(
    config: RestaurantConfig,
    day: date,
    starts_at: datetime,
    status: Status,
    now: datetime,
    *,
    waive: bool = False,
) -> Cancellation:
    """What cancelling at `now` means for a booking of that service date.

    A booking that was never confirmed is never late. `waive`: the restaurant cancels, or staff let it pass.
    """
    free_until = starts_at - timedelta(hours=config.rules.cancellation_policy.free_cancellation_hours)
    late = now > free_until and status is not Status.PENDING
    penalty = no_show_penalty(config, day) if late and not waive else None
    return Cancellation(late, free_until, penalty)


def no_show_penalty(config: RestaurantConfig, day: date) -> Money | None:
    """The penalty on that service date, times the multiplier of a high-demand date; None when the rules set
    none."""
    policy = config.rules.cancellation_policy
    if not policy.no_show_penalty or not policy.penalty_amount:
        return None
    return Money(policy.penalty_amount, config.profile.currency).times(config.rules.multiplier(day))


def no_show_block(config: RestaurantConfig, no_shows: int, blocked: bool = False) -> Refused | None:
    """`guest_blocked` after as many no-shows within NO_SHOW_MEMORY as the rules say (0: never), or by the
    staff's decision."""
    limit = config.rules.cancellation_policy.blocked_reservations_after_no_show
    return Refused("guest_blocked") if blocked or (limit and no_shows >= limit) else None
