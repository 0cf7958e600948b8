"""The only SQL of this folder: staff, refresh tokens, devices, enrolment codes, API keys. Called by services
and the authenticator.

`find_*` come before the tenant is known and go through the schema's SECURITY DEFINER functions; all else runs
in a tenant's transaction, where row-level security shows one restaurant.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from backend.platform.database import Row, Tx, id_array

# before the tenant is known ---------------------------------------------------------------------------------


def find_staff(tx: Tx, email_index: bytes) -> Row | None:
    """`id, restaurant_id` of the account with that e-mail."""
    return tx.one("SELECT id, restaurant_id FROM find_staff(:index)", index=email_index)


def find_refresh_token(tx: Tx, token_hash: bytes) -> UUID | None:
    """The restaurant of a refresh token."""
    found: UUID | None = tx.value("SELECT restaurant_id FROM find_refresh_token(:hash)", hash=token_hash)
    return found


def find_device(tx: Tx, token_hash: bytes) -> Row | None:
    """`id, restaurant_id, name, revoked` of a device token."""
    return tx.one("SELECT id, restaurant_id, name, revoked FROM find_device(:hash)", hash=token_hash)


def find_api_key(tx: Tx, key_hash: bytes) -> Row | None:
    """`id, restaurant_id, kind, limit_per_minute, origins` of a key that is not revoked."""
    return tx.one(
        "SELECT id, restaurant_id, kind, limit_per_minute, origins FROM find_api_key(:hash)", hash=key_hash
    )


def find_enrolment(tx: Tx, code_hash: bytes) -> UUID | None:
    """The restaurant of an enrolment code."""
    found: UUID | None = tx.value("SELECT restaurant_id FROM find_enrolment(:hash)", hash=code_hash)
    return found


# staff ------------------------------------------------------------------------------------------------------

_AFTER = "(CAST(:after AS uuid) IS NULL OR id > :after)"
_STAFF = "id, restaurant_id, email_sealed, name_sealed, role, password_hash, locale, active, created_at"


def staff_member(tx: Tx, staff_id: UUID) -> Row | None:
    """One person of the house."""
    return tx.one(f"SELECT {_STAFF} FROM staff WHERE id = :id", id=staff_id)


def names_of(tx: Tx, ids: Sequence[UUID]) -> list[Row]:
    """What people (sealed), devices and keys are called: `{id, name_sealed, name}`."""
    return tx.all(
        """
        SELECT id, name_sealed, NULL AS name FROM staff WHERE id = ANY(CAST(:ids AS uuid[]))
        UNION ALL SELECT id, NULL, name FROM devices WHERE id = ANY(CAST(:ids AS uuid[]))
        UNION ALL SELECT id, NULL, name FROM api_keys WHERE id = ANY(CAST(:ids AS uuid[]))
        """,
        ids=id_array(ids),
    )


def lock_staff_member(tx: Tx, staff_id: UUID) -> Row | None:
    """The same, held until the transaction ends."""
    return tx.one(f"SELECT {_STAFF} FROM staff WHERE id = :id FOR NO KEY UPDATE", id=staff_id)


def staff_page(tx: Tx, after: UUID | None, limit: int) -> list[Row]:
    """People in the order they were added."""
    return tx.all(
        f"SELECT {_STAFF} FROM staff WHERE {_AFTER} ORDER BY id LIMIT :limit",
        after=after,
        limit=limit,
    )


def lock_active_owners(tx: Tx) -> list[UUID]:
    """The owners who can sign in, held so that two of them cannot switch each other off at once."""
    rows = tx.all("SELECT id FROM staff WHERE role = 'owner' AND active ORDER BY id FOR NO KEY UPDATE")
    return [row["id"] for row in rows]


def insert_staff(tx: Tx, values: Mapping[str, object]) -> bool:
    """Adds a person; False when some account, here or elsewhere, already has the e-mail."""
    added = tx.run(
        """
        INSERT INTO staff (id, restaurant_id, email_index, email_sealed, name_sealed, role, password_hash,
                           locale, created_at)
        VALUES (:id, :restaurant_id, :email_index, :email_sealed, :name_sealed, :role, :password_hash,
                :locale, :created_at)
        ON CONFLICT (email_index) DO NOTHING
        """,
        restaurant_id=tx.restaurant_id,
        **values,
    )
    return added == 1


def update_staff(tx: Tx, staff_id: UUID, values: Mapping[str, object]) -> None:
    """Writes a person's account; raises IntegrityError when some other account has the e-mail."""
    tx.run(
        """
        UPDATE staff SET role = :role, locale = :locale, active = :active, name_sealed = :name_sealed,
            email_sealed = :email_sealed, email_index = :email_index, password_hash = :password_hash
        WHERE id = :id
        """,
        id=staff_id,
        **values,
    )


def set_password_hash(tx: Tx, staff_id: UUID, before: str, after: str) -> bool:
    """Replaces the hash unless it has changed meanwhile."""
    return (
        tx.run(
            "UPDATE staff SET password_hash = :after WHERE id = :id AND password_hash = :before",
            id=staff_id,
            before=before,
            after=after,
        )
        == 1
    )


def staff_session(tx: Tx, staff_id: UUID, session_id: UUID, now: datetime) -> str | None:
    """The role of a person who is active and whose session still runs, else None."""
    found: str | None = tx.value(
        """
        SELECT s.role FROM staff s WHERE s.id = :staff_id AND s.active AND EXISTS (
            SELECT 1 FROM refresh_tokens t WHERE t.family = :session_id AND t.staff_id = s.id
            AND t.revoked_at IS NULL AND t.expires_at > :now)
        """,
        staff_id=staff_id,
        session_id=session_id,
        now=now,
    )
    return found


# refresh tokens: a family is one session --------------------------------------------------------------------


def insert_refresh_token(
    tx: Tx, token_hash: bytes, staff_id: UUID, family: UUID, now: datetime, expires_at: datetime
) -> None:
    """Adds a token to a session."""
    tx.run(
        """
        INSERT INTO refresh_tokens (token_hash, restaurant_id, staff_id, family, expires_at, created_at)
        VALUES (:token_hash, :restaurant_id, :staff_id, :family, :expires_at, :now)
        """,
        token_hash=token_hash,
        restaurant_id=tx.restaurant_id,
        staff_id=staff_id,
        family=family,
        expires_at=expires_at,
        now=now,
    )


def lock_account_of(tx: Tx, token_hash: bytes) -> None:
    """Holds the token's account until the transaction ends: a person's sessions change one at a time."""
    tx.run(
        """
        SELECT 1 FROM staff WHERE id = (SELECT staff_id FROM refresh_tokens WHERE token_hash = :token_hash)
        FOR NO KEY UPDATE
        """,
        token_hash=token_hash,
    )


def refresh_token(tx: Tx, token_hash: bytes, successor_hash: bytes) -> Row | None:
    """The token with its account and whether its successor was used."""
    return tx.one(
        """
        SELECT t.staff_id, t.family, t.expires_at, t.used_at, t.revoked_at, s.role, s.active,
            EXISTS (SELECT 1 FROM refresh_tokens n WHERE n.token_hash = :successor AND n.used_at IS NOT NULL)
            AS successor_used
        FROM refresh_tokens t JOIN staff s ON s.id = t.staff_id
        WHERE t.token_hash = :token_hash
        """,
        token_hash=token_hash,
        successor=successor_hash,
    )


def use_refresh_token(tx: Tx, token_hash: bytes, now: datetime) -> None:
    """Marks a token as used."""
    tx.run(
        "UPDATE refresh_tokens SET used_at = :now WHERE token_hash = :token_hash",
        token_hash=token_hash,
        now=now,
    )


def revoke_session(tx: Tx, family: UUID, now: datetime) -> int:
    """Ends a session; how many of its tokens were still good."""
    return tx.run(
        "UPDATE refresh_tokens SET revoked_at = :now WHERE family = :family AND revoked_at IS NULL",
        family=family,
        now=now,
    )


def revoke_sessions_of(tx: Tx, staff_id: UUID, now: datetime) -> int:
    """Ends every session of a person."""
    return tx.run(
        "UPDATE refresh_tokens SET revoked_at = :now WHERE staff_id = :staff_id AND revoked_at IS NULL",
        staff_id=staff_id,
        now=now,
    )


def drop_expired_tokens(tx: Tx, family: UUID, now: datetime) -> None:
    """Deletes what a long session has left behind."""
    tx.run("DELETE FROM refresh_tokens WHERE family = :family AND expires_at <= :now", family=family, now=now)


# devices and their enrolment --------------------------------------------------------------------------------

_DEVICE = "id, name, enrolled_at, seen_at, revoked_at"
# A code is named by the first 16 bytes of its fingerprint, written as a UUID.
_CODE_ID = "CAST(encode(substring(code_hash FROM 1 FOR 16), 'hex') AS uuid)"


def insert_enrolment_code(tx: Tx, values: Mapping[str, object]) -> None:
    """Adds a code."""
    tx.run(
        """
        INSERT INTO enrolment_codes (code_hash, restaurant_id, uses_left, expires_at, created_by, created_at)
        VALUES (:code_hash, :restaurant_id, :uses_left, :expires_at, :created_by, :created_at)
        """,
        restaurant_id=tx.restaurant_id,
        **values,
    )


def enrolment_codes_page(tx: Tx, now: datetime, after: UUID | None, limit: int) -> list[Row]:
    """The codes that can still be used."""
    return tx.all(
        f"""
        SELECT {_CODE_ID} AS id, uses_left, expires_at, created_by, created_at FROM enrolment_codes
        WHERE uses_left > 0 AND expires_at > :now AND (CAST(:after AS uuid) IS NULL OR {_CODE_ID} > :after)
        ORDER BY 1 LIMIT :limit
        """,
        now=now,
        after=after,
        limit=limit,
    )


def use_enrolment_code(tx: Tx, code_hash: bytes, now: datetime) -> bool:
    """Takes one use; False when none is left or the time is over."""
    return (
        tx.run(
            """
            UPDATE enrolment_codes SET uses_left = uses_left - 1
            WHERE code_hash = :code_hash AND uses_left > 0 AND expires_at > :now
            """,
            code_hash=code_hash,
            now=now,
        )
        == 1
    )


def can_enrol(tx: Tx, code_hash: bytes, now: datetime) -> bool:
    """Whether a code has a use left and its time is not over."""
    return bool(
        tx.value(
            """
        SELECT true FROM enrolment_codes
        WHERE code_hash = :code_hash AND uses_left > 0 AND expires_at > :now
        """,
            code_hash=code_hash,
            now=now,
        )
    )


def withdraw_enrolment_code(tx: Tx, code_id: UUID) -> bool:
    """Takes every use of a code away; False when there is no such usable code."""
    return (
        tx.run(
            f"UPDATE enrolment_codes SET uses_left = 0 WHERE {_CODE_ID} = :id AND uses_left > 0", id=code_id
        )
        == 1
    )


def drop_expired_codes(tx: Tx, before: datetime) -> None:
    """Deletes codes whose time was over before that instant."""
    tx.run("DELETE FROM enrolment_codes WHERE expires_at < :before", before=before)


def insert_device(tx: Tx, device_id: UUID, name: str, token_hash: bytes, now: datetime) -> None:
    """Adds an enrolled device."""
    tx.run(
        """
        INSERT INTO devices (id, restaurant_id, name, token_hash, enrolled_at, seen_at)
        VALUES (:id, :restaurant_id, :name, :token_hash, :now, :now)
        """,
        id=device_id,
        restaurant_id=tx.restaurant_id,
        name=name,
        token_hash=token_hash,
        now=now,
    )


def devices_page(tx: Tx, after: UUID | None, limit: int) -> list[Row]:
    """Devices in the order they were enrolled."""
    return tx.all(
        f"SELECT {_DEVICE} FROM devices WHERE {_AFTER} ORDER BY id LIMIT :limit",
        after=after,
        limit=limit,
    )


def lock_device(tx: Tx, device_id: UUID) -> Row | None:
    """One device, held until the transaction ends."""
    return tx.one(f"SELECT {_DEVICE} FROM devices WHERE id = :id FOR UPDATE", id=device_id)


def revoke_device(tx: Tx, device_id: UUID, now: datetime) -> None:
    """Ends a device's access."""
    tx.run("UPDATE devices SET revoked_at = :now WHERE id = :id", id=device_id, now=now)


def mark_seen(tx: Tx, devices: Mapping[UUID, datetime], every: timedelta) -> int:
    """Writes when devices were last heard of, each at most once in `every` by all processes together."""
    return tx.run(
        """
        UPDATE devices SET seen_at = given.at
        FROM unnest(CAST(:ids AS uuid[]), CAST(:times AS timestamptz[])) AS given (id, at)
        WHERE devices.id = given.id AND (devices.seen_at IS NULL OR devices.seen_at <= given.at - :every)
        """,
        ids=list(devices),
        times=list(devices.values()),
        every=every,
    )


# API keys ---------------------------------------------------------------------------------------------------

_KEY = "id, kind, key_hash, hint, name, limit_per_minute, origins, created_at, revoked_at"


def insert_api_key(tx: Tx, values: Mapping[str, object]) -> None:
    """Adds a key."""
    tx.run(
        """
        INSERT INTO api_keys
            (id, restaurant_id, kind, key_hash, hint, name, limit_per_minute, origins, created_at)
        VALUES (:id, :restaurant_id, :kind, :key_hash, :hint, :name, :limit_per_minute, :origins, :created_at)
        """,
        restaurant_id=tx.restaurant_id,
        **values,
    )


def api_keys_page(tx: Tx, after: UUID | None, limit: int) -> list[Row]:
    """Keys in the order they were made, revoked ones too."""
    return tx.all(
        f"SELECT {_KEY} FROM api_keys WHERE {_AFTER} ORDER BY id LIMIT :limit",
        after=after,
        limit=limit,
    )


def first_publishable_key(tx: Tx) -> Row | None:
    """The oldest publishable key that still holds."""
    return tx.one(
        f"SELECT {_KEY} FROM api_keys WHERE kind = 'publishable' AND revoked_at IS NULL ORDER BY id LIMIT 1"
    )


def lock_api_key(tx: Tx, key_id: UUID) -> Row | None:
    """One key, held until the transaction ends."""
    return tx.one(f"SELECT {_KEY} FROM api_keys WHERE id = :id FOR UPDATE", id=key_id)


def set_key_origins(tx: Tx, key_id: UUID, origins: list[str]) -> None:
    """From which sites' pages a key may be used."""
    tx.run("UPDATE api_keys SET origins = :origins WHERE id = :id", id=key_id, origins=origins)


def revoke_api_key(tx: Tx, key_id: UUID, now: datetime) -> None:
    """Ends a key's access."""
    tx.run("UPDATE api_keys SET revoked_at = :now WHERE id = :id", id=key_id, now=now)
