"""What a guest says of a booking before they come: when they will be here, that they will, what the team must know.

Called by the dialogue. Each is one transaction with its audit row and event; none moves a table or makes a message to the guest.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from backend.platform.database import Tx
from backend.platform.refusals import Refusal, field_refusal
from backend.reservations.changes import CHANGEABLE
from backend.reservations.desk import By, Desk, View
from backend.reservations.domain import Status
from backend.reservations.record import Reservation

LONGEST_NOTES = 2000


@dataclass(frozen=True, slots=True)
class Expected:
    """A booking with its ETA; `kept` says that it is within the restaurant's grace, which ends at `kept_until` (UTC)."""

    view: View
    kept_until: datetime
    kept: bool


class Coming:
    """Writes down what guests say of their coming."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def late(self, restaurant_id: UUID, reservation_id: UUID, eta: datetime, by: By) -> Expected:
        """Writes when the party will be here; at the start or before it there is nothing late about them and no ETA stays.

        Raises Refusal: not_found; invalid_transition when they are not expected any more; window_passed for an ETA after the stay.
        """
        now = self._desk.clock.now()
        with self._desk.database.tenant(restaurant_id) as tx:
            before = self._expected(tx, reservation_id, by)
            if eta >= before.ends_at:
                raise Refusal("window_passed")
            after = replace(before, eta_at=eta if eta > before.starts_at else None)
            view = self._saved(tx, before, after, by, "reservation.eta", {"change": "eta"}, now)
        grace = timedelta(minutes=view.config.rules.late_grace_minutes)
        until = before.starts_at + grace
        return Expected(view, until, eta <= until)

    def confirm(self, restaurant_id: UUID, reservation_id: UUID, by: By) -> View:
        """The guest says that they are coming. Raises Refusal: not_found, invalid_transition."""
        now = self._desk.clock.now()
        with self._desk.database.tenant(restaurant_id) as tx:
            before = self._expected(tx, reservation_id, by)
            if before.guest_confirmed_at is not None:
                return self._desk.view(tx, before)
            after = replace(before, guest_confirmed_at=now)
            extra = {"change": "guest_confirmed"}
            return self._saved(tx, before, after, by, "reservation.guest_confirmed", extra, now)

    def note(self, restaurant_id: UUID, reservation_id: UUID, words: str, by: By) -> View:
        """Adds the guest's words to what the team reads; said twice is written once.

        Raises Refusal: not_found; invalid_transition for a booking that is over; invalid_request when the notes grow too long.
        """
        now = self._desk.clock.now()
        with self._desk.database.tenant(restaurant_id) as tx:
            before = self._desk.load(tx, reservation_id, by)
            if before.status not in CHANGEABLE | {Status.CHECKED_IN, Status.SEATED}:
                raise _over(before)
            notes = before.notes or ""
            if words in notes:
                return self._desk.view(tx, before)
            joined = f"{notes}; {words}" if notes else words
            if len(joined) > LONGEST_NOTES:
                raise field_refusal("notes", "too_long", max=LONGEST_NOTES)
            after = replace(before, notes=joined)
            return self._saved(tx, before, after, by, "reservation.noted", {"change": "notes"}, now)

    def _expected(self, tx: Tx, reservation_id: UUID, by: By) -> Reservation:
        before = self._desk.load(tx, reservation_id, by)
        if before.status not in CHANGEABLE:
            raise _over(before)
        return before

    def _saved(
        self,
        tx: Tx,
        before: Reservation,
        after: Reservation,
        by: By,
        action: str,
        extra: dict[str, Any],
        now: datetime,
    ) -> View:
        config = self._desk.reader.current(tx)
        if after == before:
            return self._desk.view(tx, before, config)
        saved = self._desk.save(tx, after, now)
        self._desk.record(tx, by, action, before, saved, now)
        self._desk.tell(tx, config, saved, "reservation.updated", now, availability=False, extra=extra)
        return self._desk.view(tx, saved, config)


def _over(reservation: Reservation) -> Refusal:
    return Refusal("invalid_transition", params={"from": reservation.status.value, "to": "changed"})
