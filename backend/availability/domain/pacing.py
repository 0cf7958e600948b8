"""The second gate: how many people and parties may start within one window. Called by `inquiry`."""

from __future__ import annotations

from datetime import datetime, timedelta

from backend.availability.domain.occupancy import Occupancy
from backend.restaurants.domain import Refused, RestaurantConfig, Slot


def pacing_refusal(
    config: RestaurantConfig, occupancy: Occupancy, slot: Slot, party_size: int
) -> Refused | None:
    """`pacing_limit` when the party would pass a limit of the slot's window.

    Windows lie side by side on the wall clock (20:00 to 20:15, 20:15 to 20:30); their length divides the
    hour.
    """
    pacing = config.rules.pacing
    if pacing.max_covers is None and pacing.max_parties is None:
        return None
    begins = window_start(config, slot)
    covers, parties = occupancy.starting(begins, begins + timedelta(minutes=pacing.window_minutes))
    covers_left = _left(pacing.max_covers, covers)
    parties_left = _left(pacing.max_parties, parties)
    if (covers_left is None or party_size <= covers_left) and parties_left != 0:
        return None
    return Refused(
        "pacing_limit",
        {
            "time": f"{slot.time:%H:%M}",
            "windowStart": f"{begins.astimezone(config.zone):%H:%M}",
            "windowMinutes": pacing.window_minutes,
            "freeCovers": covers_left,
            "freeParties": parties_left,
        },
    )


def window_start(config: RestaurantConfig, slot: Slot) -> datetime:
    """When the window begins that the slot lies in."""
    return slot.starts_at - timedelta(minutes=slot.minute % config.rules.pacing.window_minutes)


def _left(limit: int | None, used: int) -> int | None:
    return None if limit is None else max(limit - used, 0)
