"""API keys: publishable ones for web pages, secret ones for a partner's server. Called by the `/api-keys`
routes and the pages.

A secret key is shown once. A publishable key is no secret: it is made from its id, so it can be shown again
whenever somebody needs the widget's snippet. Both are stored as SHA-256 only.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets as randomness
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from backend.access import store
from backend.access.domain import KEY_PREFIXES, credential, fingerprint, hint, may_handle_key
from backend.access.keyring import publishable_key_key
from backend.access.service.tools import Page, Tools, page_of, tenant_of
from backend.platform.audit import Audit
from backend.platform.database import Row, Tx
from backend.platform.http.caller import PUBLISHABLE, Caller
from backend.platform.ids import uuid7
from backend.platform.keys import SecretStore
from backend.platform.refusals import Refusal, field_refusal


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key as lists show it: `key` is None for a secret one. `limit_per_minute` None is the kind's
    default; no `origins` are all.
    """

    id: UUID
    kind: str
    name: str
    hint: str
    key: str | None
    limit_per_minute: int | None
    origins: tuple[str, ...]
    created_at: datetime
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class NewApiKey:
    """A key as it is shown when it is made."""

    key: str
    record: ApiKey


class ApiKeys:
    """Use cases about API keys."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools

    def page(self, caller: Caller, limit: int, after: UUID | None = None) -> Page[ApiKey]:
        """The restaurant's keys, revoked ones too, in the order they were made."""
        with self._tools.database.tenant(tenant_of(caller)) as tx:
            rows = store.api_keys_page(tx, after, limit + 1)
        return page_of(rows, limit, self._record)

    def create(
        self,
        caller: Caller,
        *,
        kind: str,
        name: str,
        limit_per_minute: int | None = None,
        origins: Sequence[str] = (),
    ) -> NewApiKey:
        """A new key; raises Refusal('forbidden') when the caller may not make one of that kind."""
        if not may_handle_key(caller.kind, kind):
            raise Refusal("forbidden")
        key_id = uuid7()
        key = (
            _publishable(self._tools.secrets, key_id)
            if kind == PUBLISHABLE
            else credential(KEY_PREFIXES[kind], randomness.token_bytes(32))
        )
        now = self._tools.clock.now()
        values = {
            "id": key_id,
            "kind": kind,
            "key_hash": fingerprint(key),
            "hint": hint(key),
            "name": name,
            "limit_per_minute": limit_per_minute,
            "origins": _for_pages(kind, origins),
            "created_at": now,
        }
        with self._tools.database.tenant(tenant_of(caller)) as tx:
            store.insert_api_key(tx, values)
            after: dict[str, object] = {"kind": kind, "limitPerMinute": limit_per_minute}
            if origins:
                after["origins"] = values["origins"]
            Audit.write(tx, caller.label, "api_key.created", "api_key", key_id, after=after, now=now)
        return NewApiKey(key, self._record({**values, "revoked_at": None}))

    def limit_to(self, caller: Caller, key_id: UUID, origins: Sequence[str]) -> ApiKey:
        """From now on the key may be used on those sites' pages only; none named: on all. Raises Refusal:
        'not_found', 'forbidden', 'invalid_request' for a secret key, which belongs on no page.
        """
        restaurant_id = tenant_of(caller)
        now = self._tools.clock.now()
        with self._tools.database.tenant(restaurant_id) as tx:
            row = self._lock(tx, caller, key_id)
            wanted = _for_pages(row["kind"], origins)
            store.set_key_origins(tx, key_id, wanted)
            before, after = {"origins": list(row["origins"])}, {"origins": wanted}
            Audit.write(
                tx, caller.label, "api_key.limited", "api_key", key_id, before=before, after=after, now=now
            )
        self._tools.cache.forget(restaurant_id)
        return self._record({**row, "origins": wanted})

    def revoke(self, caller: Caller, key_id: UUID) -> ApiKey:
        """Ends a key's access; again does nothing. Raises Refusal: 'not_found', 'forbidden'."""
        restaurant_id = tenant_of(caller)
        now = self._tools.clock.now()
        with self._tools.database.tenant(restaurant_id) as tx:
            row = self._lock(tx, caller, key_id)
            if row["revoked_at"] is None:
                store.revoke_api_key(tx, key_id, now)
                Audit.write(tx, caller.label, "api_key.revoked", "api_key", key_id, now=now)
                row = {**row, "revoked_at": now}
        self._tools.cache.forget(restaurant_id)
        return self._record(row)

    def publishable(self, restaurant_id: UUID) -> str | None:
        """The key for the restaurant's own page: its oldest publishable one that holds, or None."""
        with self._tools.database.tenant(restaurant_id) as tx:
            row = store.first_publishable_key(tx)
        return self._shown(row) if row else None

    @staticmethod
    def _lock(tx: Tx, caller: Caller, key_id: UUID) -> Row:
        row = store.lock_api_key(tx, key_id)
        if row is None:
            raise Refusal("not_found")
        if not may_handle_key(caller.kind, row["kind"]):
            raise Refusal("forbidden")
        return row

    def _record(self, row: Row) -> ApiKey:
        return ApiKey(
            id=row["id"],
            kind=row["kind"],
            name=row["name"],
            hint=row["hint"],
            key=self._shown(row),
            limit_per_minute=row["limit_per_minute"],
            origins=tuple(row["origins"]),
            created_at=row["created_at"],
            revoked_at=row["revoked_at"],
        )

    def _shown(self, row: Row) -> str | None:
        if row["kind"] != PUBLISHABLE:
            return None
        key = _publishable(self._tools.secrets, row["id"])
        # A key imported from another installation was made from another secret and cannot be shown.
        return key if fingerprint(key) == bytes(row["key_hash"]) else None


def _for_pages(kind: str, origins: Sequence[str]) -> list[str]:
    if origins and kind != PUBLISHABLE:
        raise field_refusal("origins", "not_for_secret_keys")
    return list(dict.fromkeys(origins))


def _publishable(secrets: SecretStore, key_id: UUID) -> str:
    made = hmac.digest(publishable_key_key(secrets), key_id.bytes, hashlib.sha256)
    return credential(KEY_PREFIXES[PUBLISHABLE], made)
