"""From when to when the store must read occupancy to answer about some service dates. Called by the use
cases."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from backend.restaurants.domain import OpenHours, RestaurantConfig, opening
from backend.restaurants.domain.hours import DAY


def span(config: RestaurantConfig, first: date, last: date) -> tuple[datetime, datetime]:
    """UTC instants; whatever touches `[start, end)` matters to a slot, a staff override or a walk-in of those
    dates.

    It begins at midnight of the first date, and ends when the longest stay with its buffer, begun at the last
    minute of the last date's service, would be over.
    """
    midnight = datetime.combine(first, time(0), config.zone).astimezone(UTC)
    hours = opening(config.rules, last)
    close = max(hours.close, DAY) if isinstance(hours, OpenHours) else DAY
    stay = config.rules.longest_stay_minutes() + config.rules.time_slots.turnover_time
    end = datetime.combine(last, time(0), config.zone).astimezone(UTC) + timedelta(minutes=close + stay)
    return midnight, end + timedelta(hours=1)  # the day on which clocks go back is an hour longer
