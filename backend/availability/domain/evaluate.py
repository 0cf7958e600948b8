"""The one decision: is this free for this party, and which table. Called by every booking, change, hold and
check."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from backend.availability.domain.dates import resolve
from backend.availability.domain.inquiry import Inquiry
from backend.availability.domain.policy import day_refusal, far_off
from backend.availability.domain.records import Ask, Occupied, Offer
from backend.restaurants.domain import Refused, RestaurantConfig


def evaluate(
    config: RestaurantConfig, occupied: Iterable[Occupied], ask: Ask, now: datetime
) -> Offer | Refused:
    """The offer, or the first gate that says no with its numbers.

    `occupied` is what takes capacity around that date (`span` says from when to when); `now` is an aware
    instant. Codes: unknown_area, unknown_table, party_too_small, party_too_large, too_far,
    same_day_not_allowed, closed, special_date_closed, outside_hours, not_a_slot, too_soon, pacing_limit,
    slot_unavailable.
    """
    inquiry = Inquiry(config, occupied, ask, now)
    refused = inquiry.refused or far_off(ask.date, inquiry.today)
    if refused is not None:
        return refused
    slot = resolve(config, ask.date, ask.time, any_time=ask.override)
    if isinstance(slot, Refused):
        window = None if ask.override else day_refusal(config, ask.date, inquiry.today)
        return window or slot
    return inquiry.judge(slot)
