"""Allocations in PostgreSQL: who has which table when, now and to come. Called by availability and reservations."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from functools import partial
from typing import Any
from uuid import UUID

from backend.availability.domain import Kind, Occupied, Offer
from backend.platform.database import Prepared, Row, Tx, id_array, to_json
from backend.platform.ids import uuid7

_OCCUPIED = Prepared("""
SELECT owner_id, kind, table_id, starts_at, upper(during) AS ends_at, party_size FROM allocations
WHERE restaurant_id = :restaurant_id AND service_date BETWEEN :first AND :last
AND during && tstzrange(:start, :end) AND (expires_at IS NULL OR expires_at > :now)
""")
# One booking at a time decides about a restaurant's day: pacing counts what is there, and nothing may slip in between. Lapsed
# holds go first, so that they cannot stand in the way. The lock ends with the transaction.
_LOCK_DAY = Prepared("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))")
_DROP_LAPSED = Prepared("DELETE FROM allocations WHERE restaurant_id = :restaurant_id AND expires_at <= :now")
_TAKE = Prepared("""
INSERT INTO allocations (restaurant_id, service_date, table_id, owner_id, kind, party_size, starts_at, during, details, expires_at)
SELECT :restaurant_id, :service_date, given.table_id, :owner_id, :kind, :party_size, :starts_at,
       tstzrange(:starts_at, :until), CAST(:details AS jsonb), :expires_at
FROM unnest(CAST(:table_ids AS uuid[])) AS given (table_id)
""")
_RELEASE = "DELETE FROM allocations WHERE restaurant_id = :restaurant_id AND owner_id = :owner_id"
_END = """
UPDATE allocations SET during = tstzrange(lower(during), :until)
WHERE restaurant_id = :restaurant_id AND owner_id = :owner_id AND lower(during) < :until AND upper(during) > :until
"""
_HOLD = """
SELECT owner_id, service_date, party_size, starts_at, details, expires_at FROM allocations
WHERE restaurant_id = :restaurant_id AND owner_id = :owner_id AND kind = 'hold' LIMIT 1
"""
_REFUSED = """
INSERT INTO refused_demand (id, restaurant_id, at, service_date, local_time, party_size, area, channel, code)
VALUES (:id, :restaurant_id, :now, :service_date, :local_time, :party_size, :area, :channel, :code)
"""
_DEMAND = """
SELECT code, local_time, count(*) AS times, sum(party_size) AS covers FROM refused_demand
WHERE restaurant_id = :restaurant_id AND service_date BETWEEN :first AND :last
GROUP BY code, local_time ORDER BY times DESC, code, local_time
"""

# `Occupied(*row)` without a call in Python for each row: an evening has hundreds.
_OCCUPIED_OF = partial(tuple.__new__, Occupied)


class AllocationStore:
    """Reads and writes allocations inside a tenant transaction."""

    def occupied(
        self, tx: Tx, first: date, last: date, start: datetime, end: datetime, now: datetime
    ) -> list[Occupied]:
        """What takes capacity within `[start, end)` on service dates from `first` to `last`; lapsed holds left out.

        The dates lead the index, the instants leave out what nobody will ask about.
        """
        rows = tx.tuples(
            _OCCUPIED, restaurant_id=tx.restaurant_id, first=first, last=last, start=start, end=end, now=now
        )
        return list(map(_OCCUPIED_OF, rows))

    def lock_day(self, tx: Tx, day: date, now: datetime) -> None:
        """Waits until no other booking of this restaurant decides about that day, and takes lapsed holds out of its way."""
        self.wait_turn(tx, day)
        self.drop_lapsed(tx, now)

    def wait_turn(self, tx: Tx, day: date) -> None:
        """The first half of `lock_day`."""
        tx.queue(_LOCK_DAY, key=f"{tx.restaurant_id}:{day}")

    def drop_lapsed(self, tx: Tx, now: datetime) -> None:
        """The other half, for who knows that there are lapsed holds."""
        tx.queue(_DROP_LAPSED, restaurant_id=tx.restaurant_id, now=now)

    def take(
        self,
        tx: Tx,
        offer: Offer,
        owner_id: UUID,
        kind: Kind,
        party_size: int,
        *,
        details: dict[str, Any] | None = None,
        expires_at: datetime | None = None,
    ) -> None:
        """Takes the offer's tables; PostgreSQL refuses (SQLSTATE 23P01) a table that is taken already."""
        tables: Iterable[UUID | None] = offer.table_ids or (None,)
        tx.queue(
            _TAKE,
            restaurant_id=tx.restaurant_id,
            service_date=offer.service_date,
            table_ids=id_array(tables),
            owner_id=owner_id,
            kind=kind,
            party_size=party_size,
            starts_at=offer.starts_at,
            until=offer.blocks_until,
            details=None if details is None else to_json(details),
            expires_at=expires_at,
        )

    def release(self, tx: Tx, owner_id: UUID) -> int:
        """Gives back everything the owner has; how many tables."""
        return tx.run(_RELEASE, restaurant_id=tx.restaurant_id, owner_id=owner_id)

    def end(self, tx: Tx, owner_id: UUID, until: datetime) -> int:
        """Ends a stay early; how many tables became free."""
        return tx.run(_END, restaurant_id=tx.restaurant_id, owner_id=owner_id, until=until)

    def hold(self, tx: Tx, hold_id: UUID) -> Row | None:
        """A hold: `{owner_id, service_date, party_size, starts_at, details, expires_at}`."""
        return tx.one(_HOLD, restaurant_id=tx.restaurant_id, owner_id=hold_id)

    def count_refusal(
        self,
        tx: Tx,
        *,
        ask_date: date,
        ask_time: object,
        party_size: int,
        area: str | None,
        channel: str,
        code: str,
        now: datetime,
    ) -> None:
        """Remembers what was asked and which gate said no."""
        tx.queue(
            _REFUSED,
            id=uuid7(),
            restaurant_id=tx.restaurant_id,
            now=now,
            service_date=ask_date,
            local_time=ask_time,
            party_size=min(party_size, 2_000_000_000),
            area=area,
            channel=channel,
            code=code,
        )

    def refused_demand(self, tx: Tx, first: date, last: date) -> Sequence[Row]:
        """`{code, local_time, times, covers}` for service dates from `first` to `last`."""
        return tx.all(_DEMAND, restaurant_id=tx.restaurant_id, first=first, last=last)
