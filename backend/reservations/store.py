"""Reservations in PostgreSQL. The only SQL of this folder besides allocations, which belong to availability."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import date, datetime
from functools import cache
from typing import Any
from uuid import UUID

from backend.platform.ciphers import Cipher
from backend.platform.database import Prepared, Row, Tx, to_json
from backend.platform.refusals import Refusal
from backend.reservations.domain import NO_SHOW_MEMORY, Status
from backend.reservations.record import CodeFacts, Reservation

COLUMNS = """id, restaurant_id, code, guest_id, service_date, local_time, starts_at, ends_at, party_size, arrived_count,
status, status_since, previous_status, table_ids, area, channel, occasion, name_sealed, notes_sealed, requirements,
override_reason, late_cancellation, penalty_amount, qr_key_id, qr_nonce, qr_issued_at, qr_expires_at, rules_version,
version, created_at, updated_at, arrived_at, seated_at, finished_at, eta_at, guest_confirmed_at"""
_OF_GUEST = "of_guest_"
_INSERT = Prepared(f"""
INSERT INTO reservations ({COLUMNS}) VALUES
(:id, :restaurant_id, :code, :guest_id, :service_date, :local_time, :starts_at, :ends_at, :party_size, :arrived_count,
 :status, :status_since, :previous_status, :table_ids, :area, :channel, :occasion, :name_sealed, :notes_sealed,
 CAST(:requirements AS jsonb), :override_reason, :late_cancellation, :penalty_amount, :qr_key_id, :qr_nonce,
 :qr_issued_at, :qr_expires_at, :rules_version, :version, :created_at, :updated_at, :arrived_at, :seated_at, :finished_at,
 :eta_at, :guest_confirmed_at)
""")
# Only of a locked row; the version guards against a caller that forgot the lock.
_UPDATE = Prepared("""
UPDATE reservations SET service_date = :service_date, local_time = :local_time, starts_at = :starts_at, ends_at = :ends_at,
    party_size = :party_size, arrived_count = :arrived_count, status = :status, status_since = :status_since,
    previous_status = :previous_status, table_ids = :table_ids, area = :area, occasion = :occasion,
    name_sealed = :name_sealed, notes_sealed = :notes_sealed, requirements = CAST(:requirements AS jsonb),
    override_reason = :override_reason, late_cancellation = :late_cancellation, penalty_amount = :penalty_amount,
    qr_key_id = :qr_key_id, qr_nonce = :qr_nonce, qr_issued_at = :qr_issued_at, qr_expires_at = :qr_expires_at,
    rules_version = :rules_version, version = :version, updated_at = :updated_at, arrived_at = :arrived_at,
    seated_at = :seated_at, finished_at = :finished_at, eta_at = :eta_at, guest_confirmed_at = :guest_confirmed_at
WHERE id = :id AND restaurant_id = :restaurant_id AND version = :version - 1
""")
_GET = Prepared(f"SELECT {COLUMNS} FROM reservations WHERE id = :id AND restaurant_id = :restaurant_id")
_BY_IDS = f"SELECT {COLUMNS} FROM reservations WHERE id = ANY(:ids) AND restaurant_id = :restaurant_id"
_LOCK = Prepared(f"{_GET} FOR UPDATE")
_HOLD = Prepared("SELECT FROM reservations WHERE id = :id AND restaurant_id = :restaurant_id FOR UPDATE")
_BY_GUEST = f"""
SELECT {COLUMNS} FROM reservations WHERE restaurant_id = :restaurant_id AND guest_id = :guest_id
AND (CAST(:before AS uuid) IS NULL OR id < :before) ORDER BY id DESC LIMIT :limit
"""
_BY_CODE = f"""
SELECT {COLUMNS} FROM reservations WHERE restaurant_id = :restaurant_id AND code = :code
ORDER BY service_date DESC LIMIT 5
"""
_LIST = f"""
SELECT {COLUMNS} FROM reservations WHERE restaurant_id = :restaurant_id
AND (CAST(:day AS date) IS NULL OR service_date = :day)
AND (CAST(:statuses AS text[]) IS NULL OR status = ANY(:statuses))
AND (CAST(:after_date AS date) IS NULL OR
     (service_date, local_time, id) > (:after_date, CAST(:after_time AS time), CAST(:after_id AS uuid)))
ORDER BY service_date, local_time, id LIMIT :limit
"""
_UPCOMING = f"""
SELECT {COLUMNS} FROM reservations WHERE restaurant_id = :restaurant_id AND service_date >= :first
AND status = ANY(:statuses) AND ends_at > :now ORDER BY service_date, local_time, id
"""
_ACTIVE_BY_GUEST = f"""
SELECT {COLUMNS} FROM reservations WHERE restaurant_id = :restaurant_id AND guest_id = ANY(:guest_ids)
AND status = ANY(:statuses) AND ends_at > :now ORDER BY starts_at LIMIT 20
"""
_UNDO_ARRIVALS = """
UPDATE checkins SET undone_at = :now
WHERE restaurant_id = :restaurant_id AND reservation_id = :id AND result <> 'refused' AND undone_at IS NULL
"""
_NO_SHOWS = """
SELECT count(*) FROM reservations
WHERE restaurant_id = :restaurant_id AND guest_id = :guest_id AND status = 'no_show' AND starts_at > :since
"""
_AUDIT = """
SELECT at, actor, action, before, after, reason, request_id FROM audit
WHERE restaurant_id = :restaurant_id AND subject_id = :id ORDER BY id
"""
_REMEMBER = Prepared("""
INSERT INTO idempotency_keys (restaurant_id, caller, key, body_hash, status, answer_sealed, created_at, subject_id)
VALUES (:restaurant_id, :caller, :key, :body_hash, :status, :answer_sealed, :now, :subject_id)
""")
_COUNT_GUEST = """
UPDATE guests SET no_shows = greatest(0, no_shows + :no_shows), visits = greatest(0, visits + :visits),
    late_cancellations = greatest(0, late_cancellations + :late_cancellations), updated_at = :now
WHERE id = :guest_id AND restaurant_id = :restaurant_id
"""


@cache
def _with_guest(guest_columns: str) -> Prepared:
    mine = ", ".join(f"r.{name.strip()}" for name in COLUMNS.split(","))
    guests = ", ".join(f"g.{name.strip()} AS {_OF_GUEST}{name.strip()}" for name in guest_columns.split(","))
    return Prepared(f"""
SELECT {mine}, {guests} FROM reservations r
LEFT JOIN guests g ON g.id = r.guest_id AND g.restaurant_id = r.restaurant_id
WHERE r.id = :id AND r.restaurant_id = :restaurant_id
""")


@cache
def _opening(by_contact: str) -> Prepared:
    return Prepared(f"""
SELECT r.config_version, k.body_hash, k.answer_sealed, g.*,
    EXISTS (SELECT 1 FROM allocations a WHERE a.restaurant_id = r.id AND a.expires_at <= :now) AS lapsed
FROM restaurants r
LEFT JOIN idempotency_keys k ON k.restaurant_id = r.id AND k.caller = :caller AND k.key = :key
LEFT JOIN LATERAL ({by_contact}) g ON true WHERE r.id = :restaurant_id
""")


class ReservationStore:
    """Reads and writes reservations inside a tenant transaction."""

    def __init__(self, cipher: Cipher) -> None:
        self._cipher = cipher

    def add(self, tx: Tx, reservation: Reservation) -> None:
        """A new row."""
        tx.queue(_INSERT, **self._columns(reservation))

    def save(self, tx: Tx, reservation: Reservation) -> None:
        """Writes the row, which this transaction has locked and whose version is one less than the record's."""
        tx.queue(_UPDATE, **self._columns(reservation))

    def get(self, tx: Tx, reservation_id: UUID) -> Reservation | None:
        """The reservation, of this tenant only."""
        return self._maybe(tx.one(_GET, id=reservation_id, restaurant_id=tx.restaurant_id))

    def by_ids(self, tx: Tx, ids: Sequence[UUID]) -> list[Reservation]:
        """The reservations with those ids that are there."""
        return self._every(tx.all(_BY_IDS, restaurant_id=tx.restaurant_id, ids=list(ids)))

    def lock(self, tx: Tx, reservation_id: UUID) -> Reservation | None:
        """The same, and nobody else changes it until this transaction ends."""
        return self._maybe(tx.one(_LOCK, id=reservation_id, restaurant_id=tx.restaurant_id))

    def hold(self, tx: Tx, reservation_id: UUID) -> None:
        """Nobody else changes it from the next statement on until this transaction ends."""
        tx.queue(_HOLD, id=reservation_id, restaurant_id=tx.restaurant_id)

    def with_guest(
        self, tx: Tx, reservation_id: UUID, guest_columns: str
    ) -> tuple[Reservation, Row | None] | None:
        """The reservation and those columns of its guest, None for a walk-in's."""
        row = tx.one(_with_guest(guest_columns), id=reservation_id, restaurant_id=tx.restaurant_id)
        if row is None:
            return None
        guest = {name.removeprefix(_OF_GUEST): row[name] for name in row if name.startswith(_OF_GUEST)}
        return self.open(row), guest if guest["id"] is not None else None

    def by_guest(self, tx: Tx, guest_id: UUID, before: UUID | None, limit: int) -> list[Reservation]:
        """A guest's reservations, newest made first."""
        return self._every(
            tx.all(_BY_GUEST, restaurant_id=tx.restaurant_id, guest_id=guest_id, before=before, limit=limit)
        )

    def active_by_guests(self, tx: Tx, guest_ids: Sequence[UUID], now: datetime) -> list[Reservation]:
        """What these guests have coming or running, soonest first."""
        statuses = [
            Status.PENDING.value,
            Status.CONFIRMED.value,
            Status.CHECKED_IN.value,
            Status.SEATED.value,
        ]
        return self._every(
            tx.all(
                _ACTIVE_BY_GUEST,
                restaurant_id=tx.restaurant_id,
                guest_ids=list(guest_ids),
                statuses=statuses,
                now=now,
            )
        )

    def recent_no_shows(self, tx: Tx, guest_id: UUID, now: datetime) -> int:
        """How often the guest did not come within the time that counts."""
        since = now - NO_SHOW_MEMORY
        return tx.value(_NO_SHOWS, restaurant_id=tx.restaurant_id, guest_id=guest_id, since=since) or 0

    def by_code(self, tx: Tx, code: str) -> list[Reservation]:
        """Reservations with that short code, latest day first."""
        return self._every(tx.all(_BY_CODE, restaurant_id=tx.restaurant_id, code=code))

    def page(
        self,
        tx: Tx,
        *,
        day: date | None,
        statuses: Sequence[str] | None,
        after: tuple[date, str, UUID] | None,
        limit: int,
    ) -> list[Reservation]:
        """By day and time, from after the given place on."""
        after_date, after_time, after_id = after or (None, None, None)
        return self._every(
            tx.all(
                _LIST,
                restaurant_id=tx.restaurant_id,
                day=day,
                statuses=None if statuses is None else list(statuses),
                after_date=after_date,
                after_time=after_time,
                after_id=after_id,
                limit=limit,
            )
        )

    def upcoming(self, tx: Tx, first: date, statuses: Sequence[str], now: datetime) -> list[Reservation]:
        """Bookings of these statuses from a service date on that are not over."""
        return self._every(
            tx.all(_UPCOMING, restaurant_id=tx.restaurant_id, first=first, statuses=list(statuses), now=now)
        )

    def undo_arrivals(self, tx: Tx, reservation_id: UUID, now: datetime) -> None:
        """The arrivals recorded at the door do not count any more; the record of them stays."""
        tx.queue(_UNDO_ARRIVALS, restaurant_id=tx.restaurant_id, id=reservation_id, now=now)

    def audit(self, tx: Tx, reservation_id: UUID) -> Sequence[Row]:
        """Who did what to it, oldest first."""
        return tx.all(_AUDIT, restaurant_id=tx.restaurant_id, id=reservation_id)

    def opening(
        self, tx: Tx, by_contact: str, caller: str, key: str | None, now: datetime, **contact: bytes | None
    ) -> Row:
        """All that a booking must know at first, in one round trip: `{config_version, body_hash, answer_sealed}` (the last two
        of an earlier request with that key, else NULL), the columns of the guest whom `by_contact` finds (else NULL), and
        `lapsed`: whether holds stand about whose time has run out.

        `by_contact` is the guests' statement and `contact` its parameters. Raises Refusal('not_found') without a restaurant.
        """
        given = {"restaurant_id": tx.restaurant_id, "caller": caller, "key": key, "now": now, **contact}
        row = tx.one(_opening(by_contact), **given)
        if row is None:
            raise Refusal("not_found")
        return row

    def remember(
        self,
        tx: Tx,
        caller: str,
        key: str,
        body_hash: bytes,
        status: int,
        answer: Mapping[str, Any],
        now: datetime,
        subject_id: UUID,
    ) -> None:
        """Keeps the answer about a booking; PostgreSQL refuses (SQLSTATE 23505) when another request with the key was quicker."""
        assert tx.restaurant_id is not None  # noqa: S101 - tenant transactions have one
        tx.queue(
            _REMEMBER,
            restaurant_id=tx.restaurant_id,
            caller=caller,
            key=key,
            body_hash=body_hash,
            status=status,
            answer_sealed=self._cipher.seal_json(tx.restaurant_id, "idempotency.answer", answer),
            now=now,
            subject_id=subject_id,
        )

    def count_guest(
        self,
        tx: Tx,
        guest_id: UUID | None,
        now: datetime,
        *,
        no_shows: int = 0,
        visits: int = 0,
        late: int = 0,
    ) -> None:
        """Adds to a guest's record."""
        if guest_id is not None and (no_shows or visits or late):
            tx.queue(
                _COUNT_GUEST,
                guest_id=guest_id,
                restaurant_id=tx.restaurant_id,
                no_shows=no_shows,
                visits=visits,
                late_cancellations=late,
                now=now,
            )

    def _columns(self, record: Reservation) -> dict[str, Any]:
        values = {each.name: getattr(record, each.name) for each in fields(record)}
        qr: CodeFacts = values.pop("qr")
        tenant = record.restaurant_id
        return {
            **values,
            "service_date": values.pop("date"),
            "local_time": values.pop("time"),
            "status": record.status.value,
            "previous_status": record.previous_status and record.previous_status.value,
            "table_ids": list(record.table_ids),
            "name_sealed": self._cipher.seal(tenant, "reservation.name", values.pop("name")),
            "notes_sealed": self._cipher.seal(tenant, "reservation.notes", values.pop("notes")),
            "requirements": to_json(record.requirements),
            "qr_key_id": qr.key_id,
            "qr_nonce": qr.nonce,
            "qr_issued_at": qr.issued_at,
            "qr_expires_at": qr.expires_at,
        }

    def _maybe(self, row: Row | None) -> Reservation | None:
        return None if row is None else self.open(row)

    def _every(self, rows: Sequence[Row]) -> list[Reservation]:
        return [self.open(row) for row in rows]

    def open(self, row: Row) -> Reservation:
        """The record of a row with `COLUMNS`."""
        tenant = row["restaurant_id"]
        previous = row["previous_status"]
        same = {
            each.name: row[each.name]
            for each in fields(Reservation)
            if each.name
            not in ("date", "time", "name", "notes", "qr", "status", "previous_status", "table_ids")
        }
        return Reservation(
            **same,
            date=row["service_date"],
            time=row["local_time"],
            status=Status(row["status"]),
            previous_status=Status(previous) if previous else None,
            table_ids=tuple(row["table_ids"]),
            name=self._cipher.open(tenant, "reservation.name", row["name_sealed"]),
            notes=self._cipher.open(tenant, "reservation.notes", row["notes_sealed"]),
            qr=CodeFacts(row["qr_key_id"], bytes(row["qr_nonce"]), row["qr_issued_at"], row["qr_expires_at"]),
        )
