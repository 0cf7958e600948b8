"""Booking: the ten steps of a reservation in one transaction, the same for web, chat, partner and staff.

Called by routes, the dialogue and the guest pages. Mail, QR picture, live feed and reminders follow from the stored rows.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from backend.availability.domain import Ask, Offer
from backend.availability.service import lock_key
from backend.guests import email_address, person_name, phone_number
from backend.guests.domain import Contact, Guest
from backend.platform.contention import UNIQUE, until_settled
from backend.platform.database import Tx
from backend.platform.ids import short_code, uuid7
from backend.platform.locks import RedisSlotLocks
from backend.platform.redis import Step
from backend.platform.refusals import Refusal, field_refusal
from backend.platform.texts import has_language
from backend.reservations.desk import By, Desk, Opening
from backend.reservations.domain import (
    Applicant,
    Requirement,
    deposit,
    first_status,
    screen,
    unsettled,
)
from backend.reservations.present import with_notes
from backend.reservations.record import Reservation
from backend.restaurants.domain import RestaurantConfig


@dataclass(frozen=True, slots=True)
class BookingRequest:
    """What somebody asks to book. `ask.channel` says what they may take; `channel` is where they talk from.

    `phone` and `email` as typed; `replay` is the idempotency key with its caller and the body's hash.
    """

    restaurant_id: UUID
    ask: Ask
    name: str
    channel: str
    by: By
    phone: str | None = None
    email: str | None = None
    locale: str | None = None
    notes: str | None = None
    occasion: str | None = None
    hold_id: UUID | None = None
    privacy_accepted: bool = False
    reason: str | None = None
    replay_key: str | None = None
    body_hash: bytes = b""

    @property
    def by_staff(self) -> bool:
        """Written down by the house."""
        return self.by.actor == "staff"


def hash_of(body: Mapping[str, Any] | str) -> bytes:
    """The hash by which two bodies are the same; a text must be written the same way each time, as a shape's JSON is."""
    text = body if isinstance(body, str) else json.dumps(body, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).digest()


class Booking:
    """Takes a table that nobody else can take."""

    def __init__(self, desk: Desk, locks: RedisSlotLocks) -> None:
        self._desk = desk
        self._locks = locks

    def book(self, request: BookingRequest) -> dict[str, Any]:
        """`{reservation, qr: {code, expiresAt}, replayed}`; raises Refusal with alternatives, a rule's code or lock_timeout."""
        if request.ask.override and not (request.reason or "").strip():
            raise field_refusal("reason", "required")
        answer, refusal = self._in_turn(request)
        self._desk.telemetry.outcome("booking", refusal.code if refusal else "booked")
        if refusal is not None:
            raise refusal
        assert answer is not None  # noqa: S101 - one of the two is there
        return answer

    def _in_turn(self, request: BookingRequest) -> tuple[dict[str, Any] | None, Refusal | None]:
        key = lock_key(request.restaurant_id, request.ask.date, request.ask.time)
        try:
            with self._locks.held(key) as then:
                return self._persist(request, then)
        except Refusal as late:
            # Whoever holds the lock may have died after booking this very wish: then its answer is what was asked for.
            known = self._answered(request) if late.code == "lock_timeout" else None
            if known is None:
                raise
            return known, None

    def _answered(self, request: BookingRequest) -> dict[str, Any] | None:
        if request.replay_key is None:
            return None
        with self._desk.database.tenant(request.restaurant_id) as tx:
            _, _, opening = self._open(tx, request, self._desk.clock.now())
        return None if opening.body_hash is None else self._replayed(request, opening)

    def _persist(
        self, request: BookingRequest, then: list[Step]
    ) -> tuple[dict[str, Any] | None, Refusal | None]:
        # Somebody else may take the table, or send the same key, between our look and our write: then we look again.
        answer, refusal = until_settled(lambda: self._once(request), also=[UNIQUE])
        if answer is not None and not answer["replayed"]:
            then += self._desk.availability.changing(request.restaurant_id, [request.ask.date])
        return answer, refusal

    def _once(self, request: BookingRequest) -> tuple[dict[str, Any] | None, Refusal | None]:
        desk, now = self._desk, self._desk.clock.now()
        with desk.database.tenant(request.restaurant_id) as tx:
            ask = request.ask
            desk.allocations.wait_turn(tx, ask.date)
            config, contact, opening = self._open(tx, request, now)
            if opening.body_hash is not None:
                return self._replayed(request, opening), None
            if opening.lapsed:
                desk.allocations.drop_lapsed(tx, now)
            if request.hold_id is not None:
                ask = replace(ask, ignore=ask.ignore | {request.hold_id})
            decision = desk.availability.decide_in_turn(tx, config, ask, now)
            applicant = self._applicant(tx, request, contact, opening.guest)
            refused = screen(config, request.ask.date, applicant)
            if refused is not None:
                desk.availability.count_refusal(tx, ask, refused.code, now)
                return None, Refusal(refused.code, params=refused.params)
            if not isinstance(decision.outcome, Offer):
                return None, desk.availability.refuse(tx, decision, now)
            guest_id = self._guest(tx, request, contact, opening, now)
            lacking = unsettled(config, decision.outcome.service_date, applicant)
            reservation = self._reservation(
                request, config, decision.outcome, contact, guest_id, lacking, now
            )
            return self._write(tx, request, decision.outcome, config, reservation, now), None

    def _open(
        self, tx: Tx, request: BookingRequest, now: datetime
    ) -> tuple[RestaurantConfig, Contact, Opening]:
        """The rules that hold, the contact as they read it, and what is known of both. The rules this process knew last nearly
        always hold still; then one round trip tells all."""
        desk = self._desk
        config = desk.reader.latest(tx)
        contact = contact_of(request, config)
        opening = desk.opening(tx, request.by, request.replay_key, contact, now)
        if opening.version == config.version:
            return config, contact, opening
        config = desk.reader.current(tx, opening.version)
        contact = contact_of(request, config)
        return config, contact, desk.opening(tx, request.by, request.replay_key, contact, now)

    def _replayed(self, request: BookingRequest, opening: Opening) -> dict[str, Any]:
        if opening.answer_sealed is None or opening.body_hash != request.body_hash:
            raise Refusal("idempotency_key_reused")
        cipher = self._desk.guests.cipher
        answer = cipher.open_json(request.restaurant_id, "idempotency.answer", opening.answer_sealed)
        return {**answer, "replayed": True}

    def _applicant(self, tx: Tx, request: BookingRequest, contact: Contact, guest: Guest | None) -> Applicant:
        return Applicant(
            has_phone=contact.phone is not None or bool(guest and guest.phone),
            privacy_accepted=request.privacy_accepted,
            phone_verified=bool(guest and guest.phone_verified),
            no_shows=self._desk.store.recent_no_shows(tx, guest.id, self._desk.clock.now())
            if guest and guest.no_shows
            else 0,
            blocked=bool(guest and guest.blocked_at),
            staff=request.by_staff,
        )

    def _write(
        self,
        tx: Tx,
        request: BookingRequest,
        offer: Offer,
        config: RestaurantConfig,
        reservation: Reservation,
        now: datetime,
    ) -> dict[str, Any]:
        """Everything but the guest, of which nobody waits for a result: it travels with the commit."""
        desk = self._desk
        if request.hold_id is not None:
            desk.allocations.release(tx, request.hold_id)
        desk.store.add(tx, reservation)
        desk.allocations.take(tx, offer, reservation.id, "reservation", reservation.party_size)
        desk.record(tx, request.by, "reservation.booked", None, reservation, now, request.reason)
        shown = desk.tell(tx, config, reservation, "reservation.created", now)
        answer = booked_answer(desk, reservation, config, shown)
        if request.replay_key is not None:
            key, asked = request.replay_key, request.body_hash
            desk.store.remember(tx, request.by.label, key, asked, 201, answer, now, reservation.id)
        return {**answer, "replayed": False}

    def _guest(
        self, tx: Tx, request: BookingRequest, contact: Contact, opening: Opening, now: datetime
    ) -> UUID:
        desk, guest = self._desk, opening.guest
        if guest is None:
            guest_id = desk.guests.add(tx, contact, opening.indexes, now)
        else:
            guest_id = guest.id
            desk.guests.complete(tx, guest, contact, now)
        if request.privacy_accepted:
            desk.guests.consent(
                tx, guest_id, "reservations", desk.privacy_version, request.channel, given=True, now=now
            )
        return guest_id

    def _reservation(
        self,
        request: BookingRequest,
        config: RestaurantConfig,
        offer: Offer,
        contact: Contact,
        guest_id: UUID,
        lacking: frozenset[Requirement],
        now: datetime,
    ) -> Reservation:
        return Reservation(
            id=uuid7(),
            restaurant_id=request.restaurant_id,
            code=short_code(),
            guest_id=guest_id,
            date=offer.service_date,
            time=offer.time,
            starts_at=offer.starts_at,
            ends_at=offer.ends_at,
            party_size=request.ask.party_size,
            arrived_count=0,
            status=first_status(lacking),
            status_since=now,
            previous_status=None,
            table_ids=offer.table_ids,
            area=offer.area,
            channel=request.channel,
            occasion=request.occasion,
            name=contact.name,
            notes=request.notes,
            requirements=requirement_states(config, offer, lacking),
            override_reason=request.reason if request.ask.override else None,
            late_cancellation=False,
            penalty_amount=None,
            qr=self._desk.new_code(offer.ends_at, now),
            rules_version=config.version,
            version=1,
            created_at=now,
            updated_at=now,
        )


def contact_of(request: BookingRequest, config: RestaurantConfig) -> Contact:
    """The contact, normalised; raises Refusal naming the field that is wrong."""
    name = person_name(request.name)
    if not name:
        raise field_refusal("guest.name", "required")
    # Who reads neither Spanish nor English is written to in the house's language.
    locale = request.locale if has_language(request.locale) else config.profile.locale
    phone = email = None
    if request.phone:
        phone = phone_number(request.phone, config.profile.locale)
        if phone is None:
            raise field_refusal("guest.phone", "not_a_phone")
    if request.email:
        email = email_address(request.email)
        if email is None:
            raise field_refusal("guest.email", "not_an_email")
    return Contact(name=name, phone=phone, email=email, locale=locale)


def requirement_states(
    config: RestaurantConfig, offer: Offer, lacking: frozenset[Requirement]
) -> dict[str, dict[str, Any]]:
    """Each unsettled requirement as it is stored, the deposit with its amount."""
    states: dict[str, dict[str, Any]] = {}
    for each in sorted(lacking):
        states[each.value] = {"state": "unsettled"}
        amount = deposit(config, offer.service_date) if each is Requirement.DEPOSIT else None
        if amount is not None:
            states[each.value] |= {"amount": str(amount.amount), "currency": amount.currency}
    return states


def booked_answer(
    desk: Desk, reservation: Reservation, config: RestaurantConfig, shown: dict[str, Any]
) -> dict[str, Any]:
    """`{reservation, qr: {code, expiresAt}}` of a reservation already shown as JSON; addresses are added at the edge."""
    code = desk.issuer.code(reservation.id, reservation.restaurant_id, reservation.date, reservation.qr)
    return {
        "reservation": with_notes(shown, reservation),
        "qr": {"code": code, "expiresAt": reservation.qr.expires_at.astimezone(config.zone).isoformat()},
    }
