"""Arrivals as counts: how many of a party are here, since when, and how reports from several devices become
one truth.

Called by the check-in service for every check-in and batch, and by the host app for its own offline queue, so
that both reach the same state. Pure; instants are aware.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Arrival:
    """One report from the door: at that instant, on that device, so many of the party were here in all."""

    at: datetime
    device: str
    count: int


@dataclass(frozen=True, slots=True)
class ArrivalEvent:
    """An arrival with its identity, as a device queues it offline. The same `event_id` is the same act."""

    event_id: str
    reservation_id: UUID
    at: datetime
    device: str
    count: int


@dataclass(frozen=True, slots=True)
class MergedArrivals:
    """All that was reported about one party: when the first of them came, the largest count, and every report
    in order.
    """

    first_at: datetime
    count: int
    arrivals: tuple[Arrival, ...]


def count_arrival(previous: Iterable[Arrival], arrived_count: int | None, party_size: int) -> int:
    """How many of the party are here once this check-in is counted.

    Nobody asked (`arrived_count` None): the first check-in stands for the whole party, a later one adds
    nobody. A count is the number present in all, so a smaller one than before is an older or mistaken report
    and changes nothing. More than were booked is possible, people bring friends. ValueError for a count below
    1.
    """
    if arrived_count is not None and arrived_count < 1:
        raise ValueError("at least one person arrives")
    already = max((arrival.count for arrival in previous), default=0)
    return max(already, arrived_count if arrived_count is not None else (0 if already else party_size))


def merge(events: Iterable[ArrivalEvent]) -> dict[UUID, MergedArrivals]:
    """The state of every party from all reports, whatever their order and however often one is repeated.

    Keeps the first arrival time and the largest count, and drops no report. Should two different reports
    claim one event id, which only a defective device does, the earlier one with the larger count stands, so
    that every side still agrees.
    """
    one_each: dict[str, ArrivalEvent] = {}
    for event in events:
        known = one_each.get(event.event_id)
        if known is None or _rank(event) < _rank(known):
            one_each[event.event_id] = event
    by_party: dict[UUID, list[ArrivalEvent]] = {}
    for event in sorted(one_each.values(), key=_rank):
        by_party.setdefault(event.reservation_id, []).append(event)
    return {party: _merged(reports) for party, reports in by_party.items()}


def _merged(reports: list[ArrivalEvent]) -> MergedArrivals:
    return MergedArrivals(
        first_at=reports[0].at,
        count=max(report.count for report in reports),
        arrivals=tuple(Arrival(at=report.at, device=report.device, count=report.count) for report in reports),
    )


def _rank(event: ArrivalEvent) -> tuple[datetime, int, str, str, UUID]:
    return (event.at, -event.count, event.device, event.event_id, event.reservation_id)
