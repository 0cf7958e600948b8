"""Staff access tokens: short-lived JWTs (HS256). Made by the sessions service, read by the authenticator.

A token names the person and the session; whether both still hold is asked of the database, so a token is
never the last word.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import jwt

from backend.access.keyring import access_token_key
from backend.platform.keys import SecretStore
from backend.platform.refusals import Refusal

_REQUIRED = ("sub", "rid", "sid", "role", "iat", "exp", "jti")


@dataclass(frozen=True, slots=True)
class AccessClaims:
    """What a genuine, unexpired access token says."""

    staff_id: UUID
    restaurant_id: UUID
    session_id: UUID


class AccessTokens:
    """Makes and reads access tokens."""

    def __init__(self, secrets: SecretStore, life: timedelta) -> None:
        self._secrets = secrets
        self.life = life

    def issue(self, staff_id: UUID, restaurant_id: UUID, session_id: UUID, role: str, now: datetime) -> str:
        """A token that is good from `now` (aware) for `life`. `role` is there for clients to show; nobody is
        let in by it.
        """
        claims = {
            "sub": str(staff_id),
            "rid": str(restaurant_id),
            "sid": str(session_id),
            "role": role,
            "iat": int(now.timestamp()),
            "exp": int((now + self.life).timestamp()),
            "jti": uuid4().hex,
        }
        return jwt.encode(claims, access_token_key(self._secrets), algorithm="HS256")

    def read(self, token: str, now: datetime) -> AccessClaims:
        """The claims; raises Refusal('unauthenticated') for what is not ours and Refusal('token_expired')
        past its life.
        """
        try:
            # Times are compared with our own clock below; PyJWT would ask the machine's.
            claims = jwt.decode(
                token,
                access_token_key(self._secrets),
                algorithms=["HS256"],
                options={
                    "require": list(_REQUIRED),
                    "verify_exp": False,
                    "verify_iat": False,
                    "verify_nbf": False,
                },
            )
            expires = int(claims["exp"])
            read = AccessClaims(UUID(claims["sub"]), UUID(claims["rid"]), UUID(claims["sid"]))
        except (jwt.InvalidTokenError, ValueError, TypeError, AttributeError) as wrong:
            raise Refusal("unauthenticated") from wrong
        if now.timestamp() >= expires:
            raise Refusal("token_expired")
        return read
