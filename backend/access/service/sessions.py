"""Signing in and out: sessions, their rotating refresh tokens, one's own password. Called by the `/auth`
routes.

A session is a family of refresh tokens. Each is used once; what a repeated one means is decided in
`domain.sessions`.
"""

from __future__ import annotations

import hashlib
import hmac
import logging
import secrets as randomness
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from backend.access import store
from backend.access.domain import (
    REFRESH_PREFIX,
    RefreshFacts,
    Verdict,
    credential,
    fingerprint,
    judge_refresh,
    normalise_email,
    well_formed,
)
from backend.access.keyring import refresh_key
from backend.access.service.tools import EMAIL_FIELD, Tools, require_password, tenant_of
from backend.access.tokens import AccessTokens
from backend.platform.audit import Audit
from backend.platform.database import Row, Tx
from backend.platform.http.caller import Caller
from backend.platform.ids import uuid7
from backend.platform.refusals import Refusal, field_refusal

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Session:
    """What a client keeps of a session. `expires_in` is the access token's life in seconds."""

    access_token: str
    refresh_token: str
    expires_in: int


class Sessions:
    """Use cases about sessions."""

    def __init__(self, tools: Tools, tokens: AccessTokens) -> None:
        self._tools = tools
        self._tokens = tokens

    def sign_in(self, email: str, password: str, address: str) -> Session:
        """A new session. Raises Refusal: 'invalid_credentials', 'rate_limited' (by address and by
        account).
        """
        index = self._tools.cipher.blind(None, EMAIL_FIELD, normalise_email(email) or email.strip()) or b""
        self._count_attempt(address, index)
        account = self._account(index)
        # An unknown e-mail takes the same look-ups and the same hashing, so the time says nothing.
        matches = self._tools.passwords.matches(account["password_hash"] if account else None, password)
        if account is None or not matches or not account["active"]:
            log.info("sign-in refused", extra={"staff": str(account["id"]) if account else "unknown"})
            raise Refusal("invalid_credentials")
        return self._begin(account, self._renewed_hash(account, password))

    def refresh(self, token: str) -> Session:
        """The next tokens of a session. Raises Refusal: 'unauthenticated', 'token_expired',
        'token_reused'.
        """
        restaurant_id = self._restaurant_of(token)
        if restaurant_id is None:
            raise Refusal("unauthenticated")
        now = self._tools.clock.now()
        successor = self._successor(token)
        with self._tools.database.tenant(restaurant_id) as tx:
            store.lock_account_of(tx, fingerprint(token))
            row = store.refresh_token(tx, fingerprint(token), fingerprint(successor))
            verdict = _judge(row, now, self._tools)
            if row is not None and verdict is Verdict.ROTATE:
                self._rotate(tx, row, token, successor, now)
            if row is not None and verdict is Verdict.REUSED:
                _end(tx, row, "system:access", "session.reuse_detected", now)
        if row is None or verdict is Verdict.EXPIRED:
            raise Refusal("token_expired")
        if verdict is Verdict.REUSED:
            # Raised after the transaction, which must keep the revocation.
            self._tools.cache.forget(restaurant_id)
            raise Refusal("token_reused")
        return self._session(row["staff_id"], restaurant_id, row["family"], row["role"], successor, now)

    def sign_out(self, token: str) -> None:
        """Ends the session of a refresh token. A token that is unknown has no session to end: no refusal."""
        restaurant_id = self._restaurant_of(token)
        if restaurant_id is None:
            return
        now = self._tools.clock.now()
        with self._tools.database.tenant(restaurant_id) as tx:
            store.lock_account_of(tx, fingerprint(token))
            row = store.refresh_token(tx, fingerprint(token), b"")
            if row is not None:
                _end(tx, row, f"{row['role']}:{row['staff_id']}", "staff.signed_out", now)
        self._tools.cache.forget(restaurant_id)

    def change_password(self, caller: Caller, current: str, new: str, address: str) -> Session:
        """Replaces one's own password, ends all one's sessions and begins a new one.

        Raises a refusal of 'currentPassword' (wrong_password) or 'newPassword', or 'rate_limited'.
        """
        restaurant_id = tenant_of(caller)
        if caller.id is None:
            raise Refusal("forbidden")
        with self._tools.database.tenant(restaurant_id) as tx:
            account = store.staff_member(tx, caller.id)
        if account is None:
            raise Refusal("unauthenticated")
        email = self._tools.cipher.open(restaurant_id, EMAIL_FIELD, account["email_sealed"]) or ""
        self._count_attempt(address, self._tools.cipher.blind(None, EMAIL_FIELD, email) or b"")
        if not self._tools.passwords.matches(account["password_hash"], current):
            raise field_refusal("currentPassword", "wrong_password")
        fresh = self._tools.passwords.hash(require_password("newPassword", new, email))
        return self._replace_password(caller, account, fresh)

    # -- steps -----------------------------------------------------------------------------------------------

    def _count_attempt(self, address: str, index: bytes) -> None:
        most = self._tools.options.logins_per_minute
        self._tools.limiter.pass_or_refuse(f"login:address:{address}", most)
        self._tools.limiter.pass_or_refuse(f"login:account:{index.hex()}", most)

    def _account(self, index: bytes) -> Row | None:
        with self._tools.database.platform() as tx:
            found = store.find_staff(tx, index)
        restaurant_id, staff_id = (found["restaurant_id"], found["id"]) if found else (uuid4(), uuid4())
        with self._tools.database.tenant(restaurant_id) as tx:
            return store.staff_member(tx, staff_id)

    def _renewed_hash(self, account: Row, password: str) -> str | None:
        """A hash with today's costs when the stored one was made with others."""
        outdated = self._tools.passwords.is_outdated(account["password_hash"])
        return self._tools.passwords.hash(password) if outdated else None

    def _begin(self, account: Row, fresh_hash: str | None) -> Session:
        now = self._tools.clock.now()
        with self._tools.database.tenant(account["restaurant_id"]) as tx:
            current = store.lock_staff_member(tx, account["id"])
            # The account may have been switched off, or its password replaced, while this one was being
            # checked.
            held = current is not None and current["password_hash"] == account["password_hash"]
            if current is None or not held or not current["active"]:
                raise Refusal("invalid_credentials")
            if fresh_hash is not None:
                store.set_password_hash(tx, current["id"], current["password_hash"], fresh_hash)
            return self._open_session(tx, current, "staff.signed_in", now)

    def _open_session(self, tx: Tx, account: Row, action: str, now: datetime) -> Session:
        family = uuid7()
        token = credential(REFRESH_PREFIX, randomness.token_bytes(32))
        expires_at = now + self._tools.options.refresh_token
        store.insert_refresh_token(tx, fingerprint(token), account["id"], family, now, expires_at)
        actor = f"{account['role']}:{account['id']}"
        Audit.write(tx, actor, action, "staff", account["id"], after={"session": family}, now=now)
        return self._session(account["id"], account["restaurant_id"], family, account["role"], token, now)

    def _replace_password(self, caller: Caller, account: Row, fresh: str) -> Session:
        now = self._tools.clock.now()
        with self._tools.database.tenant(account["restaurant_id"]) as tx:
            if not store.set_password_hash(tx, account["id"], account["password_hash"], fresh):
                raise field_refusal("currentPassword", "wrong_password")
            store.revoke_sessions_of(tx, account["id"], now)
            session = self._open_session(tx, account, "staff.password_changed", now)
        self._tools.cache.forget(tenant_of(caller))
        return session

    def _rotate(self, tx: Tx, row: Row, token: str, successor: str, now: datetime) -> None:
        store.use_refresh_token(tx, fingerprint(token), now)
        expires_at = now + self._tools.options.refresh_token
        store.insert_refresh_token(
            tx, fingerprint(successor), row["staff_id"], row["family"], now, expires_at
        )
        store.drop_expired_tokens(tx, row["family"], now)

    def _successor(self, token: str) -> str:
        # Made from the token itself, so that asking twice cannot fork a session into two.
        return credential(
            REFRESH_PREFIX, hmac.digest(refresh_key(self._tools.secrets), token.encode(), hashlib.sha256)
        )

    def _session(
        self, staff_id: UUID, restaurant_id: UUID, family: UUID, role: str, token: str, now: datetime
    ) -> Session:
        access = self._tokens.issue(staff_id, restaurant_id, family, role, now)
        return Session(access, token, int(self._tokens.life.total_seconds()))

    def _restaurant_of(self, token: str) -> UUID | None:
        if not well_formed(token, REFRESH_PREFIX):
            return None
        with self._tools.database.platform() as tx:
            return store.find_refresh_token(tx, fingerprint(token))


def _judge(row: Row | None, now: datetime, tools: Tools) -> Verdict:
    if row is None:
        return Verdict.EXPIRED
    facts = RefreshFacts(
        expires_at=row["expires_at"],
        used_at=row["used_at"],
        revoked_at=row["revoked_at"],
        successor_used=row["successor_used"],
        account_active=row["active"],
    )
    return judge_refresh(facts, now, tools.options.refresh_grace)


def _end(tx: Tx, row: Row, actor: str, action: str, now: datetime) -> None:
    # Only the first end of a session is news; a replayed token must not fill the audit trail.
    if store.revoke_session(tx, row["family"], now):
        Audit.write(tx, actor, action, "staff", row["staff_id"], before={"session": row["family"]}, now=now)
