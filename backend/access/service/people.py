"""The people of the house: who works here, in which role, and who may change that. Called by the `/staff`
routes and the demo.

Owners manage everyone, managers manage hosts. Somebody who can manage owners is always left.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from backend.access import store
from backend.access.domain import Role, may_manage, normalise_email
from backend.access.service.tools import (
    EMAIL_FIELD,
    NAME_FIELD,
    Page,
    Tools,
    page_of,
    require_email,
    require_password,
    tenant_of,
)
from backend.platform.audit import Audit
from backend.platform.database import IntegrityError, Row, Tx, sqlstate
from backend.platform.http.caller import Caller
from backend.platform.ids import uuid7
from backend.platform.refusals import Refusal, field_refusal

_UNIQUE_VIOLATION = "23505"


@dataclass(frozen=True, slots=True)
class StaffMember:
    """A person of the house. `created_at` is an aware instant."""

    id: UUID
    restaurant_id: UUID
    email: str
    name: str
    role: Role
    locale: str
    active: bool
    created_at: datetime


@dataclass(frozen=True, slots=True)
class PersonChange:
    """What to change about a person; None leaves it as it is."""

    email: str | None = None
    name: str | None = None
    role: str | None = None
    locale: str | None = None
    active: bool | None = None
    password: str | None = None

    @property
    def ends_sessions(self) -> bool:
        """Whether the person must sign in again."""
        return self.password is not None or self.active is False


class People:
    """Use cases about staff accounts."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools

    def page(self, caller: Caller, limit: int, after: UUID | None = None) -> Page[StaffMember]:
        """The people of the caller's restaurant, in the order they were added."""
        with self._tools.database.tenant(tenant_of(caller)) as tx:
            rows = store.staff_page(tx, after, limit + 1)
        return page_of(rows, limit, self._member)

    def one(self, caller: Caller, staff_id: UUID) -> StaffMember:
        """One person; raises Refusal('not_found')."""
        with self._tools.database.tenant(tenant_of(caller)) as tx:
            return self._member(_found(store.staff_member(tx, staff_id)))

    def names(self, restaurant_id: UUID, ids: Sequence[UUID]) -> dict[UUID, str]:
        """What people, devices and keys of the restaurant are called; who is no longer there is left out."""
        with self._tools.database.reading(restaurant_id) as tx:
            rows = store.names_of(tx, ids)
        return {row["id"]: row["name"] or self._opened(restaurant_id, row) for row in rows}

    def add(
        self, caller: Caller, *, email: str, name: str, role: str, password: str, locale: str
    ) -> StaffMember:
        """A new account. Raises Refusal: 'forbidden', or 'invalid_request' naming `email` or `password`."""
        if not may_manage(caller.kind, role):
            raise Refusal("forbidden")
        restaurant_id = tenant_of(caller)
        address = require_email(email)
        hashed = self._tools.passwords.hash(require_password("password", password, address))
        now = self._tools.clock.now()
        staff_id = uuid7()
        values = {
            "id": staff_id,
            "role": role,
            "password_hash": hashed,
            "locale": locale,
            "created_at": now,
            **self._sealed(restaurant_id, address, name),
        }
        with self._tools.database.tenant(restaurant_id) as tx:
            if not store.insert_staff(tx, values):
                raise field_refusal("email", "taken")
            _audit(tx, caller, "staff.created", staff_id, None, {"role": role, "locale": locale}, now)
            return self._member(_found(store.staff_member(tx, staff_id)))

    def change(self, caller: Caller, staff_id: UUID, change: PersonChange) -> StaffMember:
        """Changes an account. Raises Refusal: 'not_found', 'forbidden', or 'invalid_request' naming
        a field.
        """
        restaurant_id = tenant_of(caller)
        hashed = self._new_hash(caller, staff_id, change)
        now = self._tools.clock.now()
        try:
            with self._tools.database.tenant(restaurant_id) as tx:
                # Owners first, always in the same order, so that two changes cannot wait for each other.
                owners = store.lock_active_owners(tx)
                before = _found(store.lock_staff_member(tx, staff_id))
                _require_authority(caller, before, change)
                _keep_an_owner(owners, before, change)
                store.update_staff(tx, staff_id, self._changed(before, change, hashed))
                self._after_change(tx, caller, before, change, now)
                member = self._member(_found(store.staff_member(tx, staff_id)))
        except IntegrityError as taken:
            if sqlstate(taken) != _UNIQUE_VIOLATION:
                raise
            raise field_refusal("email", "taken") from None
        self._tools.cache.forget(restaurant_id)
        return member

    # -- steps -----------------------------------------------------------------------------------------------

    def _new_hash(self, caller: Caller, staff_id: UUID, change: PersonChange) -> str | None:
        """Hashed before the transaction, which must not last that long."""
        if change.password is None:
            return None
        current = self.one(caller, staff_id)
        email = (
            require_email(change.email) if change.email is not None else normalise_email(current.email) or ""
        )
        return self._tools.passwords.hash(require_password("password", change.password, email))

    def _changed(self, before: Row, change: PersonChange, hashed: str | None) -> dict[str, Any]:
        current = self._member(before)
        address = require_email(change.email) if change.email is not None else current.email
        name = change.name if change.name is not None else current.name
        return {
            "role": change.role or before["role"],
            "locale": change.locale or before["locale"],
            "active": before["active"] if change.active is None else change.active,
            "password_hash": hashed or before["password_hash"],
            **self._sealed(before["restaurant_id"], address, name),
        }

    def _after_change(self, tx: Tx, caller: Caller, before: Row, change: PersonChange, now: datetime) -> None:
        if change.ends_sessions:
            store.revoke_sessions_of(tx, before["id"], now)
        after = store.staff_member(tx, before["id"])
        _audit(tx, caller, "staff.changed", before["id"], _facts(before), _facts(_found(after), change), now)

    def _opened(self, restaurant_id: UUID, row: Row) -> str:
        return self._tools.cipher.open(restaurant_id, NAME_FIELD, row["name_sealed"]) or ""

    def _sealed(self, restaurant_id: UUID, address: str, name: str) -> dict[str, object]:
        cipher = self._tools.cipher
        return {
            "email_index": cipher.blind(None, EMAIL_FIELD, address),
            "email_sealed": cipher.seal(restaurant_id, EMAIL_FIELD, address),
            "name_sealed": cipher.seal(restaurant_id, NAME_FIELD, name),
        }

    def _member(self, row: Row) -> StaffMember:
        cipher, restaurant_id = self._tools.cipher, row["restaurant_id"]
        return StaffMember(
            id=row["id"],
            restaurant_id=restaurant_id,
            email=cipher.open(restaurant_id, EMAIL_FIELD, row["email_sealed"]) or "",
            name=self._opened(restaurant_id, row),
            role=row["role"],
            locale=row["locale"],
            active=row["active"],
            created_at=row["created_at"],
        )


def _found(row: Row | None) -> Row:
    if row is None:
        raise Refusal("not_found")
    return row


def _require_authority(caller: Caller, before: Row, change: PersonChange) -> None:
    if not may_manage(caller.kind, before["role"], change.role or before["role"]):
        raise Refusal("forbidden")


def _keep_an_owner(owners: list[UUID], before: Row, change: PersonChange) -> None:
    if owners != [before["id"]]:
        return
    if change.active is False:
        raise field_refusal("active", "last_owner")
    if change.role not in (None, "owner"):
        raise field_refusal("role", "last_owner")


def _facts(row: Row, change: PersonChange | None = None) -> dict[str, object]:
    """What the audit keeps of an account: no name, no address, only that they were changed."""
    facts: dict[str, object] = {name: row[name] for name in ("role", "locale", "active")}
    if change is not None:
        facts["replaced"] = [
            name for name in ("email", "name", "password") if getattr(change, name) is not None
        ]
    return facts


def _audit(
    tx: Tx,
    caller: Caller,
    action: str,
    staff_id: UUID,
    before: Mapping[str, object] | None,
    after: Mapping[str, object],
    now: datetime,
) -> None:
    Audit.write(tx, caller.label, action, "staff", staff_id, before, after, now=now)
