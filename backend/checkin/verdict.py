"""The rule at the door, once for server and tablet: may this party come in now, and if not, why.

Called by the check-in service for every scan and by the host app when it decides alone. Pure: the facts about
the reservation, the keys and the time come as arguments. The order of the questions is drawn in
docs/decisions/030.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Literal
from uuid import UUID
from zoneinfo import ZoneInfo

from backend.checkin.arrivals import Arrival
from backend.checkin.codes import Malformed, QrPayload, parse, verify
from backend.checkin.keys import KeyFinder

Result = Literal["ok", "already", "refused"]
Reason = Literal[
    "ok",
    "already_checked_in",
    "too_early",
    "too_late",
    "wrong_day",
    "wrong_restaurant",
    "cancelled",
    "no_show",
    "completed",
    "pending",
    "bad_signature",
    "expired_code",
    "malformed",
    "unknown_key",
    "unknown_reservation",
]

# What staff may set aside: matters of time, and decisions that are theirs. A cancelled or finished booking
# has given its table away, and a code that cannot be trusted says nothing about who shows it: such guests are
# looked up by name.
OVERRIDABLE: frozenset[Reason] = frozenset(
    {"too_early", "too_late", "wrong_day", "no_show", "pending", "expired_code"}
)

_BY_STATUS: dict[str, Reason] = {
    "held": "pending",
    "pending": "pending",
    "confirmed": "ok",
    "checked_in": "already_checked_in",
    "seated": "already_checked_in",
    "completed": "completed",
    "cancelled": "cancelled",
    # never paid or confirmed in time: to the door it is a booking that no longer exists
    "expired": "cancelled",
    "no_show": "no_show",
}


@dataclass(frozen=True, slots=True)
class Scan:
    """What was presented: exactly one of a QR's text and a reservation that staff picked from the list."""

    code: str | None = None
    reservation_id: UUID | None = None

    def __post_init__(self) -> None:
        if (self.code is None) == (self.reservation_id is None):
            raise ValueError("a scan is either a code or a reservation")


@dataclass(frozen=True, slots=True)
class DoorRules:
    """A restaurant's rules at the door. At the local time `day_turns_at` one service day becomes the next."""

    timezone: ZoneInfo
    early: timedelta = timedelta(minutes=15)
    late: timedelta = timedelta(minutes=15)
    day_turns_at: time = time(5, 0)


@dataclass(frozen=True, slots=True)
class ReservationFacts:
    """All that the door must know of a reservation. Instants are aware; `status` is a stored state."""

    id: UUID
    restaurant_id: UUID
    status: str
    service_date: date
    starts_at: datetime
    ends_at: datetime
    party_size: int
    arrived_count: int
    arrivals: tuple[Arrival, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer at the door.

    `override`: staff may let the party in all the same. `overrode`: the reason that staff did set aside.
    `reservation_id` is given only where the code is proven or the reservation was picked, so an answer never
    tells a forger about a booking.
    """

    result: Result
    reason: Reason
    override: bool = False
    overrode: Reason | None = None
    reservation_id: UUID | None = None
    previous_arrivals: tuple[Arrival, ...] = ()


def reservation_id_of(scan: Scan) -> UUID | None:
    """The reservation a scan speaks of, proven or not: what the caller looks up before it calls `decide`."""
    if scan.reservation_id is not None:
        return scan.reservation_id
    payload = parse(scan.code or "")
    return None if isinstance(payload, Malformed) else payload.reservation_id


def decide(
    scan: Scan,
    facts: ReservationFacts | None,
    *,
    find_key: KeyFinder,
    rules: DoorRules,
    restaurant_id: UUID,
    now: datetime,
    override: bool = False,
    revoked: Collection[UUID] = (),
) -> Verdict:
    """The verdict on a scan at the door of `restaurant_id` at the aware instant `now`.

    `facts` are those of `reservation_id_of(scan)`, None where no such reservation is known here; `revoked`
    are reservations known only as no longer valid. A code older than the booking's last change still finds
    it: the reservation decides, not the code. `override` sets aside what staff may set aside. ValueError when
    the facts are those of another reservation.
    """
    wanted = reservation_id_of(scan)
    if facts is not None and facts.id != wanted:
        raise ValueError("these are the facts of another reservation")
    expired = False
    if scan.code is not None:
        payload = _trusted(scan.code, find_key, restaurant_id)
        if not isinstance(payload, QrPayload):
            return Verdict("refused", payload)
        expired = now > payload.expires_at
    if facts is None:
        return Verdict("refused", _why_not_found(expired=expired, revoked=wanted in revoked))
    if facts.restaurant_id != restaurant_id:
        return Verdict("refused", "wrong_restaurant")
    return _weigh(facts, _objections(facts, rules, now, expired=expired), override)


def service_date_of(instant: datetime, rules: DoorRules) -> date:
    """The service day that an aware instant belongs to: 00:30 after a Friday dinner is still Friday."""
    local = instant.astimezone(rules.timezone)
    return local.date() if local.time() >= rules.day_turns_at else local.date() - timedelta(days=1)


def _trusted(code: str, find_key: KeyFinder, restaurant_id: UUID) -> QrPayload | Reason:
    payload = parse(code)
    if isinstance(payload, Malformed):
        return "malformed"
    if payload.restaurant_id != restaurant_id:
        # asked before the signature: a tablet has no key to judge another restaurant's codes with
        return "wrong_restaurant"
    key = find_key(payload)
    if not isinstance(key, bytes):
        return key
    return payload if verify(payload, key) else "bad_signature"


def _why_not_found(*, expired: bool, revoked: bool) -> Reason:
    if expired:
        return "expired_code"
    return "cancelled" if revoked else "unknown_reservation"


def _objections(facts: ReservationFacts, rules: DoorRules, now: datetime, *, expired: bool) -> list[Reason]:
    """All that speaks against the party, the first being the reason to show; empty when they are welcome or
    already in.
    """
    by_status = _BY_STATUS[facts.status]
    found: list[Reason] = ["expired_code"] if expired else []
    if by_status not in ("ok", "already_checked_in"):
        found.append(by_status)
    if by_status != "already_checked_in":
        found += _time_objection(facts, rules, now)
    return found


def _time_objection(facts: ReservationFacts, rules: DoorRules, now: datetime) -> list[Reason]:
    if facts.starts_at - rules.early <= now <= facts.starts_at + rules.late:
        return []
    if facts.service_date != service_date_of(now, rules):
        return ["wrong_day"]
    return ["too_early" if now < facts.starts_at else "too_late"]


def _weigh(facts: ReservationFacts, objections: list[Reason], override: bool) -> Verdict:
    overridable = all(reason in OVERRIDABLE for reason in objections)
    verdict = Verdict("ok", "ok", reservation_id=facts.id, previous_arrivals=facts.arrivals)
    if objections and not (override and overridable):
        return replace(verdict, result="refused", reason=objections[0], override=overridable)
    overrode = objections[0] if objections else None
    if _BY_STATUS[facts.status] == "already_checked_in":
        return replace(verdict, result="already", reason="already_checked_in", overrode=overrode)
    return replace(verdict, overrode=overrode)
