"""The evening as this device knows it: what the server told, and on top what the device did that the server
has not answered.

Called by the desk, the sync and the live feed; the screens listen. It keeps server truth and own acts apart,
so nothing that arrives late from the server can undo an arrival that is still waiting in the journal.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from backend.checkin import Arrival, QrPayload, count_arrival, parse, service_date_of
from host_app.core.ports import Clock, Journal
from host_app.core.records import CheckIn, Enrolment, Evening, Manifest, Party, QueuedAct, Restaurant

Listener = Callable[[], None]

_BECOMES_CHECKED_IN = ("confirmed", "pending", "held", "no_show")


class House:
    """Holds what the screens show, for all threads: they read it here and never wait for the disk.

    Listeners run on the thread that brought the news.
    """

    def __init__(self, journal: Journal, clock: Clock) -> None:
        self._journal = journal
        self._clock = clock
        self._lock = threading.Lock()
        self._reading = threading.Lock()
        self._listeners: list[Listener] = []
        self._enrolment, self._to_review, self._shown = self._read()

    @property
    def enrolment(self) -> Enrolment | None:
        """Who this device is, or None before it is enrolled or after it was turned away."""
        with self._lock:
            return self._enrolment

    @property
    def to_review(self) -> tuple[QueuedAct, ...]:
        """The acts that the server refused and that no person has dealt with."""
        with self._lock:
            return self._to_review

    @property
    def evening(self) -> Evening:
        """The evening to show and to decide by: server truth with the waiting acts on top."""
        with self._lock:
            return self._shown

    def listen(self, listener: Listener) -> None:
        """Calls `listener` after every change."""
        self._listeners.append(listener)

    def party(self, reservation_id: UUID | None) -> Party | None:
        """One party, or None when this device does not know it."""
        return self.evening.parties.get(reservation_id) if reservation_id is not None else None

    def learn_manifest(self, manifest: Manifest, fetched_at: datetime, *, is_today: bool) -> None:
        """The server told a whole service day, today's or another."""
        self._journal.keep_manifest(manifest, fetched_at, is_today=is_today)
        if manifest.restaurant is not None:
            self._journal.keep_restaurant(manifest.restaurant)

    def learn_restaurant(self, restaurant: Restaurant) -> None:
        """The server told the restaurant's rules at the door."""
        self._journal.keep_restaurant(restaurant)

    def learn_party(self, party: Party) -> None:
        """The server told one reservation, by the live feed or in a verdict."""
        self._journal.keep_party(party)

    def refresh(self) -> None:
        """Shows what the journal now holds. Called after a batch of news, so that a burst is one change."""
        with self._reading:  # two threads must not publish what they read in the opposite order
            news = self._read()
            with self._lock:
                self._enrolment, self._to_review, self._shown = news
        for listener in list(self._listeners):
            listener()

    def _read(self) -> tuple[Enrolment | None, tuple[QueuedAct, ...], Evening]:
        told, enrolment = self._journal.evening(), self._journal.enrolment()
        tonight = replace(told, service_date=day_to_show(told, self._clock.now()))
        device = enrolment.device_name if enrolment else ""
        shown = with_acts(tonight, self._journal.waiting(), device)
        return enrolment, tuple(self._journal.refused()), shown


def day_to_show(told: Evening, now: datetime) -> date | None:
    """Tonight's service date: the one the server called today, until the clock passes into another day that
    is known.

    So a tablet that lost the network yesterday shows today's list this morning, and never an empty one.
    """
    if told.restaurant is None or told.service_date is None:
        return told.service_date
    by_clock = service_date_of(now, told.restaurant.door_rules)
    return by_clock if by_clock > told.service_date and by_clock in told.days else told.service_date


def with_acts(told: Evening, acts: Iterable[QueuedAct], device: str) -> Evening:
    """The evening with this device's own check-ins counted in, as the server will once it hears of them."""
    parties = dict(told.parties)
    for act in acts:
        wanted = party_of(act.check_in)
        if wanted is not None and wanted in parties:
            parties[wanted] = checked_in(parties[wanted], act.check_in, device)
    return replace(told, parties=parties)


def with_known_arrivals(told: Party, known: Party) -> Party:
    """A party as the server told it anew. Where an answer does not list the arrivals, those known stay."""
    if told.arrivals or told.arrived_count == 0:
        return told
    return replace(told, arrivals=known.arrivals)


def checked_in(party: Party, act: CheckIn, device: str) -> Party:
    """The party after one check-in."""
    total = count_arrival(party.arrivals, act.arrived_count, party.party_size)
    arrival = Arrival(at=act.scanned_at, device=device, count=total)
    return replace(
        party,
        arrived_count=max(total, party.arrived_count),
        status="checked_in" if party.status in _BECOMES_CHECKED_IN else party.status,
        arrivals=tuple(sorted((*party.arrivals, arrival), key=lambda each: each.at)),
    )


def party_of(act: CheckIn) -> UUID | None:
    """The reservation an act speaks of."""
    if act.reservation_id is not None:
        return act.reservation_id
    payload = parse(act.code or "")
    return payload.reservation_id if isinstance(payload, QrPayload) else None
