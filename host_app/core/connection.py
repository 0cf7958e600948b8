"""Whether the server is there, since when not, and what the header says about it.

Fed by every call and by the live feed; read by the header and by the desk, which does not wait for a server
that is away.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

Header = Literal["connecting", "online", "offline", "syncing", "revoked"]


@dataclass(frozen=True, slots=True)
class Connection:
    """What is known of the way to the server. Instants are aware UTC."""

    reachable: bool | None = None  # None until the first call has ended
    since: datetime | None = None  # when this became so
    waiting: int = 0  # acts that the server has not answered yet
    revoked: bool = False

    def reached(self, at: datetime) -> Connection:
        """A call was answered."""
        return self if self.reachable else replace(self, reachable=True, since=at)

    def missed(self, at: datetime) -> Connection:
        """A call was not answered. The first miss dates the outage; later ones do not move it."""
        return self if self.reachable is False else replace(self, reachable=False, since=at)

    def with_waiting(self, count: int) -> Connection:
        """So many acts are waiting."""
        return replace(self, waiting=count)

    def turned_away(self) -> Connection:
        """The server no longer knows this device."""
        return replace(self, revoked=True)

    @property
    def worth_asking(self) -> bool:
        """Whether a guest at the door should wait for the server's answer."""
        return self.reachable is not False and not self.revoked

    @property
    def header(self) -> Header:
        """The one word for the header; `since` and `waiting` go with offline and syncing."""
        if self.revoked:
            return "revoked"
        if self.reachable is None:
            return "connecting"
        if not self.reachable:
            return "offline"
        return "syncing" if self.waiting else "online"
