"""The use cases of access, in four parts: sessions, people, devices, keys. Joined in `backend.wiring`, called
by the routes.
"""

from __future__ import annotations

from backend.access.caller_cache import CallerCache
from backend.access.passwords import Passwords
from backend.access.service.api_keys import ApiKey, ApiKeys, NewApiKey
from backend.access.service.devices import Device, Devices, EnrolledDevice, EnrolmentCode, NewEnrolmentCode
from backend.access.service.people import People, PersonChange, StaffMember
from backend.access.service.sessions import Session, Sessions
from backend.access.service.tools import AccessOptions, Page, Tools
from backend.access.tokens import AccessTokens
from backend.platform.ciphers import Cipher
from backend.platform.clock import Clock
from backend.platform.database import Database
from backend.platform.keys import SecretStore
from backend.platform.limits import RateLimiter


class AccessService:
    """Everything about who may come in."""

    def __init__(
        self,
        database: Database,
        secrets: SecretStore,
        cipher: Cipher,
        limiter: RateLimiter,
        clock: Clock,
        *,
        options: AccessOptions | None = None,
        passwords: Passwords | None = None,
        cache: CallerCache | None = None,
    ) -> None:
        self.options = options or AccessOptions()
        self.cache = cache or CallerCache()
        self.tokens = AccessTokens(secrets, self.options.access_token)
        tools = Tools(
            database, secrets, cipher, limiter, clock, passwords or Passwords(), self.cache, self.options
        )
        self.sessions = Sessions(tools, self.tokens)
        self.people = People(tools)
        self.devices = Devices(tools)
        self.api_keys = ApiKeys(tools)


__all__ = [
    "AccessOptions",
    "AccessService",
    "ApiKey",
    "ApiKeys",
    "Device",
    "Devices",
    "EnrolledDevice",
    "EnrolmentCode",
    "NewApiKey",
    "NewEnrolmentCode",
    "Page",
    "People",
    "PersonChange",
    "Session",
    "Sessions",
    "StaffMember",
]
