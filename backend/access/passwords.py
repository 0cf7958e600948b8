"""Password hashing with argon2id, and the same work for accounts that do not exist. Called by the services of
this folder.

19 MiB and three passes: about the cost OWASP asks for, and small enough for a tablet-sized server.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from backend.access.domain import normalise_password

# Runs a long computation where it does not hold up other requests; gevent's thread pool in the web server.
Apart = Callable[[Callable[[], Any]], Any]


def _here(work: Callable[[], Any]) -> Any:
    return work()


class Passwords:
    """Hashes and checks passwords."""

    def __init__(
        self, *, memory_kib: int = 19_456, passes: int = 3, lanes: int = 1, apart: Apart = _here
    ) -> None:
        self._hasher = PasswordHasher(time_cost=passes, memory_cost=memory_kib, parallelism=lanes)
        self._apart = apart

    def hash(self, password: str) -> str:
        """The text to store."""
        return str(self._apart(lambda: self._hasher.hash(normalise_password(password))))

    def matches(self, stored: str | None, password: str) -> bool:
        """Whether the password is the stored one. Without a stored one it takes as long and is False."""
        plain = normalise_password(password)
        return bool(self._apart(lambda: self._verify(stored or self._nobodys, plain))) and stored is not None

    def is_outdated(self, stored: str) -> bool:
        """Whether the hash was made with other costs than today's."""
        return self._hasher.check_needs_rehash(stored)

    @cached_property
    def _nobodys(self) -> str:
        return self._hasher.hash("the password of an account that does not exist")

    def _verify(self, stored: str, password: str) -> bool:
        try:
            return self._hasher.verify(stored, password)
        except (VerificationError, InvalidHashError):
            return False
