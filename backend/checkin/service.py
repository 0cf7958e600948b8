"""Use cases at the door: show a code, look at one, check a party in, merge what a tablet kept, give a tablet its evening.

Called by routes. The decision is `checkin.verdict`; the move is the reservation's; both and the record are one transaction.
The folder's door for others of the server: codes and their pictures are imported from here.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from backend.checkin.arrivals import Arrival, count_arrival
from backend.checkin.codes import Malformed, parse, seed_payload
from backend.checkin.images import in_colours, qr_png, qr_svg
from backend.checkin.issuer import CodeIssuer
from backend.checkin.present import reservation_view, verdict_json
from backend.checkin.store import CheckinStore, Door
from backend.checkin.verdict import DoorRules, ReservationFacts, Scan, Verdict, decide, reservation_id_of
from backend.guests import Guest
from backend.platform.contention import UNIQUE, until_settled
from backend.platform.database import Tx
from backend.platform.refusals import Refusal, field_refusal
from backend.reservations.domain import TAKES_CAPACITY, Status
from backend.reservations.service import By, Reservation, ReservationService, View
from backend.restaurants.domain import RestaurantConfig, service_date_of

__all__ = ["CheckinRequest", "CheckinService", "CodeIssuer", "in_colours", "qr_png", "qr_svg"]

_FUTURE = timedelta(minutes=2)
_LISTED = tuple(sorted(status.value for status in TAKES_CAPACITY | {Status.COMPLETED, Status.NO_SHOW}))


@dataclass(frozen=True, slots=True)
class CheckinRequest:
    """One act at the door. `event_id` is the client's own; `scanned_at` (aware) is when it happened."""

    scan: Scan
    event_id: UUID
    scanned_at: datetime
    by: By
    device_id: UUID | None = None
    place: str | None = None
    arrived_count: int | None = None
    override: bool = False
    reason: str | None = None
    for_house: bool = True

    @property
    def fingerprint(self) -> bytes:
        """By which two requests with one event id are the same act."""
        return hashlib.sha256(f"{self.scan.code or ''}|{self.scan.reservation_id or ''}".encode()).digest()


@dataclass(frozen=True, slots=True)
class _Seen:
    """The reservation that a scan names, and its guest."""

    reservation: Reservation | None
    guest: Guest | None


class CheckinService:
    """The door."""

    def __init__(self, reservations: ReservationService, store: CheckinStore, issuer: CodeIssuer) -> None:
        self._reservations = reservations
        self._desk = reservations.desk
        self._store = store
        self._issuer = issuer

    def code(self, restaurant_id: UUID, reservation_id: UUID) -> tuple[View, str, dict[str, Any]]:
        """`(view, code, payload)`: the QR's text and the seed's JSON form of it with its signature."""
        view = self._reservations.queries.get(restaurant_id, reservation_id)
        one = view.reservation
        code = self._issuer.code(one.id, restaurant_id, one.date, one.qr)
        payload = parse(code)
        if isinstance(payload, Malformed):
            raise AssertionError("an issued code is well formed")
        key = self._issuer.masters().day_key(payload.key_id, restaurant_id, payload.service_date)
        return view, code, seed_payload(payload, key)

    def look(self, restaurant_id: UUID, code: str, *, for_house: bool) -> dict[str, Any]:
        """The verdict on a code now; changes nothing."""
        now = self._desk.clock.now()
        scan = Scan(code=code)
        with self._desk.database.reading(restaurant_id) as tx:
            door = self._store.door(tx, None, reservation_id_of(scan))
            config = self._desk.reader.current(tx, door.version)
            seen = self._seen(tx, scan)
        verdict = self._judge(config, scan, door, seen, now, override=False)
        return verdict_json(verdict, self._view(seen, verdict, config), config, for_house=for_house)

    def check_in(self, restaurant_id: UUID, request: CheckinRequest) -> dict[str, Any]:
        """The verdict, with its effect if it lets the party in; the same event id gives the same answer."""
        if request.arrived_count is not None and request.arrived_count < 1:
            raise field_refusal("arrivedCount", "too_small", min=1)
        # The same act may arrive twice at the same moment: then the other one has answered.
        answer, day = until_settled(lambda: self._once(restaurant_id, request), also=[UNIQUE])
        self._desk.telemetry.outcome("checkin", answer["reason"])
        if day is not None:
            self._desk.availability.changed(restaurant_id, [day])
        return answer

    def check_in_all(self, restaurant_id: UUID, requests: Sequence[CheckinRequest]) -> list[dict[str, Any]]:
        """What a device kept while it was offline, each on its own, answered in order; one that fails loses no other."""
        return [self._one_of_many(restaurant_id, request) for request in requests]

    def _one_of_many(self, restaurant_id: UUID, request: CheckinRequest) -> dict[str, Any]:
        try:
            return self.check_in(restaurant_id, request)
        except Refusal as refusal:
            if refusal.status >= 500:  # not an answer: the device keeps the whole batch and sends it again
                raise
            return {"result": "refused", "reason": refusal.code, "override": False, "previousArrivals": []}

    def _once(self, restaurant_id: UUID, request: CheckinRequest) -> tuple[dict[str, Any], date | None]:
        now = self._desk.clock.now()
        at = request.scanned_at if request.scanned_at <= now + _FUTURE else now
        with self._desk.database.tenant(restaurant_id) as tx:
            wanted = reservation_id_of(request.scan)
            if wanted is not None:
                self._desk.store.hold(tx, wanted)
            door = self._store.door(tx, request.event_id, wanted)
            if door.answered is not None:
                if door.answered[0] != request.fingerprint:
                    raise Refusal("idempotency_key_reused")
                return door.answered[1], None
            config = self._desk.reader.current(tx, door.version)
            seen = self._seen(tx, request.scan)
            verdict = self._judge(config, request.scan, door, seen, at, override=request.override)
            count, reservation = None, seen.reservation if verdict.reservation_id is not None else None
            if reservation is not None and verdict.result != "refused":
                count = count_arrival(
                    verdict.previous_arrivals, request.arrived_count, reservation.party_size
                )
                reservation = self._let_in(tx, config, request, verdict, reservation, count, at, now)
                seen = replace(seen, reservation=reservation)
            answer = verdict_json(
                verdict, self._view(seen, verdict, config), config, for_house=request.for_house
            )
            self._record(tx, request, verdict, reservation, answer, count, at, now)
        changed = reservation.date if reservation is not None and count is not None else None
        return answer, changed

    def _view(self, seen: _Seen, verdict: Verdict, config: RestaurantConfig) -> View | None:
        """What may be shown of it: nothing when the verdict is about no reservation of this house."""
        if seen.reservation is None or verdict.reservation_id is None:
            return None
        return self._desk.view_of(seen.reservation, seen.guest, config)

    def _seen(self, tx: Tx, scan: Scan) -> _Seen:
        wanted = reservation_id_of(scan)
        return _Seen(*(self._desk.with_guest(tx, wanted) if wanted is not None else (None, None)))

    def _judge(
        self,
        config: RestaurantConfig,
        scan: Scan,
        door: Door,
        seen: _Seen,
        at: datetime,
        *,
        override: bool,
    ) -> Verdict:
        return decide(
            scan,
            facts_of(seen.reservation, door.arrivals) if seen.reservation else None,
            find_key=self._issuer.masters().find,
            rules=door_rules(config),
            restaurant_id=config.restaurant_id,
            now=at,
            override=override,
        )

    def _let_in(
        self,
        tx: Tx,
        config: RestaurantConfig,
        request: CheckinRequest,
        verdict: Verdict,
        reservation: Reservation,
        count: int,
        at: datetime,
        now: datetime,
    ) -> Reservation:
        arrival = {"at": at.isoformat(), "device": request.place or request.by.actor, "count": count}
        extra = {"arrival": arrival, "result": verdict.result, "overrode": verdict.overrode}
        first = min((each.at for each in verdict.previous_arrivals), default=at)
        changed = {"arrived_count": count, "arrived_at": min(first, at, reservation.arrived_at or at)}
        if verdict.result == "ok":
            # An override stands for the reason where none was given: the audit row says who set what aside.
            reason = request.reason or (f"override:{verdict.overrode}" if verdict.overrode else None)
            return self._reservations.moves.apply(
                tx,
                reservation,
                Status.CHECKED_IN,
                request.by,
                now,
                reason=reason,
                changed=changed,
                event="qr.validated",
                extra=extra,
            )
        return self._count_more(tx, config, request, reservation, changed, extra, now)

    def _count_more(
        self,
        tx: Tx,
        config: RestaurantConfig,
        request: CheckinRequest,
        reservation: Reservation,
        changed: dict[str, Any],
        extra: dict[str, Any],
        now: datetime,
    ) -> Reservation:
        count = max(changed["arrived_count"], reservation.arrived_count)
        after = replace(reservation, arrived_count=count, arrived_at=changed["arrived_at"])
        if after == reservation:
            return reservation
        saved = self._desk.save(tx, after, now)
        self._desk.record(tx, request.by, "reservation.arrival_counted", reservation, saved, now)
        self._desk.tell(
            tx,
            config,
            saved,
            "qr.validated",
            now,
            availability=False,
            extra={"change": "arrived_more", **extra},
        )
        return saved

    def _record(
        self,
        tx: Tx,
        request: CheckinRequest,
        verdict: Verdict,
        reservation: Reservation | None,
        answer: dict[str, Any],
        count: int | None,
        at: datetime,
        now: datetime,
    ) -> None:
        self._store.add(
            tx,
            answer,
            event_id=request.event_id,
            reservation_id=reservation.id if reservation else None,
            device_id=request.device_id,
            actor=request.by.label,
            place=request.place,
            scanned_at=at,
            received_at=now,
            arrived_count=count,
            result=verdict.result,
            reason=verdict.reason,
            override=verdict.overrode is not None,
            override_reason=request.reason,
            request_hash=request.fingerprint,
        )

    # the tablet's evening -------------------------------------------------------------------------------------------

    def manifest(self, restaurant_id: UUID, day: date | None) -> dict[str, Any]:
        """All a tablet needs to work a day without the network; keys of today and tomorrow only."""
        now = self._desk.clock.now()
        with self._desk.database.tenant(restaurant_id) as tx:
            last_event = self._store.last_event(
                tx
            )  # before the list: what comes after it is told again, never missed
            config = self._desk.reader.current(tx)
            today = service_date_of(config, now)
            wanted = day or today
            views = self._reservations.queries.on(tx, [wanted], _LISTED)
            arrivals = self._store.arrivals(tx, [view.reservation.id for view in views])
            revoked = self._store.revoked(tx, [today, today + timedelta(days=1)])
        return {
            "date": wanted.isoformat(),
            "serverTime": now.astimezone(config.zone).isoformat(),
            "restaurant": restaurant_facts(config),
            "reservations": [reservation_view(view, arrivals.get(view.reservation.id, ())) for view in views],
            "dayKeys": self._day_keys(restaurant_id, [today, today + timedelta(days=1)]),
            "revoked": [str(each) for each in revoked],
            "lastEventId": last_event,
        }

    def _day_keys(self, restaurant_id: UUID, days: Sequence[date]) -> list[dict[str, Any]]:
        masters = self._issuer.masters()
        return [
            {
                "date": day.isoformat(),
                "keyId": key_id,
                "key": _base64url(masters.day_key(key_id, restaurant_id, day)),
            }
            for day in days
            for key_id in sorted(masters.secrets)
        ]


def door_rules(config: RestaurantConfig) -> DoorRules:
    """The restaurant's rules at the door."""
    door = config.rules.door
    return DoorRules(config.zone, timedelta(minutes=door.early_minutes), timedelta(minutes=door.late_minutes))


def facts_of(reservation: Reservation, arrivals: tuple[Arrival, ...]) -> ReservationFacts:
    """What the door must know of a reservation."""
    return ReservationFacts(
        id=reservation.id,
        restaurant_id=reservation.restaurant_id,
        status=reservation.status.value,
        service_date=reservation.date,
        starts_at=reservation.starts_at,
        ends_at=reservation.ends_at,
        party_size=reservation.party_size,
        arrived_count=reservation.arrived_count,
        arrivals=arrivals,
    )


def restaurant_facts(config: RestaurantConfig) -> dict[str, Any]:
    """What a tablet shows and decides by."""
    door, profile = config.rules.door, config.profile
    return {
        "id": str(config.restaurant_id),
        "name": profile.name,
        "timezone": profile.timezone,
        "locale": profile.locale,
        "door": {"earlyMinutes": door.early_minutes, "lateMinutes": door.late_minutes},
        "lateGraceMinutes": config.rules.late_grace_minutes,
        "shifts": [
            {
                "id": shift.id,
                "name": {"es": shift.name.es, "en": shift.name.en},
                "start": shift.start.strftime("%H:%M"),
                "end": shift.end.strftime("%H:%M"),
            }
            for shift in config.rules.shifts
        ],
        "areas": [{"id": area.id, "name": {"es": area.name.es, "en": area.name.en}} for area in config.areas],
    }


def _base64url(key: bytes) -> str:
    return base64.urlsafe_b64encode(key).rstrip(b"=").decode()
