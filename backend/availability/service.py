"""Use cases of availability: a day's slots, a month, a check with alternatives, holds, walk-in tables, refused demand.

`decide` is the one question every write asks inside its own transaction. Called by routes, reservations, pages and the dialogue.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from backend.availability.domain import (
    Alternative,
    Ask,
    DayView,
    Occupied,
    Offer,
    Refused,
    SlotView,
    TableChoice,
    alternatives,
    day_slots,
    evaluate,
    month_view,
    reach,
    span,
    walk_in,
)
from backend.availability.store import AllocationStore
from backend.platform.cache import DayCache
from backend.platform.clock import Clock
from backend.platform.contention import until_settled
from backend.platform.database import Database, Row, Tx
from backend.platform.events import Event, Outbox
from backend.platform.ids import uuid7
from backend.platform.jobs import Jobs
from backend.platform.locks import RedisSlotLocks
from backend.platform.redis import Step
from backend.platform.refusals import Refusal, field_refusal
from backend.platform.telemetry import Telemetry
from backend.restaurants.domain import RestaurantConfig
from backend.restaurants.service import ConfigReader

HOLD_EXPIRY = "hold.expire"
_DAY = timedelta(days=1)
# A time after midnight belongs to the evening before: its pacing and its tables count too.
_BEFORE_MIDNIGHT = timedelta(hours=8)
# What the gates say about the request itself names the field.
_FIELDS = {"unknown_area": "area", "unknown_table": "tableIds"}


@dataclass(frozen=True, slots=True)
class Decision:
    """The offer or refusal for an ask, and what it was decided on."""

    ask: Ask
    outcome: Offer | Refused
    config: RestaurantConfig


@dataclass(frozen=True, slots=True)
class Hold:
    """A slot kept for somebody until `expires_at` (UTC)."""

    id: UUID
    offer: Offer
    expires_at: datetime


def lock_key(restaurant_id: UUID, day: date, at: time) -> str:
    """The seed's key for the lock on one slot."""
    return f"reservation:lock:{restaurant_id}:{day.isoformat()}:{at.strftime('%H:%M')}"


class AvailabilityService:
    """Answers what is free and keeps slots for a moment."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        store: AllocationStore,
        reader: ConfigReader,
        cache: DayCache,
        locks: RedisSlotLocks,
        outbox: Outbox,
        jobs: Jobs,
        telemetry: Telemetry,
    ) -> None:
        self._database = database
        self._clock = clock
        self._store = store
        self._reader = reader
        self._cache = cache
        self._locks = locks
        self._outbox = outbox
        self._jobs = jobs
        self._telemetry = telemetry

    # questions ------------------------------------------------------------------------------------------------------

    def day_json(
        self, restaurant_id: UUID, day: date, party_size: int, area: str | None, channel: str
    ) -> bytes:
        """The day's answer as JSON bytes, from the cache when nothing changed for at most its time to live."""
        question = f"{party_size}:{area or ''}:{'staff' if channel == 'staff' else 'guest'}"
        stamp, known = self._cache.read(restaurant_id, day, question)
        if known is not None:
            return known
        config, slots = self.day(restaurant_id, day, party_size, area, channel)
        answer = json.dumps(day_answer(config, day, party_size, slots), ensure_ascii=False).encode()
        self._cache.write(restaurant_id, day, question, stamp, answer)
        return answer

    def day(
        self,
        restaurant_id: UUID,
        day: date,
        party_size: int,
        area: str | None,
        channel: str,
        ignore: frozenset[UUID] = frozenset(),
    ) -> tuple[RestaurantConfig, list[SlotView]]:
        """Every slot of a service date."""
        now = self._clock.now()
        with self._database.reading(restaurant_id) as tx:
            config = self._reader.current(tx)
            _known_area(config, area)
            occupied = self.around(tx, config, day, day, now)
        return config, day_slots(config, occupied, day, party_size, area, now, channel, ignore)

    def month(
        self, restaurant_id: UUID, month: date, party_size: int, area: str | None, channel: str
    ) -> list[DayView]:
        """Every day of the month of `month`."""
        now = self._clock.now()
        first = month.replace(day=1)
        with self._database.reading(restaurant_id) as tx:
            config = self._reader.current(tx)
            _known_area(config, area)
            occupied = self.around(tx, config, first, first + timedelta(days=31), now)
        return month_view(config, occupied, first, party_size, now, area, channel)

    def check(self, restaurant_id: UUID, ask: Ask) -> tuple[Decision, list[Alternative]]:
        """Whether it is free, and the nearest times that are when it is not; a refusal is counted."""
        now = self._clock.now()
        with self._database.tenant(restaurant_id) as tx:
            decision = self.decide(tx, self._reader.current(tx), ask, now)
            if isinstance(decision.outcome, Offer):
                return decision, []
            if decision.outcome.code in _FIELDS:
                raise field_refusal(_FIELDS[decision.outcome.code], decision.outcome.code)
            others = self.nearby(tx, decision, now)
            self.count_refusal(tx, ask, decision.outcome.code, now)
        return decision, others

    def walk_in_tables(
        self, restaurant_id: UUID, party_size: int
    ) -> tuple[RestaurantConfig, list[TableChoice]]:
        """Where a party at the door could sit now, and until when."""
        now = self._clock.now()
        with self._database.reading(restaurant_id) as tx:
            config = self._reader.current(tx)
            today = now.astimezone(config.zone).date()
            occupied = self.around(tx, config, today - _DAY, today, now)
        return config, walk_in(config, occupied, now, party_size)

    def refused_demand(self, restaurant_id: UUID, first: date, last: date) -> Sequence[Row]:
        """What guests asked for and did not get, by gate and time."""
        with self._database.reading(restaurant_id) as tx:
            return self._store.refused_demand(tx, first, last)

    def refresh(self, restaurant_id: UUID, day: date | None) -> None:
        """Throws computed answers away; the next question computes them anew."""
        self._cache.forget(restaurant_id, None if day is None else [day])

    # inside other transactions --------------------------------------------------------------------------------------

    def decide(self, tx: Tx, config: RestaurantConfig, ask: Ask, now: datetime) -> Decision:
        """The answer for one ask, on what this transaction sees."""
        reached, occupied = reach(config, ask, now), list[Occupied]()
        if reached is not None:
            day = reached.service_date
            occupied = self._store.occupied(tx, day - _DAY, day + _DAY, reached.start, reached.end, now)
        return Decision(ask, evaluate(config, occupied, ask, now), config)

    def around(
        self, tx: Tx, config: RestaurantConfig, first: date, last: date, now: datetime
    ) -> list[Occupied]:
        """All that matters to slots of these service dates, both included: also the end of the evening before."""
        start, end = span(config, first, last)
        return self._store.occupied(tx, first - _DAY, last + _DAY, start - _BEFORE_MIDNIGHT, end, now)

    def decide_locked(self, tx: Tx, ask: Ask, now: datetime) -> Decision:
        """The answer for one ask, and nobody else decides about that day until this transaction ends."""
        self._store.lock_day(tx, ask.date, now)
        return self.decide_in_turn(tx, self._reader.current(tx), ask, now)

    def decide_in_turn(self, tx: Tx, config: RestaurantConfig, ask: Ask, now: datetime) -> Decision:
        """The same where the caller has locked the day of the ask already."""
        decision = self.decide(tx, config, ask, now)
        outcome = decision.outcome
        if isinstance(outcome, Offer) and outcome.service_date != ask.date:
            # After midnight the slot is of the evening before. Always this order, later day first: no deadlock.
            self._store.lock_day(tx, outcome.service_date, now)
            decision = self.decide(tx, config, ask, now)
        return decision

    def nearby(self, tx: Tx, decision: Decision, now: datetime) -> list[Alternative]:
        """Up to three free times near a refused one, on its day or the days around it."""
        config, ask = decision.config, decision.ask
        on_the_day = self.around(tx, config, ask.date, ask.date, now)
        return alternatives(config, on_the_day, ask, now, days_around=0) or alternatives(
            config, self.around(tx, config, ask.date - _DAY, ask.date + _DAY, now), ask, now
        )

    def count_refusal(self, tx: Tx, ask: Ask, code: str, now: datetime) -> None:
        """Remembers a refusal for the manager's figures."""
        self._telemetry.outcome("availability", code)
        self._store.count_refusal(
            tx,
            ask_date=ask.date,
            ask_time=ask.time,
            party_size=ask.party_size,
            area=ask.area,
            channel=ask.channel,
            code=code,
            now=now,
        )

    def changed(self, restaurant_id: UUID, days: Sequence[date]) -> None:
        """After a commit: answers about these days are no longer true."""
        self._cache.forget(restaurant_id, _around(days), self._outbox.waking)

    def changing(self, restaurant_id: UUID, days: Sequence[date]) -> list[Step]:
        """The same as steps to be run with others."""
        return [self._cache.forgetting(restaurant_id, _around(days)), self._outbox.waking]

    # holds ----------------------------------------------------------------------------------------------------------

    def hold(self, restaurant_id: UUID, ask: Ask, instead_of: UUID | None = None) -> Hold:
        """Keeps the slot for the rule's hold time; raises Refusal with alternatives when it is not free.

        `instead_of` is a hold of the same guest, given back in the same transaction and kept when the new slot is refused.
        """
        if instead_of is not None:
            ask = replace(ask, ignore=ask.ignore | {instead_of})
        with self._locks.held(lock_key(restaurant_id, ask.date, ask.time)):
            return self._hold(restaurant_id, ask, instead_of)

    def _hold(self, restaurant_id: UUID, ask: Ask, instead_of: UUID | None) -> Hold:
        held, refusal = until_settled(lambda: self._try_hold(restaurant_id, ask, instead_of))
        if refusal is not None:
            raise refusal
        assert held is not None  # noqa: S101 - one of the two is there
        self.changed(restaurant_id, [held.offer.service_date])
        return held

    def _try_hold(
        self, restaurant_id: UUID, ask: Ask, instead_of: UUID | None
    ) -> tuple[Hold | None, Refusal | None]:
        now = self._clock.now()
        with self._database.tenant(restaurant_id) as tx:
            decision = self.decide_locked(tx, ask, now)
            if isinstance(decision.outcome, Refused):
                return None, self.refuse(tx, decision, now)
            offer = decision.outcome
            if instead_of is not None:
                self._give_back(tx, instead_of, now)
            hold = Hold(uuid7(), offer, now + timedelta(minutes=decision.config.rules.hold_minutes))
            details = {"date": offer.service_date, "time": offer.time.strftime("%H:%M"), "area": ask.area}
            self._store.take(
                tx, offer, hold.id, "hold", ask.party_size, details=details, expires_at=hold.expires_at
            )
            self._jobs.plan(tx, HOLD_EXPIRY, hold.id, hold.expires_at, {"date": offer.service_date})
            self._outbox.add(tx, [availability_changed(restaurant_id, hold.id, offer.service_date, now)])
        return hold, None

    def refuse(self, tx: Tx, decision: Decision, now: datetime) -> Refusal:
        """The refusal of a decision with the alternatives, counted in this transaction (which must commit)."""
        outcome = decision.outcome
        assert isinstance(outcome, Refused)  # noqa: S101 - callers ask only then
        self.count_refusal(tx, decision.ask, outcome.code, now)
        if outcome.code in _FIELDS:
            return field_refusal(_FIELDS[outcome.code], outcome.code, **outcome.params)
        others = self.nearby(tx, decision, now)
        return Refusal(
            outcome.code, params=outcome.params, alternatives=[alternative_json(each) for each in others]
        )

    def seconds_left(self, hold: Hold) -> int:
        """How long a hold still holds."""
        return max(0, int((hold.expires_at - self._clock.now()).total_seconds()))

    def release(self, restaurant_id: UUID, hold_id: UUID) -> None:
        """Gives a hold back; raises Refusal('not_found') when there is none (any more)."""
        now = self._clock.now()
        with self._database.tenant(restaurant_id) as tx:
            day = self._give_back(tx, hold_id, now)
            if day is None:
                raise Refusal("not_found")
        self.changed(restaurant_id, [day])

    def _give_back(self, tx: Tx, hold_id: UUID, now: datetime) -> date | None:
        held = self._store.hold(tx, hold_id)
        if held is None:
            return None
        day: date = held["service_date"]
        self._store.release(tx, hold_id)
        self._jobs.drop(tx, HOLD_EXPIRY, hold_id, now)
        assert tx.restaurant_id is not None  # noqa: S101 - tenant transactions have one
        self._outbox.add(tx, [availability_changed(tx.restaurant_id, hold_id, day, now)])
        return day

    def expire_hold(self, tx: Tx, hold_id: UUID, payload: Mapping[str, Any], now: datetime) -> None:
        """Scheduled: a hold that nobody used gives its tables back. Does nothing when a booking has used it."""
        assert tx.restaurant_id is not None  # noqa: S101 - jobs run in a tenant transaction
        day = date.fromisoformat(payload["date"])
        if self._store.release(tx, hold_id):
            self._outbox.add(tx, [availability_changed(tx.restaurant_id, hold_id, day, now)])
        self._cache.forget(tx.restaurant_id, [day - _DAY, day, day + _DAY])


def availability_changed(restaurant_id: UUID, subject_id: UUID, day: date, now: datetime) -> Event:
    """The event that something became free or taken on a day."""
    return Event("availability.changed", restaurant_id, subject_id, now, {"date": day.isoformat()})


def alternative_json(each: Alternative) -> dict[str, str]:
    """An alternative as the contract writes it."""
    found = {"date": each.date.isoformat(), "time": each.time.strftime("%H:%M")}
    return {**found, "area": each.area} if each.area else found


def day_answer(
    config: RestaurantConfig, day: date, party_size: int, slots: Sequence[SlotView]
) -> dict[str, Any]:
    """A day as the contract writes it."""
    zone = config.zone
    return {
        "restaurantId": str(config.restaurant_id),
        "date": day.isoformat(),
        "timezone": config.profile.timezone,
        "partySize": party_size,
        "slots": [
            {
                "time": slot.time.strftime("%H:%M"),
                "startsAt": slot.starts_at.astimezone(zone).isoformat(),
                "available": slot.available,
                **({"reason": slot.reason} if slot.reason else {}),
                "areas": list(slot.areas),
                **({"shift": slot.shift} if slot.shift else {}),
            }
            for slot in slots
        ],
    }


def _around(days: Sequence[date]) -> list[date]:
    """The days and their neighbours: a slot after midnight shows on both sides."""
    return sorted({day + offset for day in days for offset in (-_DAY, timedelta(0), _DAY)})


def _known_area(config: RestaurantConfig, area: str | None) -> None:
    if area is not None and config.area(area) is None:
        raise field_refusal("area", "unknown_area")
