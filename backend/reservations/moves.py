"""Moves between the states of a booking: arrive, seat, finish, cancel, no-show, confirm, expire, and their undoing.

Each is one transaction with its guard, tables, guest record, audit row and events. Called by routes, check-in, scheduler, dialogue.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from backend.availability.domain import Ask, Refused, seat_walk_in
from backend.platform.contention import overlap_refused
from backend.platform.database import Tx
from backend.platform.refusals import Refusal, field_refusal
from backend.reservations.changes import Changes
from backend.reservations.desk import By, Desk, View, refusal, table_taken
from backend.reservations.domain import (
    TAKES_CAPACITY,
    Allowed,
    Money,
    Requirement,
    Status,
    cancellation,
    move,
    no_show_penalty,
)
from backend.reservations.record import Reservation
from backend.restaurants.domain import RestaurantConfig

_EVENTS = {
    Status.SEATED: "reservation.seated",
    Status.COMPLETED: "reservation.completed",
    Status.CANCELLED: "reservation.cancelled",
    Status.NO_SHOW: "no-show.detected",
}


@dataclass(frozen=True, slots=True)
class Cancelled:
    """A cancelled booking and what it costs."""

    view: View
    late: bool
    penalty: Money | None


@dataclass(frozen=True, slots=True)
class _Step:
    """One move under way."""

    config: RestaurantConfig
    before: Reservation
    allowed: Allowed
    by: By
    now: datetime
    reason: str | None
    tables: tuple[UUID, ...]


class Moves:
    """Moves bookings from state to state."""

    def __init__(self, desk: Desk, changes: Changes) -> None:
        self._desk = desk
        self._changes = changes

    def move(
        self,
        restaurant_id: UUID,
        reservation_id: UUID,
        to: Status,
        by: By,
        *,
        tables: Sequence[UUID] = (),
        reason: str | None = None,
        version: int | None = None,
    ) -> View:
        """The booking in its new state; raises Refusal('invalid_transition') or what else stands in the way."""
        now = self._desk.clock.now()
        with (
            overlap_refused(lambda: table_taken(before.party_size)),
            self._desk.database.tenant(restaurant_id) as tx,
        ):
            before = self._desk.load(tx, reservation_id, by)
            if version is not None and version != before.version:
                raise Refusal("version_conflict", params={"version": before.version})
            after = self.apply(tx, before, to, by, now, tables=tables, reason=reason)
            view = self._desk.view(tx, after)
        self._desk.availability.changed(restaurant_id, [view.reservation.date])
        return view

    def undo(self, restaurant_id: UUID, reservation_id: UUID, by: By) -> View:
        """Takes the last move back by a new one, within the undo window."""
        now = self._desk.clock.now()
        with (
            overlap_refused(lambda: table_taken(before.party_size)),
            self._desk.database.tenant(restaurant_id) as tx,
        ):
            before = self._desk.load(tx, reservation_id, by)
            if before.previous_status is None or now - before.status_since > self._desk.undo_window:
                raise Refusal("nothing_to_undo")
            after = self.apply(tx, before, before.previous_status, by, now, reason="undo")
            view = self._desk.view(tx, after)
        self._desk.availability.changed(restaurant_id, [view.reservation.date])
        return view

    def apply(
        self,
        tx: Tx,
        before: Reservation,
        to: Status,
        by: By,
        now: datetime,
        *,
        tables: Sequence[UUID] = (),
        reason: str | None = None,
        changed: dict[str, Any] | None = None,
        event: str | None = None,
        extra: dict[str, Any] | None = None,
    ) -> Reservation:
        """The move inside a caller's transaction; `changed` are fields the caller sets with it, `event` and `extra` what it
        announces instead of the usual."""
        config = self._desk.reader.current(tx)
        facts = self._desk.facts(before, config, by, override=bool(reason))
        allowed = move(before.status, to, facts, now)
        if not isinstance(allowed, Allowed):
            raise refusal(allowed)
        step = _Step(config, before, allowed, by, now, reason, tuple(tables))
        after = replace(
            before,
            status=to,
            status_since=now,
            # An undone move cannot be undone again: that would be a new move.
            previous_status=None if allowed.undo else before.status,
            **(changed or {}),
        )
        after = self._with_tables(tx, step, after)
        after = _with_times(step, after)
        saved = self._desk.save(tx, after, now)
        self._count(tx, step, saved)
        self._tables_follow(tx, step, saved)
        if before.arrived_count and not saved.arrived_count:
            self._desk.store.undo_arrivals(tx, saved.id, now)
        self._desk.record(
            tx,
            by,
            "reservation.undone" if allowed.undo else f"reservation.{to.value}",
            before,
            saved,
            now,
            reason,
        )
        self._desk.tell(
            tx,
            config,
            saved,
            event or ("reservation.updated" if allowed.undo else _EVENTS.get(to, "reservation.updated")),
            now,
            availability=allowed.frees_capacity or allowed.needs_capacity or to is Status.COMPLETED,
            extra={
                "change": "undone" if allowed.undo else to.value,
                "from": before.status.value,
                "by": by.actor,
                **(extra or {}),
            },
        )
        return saved

    # tables ---------------------------------------------------------------------------------------------------------

    def _with_tables(self, tx: Tx, step: _Step, after: Reservation) -> Reservation:
        desk = self._desk
        if step.allowed.frees_capacity:
            desk.allocations.release(tx, after.id)
            return after
        if step.allowed.needs_capacity:
            return self._take_again(tx, step, after)
        if after.status is Status.SEATED and (step.tables or not after.table_ids):
            return self._seat_at(tx, step, after)
        return after

    def _take_again(self, tx: Tx, step: _Step, after: Reservation) -> Reservation:
        """A booking that had given its tables back takes them again, or others; raises Refusal with alternatives."""
        desk = self._desk
        wanted = step.tables or after.table_ids
        minutes = max(15, int((after.ends_at - after.starts_at).total_seconds() // 60))
        ask = Ask(
            after.date,
            after.time,
            after.party_size,
            after.area,
            "staff",
            override=True,
            ignore=frozenset({after.id}),
            tables=wanted,
            duration_minutes=minutes,
        )
        decision = desk.availability.decide_locked(tx, ask, step.now)
        if isinstance(decision.outcome, Refused) and not step.tables:
            decision = desk.availability.decide(tx, step.config, replace(ask, tables=(), area=None), step.now)
        if isinstance(decision.outcome, Refused):
            raise Refusal(decision.outcome.code, params=decision.outcome.params)
        desk.allocations.take(tx, decision.outcome, after.id, "reservation", after.party_size)
        return replace(after, table_ids=decision.outcome.table_ids)

    def _seat_at(self, tx: Tx, step: _Step, after: Reservation) -> Reservation:
        """Seats the party at tables that staff chose, from now on."""
        if not step.tables:
            raise field_refusal("tableIds", "required")
        desk = self._desk
        desk.allocations.lock_day(tx, after.date, step.now)
        occupied = desk.availability.around(tx, step.config, after.date, after.date, step.now)
        minutes = max(15, int((after.ends_at - max(step.now, after.starts_at)).total_seconds() // 60))
        offer = seat_walk_in(
            step.config,
            occupied,
            step.now,
            after.party_size,
            step.tables,
            minutes,
            True,
            frozenset({after.id}),
        )
        if isinstance(offer, Refused):
            if offer.code == "unknown_table":
                raise field_refusal("tableIds", "unknown_table")
            raise Refusal(offer.code, params=offer.params)
        desk.allocations.release(tx, after.id)
        kept = replace(offer, service_date=after.date)
        desk.allocations.take(tx, kept, after.id, "reservation", after.party_size)
        return replace(after, table_ids=offer.table_ids, area=offer.area)

    def _tables_follow(self, tx: Tx, step: _Step, saved: Reservation) -> None:
        """The furniture's state follows the party: occupied while it sits, to be cleaned when it has gone."""
        was, is_now = step.before.status is Status.SEATED, saved.status is Status.SEATED
        if was == is_now and saved.table_ids == step.before.table_ids:
            return
        if not was and not is_now:
            return
        state = "occupied" if is_now else ("dirty" if saved.status is Status.COMPLETED else "free")
        tables = saved.table_ids if is_now else step.before.table_ids
        self._desk.restaurants.move_tables(tx, tables, state, None, step.by.label, step.now)

    # the guest's record ---------------------------------------------------------------------------------------------

    def _count(self, tx: Tx, step: _Step, saved: Reservation) -> None:
        before, after = step.before.status, saved.status
        no_shows = (after is Status.NO_SHOW) - (before is Status.NO_SHOW)
        visits = (after is Status.COMPLETED) - (before is Status.COMPLETED)
        late = saved.late_cancellation - step.before.late_cancellation
        self._desk.store.count_guest(
            tx, saved.guest_id, step.now, no_shows=no_shows, visits=visits, late=late
        )

    # the named moves ------------------------------------------------------------------------------------------------

    def cancel(
        self,
        restaurant_id: UUID,
        reservation_id: UUID,
        by: By,
        *,
        reason: str | None = None,
        waive: bool = False,
        version: int | None = None,
    ) -> Cancelled:
        """Cancels with the policy applied; a repeat answers what the first time did."""
        now = self._desk.clock.now()
        with self._desk.database.tenant(restaurant_id) as tx:
            before = self._desk.load(tx, reservation_id, by)
            config = self._desk.reader.current(tx)
            if before.status is Status.CANCELLED:
                return Cancelled(
                    self._desk.view(tx, before, config), before.late_cancellation, _penalty(before, config)
                )
            if version is not None and version != before.version:
                raise Refusal("version_conflict", params={"version": before.version})
            cost = cancellation(config, before.date, before.starts_at, before.status, now, waive=waive)
            late = cost.late and not waive
            changed = {"late_cancellation": late, "penalty_amount": cost.penalty and cost.penalty.amount}
            after = self.apply(tx, before, Status.CANCELLED, by, now, reason=reason, changed=changed)
            view = self._desk.view(tx, after, config)
        self._desk.availability.changed(restaurant_id, [after.date])
        return Cancelled(view, late, cost.penalty)

    def no_show(self, tx: Tx, reservation_id: UUID, now: datetime) -> bool:
        """Scheduled: nobody came. False when somebody has, or the booking is something else by now."""
        by = By("system:scheduler", "system")
        before = self._desk.store.lock(tx, reservation_id)
        if before is None or before.status is not Status.CONFIRMED or before.arrived_count:
            return False
        config = self._desk.reader.current(tx)
        if isinstance(
            move(before.status, Status.NO_SHOW, self._desk.facts(before, config, by), now), Refused
        ):
            return False
        penalty = no_show_penalty(config, before.date)
        self.apply(
            tx, before, Status.NO_SHOW, by, now, changed={"penalty_amount": penalty and penalty.amount}
        )
        return True

    def expire(self, tx: Tx, reservation_id: UUID, now: datetime) -> bool:
        """Scheduled: what was asked for did not come in time, the table goes back."""
        before = self._desk.store.lock(tx, reservation_id)
        if before is None or before.status is not Status.PENDING:
            return False
        self.apply(tx, before, Status.EXPIRED, By("system:scheduler", "system"), now)
        return True

    def settle(
        self,
        restaurant_id: UUID,
        reservation_id: UUID,
        requirement: Requirement,
        state: str,
        by: By,
        note: str | None,
    ) -> View:
        """Staff settle or waive what a booking lacked; with nothing left it is confirmed."""
        now = self._desk.clock.now()
        with self._desk.database.tenant(restaurant_id) as tx:
            before = self._desk.load(tx, reservation_id, by)
            if requirement.value not in before.requirements:
                raise Refusal("not_found")
            settled = {
                **before.requirements[requirement.value],
                "state": state,
                "by": by.label,
                "at": now.isoformat(),
            }
            requirements = {**before.requirements, requirement.value: settled}
            after = replace(before, requirements=requirements)
            if requirement is Requirement.PHONE_VERIFICATION and state == "settled" and before.guest_id:
                self._desk.guests.verify_phone(tx, before.guest_id, now)
            if before.status is Status.PENDING and not after.unsettled:
                saved = self.apply(tx, after, Status.CONFIRMED, by, now, reason=note)
            else:
                saved = self._desk.save(tx, after, now)
                self._desk.record(tx, by, f"reservation.requirement_{state}", before, saved, now, note)
                config = self._desk.reader.current(tx)
                self._desk.tell(
                    tx,
                    config,
                    saved,
                    "reservation.updated",
                    now,
                    availability=False,
                    extra={"change": "requirements"},
                )
            view = self._desk.view(tx, saved)
        self._desk.availability.changed(restaurant_id, [saved.date])
        return view


def _with_times(step: _Step, after: Reservation) -> Reservation:
    """When they came, sat and left; a party that sits is a party that is here."""
    now, to = step.now, after.status
    if to is Status.COMPLETED:
        return replace(after, finished_at=now)
    if to in (Status.CHECKED_IN, Status.SEATED):
        return replace(
            after,
            arrived_count=after.arrived_count or after.party_size,
            arrived_at=after.arrived_at or now,
            seated_at=(after.seated_at or now) if to is Status.SEATED else None,
            finished_at=None,
        )
    if step.allowed.undo and to in (Status.PENDING, Status.CONFIRMED):
        return replace(
            after,
            arrived_count=0,
            arrived_at=None,
            seated_at=None,
            late_cancellation=False,
            penalty_amount=None,
        )
    if to is Status.CONFIRMED and step.before.status not in TAKES_CAPACITY:
        return replace(after, late_cancellation=False, penalty_amount=None)
    return after


def _penalty(reservation: Reservation, config: RestaurantConfig) -> Money | None:
    if reservation.penalty_amount is None:
        return None
    return Money(reservation.penalty_amount, config.profile.currency)
