"""What was just looked up about a credential, for a few seconds, so that a request costs no look-up of its
own.

Filled by the authenticator; emptied by the services of this process when they revoke or change something.
Other processes see a revocation when their entry runs out.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from uuid import UUID

from backend.platform.http.caller import Caller


class CallerCache:
    """Callers by credential. `None` is kept too: a credential that does not hold."""

    def __init__(
        self, ttl_s: float = 5.0, most: int = 10_000, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._ttl_s = ttl_s
        self._most = most
        self._monotonic = monotonic
        self._entries: OrderedDict[bytes, tuple[float, Caller | None]] = OrderedDict()
        self._generation = 0

    def get(self, credential: bytes, look_up: Callable[[], Caller | None]) -> Caller | None:
        """The caller, looked up when it is not known or known too long."""
        entry = self._entries.get(credential)
        if entry is not None and entry[0] > self._monotonic():
            return entry[1]
        generation = self._generation
        found = look_up()
        # A look-up that ran while something was revoked may have read the state before: it is answered, not
        # kept.
        if generation == self._generation:
            self._keep(credential, found)
        return found

    def forget(self, restaurant_id: UUID) -> None:
        """Drops what is known of a restaurant's credentials, at once."""
        self._generation += 1
        stale = [key for key, (_, caller) in list(self._entries.items()) if _belongs(caller, restaurant_id)]
        for key in stale:
            self._entries.pop(key, None)

    def _keep(self, credential: bytes, found: Caller | None) -> None:
        self._entries.pop(credential, None)
        self._entries[credential] = (self._monotonic() + self._ttl_s, found)
        while len(self._entries) > self._most:
            self._entries.popitem(last=False)


def _belongs(caller: Caller | None, restaurant_id: UUID) -> bool:
    return caller is None or caller.restaurant_id == restaurant_id
