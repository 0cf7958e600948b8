"""What every use case of a reservation shares: its parts, and the ways to load, save and tell of one.

Called by booking, changes, moves and queries in this folder.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from backend.availability.service import AvailabilityService, availability_changed
from backend.availability.store import AllocationStore
from backend.guests.domain import Contact, Guest, booked_as
from backend.guests.store import BY_CONTACT, BlindIndexes, GuestStore
from backend.guests.store import COLUMNS as GUEST_COLUMNS
from backend.platform.audit import Audit
from backend.platform.clock import Clock
from backend.platform.database import Database, Tx
from backend.platform.events import Event, Outbox
from backend.platform.refusals import Refusal
from backend.platform.telemetry import Telemetry
from backend.reservations.domain import Actor, Facts, Refused
from backend.reservations.ports import Codes
from backend.reservations.present import reservation_json
from backend.reservations.record import CodeFacts, Reservation
from backend.reservations.store import ReservationStore
from backend.restaurants.domain import RestaurantConfig
from backend.restaurants.service import ConfigReader, RestaurantService


@dataclass(frozen=True, slots=True)
class By:
    """Who acts: `label` for audit rows, `actor` for guards, `guest_reservation` when a guest link limits them to one."""

    label: str
    actor: Actor
    only_reservation: UUID | None = None


@dataclass(frozen=True, slots=True)
class View:
    """A reservation with what is needed to show it."""

    reservation: Reservation
    config: RestaurantConfig
    guest: Guest | None


@dataclass(frozen=True, slots=True)
class Opening:
    """What a booking must know before it decides: the version of the rules that holds, the hash and sealed answer of an earlier
    request with its key, the guest with that phone or e-mail, and whether lapsed holds stand about."""

    version: int
    body_hash: bytes | None
    answer_sealed: bytes | None
    guest: Guest | None
    indexes: BlindIndexes
    lapsed: bool


@dataclass(slots=True)
class Desk:
    """The parts."""

    database: Database
    clock: Clock
    store: ReservationStore
    allocations: AllocationStore
    guests: GuestStore
    availability: AvailabilityService
    restaurants: RestaurantService
    reader: ConfigReader
    outbox: Outbox
    audit: Audit
    issuer: Codes
    telemetry: Telemetry
    privacy_version: str
    undo_window: timedelta

    def opening(self, tx: Tx, by: By, key: str | None, contact: Contact, now: datetime) -> Opening:
        """What a booking must know, in one round trip; raises Refusal('not_found') without a restaurant."""
        indexes = self.guests.indexes(tx, contact)
        row = self.store.opening(tx, BY_CONTACT, by.label, key, now, phone=indexes[0], email=indexes[1])
        guest = None if row["id"] is None else self.guests.open(tx, row)
        body_hash = None if row["body_hash"] is None else bytes(row["body_hash"])
        return Opening(row["config_version"], body_hash, row["answer_sealed"], guest, indexes, row["lapsed"])

    def load(self, tx: Tx, reservation_id: UUID, by: By) -> Reservation:
        """The reservation, locked for a change; raises Refusal('not_found')."""
        if by.only_reservation is not None and by.only_reservation != reservation_id:
            raise Refusal("not_found")
        reservation = self.store.lock(tx, reservation_id)
        if reservation is None:
            raise Refusal("not_found")
        return reservation

    def save(self, tx: Tx, reservation: Reservation, now: datetime) -> Reservation:
        """The next version of a changed reservation, whose row the caller has locked: nobody can be quicker."""
        saved = replace(reservation, version=reservation.version + 1, updated_at=now)
        self.store.save(tx, saved)
        return saved

    def new_code(self, ends_at: datetime, now: datetime) -> CodeFacts:
        """A fresh code, for a new booking or one whose day, time or party changed."""
        return CodeFacts(*self.issuer.fresh(ends_at, now))

    def with_guest(self, tx: Tx, reservation_id: UUID) -> tuple[Reservation | None, Guest | None]:
        """The reservation and its guest, in one round trip; both None when there is no such reservation."""
        found = self.store.with_guest(tx, reservation_id, GUEST_COLUMNS)
        if found is None:
            return None, None
        reservation, row = found
        return reservation, None if row is None else self.guests.open(tx, row)

    def view(self, tx: Tx, reservation: Reservation, config: RestaurantConfig | None = None) -> View:
        """The reservation with its restaurant and guest."""
        guest = (
            self.guests.by_ids(tx, [reservation.guest_id]).get(reservation.guest_id)
            if reservation.guest_id
            else None
        )
        return self.view_of(reservation, guest, config or self.reader.current(tx))

    @staticmethod
    def view_of(reservation: Reservation, guest: Guest | None, config: RestaurantConfig) -> View:
        """The same for who has all of it already."""
        return View(reservation, config, shown_guest(reservation, guest))

    def tell(
        self,
        tx: Tx,
        config: RestaurantConfig,
        reservation: Reservation,
        event_type: str,
        now: datetime,
        *,
        availability: bool = True,
        extra: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Writes the event, and that the day's availability changed; the reservation as the event shows it."""
        shown = reservation_json(reservation, config)
        data = {"reservation": shown, **(extra or {})}
        events = [Event(event_type, reservation.restaurant_id, reservation.id, now, data)]
        if availability:
            events.append(
                availability_changed(reservation.restaurant_id, reservation.id, reservation.date, now)
            )
        self.outbox.add(tx, events)
        return shown

    def record(
        self,
        tx: Tx,
        by: By,
        action: str,
        before: Reservation | None,
        after: Reservation,
        now: datetime,
        reason: str | None = None,
    ) -> None:
        """The audit row of a change: what differs, without personal data."""
        old, new = differences(before, after)
        self.audit.write(
            tx,
            by.label,
            action,
            "reservation",
            after.id,
            before=old or None,
            after=new,
            reason=reason,
            now=now,
        )

    def facts(
        self, reservation: Reservation, config: RestaurantConfig, by: By, *, override: bool = False
    ) -> Facts:
        """What guards judge a move by."""
        grace = (
            config.rules.no_show_after_minutes if by.actor == "system" else config.rules.late_grace_minutes
        )
        return Facts(
            actor=by.actor,
            starts_at=reservation.starts_at,
            ends_at=reservation.ends_at,
            status_since=reservation.status_since,
            arrived_count=reservation.arrived_count,
            grace=timedelta(minutes=grace),
            unsettled=reservation.unsettled,
            previous=reservation.previous_status,
            override=override,
            undo_window=self.undo_window,
        )


def shown_guest(reservation: Reservation, guest: Guest | None) -> Guest | None:
    """The guest under the name of this booking; a walk-in with a name but no guest record has none."""
    return None if guest is None else booked_as(guest, reservation.name)


def table_taken(party_size: int) -> Refusal:
    """The refusal when PostgreSQL itself found the table taken, whatever was seen before."""
    return Refusal("slot_unavailable", params={"partySize": party_size})


def refusal(refused: Refused) -> Refusal:
    """A decision's no as the refusal that ends the request."""
    return Refusal(refused.code, params=refused.params)


_AUDITED = (
    "date",
    "time",
    "party_size",
    "arrived_count",
    "status",
    "table_ids",
    "area",
    "requirements",
    "late_cancellation",
    "penalty_amount",
    "eta_at",
    "guest_confirmed_at",
    "version",
)
_PERSONAL = ("name", "notes")


def differences(before: Reservation | None, after: Reservation) -> tuple[dict[str, Any], dict[str, Any]]:
    """`(before, after)` of the audited fields that differ; personal ones only by name."""
    names: Sequence[str] = [
        name for name in _AUDITED if before is None or getattr(before, name) != getattr(after, name)
    ]
    old = {} if before is None else {name: _plain(getattr(before, name)) for name in names}
    new = {name: _plain(getattr(after, name)) for name in names}
    changed = [
        name for name in _PERSONAL if before is not None and getattr(before, name) != getattr(after, name)
    ]
    if changed:
        new["changed"] = changed
    return old, new


def _plain(value: object) -> object:
    return [str(each) for each in value] if isinstance(value, tuple) else value
