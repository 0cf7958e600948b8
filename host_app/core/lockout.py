"""The pause for a code that stays in view: shown once, it is not judged again until it has been away for a
while.

Called by the scanner for every text of every frame. Another code is never held back.
"""

from __future__ import annotations

LOCKOUT_SECONDS = 1.5
_FORGET_AFTER_SECONDS = 60.0


class Lockout:
    """Remembers when each code was last seen. Times are seconds of a steady clock."""

    def __init__(self, seconds: float = LOCKOUT_SECONDS) -> None:
        self._seconds = seconds
        self._last_seen: dict[str, float] = {}

    def admits(self, text: str, at: float) -> bool:
        """Whether this sight of the code is a new one. Every sight, admitted or not, restarts the pause."""
        self._last_seen = {
            code: seen for code, seen in self._last_seen.items() if at - seen < _FORGET_AFTER_SECONDS
        }
        last = self._last_seen.get(text)
        self._last_seen[text] = at
        return last is None or at - last >= self._seconds

    def release(self) -> None:
        """Forgets all pauses: the host has left the scanner and comes back to it."""
        self._last_seen.clear()
