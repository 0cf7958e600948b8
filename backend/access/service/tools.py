"""What the four access services share: adapters, options, pages of a list. Used inside this folder only."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Generic, TypeVar
from uuid import UUID

from backend.access.caller_cache import CallerCache
from backend.access.domain import FieldProblem, normalise_email, password_problem
from backend.access.passwords import Passwords
from backend.platform.ciphers import Cipher
from backend.platform.clock import Clock
from backend.platform.database import Database, Row
from backend.platform.http.caller import Caller
from backend.platform.keys import SecretStore
from backend.platform.limits import RateLimiter
from backend.platform.refusals import Refusal, field_refusal

T = TypeVar("T")

EMAIL_FIELD = "staff.email"
NAME_FIELD = "staff.name"


@dataclass(frozen=True, slots=True)
class AccessOptions:
    """Settings of this folder; `backend.wiring` fills them from `backend.settings`."""

    access_token: timedelta = timedelta(minutes=15)
    refresh_token: timedelta = timedelta(days=30)
    refresh_grace: timedelta = timedelta(seconds=20)  # a token may be shown again when the answer got lost
    logins_per_minute: int = 10  # by one address, and for one account


@dataclass(frozen=True, slots=True)
class Tools:
    """The adapters a use case works with."""

    database: Database
    secrets: SecretStore
    cipher: Cipher
    limiter: RateLimiter
    clock: Clock
    passwords: Passwords
    cache: CallerCache
    options: AccessOptions


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Part of a list; `next_cursor` asks for the rest and is None at the end."""

    items: Sequence[T]
    next_cursor: UUID | None


def page_of(rows: Sequence[Row], limit: int, make: Callable[[Row], T]) -> Page[T]:
    """A page from up to `limit + 1` rows; the one too many says that there is more."""
    shown = rows[:limit]
    return Page([make(row) for row in shown], shown[-1]["id"] if len(rows) > limit else None)


def tenant_of(caller: Caller) -> UUID:
    """The caller's restaurant; raises Refusal('unauthenticated')."""
    if caller.restaurant_id is None:
        raise Refusal("unauthenticated")
    return caller.restaurant_id


def require_email(text: str) -> str:
    """The normalised address; raises a refusal that names the field."""
    address = normalise_email(text)
    if address is None:
        raise field_refusal("email", "not_an_email")
    return address


def require_password(field: str, password: str, email: str) -> str:
    """The password when it is good enough; raises a refusal that names the field."""
    problem: FieldProblem | None = password_problem(password, email)
    if problem is not None:
        raise field_refusal(field, problem.code, **problem.params)
    return password
