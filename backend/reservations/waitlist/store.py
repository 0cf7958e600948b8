"""The waiting list in PostgreSQL. Called by its use cases inside their transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from backend.platform.ciphers import Cipher
from backend.platform.database import Row, Tx, id_array
from backend.reservations.waitlist.record import OPEN, Entry, WaitlistState

_COLUMNS = """id, restaurant_id, service_date, local_time, party_size, area, guest_id, name_sealed, channel, state, offered_at,
version, created_at, updated_at"""
_INSERT = f"""
INSERT INTO waitlist_entries ({_COLUMNS}) VALUES
(:id, :restaurant_id, :date, :time, :party_size, :area, :guest_id, :name, :channel, :state, :offered_at, :version,
 :created_at, :updated_at)
"""
_UPDATE = """
UPDATE waitlist_entries SET state = :state, offered_at = :offered_at, version = :version, updated_at = :updated_at
WHERE id = :id AND restaurant_id = :restaurant_id
"""
_LOCK = (
    f"SELECT {_COLUMNS} FROM waitlist_entries WHERE id = :id AND restaurant_id = :restaurant_id FOR UPDATE"
)
_SAME = f"""
SELECT {_COLUMNS} FROM waitlist_entries WHERE restaurant_id = :restaurant_id AND guest_id = :guest_id
AND service_date = :date AND local_time = :time AND state = ANY(:states) FOR UPDATE
"""
_LIST = f"""
SELECT {_COLUMNS} FROM waitlist_entries WHERE restaurant_id = :restaurant_id AND service_date >= :first
AND (CAST(:day AS date) IS NULL OR service_date = :day) AND state = ANY(:states)
ORDER BY service_date, created_at, id LIMIT :limit
"""
_OF_GUEST = f"""
SELECT {_COLUMNS} FROM waitlist_entries WHERE restaurant_id = :restaurant_id AND guest_id = :guest_id ORDER BY created_at
"""
_WAITING = f"""
SELECT {_COLUMNS} FROM waitlist_entries WHERE restaurant_id = :restaurant_id AND service_date = ANY(:days)
AND state = 'waiting' ORDER BY created_at, id LIMIT :limit FOR UPDATE SKIP LOCKED
"""
_OPEN_OF = f"""
SELECT {_COLUMNS} FROM waitlist_entries WHERE restaurant_id = :restaurant_id
AND (id = ANY(CAST(:ids AS uuid[])) OR guest_id = CAST(:guest_id AS uuid)) AND state = ANY(:states) ORDER BY id FOR UPDATE
"""
_BEFORE = """
SELECT count(*) FROM waitlist_entries WHERE restaurant_id = :restaurant_id AND service_date = :date
AND state = ANY(:states) AND (created_at, id) < (:created_at, :id)
"""
_OPEN = [each.value for each in OPEN]
# Past what any evening has, so that nobody real is behind it.
_LOOKED_AT = 1000


class WaitlistStore:
    """Reads and writes entries."""

    def __init__(self, cipher: Cipher) -> None:
        self._cipher = cipher

    def add(self, tx: Tx, entry: Entry) -> None:
        """A new row."""
        tx.queue(
            _INSERT,
            id=entry.id,
            restaurant_id=entry.restaurant_id,
            date=entry.date,
            time=entry.time,
            party_size=entry.party_size,
            area=entry.area,
            guest_id=entry.guest_id,
            name=self._cipher.seal(entry.restaurant_id, "waitlist.name", entry.name),
            channel=entry.channel,
            state=entry.state.value,
            offered_at=entry.offered_at,
            version=entry.version,
            created_at=entry.created_at,
            updated_at=entry.updated_at,
        )

    def save(self, tx: Tx, entry: Entry) -> None:
        """State and offer of an entry whose row the caller has locked."""
        tx.queue(
            _UPDATE,
            id=entry.id,
            restaurant_id=entry.restaurant_id,
            state=entry.state.value,
            offered_at=entry.offered_at,
            version=entry.version,
            updated_at=entry.updated_at,
        )

    def lock(self, tx: Tx, entry_id: UUID) -> Entry | None:
        """The entry; nobody else changes it until this transaction ends."""
        row = tx.one(_LOCK, id=entry_id, restaurant_id=tx.restaurant_id)
        return None if row is None else self._open(row)

    def same(self, tx: Tx, entry: Entry) -> Entry | None:
        """The open entry of the same guest for the same moment, locked."""
        row = tx.one(
            _SAME,
            restaurant_id=tx.restaurant_id,
            guest_id=entry.guest_id,
            date=entry.date,
            time=entry.time,
            states=_OPEN,
        )
        return None if row is None else self._open(row)

    def page(
        self, tx: Tx, first: date, day: date | None, states: Sequence[WaitlistState], limit: int
    ) -> list[Entry]:
        """From a service date on, or of one day; in the order in which they came."""
        rows = tx.all(
            _LIST,
            restaurant_id=tx.restaurant_id,
            first=first,
            day=day,
            states=[each.value for each in states],
            limit=limit,
        )
        return [self._open(row) for row in rows]

    def of_guest(self, tx: Tx, guest_id: UUID) -> list[Entry]:
        """All of a guest's, for their export."""
        rows = tx.all(_OF_GUEST, restaurant_id=tx.restaurant_id, guest_id=guest_id)
        return [self._open(row) for row in rows]

    def waiting(self, tx: Tx, days: Sequence[date]) -> list[Entry]:
        """Who waits for these service dates, first come first; rows that somebody is changing now are left out."""
        rows = tx.all(_WAITING, restaurant_id=tx.restaurant_id, days=list(days), limit=_LOOKED_AT)
        return [self._open(row) for row in rows]

    def open_of(self, tx: Tx, ids: Sequence[UUID], guest_id: UUID | None) -> list[Entry]:
        """The open ones of these entries and of this guest, locked."""
        rows = tx.all(
            _OPEN_OF, restaurant_id=tx.restaurant_id, ids=id_array(ids), guest_id=guest_id, states=_OPEN
        )
        return [self._open(row) for row in rows]

    def before(self, tx: Tx, entry: Entry) -> int:
        """How many open entries of the evening came earlier."""
        found = tx.value(
            _BEFORE,
            restaurant_id=tx.restaurant_id,
            date=entry.date,
            states=_OPEN,
            created_at=entry.created_at,
            id=entry.id,
        )
        return int(found or 0)

    def forget_old(self, tx: Tx, before: datetime) -> int:
        """Deletes entries of evenings before the day of that instant; how many."""
        return tx.run(
            "DELETE FROM waitlist_entries WHERE restaurant_id = :restaurant_id AND service_date < :day",
            restaurant_id=tx.restaurant_id,
            day=before.date(),
        )

    def _open(self, row: Row) -> Entry:
        return Entry(
            id=row["id"],
            restaurant_id=row["restaurant_id"],
            date=row["service_date"],
            time=row["local_time"],
            party_size=row["party_size"],
            area=row["area"],
            guest_id=row["guest_id"],
            name=self._cipher.open(row["restaurant_id"], "waitlist.name", row["name_sealed"]),
            channel=row["channel"],
            state=WaitlistState(row["state"]),
            offered_at=row["offered_at"],
            version=row["version"],
            created_at=row["created_at"],
            updated_at=row["updated_at"],
        )
