"""A reservation as the use cases hold it: one row, opened. Pure; called by every part of this folder and by check-in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

from backend.reservations.domain import Requirement, Status


@dataclass(frozen=True, slots=True)
class CodeFacts:
    """What the signed code of a reservation is made from. Instants are UTC, whole seconds; the nonce is 8 bytes."""

    key_id: int
    nonce: bytes
    issued_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Reservation:
    """One booking. Instants are aware UTC; `date` and `time` are the restaurant's service date and wall clock.

    `requirements` maps each requirement to `{"state": "unsettled" | "settled" | "waived", ...}`. `eta_at` is when the guest said
    that they will be here, `guest_confirmed_at` when they last said that they are coming.
    """

    id: UUID
    restaurant_id: UUID
    code: str
    guest_id: UUID | None
    date: date
    time: time
    starts_at: datetime
    ends_at: datetime
    party_size: int
    arrived_count: int
    status: Status
    status_since: datetime
    previous_status: Status | None
    table_ids: tuple[UUID, ...]
    area: str | None
    channel: str
    occasion: str | None
    name: str | None
    notes: str | None
    requirements: Mapping[str, Mapping[str, Any]]
    override_reason: str | None
    late_cancellation: bool
    penalty_amount: Decimal | None
    qr: CodeFacts
    rules_version: int
    version: int
    created_at: datetime
    updated_at: datetime
    arrived_at: datetime | None = None
    seated_at: datetime | None = None
    finished_at: datetime | None = None
    eta_at: datetime | None = None
    guest_confirmed_at: datetime | None = None

    @property
    def unsettled(self) -> frozenset[Requirement]:
        """What the guest must still bring."""
        return frozenset(
            Requirement(name) for name, each in self.requirements.items() if each["state"] == "unsettled"
        )
