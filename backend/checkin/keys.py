"""Key rings: where the day key for a code comes from. The server derives any of them; a tablet holds only
those it was given.

Called through `KeyFinder` by the verdict, and by the check-in service for what it issues and hands to
devices. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import Literal
from uuid import UUID

from backend.checkin.codes import QrPayload, day_key, restaurant_key

MissingKey = Literal["unknown_key", "wrong_day"]
KeyFinder = Callable[[QrPayload], bytes | MissingKey]
"""The day key a payload claims to be signed with, or why the asker has none."""


@lru_cache(maxsize=4096)
def _derived(master: bytes, restaurant_id: UUID, service_date: date) -> bytes:
    return day_key(restaurant_key(master, restaurant_id), service_date)


@dataclass(frozen=True, slots=True)
class MasterKeys:
    """All master secrets by key id, of which `current` signs new codes; the older ones keep codes already
    sent valid.
    """

    secrets: Mapping[int, bytes] = field(repr=False)
    current: int

    def __post_init__(self) -> None:
        if self.current not in self.secrets:
            raise ValueError("the current key id has no secret")

    def find(self, payload: QrPayload) -> bytes | MissingKey:
        """A `KeyFinder` for the server."""
        if payload.key_id not in self.secrets:
            return "unknown_key"
        return self.day_key(payload.key_id, payload.restaurant_id, payload.service_date)

    def day_key(self, key_id: int, restaurant_id: UUID, service_date: date) -> bytes:
        """The key of one restaurant and service date under one key id; KeyError for a key id without a
        secret.
        """
        return _derived(self.secrets[key_id], restaurant_id, service_date)


@dataclass(frozen=True, slots=True)
class DayKeys:
    """The day keys of one restaurant that a device was given, by service date and key id."""

    keys: Mapping[tuple[date, int], bytes] = field(repr=False)

    def find(self, payload: QrPayload) -> bytes | MissingKey:
        """A `KeyFinder` for a device: a date it holds no key for is another day; a held date without that key
        id is not.
        """
        key = self.keys.get((payload.service_date, payload.key_id))
        if key is not None:
            return key
        return "unknown_key" if any(day == payload.service_date for day, _ in self.keys) else "wrong_day"
