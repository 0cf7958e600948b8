"""Changing a booking: new day, time, party, area or notes, and moving it to other tables.

One transaction moves the allocations, so the old slot is never lost when the new one is refused. Called by routes, dialogue, pages.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from uuid import UUID

from backend.availability.domain import Ask, Offer, Refused
from backend.platform.contention import overlap_refused, until_settled
from backend.platform.database import Tx
from backend.platform.refusals import Refusal, field_refusal
from backend.reservations.desk import By, Desk, View, table_taken
from backend.reservations.domain import Status
from backend.reservations.record import Reservation

CHANGEABLE = frozenset({Status.PENDING, Status.CONFIRMED})
_STAFF_CHANGEABLE = CHANGEABLE | {Status.CHECKED_IN, Status.SEATED}


@dataclass(frozen=True, slots=True)
class ChangeRequest:
    """What to change; None leaves it as it is."""

    restaurant_id: UUID
    reservation_id: UUID
    by: By
    channel: str
    version: int | None = None
    date: date | None = None
    time: time | None = None
    party_size: int | None = None
    area: str | None = None
    notes: str | None = None
    occasion: str | None = None
    override: bool = False
    reason: str | None = None

    @property
    def moves(self) -> bool:
        """Whether tables must be found anew."""
        return any(each is not None for each in (self.date, self.time, self.party_size, self.area))


class Changes:
    """Changes bookings."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def change(self, request: ChangeRequest) -> View:
        """The booking as it is now; raises Refusal: not_found, version_conflict, invalid_transition, a rule with alternatives."""
        if request.override and not (request.reason or "").strip():
            raise field_refusal("reason", "required")
        view, days, refusal = until_settled(lambda: self._once(request))
        if refusal is not None:
            raise refusal
        assert view is not None  # noqa: S101 - one of the two is there
        self._desk.availability.changed(request.restaurant_id, days)
        return view

    def _once(self, request: ChangeRequest) -> tuple[View | None, list[date], Refusal | None]:
        now = self._desk.clock.now()
        with self._desk.database.tenant(request.restaurant_id) as tx:
            before = self._desk.load(tx, request.reservation_id, request.by)
            _may_change(before, request, now)
            after = replace(
                before,
                notes=before.notes if request.notes is None else (request.notes or None),
                occasion=before.occasion if request.occasion is None else (request.occasion or None),
            )
            if request.moves:
                moved = self._move(tx, request, before, after, now)
                if isinstance(moved, Refusal):
                    return None, [], moved
                after = moved
            if after == before:
                return self._desk.view(tx, before), [], None
            saved = self._desk.save(tx, after, now)
            config = self._desk.reader.current(tx)
            self._desk.record(tx, request.by, "reservation.changed", before, saved, now, request.reason)
            self._desk.tell(
                tx,
                config,
                saved,
                "reservation.updated",
                now,
                availability=request.moves,
                extra={"change": "changed" if request.moves else "noted", "previous": _previous(before)},
            )
            return self._desk.view(tx, saved, config), sorted({before.date, saved.date}), None

    def _move(
        self, tx: Tx, request: ChangeRequest, before: Reservation, after: Reservation, now: datetime
    ) -> Reservation | Refusal:
        ask = Ask(
            date=request.date or before.date,
            time=request.time or before.time,
            party_size=request.party_size or before.party_size,
            area=request.area
            if request.area is not None
            else (before.area if request.date is None else None),
            channel=request.channel,
            override=request.override,
            ignore=frozenset({before.id}),
        )
        decision = self._desk.availability.decide_locked(tx, ask, now)
        if isinstance(decision.outcome, Refused):
            return self._desk.availability.refuse(tx, decision, now)
        offer = decision.outcome
        self._desk.allocations.release(tx, before.id)
        self._desk.allocations.take(tx, offer, before.id, "reservation", ask.party_size)
        # What the guest said of their coming was about the old hour.
        same_hour = offer.starts_at == before.starts_at
        return replace(
            after,
            eta_at=before.eta_at if same_hour else None,
            guest_confirmed_at=before.guest_confirmed_at if same_hour else None,
            date=offer.service_date,
            time=offer.time,
            starts_at=offer.starts_at,
            ends_at=offer.ends_at,
            party_size=ask.party_size,
            table_ids=offer.table_ids,
            area=offer.area,
            rules_version=decision.config.version,
            override_reason=request.reason if request.override else before.override_reason,
            qr=self._desk.new_code(offer.ends_at, now),
        )

    def assign(
        self, restaurant_id: UUID, reservation_id: UUID, tables: Sequence[UUID], version: int | None, by: By
    ) -> View:
        """Gives the booking these tables for its whole stay; raises Refusal('slot_unavailable') when one is taken."""
        now = self._desk.clock.now()
        with (
            overlap_refused(lambda: table_taken(before.party_size)),
            self._desk.database.tenant(restaurant_id) as tx,
        ):
            before = self._desk.load(tx, reservation_id, by)
            if before.status not in _STAFF_CHANGEABLE:
                raise Refusal("invalid_transition", params={"from": before.status.value, "to": "changed"})
            _same_version(before, version)
            offer = self.offer_at_tables(tx, before, tables, now)
            self._desk.allocations.release(tx, before.id)
            self._desk.allocations.take(tx, offer, before.id, "reservation", before.party_size)
            config = self._desk.reader.current(tx)
            saved = self._desk.save(tx, replace(before, table_ids=tuple(tables), area=offer.area), now)
            if before.status is Status.SEATED:
                gone = [each for each in before.table_ids if each not in saved.table_ids]
                self._desk.restaurants.move_tables(tx, gone, "dirty", None, by.label, now)
                self._desk.restaurants.move_tables(tx, saved.table_ids, "occupied", None, by.label, now)
            self._desk.record(tx, by, "reservation.tables_assigned", before, saved, now)
            self._desk.tell(tx, config, saved, "reservation.updated", now, extra={"change": "tables"})
            view = self._desk.view(tx, saved, config)
        self._desk.availability.changed(restaurant_id, [saved.date])
        return view

    def offer_at_tables(
        self, tx: Tx, reservation: Reservation, tables: Sequence[UUID], now: datetime
    ) -> Offer:
        """The booking's own stay at tables that staff chose; raises Refusal naming what stands in the way."""
        minutes = int((reservation.ends_at - reservation.starts_at).total_seconds() // 60)
        ask = Ask(
            date=reservation.date,
            time=reservation.time,
            party_size=reservation.party_size,
            channel="staff",
            override=True,
            ignore=frozenset({reservation.id}),
            tables=tuple(tables),
            duration_minutes=minutes,
        )
        decision = self._desk.availability.decide_locked(tx, ask, now)
        if isinstance(decision.outcome, Refused):
            code = decision.outcome.code
            if code == "unknown_table":
                raise field_refusal("tableIds", code)
            raise Refusal(code, params=decision.outcome.params)
        return decision.outcome


def _previous(before: Reservation) -> dict[str, object]:
    return {
        "date": before.date.isoformat(),
        "time": before.time.strftime("%H:%M"),
        "startsAt": before.starts_at.isoformat(),
        "partySize": before.party_size,
    }


def _may_change(reservation: Reservation, request: ChangeRequest, now: datetime) -> None:
    _same_version(reservation, request.version)
    allowed = CHANGEABLE if request.moves or request.by.actor == "guest" else _STAFF_CHANGEABLE
    if reservation.status not in allowed:
        raise Refusal("invalid_transition", params={"from": reservation.status.value, "to": "changed"})
    if request.by.actor == "guest" and now >= reservation.starts_at:
        raise Refusal("window_passed")


def _same_version(reservation: Reservation, version: int | None) -> None:
    if version is not None and version != reservation.version:
        raise Refusal("version_conflict", params={"version": reservation.version})
