"""Finds out who calls: API key, staff access token, device token or guest link. Used by the HTTP edge and the
live feed.

What a credential stands for is asked of the database at most every few seconds (`CallerCache`), so that a
revocation takes effect within that time everywhere and at once in the process that revoked.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from backend.access import store
from backend.access.caller_cache import CallerCache
from backend.access.domain import (
    DEVICE_PREFIX,
    GUEST_PREFIX,
    KEY_PREFIXES,
    fingerprint,
    kind_of_key,
    read_guest_link,
    well_formed,
)
from backend.access.keyring import guest_link_key
from backend.access.last_seen import LastSeen
from backend.access.tokens import AccessClaims, AccessTokens
from backend.platform.clock import Clock
from backend.platform.database import Database
from backend.platform.http.caller import (
    ANYONE,
    DEVICE,
    GUEST,
    PUBLISHABLE,
    SECRET,
    STAFF,
    Caller,
)
from backend.platform.keys import SecretStore
from backend.platform.limits import RateLimiter
from backend.platform.refusals import Refusal

if TYPE_CHECKING:
    from flask import Request

_LONGEST_TOKEN = 4096
_LIVE_FEED = STAFF | {DEVICE, SECRET}
# Their proof is in the body. A stale header beside it, which many clients send always, must not stand in the
# way.
_PROOF_IN_BODY = frozenset(
    f"/api/v1{path}" for path in ("/auth/login", "/auth/refresh", "/auth/logout", "/devices/enrol")
)


@dataclass(frozen=True, slots=True)
class CallerLimits:
    """Calls a minute; `backend.wiring` fills them from `backend.settings`."""

    publishable: int = 300  # by key and address
    secret: int = 3000
    staff: int = 1200  # by person or device
    guest: int = 120  # by booking
    anonymous: int = 60  # by address; wrong credentials count here too


class AccessAuthenticator:
    """The `Authenticator` of the HTTP edge, and the live feed's."""

    def __init__(
        self,
        database: Database,
        secrets: SecretStore,
        tokens: AccessTokens,
        limiter: RateLimiter,
        clock: Clock,
        *,
        cache: CallerCache,
        last_seen: LastSeen,
        limits: CallerLimits | None = None,
        public_url: str = "",
    ) -> None:
        self._database = database
        self._secrets = secrets
        self._tokens = tokens
        self._limiter = limiter
        self._clock = clock
        self._cache = cache
        self._last_seen = last_seen
        self._limits = limits or CallerLimits()
        self._public_url = public_url.rstrip("/")

    def authenticate(self, request: Request) -> Caller:
        """The caller of a request; `anyone` without credentials.

        Raises Refusal: 'unauthenticated' (wrong, expired, revoked), 'token_expired' (staff tokens),
        'rate_limited' for an address that keeps sending wrong ones, and 'origin_not_allowed' for a
        publishable key on a page of a site that it is not for.
        """
        if request.path in _PROOF_IN_BODY:
            return Caller(ANYONE)
        try:
            caller = self._of_headers(request.headers.get("Authorization"), request.headers.get("X-Api-Key"))
        except Refusal as refusal:
            if refusal.code == "unauthenticated":
                self._count_anonymous(request.remote_addr or "")
            raise
        if caller.origins:
            self.check_origin(caller, request.headers.get("Origin"), request.host_url)
        return caller

    def check_origin(self, caller: Caller, origin: str | None, host_url: str) -> None:
        """Raises Refusal('origin_not_allowed') unless the caller's key is for that site or the page is our own."""
        own = (host_url.rstrip("/"), self._public_url)
        if not caller.allows_origin(origin) and origin not in own:
            raise Refusal("origin_not_allowed")

    def authenticate_page(self, key: str, origin: str | None, host_url: str, address: str) -> Caller:
        """The caller of a page's chat by its API key, counted as a request is. Raises what `authenticate` and `count` do."""
        try:
            caller = self.check_page(key, origin, host_url)
        except Refusal as refusal:
            if refusal.code == "unauthenticated":
                self._count_anonymous(address)
            raise
        self.count(caller, address)
        return caller

    def check_page(self, key: str, origin: str | None, host_url: str) -> Caller:
        """The same without counting: for a chat that is open, now and then."""
        caller = self._of_headers(None, key)
        if caller.origins:
            self.check_origin(caller, origin, host_url)
        return caller

    def authenticate_token(self, token: str) -> Caller:
        """The caller of a live feed: staff, devices and secret keys. Cheap enough to ask again at each
        heartbeat.

        Raises Refusal: 'unauthenticated', 'token_expired', 'forbidden' (a publishable key or a guest link).
        """
        caller = self._of_token(token)
        if caller.kind not in _LIVE_FEED:
            raise Refusal("forbidden")
        return caller

    def count(self, caller: Caller, address: str) -> None:
        """Counts a call against the caller's limit; raises Refusal('rate_limited')."""
        limits = self._limits
        if caller.kind == ANYONE:
            self._count_anonymous(address)
        elif caller.kind == PUBLISHABLE:
            # By address too: one diner's browser must not use up the page of all the others.
            most = caller.limit_per_minute or limits.publishable
            self._limiter.pass_or_refuse(f"publishable:{caller.id}:{address}", most)
        elif caller.kind == SECRET:
            self._limiter.pass_or_refuse(f"secret:{caller.id}", caller.limit_per_minute or limits.secret)
        elif caller.kind == GUEST:
            self._limiter.pass_or_refuse(f"guest:{caller.reservation_id}", limits.guest)
        else:
            self._limiter.pass_or_refuse(f"house:{caller.id}", limits.staff)

    # -- one kind after the other ----------------------------------------------------------------------------

    def _of_headers(self, authorization: str | None, api_key: str | None) -> Caller:
        if authorization is not None:
            scheme, _, token = authorization.strip().partition(" ")
            if scheme.lower() != "bearer":
                raise Refusal("unauthenticated")
            return self._of_token(token.strip())
        if api_key is None:
            return Caller(ANYONE)
        if not api_key.startswith(tuple(KEY_PREFIXES.values())):
            raise Refusal("unauthenticated")
        return self._of_token(api_key)

    def _of_token(self, token: str) -> Caller:
        if len(token) > _LONGEST_TOKEN or not token.isascii():
            raise Refusal("unauthenticated")
        if token.startswith(GUEST_PREFIX):
            return self._guest(token)
        if token.startswith(DEVICE_PREFIX):
            return self._device(token)
        if token.startswith(tuple(KEY_PREFIXES.values())):
            return self._api_key(token)
        return self._staff(token)

    def _guest(self, token: str) -> Caller:
        link = read_guest_link(guest_link_key(self._secrets), token, self._clock.now())
        if link is None:
            raise Refusal("unauthenticated")
        return Caller(GUEST, link.restaurant_id, link.reservation_id, link.reservation_id)

    def _device(self, token: str) -> Caller:
        if not well_formed(token, DEVICE_PREFIX):
            raise Refusal("unauthenticated")
        digest = fingerprint(token)
        caller = _held(self._cache.get(digest, lambda: self._look_up_device(digest)))
        if caller.restaurant_id is not None and caller.id is not None:
            self._last_seen.note(caller.restaurant_id, caller.id, self._clock.now())
        return caller

    def _look_up_device(self, digest: bytes) -> Caller | None:
        with self._database.platform() as tx:
            row = store.find_device(tx, digest)
        if row is None or row["revoked"]:
            return None
        return Caller(DEVICE, row["restaurant_id"], row["id"], name=row["name"])

    def _api_key(self, token: str) -> Caller:
        if kind_of_key(token) is None:
            raise Refusal("unauthenticated")
        digest = fingerprint(token)
        return _held(self._cache.get(digest, lambda: self._look_up_key(digest)))

    def _look_up_key(self, digest: bytes) -> Caller | None:
        with self._database.platform() as tx:
            row = store.find_api_key(tx, digest)
        if row is None:
            return None
        return Caller(
            row["kind"],
            row["restaurant_id"],
            row["id"],
            limit_per_minute=row["limit_per_minute"],
            origins=tuple(row["origins"]),
        )

    def _staff(self, token: str) -> Caller:
        claims = self._tokens.read(token, self._clock.now())
        entry = b"session:" + claims.session_id.bytes + claims.staff_id.bytes
        return _held(self._cache.get(entry, lambda: self._look_up_session(claims)))

    def _look_up_session(self, claims: AccessClaims) -> Caller | None:
        """By today's role and only while the session runs: a token outlives neither a demotion nor a sign-
        out.
        """
        with self._database.tenant(claims.restaurant_id) as tx:
            role = store.staff_session(tx, claims.staff_id, claims.session_id, self._clock.now())
        if role is None:
            return None
        return Caller(role, claims.restaurant_id, claims.staff_id)

    def _count_anonymous(self, address: str) -> None:
        self._limiter.pass_or_refuse(f"anonymous:{address}", self._limits.anonymous)


def _held(caller: Caller | None) -> Caller:
    if caller is None:
        raise Refusal("unauthenticated")
    return caller
