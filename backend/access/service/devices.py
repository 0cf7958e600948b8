"""Tablets and other devices of the house: enrolment codes, enrolling, the list, revoking. Called by the
`/devices` routes.

A code is shown once, as text and as QR; only its keyed fingerprint is stored. A device's token is stored as
SHA-256.
"""

from __future__ import annotations

import base64
import binascii
import secrets as randomness
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from backend.access import store
from backend.access.domain import (
    DEVICE_PREFIX,
    credential,
    enrolment_fingerprint,
    fingerprint,
    normalise_enrolment_code,
    shown_enrolment_code,
)
from backend.access.keyring import enrolment_key
from backend.access.service.tools import Page, Tools, page_of, tenant_of
from backend.platform.audit import Audit
from backend.platform.ciphers import SealError
from backend.platform.database import Row
from backend.platform.http.caller import DEVICE, Caller
from backend.platform.ids import short_code, uuid7
from backend.platform.refusals import Refusal

_CODE_LENGTH = 8
_TICKET_FIELD = "enrolment.ticket"
_KEEP_OLD_CODES = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class EnrolmentCode:
    """A code that can still be used; the code itself is not known any more."""

    id: UUID
    uses_left: int
    expires_at: datetime
    created_by: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class NewEnrolmentCode:
    """A code as it is shown once. `ticket` opens its picture without telling the code in an address."""

    id: UUID
    code: str
    ticket: str
    uses: int
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class EnrolledDevice:
    """What a device gets when it enrols; the token is not shown again."""

    device_id: UUID
    device_token: str
    restaurant_id: UUID


@dataclass(frozen=True, slots=True)
class Device:
    """A device of the house. Instants are aware; `seen_at` is good to about a minute."""

    id: UUID
    name: str
    enrolled_at: datetime
    seen_at: datetime | None
    revoked_at: datetime | None


class Devices:
    """Use cases about devices."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools

    def create_code(self, caller: Caller, *, uses: int, valid_for: timedelta) -> NewEnrolmentCode:
        """A fresh code for up to `uses` devices."""
        restaurant_id = tenant_of(caller)
        code = short_code(_CODE_LENGTH)
        stored = enrolment_fingerprint(enrolment_key(self._tools.secrets), code)
        now = self._tools.clock.now()
        made = NewEnrolmentCode(
            UUID(bytes=stored[:16]),
            shown_enrolment_code(code),
            self._ticket(restaurant_id, code),
            uses,
            now + valid_for,
        )
        values = {
            "code_hash": stored,
            "uses_left": uses,
            "expires_at": made.expires_at,
            "created_by": caller.label,
            "created_at": now,
        }
        with self._tools.database.tenant(restaurant_id) as tx:
            store.drop_expired_codes(tx, now - _KEEP_OLD_CODES)
            store.insert_enrolment_code(tx, values)
            after = {"uses": uses, "expiresAt": made.expires_at}
            Audit.write(
                tx, caller.label, "enrolment_code.created", "enrolment_code", made.id, after=after, now=now
            )
        return made

    def codes(self, caller: Caller, limit: int, after: UUID | None = None) -> Page[EnrolmentCode]:
        """The restaurant's codes that can still be used."""
        with self._tools.database.tenant(tenant_of(caller)) as tx:
            rows = store.enrolment_codes_page(tx, self._tools.clock.now(), after, limit + 1)
        return page_of(rows, limit, lambda row: EnrolmentCode(**row))

    def withdraw_code(self, caller: Caller, code_id: UUID) -> None:
        """Makes a code unusable; raises Refusal('not_found')."""
        now = self._tools.clock.now()
        with self._tools.database.tenant(tenant_of(caller)) as tx:
            if not store.withdraw_enrolment_code(tx, code_id):
                raise Refusal("not_found")
            Audit.write(tx, caller.label, "enrolment_code.withdrawn", "enrolment_code", code_id, now=now)

    def code_of_ticket(self, ticket: str) -> str:
        """The code a picture's address stands for, while it can be used; raises Refusal('not_found')."""
        restaurant_id, code = self._open_ticket(ticket)
        stored = enrolment_fingerprint(enrolment_key(self._tools.secrets), code)
        with self._tools.database.tenant(restaurant_id) as tx:
            if not store.can_enrol(tx, stored, self._tools.clock.now()):
                raise Refusal("not_found")
        return shown_enrolment_code(code)

    def enrol(self, code: str, name: str) -> EnrolledDevice:
        """A new device; raises Refusal('enrolment_code_used') for a code that is wrong, used up or
        too old.
        """
        plain = normalise_enrolment_code(code)
        if plain is None:
            raise Refusal("enrolment_code_used")
        stored = enrolment_fingerprint(enrolment_key(self._tools.secrets), plain)
        with self._tools.database.platform() as tx:
            restaurant_id = store.find_enrolment(tx, stored)
        if restaurant_id is None:
            raise Refusal("enrolment_code_used")
        made = EnrolledDevice(uuid7(), credential(DEVICE_PREFIX, randomness.token_bytes(32)), restaurant_id)
        now = self._tools.clock.now()
        with self._tools.database.tenant(restaurant_id) as tx:
            if not store.use_enrolment_code(tx, stored, now):
                raise Refusal("enrolment_code_used")
            store.insert_device(tx, made.device_id, name, fingerprint(made.device_token), now)
            actor = f"{DEVICE}:{made.device_id}"
            after = {"enrolmentCode": UUID(bytes=stored[:16])}
            Audit.write(tx, actor, "device.enrolled", "device", made.device_id, after=after, now=now)
        return made

    def page(self, caller: Caller, limit: int, after: UUID | None = None) -> Page[Device]:
        """The restaurant's devices, revoked ones too, in the order they were enrolled."""
        with self._tools.database.tenant(tenant_of(caller)) as tx:
            rows = store.devices_page(tx, after, limit + 1)
        return page_of(rows, limit, _device)

    def revoke(self, caller: Caller, device_id: UUID) -> Device:
        """Ends a device's access; again does nothing. Raises Refusal('not_found')."""
        restaurant_id = tenant_of(caller)
        now = self._tools.clock.now()
        with self._tools.database.tenant(restaurant_id) as tx:
            row = store.lock_device(tx, device_id)
            if row is None:
                raise Refusal("not_found")
            if row["revoked_at"] is None:
                store.revoke_device(tx, device_id, now)
                Audit.write(tx, caller.label, "device.revoked", "device", device_id, now=now)
                row = {**row, "revoked_at": now}
        self._tools.cache.forget(restaurant_id)
        return _device(row)

    # -- tickets: the address of a code's picture, for an <img> that can send no header ----------------------

    def _ticket(self, restaurant_id: UUID, code: str) -> str:
        sealed = self._tools.cipher.seal(restaurant_id, _TICKET_FIELD, code) or b""
        return base64.urlsafe_b64encode(restaurant_id.bytes + sealed).decode().rstrip("=")

    def _open_ticket(self, ticket: str) -> tuple[UUID, str]:
        try:
            data = base64.b64decode(ticket + "=" * (-len(ticket) % 4), altchars=b"-_", validate=True)
            restaurant_id = UUID(bytes=data[:16])
            return restaurant_id, self._tools.cipher.open(restaurant_id, _TICKET_FIELD, data[16:]) or ""
        except (binascii.Error, ValueError, SealError):
            raise Refusal("not_found") from None


def _device(row: Row) -> Device:
    return Device(row["id"], row["name"], row["enrolled_at"], row["seen_at"], row["revoked_at"])
