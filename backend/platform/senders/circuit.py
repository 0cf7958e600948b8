"""Which accounts at providers are left alone for now, so that one restaurant's broken account does not hold up the others.

Kept in the process: each worker finds out for itself. Called by whoever sends, from several threads.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)


@dataclass(slots=True)
class _Account:
    failures: int = 0
    shut_until: float = 0.0


class Circuits(Generic[Key]):
    """One circuit an account. After `failures` in a row it is shut for `pause_s`, then one message may try; each failure after that
    doubles the pause, up to `longest_s`. A success opens it."""

    def __init__(
        self,
        *,
        failures: int = 3,
        pause_s: float = 15.0,
        longest_s: float = 300.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._most = failures
        self._pause_s = pause_s
        self._longest_s = longest_s
        self._clock = clock
        self._lock = threading.Lock()
        self._accounts: dict[Key, _Account] = {}

    def wait_s(self, key: Key) -> float:
        """How long the account is to be left alone, seconds; 0 when it may be tried."""
        with self._lock:
            account = self._accounts.get(key)
            return max(0.0, account.shut_until - self._clock()) if account else 0.0

    def shut(self) -> list[Key]:
        """The accounts that are left alone now."""
        with self._lock:
            now = self._clock()
            return [key for key, account in self._accounts.items() if account.shut_until > now]

    def succeeded(self, key: Key) -> None:
        """It works."""
        with self._lock:
            self._accounts.pop(key, None)

    def failed(self, key: Key, *, at_once: bool = False) -> float:
        """It did not work; how long it is left alone from now. `at_once` shuts it at the first failure: credentials do not heal
        by trying."""
        with self._lock:
            account = self._accounts.setdefault(key, _Account())
            account.failures = max(account.failures + 1, self._most if at_once else 0)
            over = account.failures - self._most
            if over < 0:
                return 0.0
            pause: float = min(self._longest_s, self._pause_s * 2.0 ** min(over, 16))
            account.shut_until = self._clock() + pause
            return pause

    def hold(self, key: Key, seconds: float) -> None:
        """The provider asked for a pause: too many messages, not a failure."""
        with self._lock:
            account = self._accounts.setdefault(key, _Account())
            account.shut_until = max(account.shut_until, self._clock() + min(seconds, self._longest_s))
