"""Scans and arrivals in PostgreSQL. Called by the check-in service inside a tenant transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from backend.checkin.arrivals import Arrival
from backend.platform.ciphers import Cipher
from backend.platform.database import Prepared, Row, Tx, id_array
from backend.platform.refusals import Refusal

# What a scan with that event id was answered before, and what was counted at the door for that reservation. Two look-ups, each by
# its own index: joined by OR, a plan made in an empty house reads every scan of the restaurant.
_DOOR = Prepared("""
SELECT r.config_version, c.again, c.request_hash, c.answer_sealed, c.scanned_at, c.place, c.arrived_count
FROM restaurants r LEFT JOIN LATERAL (
    SELECT true AS again, request_hash, answer_sealed, scanned_at, received_at, coalesce(place, actor) AS place, arrived_count
    FROM checkins WHERE restaurant_id = r.id AND event_id = :event_id
    UNION ALL
    SELECT false, request_hash, NULL, scanned_at, received_at, coalesce(place, actor), arrived_count
    FROM checkins WHERE restaurant_id = r.id AND reservation_id = :reservation_id AND event_id IS DISTINCT FROM :event_id
    AND result <> 'refused' AND undone_at IS NULL AND arrived_count IS NOT NULL
) c ON true
WHERE r.id = :restaurant_id ORDER BY c.scanned_at, c.received_at
""")
_ADD = Prepared("""
INSERT INTO checkins (restaurant_id, event_id, reservation_id, device_id, actor, place, scanned_at, received_at,
                      arrived_count, result, reason, override, override_reason, request_hash, answer_sealed)
VALUES (:restaurant_id, :event_id, :reservation_id, :device_id, :actor, :place, :scanned_at, :received_at,
        :arrived_count, :result, :reason, :override, :override_reason, :request_hash, :answer_sealed)
""")
_ARRIVALS = Prepared("""
SELECT reservation_id, scanned_at, coalesce(place, actor) AS place, arrived_count FROM checkins
WHERE restaurant_id = :restaurant_id AND reservation_id = ANY(:ids) AND result <> 'refused' AND undone_at IS NULL
AND arrived_count IS NOT NULL ORDER BY scanned_at, received_at
""")
_LAST_EVENT = "SELECT coalesce((SELECT last_sequence FROM feeds WHERE restaurant_id = :restaurant_id), 0)"
_REVOKED = """
SELECT id FROM reservations WHERE restaurant_id = :restaurant_id AND service_date = ANY(:days)
AND status IN ('cancelled', 'no_show', 'expired')
"""
_FIGURE = """
INSERT INTO daily_figures (restaurant_id, service_date, figure, value) VALUES (:restaurant_id, :day, :figure, :value)
ON CONFLICT (restaurant_id, service_date, figure) DO UPDATE SET value = daily_figures.value + EXCLUDED.value
"""


@dataclass(frozen=True, slots=True)
class Door:
    """The version of the rules that holds, the hash and the answer of an earlier scan with the same event id, and the arrivals of
    the reservation in the order they happened."""

    version: int
    answered: tuple[bytes, dict[str, Any]] | None
    arrivals: tuple[Arrival, ...]


class CheckinStore:
    """Reads and writes scans."""

    def __init__(self, cipher: Cipher) -> None:
        self._cipher = cipher

    def door(self, tx: Tx, event_id: UUID | None, reservation_id: UUID | None) -> Door:
        """What is to be known of a scan before it is judged, in one round trip; raises Refusal('not_found')."""
        assert tx.restaurant_id is not None  # noqa: S101 - tenant transactions have one
        given = {"restaurant_id": tx.restaurant_id, "event_id": event_id, "reservation_id": reservation_id}
        rows = tx.all(_DOOR, **given)
        if not rows:
            raise Refusal("not_found")
        answered, arrivals = None, []
        for row in rows:
            if row["again"]:
                answer = self._cipher.open_json(tx.restaurant_id, "checkin.answer", row["answer_sealed"])
                answered = bytes(row["request_hash"]), answer
            elif row["request_hash"] is not None:
                arrivals.append(_arrival(row))
        return Door(rows[0]["config_version"], answered, tuple(arrivals))

    def add(self, tx: Tx, answer: dict[str, Any], **columns: object) -> None:
        """One scan with what was answered; refused ones too."""
        assert tx.restaurant_id is not None  # noqa: S101 - tenant transactions have one
        sealed = self._cipher.seal_json(tx.restaurant_id, "checkin.answer", answer)
        tx.queue(_ADD, restaurant_id=tx.restaurant_id, answer_sealed=sealed, **columns)

    def arrivals(self, tx: Tx, reservation_ids: Sequence[UUID]) -> dict[UUID, tuple[Arrival, ...]]:
        """What was counted at the door for each reservation, in the order it happened."""
        rows = tx.all(_ARRIVALS, restaurant_id=tx.restaurant_id, ids=id_array(reservation_ids))
        found: dict[UUID, list[Arrival]] = {}
        for row in rows:
            found.setdefault(row["reservation_id"], []).append(_arrival(row))
        return {key: tuple(every) for key, every in found.items()}

    def last_event(self, tx: Tx) -> int:
        """The sequence of the newest event of the live feed."""
        newest: int = tx.value(_LAST_EVENT, restaurant_id=tx.restaurant_id)
        return newest

    def revoked(self, tx: Tx, days: Sequence[object]) -> list[UUID]:
        """Reservations of these days whose codes open no door any more."""
        return [row["id"] for row in tx.all(_REVOKED, restaurant_id=tx.restaurant_id, days=list(days))]

    def add_figure(self, tx: Tx, day: object, figure: str, value: int) -> None:
        """Adds to one of the evening's figures."""
        tx.queue(_FIGURE, restaurant_id=tx.restaurant_id, day=day, figure=figure, value=value)


def _arrival(row: Row) -> Arrival:
    return Arrival(at=row["scanned_at"], device=row["place"], count=row["arrived_count"])
