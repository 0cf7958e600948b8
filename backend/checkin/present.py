"""Verdicts and a tablet's list as JSON, exactly as the contract writes them. Pure; called by the check-in service."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from backend.checkin.arrivals import Arrival
from backend.checkin.verdict import Verdict
from backend.guests import guest_json
from backend.reservations.service import View, reservation_json, with_notes
from backend.restaurants.domain import RestaurantConfig


def arrivals_json(arrivals: Sequence[Arrival], config: RestaurantConfig) -> list[dict[str, Any]]:
    """`[{at, device, count}]`, instants with the restaurant's offset."""
    return [
        {"at": each.at.astimezone(config.zone).isoformat(), "device": each.device, "count": each.count}
        for each in arrivals
    ]


def verdict_json(
    verdict: Verdict, view: View | None, config: RestaurantConfig, *, for_house: bool
) -> dict[str, Any]:
    """The verdict; reservation and guest only where the code is proven, the guest only for the house."""
    answer: dict[str, Any] = {
        "result": verdict.result,
        "reason": verdict.reason,
        "override": verdict.override,
        "previousArrivals": arrivals_json(verdict.previous_arrivals, config),
    }
    if verdict.overrode:
        answer["overrode"] = verdict.overrode
    if view is not None:
        shown = reservation_json(view.reservation, config)
        answer["reservation"] = with_notes(shown, view.reservation) if for_house else shown
        if for_house and view.guest is not None:
            answer["guest"] = guest_json(view.guest)
    return answer


def reservation_view(view: View, arrivals: Sequence[Arrival]) -> dict[str, Any]:
    """A line of a tablet's list: the reservation with its guest and who of them is here."""
    shown = with_notes(reservation_json(view.reservation, view.config), view.reservation)
    guest = {"guest": guest_json(view.guest)} if view.guest else {}
    name = {"name": view.reservation.name} if view.guest is None else {}
    return {**shown, **guest, **name, "arrivals": arrivals_json(arrivals, view.config)}
