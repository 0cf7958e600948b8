"""The present by the server's clock, because a tablet's own clock may be minutes off and the door is judged
by minutes.

Fed by every answer that carries the server's time; read by the desk, the list and the journal.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

_SAMPLES = 8


def system_now() -> datetime:
    """The tablet's own idea of the present, aware UTC."""
    return datetime.now(UTC)


class ServerClock:
    """The tablet's clock plus what is known of its error. Safe to use from several threads."""

    def __init__(self, own_now: Callable[[], datetime] = system_now) -> None:
        self._own_now = own_now
        self._samples: deque[tuple[timedelta, timedelta]] = deque(maxlen=_SAMPLES)  # (round trip, error)
        self._lock = threading.Lock()

    def now(self) -> datetime:
        """Aware UTC, corrected."""
        return self._own_now() + self.skew

    @property
    def skew(self) -> timedelta:
        """How far the server is ahead of the tablet, by the quickest of the last answers: it was delayed
        least.
        """
        with self._lock:
            return min(self._samples)[1] if self._samples else timedelta(0)

    def own_now(self) -> datetime:
        """The uncorrected present, to stamp when a call was sent and answered."""
        return self._own_now()

    def learn(self, server_time: datetime, sent_at: datetime, answered_at: datetime) -> None:
        """Notes an answer: it carried `server_time`, was asked for and received at those uncorrected
        instants.
        """
        middle = sent_at + (answered_at - sent_at) / 2
        with self._lock:
            self._samples.append((answered_at - sent_at, server_time - middle))
