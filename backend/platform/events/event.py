"""What an event is, and what a handler is. Pure; every folder's `events.py` and `handlers.py` use it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from backend.platform.ids import uuid7

if TYPE_CHECKING:
    from backend.platform.database import Tx


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to `subject_id` of a restaurant. `data` is JSON in camelCase without personal data."""

    type: str
    restaurant_id: UUID
    subject_id: UUID
    occurred_at: datetime
    data: Mapping[str, Any]
    id: UUID = field(default_factory=uuid7)


class RetryLaterError(Exception):
    """A handler says: not now. Counted as an attempt, without a stack trace in the log."""


@dataclass(frozen=True, slots=True)
class Handler:
    """A named reaction to event types. `run` gets the tenant's transaction in which its delivery is marked done."""

    name: str
    types: frozenset[str]
    run: Callable[[Tx, Event], None]
