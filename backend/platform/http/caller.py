"""Who calls: the kinds of callers and what a request knows about the one it serves. Pure; used by endpoints and services."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

PUBLISHABLE = "publishable"  # pk_ key: what a diner may do on a web page
SECRET = "secret"  # noqa: S105 - sk_ key: a partner's server
HOST = "host"
MANAGER = "manager"
OWNER = "owner"
DEVICE = "device"
GUEST = "guest"  # the signed link of one booking
ANYONE = "anyone"

STAFF = frozenset({HOST, MANAGER, OWNER})
KEYS = frozenset({PUBLISHABLE, SECRET})
DINERS = frozenset({PUBLISHABLE, SECRET, GUEST})
MANAGEMENT = frozenset({MANAGER, OWNER})


@dataclass(frozen=True, slots=True)
class Caller:
    """The caller of one request. `kind` is one of this module's names; `id` names the key, person, device or reservation."""

    kind: str
    restaurant_id: UUID | None = None
    id: UUID | None = None
    reservation_id: UUID | None = None
    name: str | None = None
    limit_per_minute: int | None = None
    origins: tuple[str, ...] = ()  # from which sites' pages a publishable key may be used; none: from all

    @property
    def is_staff(self) -> bool:
        """A person of the house."""
        return self.kind in STAFF

    @property
    def works_here(self) -> bool:
        """May see guests' data: staff and the house's devices."""
        return self.kind in STAFF or self.kind == DEVICE

    def allows_origin(self, origin: str | None) -> bool:
        """Whether a page of that origin may speak for the caller. Programs send none: they are held by limits, not by this."""
        return origin is None or not self.origins or origin.lower() in self.origins

    @property
    def label(self) -> str:
        """How audit rows and logs name the caller: kind and id, never a person's name."""
        return f"{self.kind}:{self.id}" if self.id else self.kind
