"""Use cases about a guest: look one up, note allergies and wishes, block, export everything, erase the person and keep the counts.

Called by routes and, for erasure and export, by the dialogue and the guest's own link.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from backend.guests.domain import Guest
from backend.guests.store import GuestStore
from backend.platform.audit import Audit
from backend.platform.clock import Clock
from backend.platform.database import Database, Tx
from backend.platform.events import Event, Outbox
from backend.platform.refusals import Refusal


class GuestBookings(Protocol):
    """What reservations know of a guest; `reservations.exporting` is it."""

    def of_guest(self, tx: Tx, guest_id: UUID) -> Sequence[dict[str, Any]]:
        """Every booking, newest made first, in words a person can read."""
        ...

    def waiting_of(self, tx: Tx, guest_id: UUID) -> Sequence[dict[str, Any]]:
        """Every entry on the waiting list, in the same words."""
        ...


class Traces(Protocol):
    """What others know of a guest; conversations are it. `indexes` are the blind ones of phone and e-mail."""

    def of_guest(self, tx: Tx, guest_id: UUID, indexes: Sequence[bytes | None]) -> Sequence[dict[str, Any]]:
        """What was said, in words a person can read."""
        ...

    def erase(self, tx: Tx, guest_id: UUID, indexes: Sequence[bytes | None]) -> int:
        """Removes it; how many conversations are gone."""
        ...


class GuestService:
    """What may be done with a guest's data."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        store: GuestStore,
        bookings: GuestBookings,
        audit: Audit,
        outbox: Outbox,
        traces: Traces,
    ) -> None:
        self._database = database
        self._clock = clock
        self._store = store
        self._bookings = bookings
        self._audit = audit
        self._outbox = outbox
        self._traces = traces

    def get(self, restaurant_id: UUID, guest_id: UUID) -> Guest:
        """The guest; raises Refusal('not_found')."""
        with self._database.tenant(restaurant_id) as tx:
            return self._get(tx, guest_id)

    def update(
        self,
        restaurant_id: UUID,
        guest_id: UUID,
        by: str,
        *,
        notes: str | None = None,
        allergies: str | None = None,
        tags: list[str] | None = None,
        blocked: bool | None = None,
    ) -> Guest:
        """Changes what staff know of a guest; None leaves a field, '' empties it."""
        now = self._clock.now()
        with self._database.tenant(restaurant_id) as tx:
            self._get(tx, guest_id)
            self._store.update(
                tx, guest_id, now, notes=notes, allergies=allergies, tags=tags, blocked=blocked
            )
            names = {"notes": notes, "allergies": allergies, "tags": tags, "blocked": blocked}
            changed = [name for name, value in names.items() if value is not None]
            self._record(tx, by, "guest.changed", guest_id, {"changed": changed}, now)
            return self._get(tx, guest_id)

    def export(self, restaurant_id: UUID, guest_id: UUID, by: str) -> dict[str, Any]:
        """Everything that is kept about the guest, in words a person can read; the export itself is recorded."""
        now = self._clock.now()
        with self._database.tenant(restaurant_id) as tx:
            guest = self._get(tx, guest_id)
            bookings = self._bookings.of_guest(tx, guest_id)
            document = {
                "guest": {**asdict(guest), "id": str(guest.id)},
                "reservations": bookings,
                "waitlist": self._bookings.waiting_of(tx, guest_id),
                "conversations": self._traces.of_guest(tx, guest_id, self._store.indexes_of(tx, guest)),
                "consents": [
                    {
                        "purpose": row["purpose"],
                        "policyVersion": row["policy_version"],
                        "channel": row["channel"],
                        "given": row["given"],
                        "at": row["at"].isoformat(),
                    }
                    for row in self._store.consents(tx, guest_id)
                ],
                "messages": [
                    {
                        "kind": row["kind"],
                        "channel": row["channel"],
                        "state": row["state"],
                        "at": row["created_at"].isoformat(),
                    }
                    for row in self._store.messages(tx, guest_id)
                ],
            }
            self._record(tx, by, "guest.exported", guest_id, {"reservations": len(bookings)}, now)
        return document

    def erase(self, restaurant_id: UUID, guest_id: UUID, by: str) -> dict[str, int]:
        """Removes the person from every row and keeps the counts; erasing twice does nothing more.

        `{reservations, messages, conversations}`: rows that lost their personal data, and threads that are gone. Coming bookings
        stay as covers without a name.
        """
        now = self._clock.now()
        with self._database.tenant(restaurant_id) as tx:
            touched = self.erase_in(tx, restaurant_id, guest_id, by, now)
        self._outbox.wake()
        return touched

    def erase_in(self, tx: Tx, restaurant_id: UUID, guest_id: UUID, by: str, now: datetime) -> dict[str, int]:
        """The same inside a caller's transaction, who wakes the relay."""
        guest = self._get(tx, guest_id)
        # First: the indexes by which conversations know the guest are gone with the contacts.
        gone = self._traces.erase(tx, guest_id, self._store.indexes_of(tx, guest))
        touched = {**self._store.erase(tx, guest_id, now), "conversations": gone}
        self._record(tx, by, "guest.erased", guest_id, touched, now)
        self._outbox.add(tx, [Event("guest.erased", restaurant_id, guest_id, now, {})])
        return touched

    def _get(self, tx: Tx, guest_id: UUID) -> Guest:
        guest = self._store.by_ids(tx, [guest_id]).get(guest_id)
        if guest is None:
            raise Refusal("not_found")
        return guest

    def _record(
        self, tx: Tx, by: str, action: str, guest_id: UUID, after: dict[str, Any], now: datetime
    ) -> None:
        self._audit.write(tx, by, action, "guest", guest_id, after=after, now=now)
