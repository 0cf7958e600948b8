"""What reservations do on their own events: plan the no-show check and the end of unsettled bookings, look at the waiting list.

Called by the worker."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from backend.platform.cache import DayCache
from backend.platform.clock import Clock
from backend.platform.database import Tx
from backend.platform.events import Event, Handler
from backend.platform.jobs import Jobs
from backend.reservations.domain import Status, pending_deadline
from backend.reservations.service import ReservationService

NO_SHOW, EXPIRE = "reservation.no_show", "reservation.expire"
_ONE_DAY = timedelta(days=1)


class ReservationHandlers:
    """Reactions and scheduled work."""

    def __init__(self, service: ReservationService, jobs: Jobs, cache: DayCache, clock: Clock) -> None:
        self._service = service
        self._jobs = jobs
        self._cache = cache
        self._clock = clock
        jobs.register(NO_SHOW, self.no_show)
        jobs.register(EXPIRE, self.expire)

    def handlers(self) -> list[Handler]:
        """What to call on which events."""
        moving = frozenset(
            {"reservation.created", "reservation.updated", "reservation.cancelled", "qr.validated"}
        )
        return [
            Handler("reservations.plan", moving, self.plan),
            Handler("availability.forget", frozenset({"availability.changed"}), self.day_changed),
        ]

    def plan(self, tx: Tx, event: Event) -> None:
        """Keeps the booking's scheduled work in step with what it is now, whatever the event said then."""
        desk, now = self._service.desk, self._clock.now()
        reservation = desk.store.get(tx, event.subject_id)
        if reservation is None:
            return
        rules = desk.reader.current(tx).rules
        if reservation.status is Status.CONFIRMED:
            due = reservation.starts_at + timedelta(minutes=rules.no_show_after_minutes)
            self._jobs.plan(tx, NO_SHOW, reservation.id, max(due, now))
        else:
            self._jobs.drop(tx, NO_SHOW, reservation.id, now)
        if reservation.status is Status.PENDING:
            config = desk.reader.current(tx)
            deadline = pending_deadline(
                config, reservation.unsettled, reservation.created_at, reservation.starts_at
            )
            self._jobs.plan(tx, EXPIRE, reservation.id, deadline)
        else:
            self._jobs.drop(tx, EXPIRE, reservation.id, now)

    def day_changed(self, tx: Tx, event: Event) -> None:
        """Throws computed availability away a second time, for a web process that died between commit and cache; then shows the
        staff whom a table that came free would fit."""
        day = event.data.get("date")
        if day is None:
            self._cache.forget(event.restaurant_id, None)
            return
        on = datetime.fromisoformat(day).date()
        self._cache.forget(event.restaurant_id, [on - _ONE_DAY, on, on + _ONE_DAY])
        self._service.waitlist.table_came_free(tx, event.restaurant_id, [on], self._clock.now())

    def no_show(self, tx: Tx, subject_id: UUID, payload: Mapping[str, Any], now: datetime) -> None:
        """Due: nobody came."""
        self._service.moves.no_show(tx, subject_id, now)

    def expire(self, tx: Tx, subject_id: UUID, payload: Mapping[str, Any], now: datetime) -> None:
        """Due: what was asked for did not come."""
        self._service.moves.expire(tx, subject_id, now)
