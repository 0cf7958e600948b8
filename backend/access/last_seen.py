"""When each device was last heard of, written outside the request and at most once a minute for each.

The authenticator notes, a background thread writes. What a killed process had not written yet is written at
the device's next call.
"""

from __future__ import annotations

import logging
import threading
from datetime import datetime, timedelta
from uuid import UUID

from backend.access import store
from backend.platform.database import Database
from backend.platform.refusals import Refusal

log = logging.getLogger(__name__)


class LastSeen:
    """Notes of devices, by restaurant."""

    def __init__(
        self,
        database: Database,
        *,
        every: timedelta = timedelta(minutes=1),
        flush_s: float = 15.0,
        background: bool = True,
    ) -> None:
        self._database = database
        self._every = every
        self._flush_s = flush_s
        self._background = background
        self._noted: dict[UUID, tuple[UUID, datetime]] = {}
        self._written: dict[UUID, datetime] = {}
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def note(self, restaurant_id: UUID, device_id: UUID, now: datetime) -> None:
        """The device called at `now`. Costs a dictionary look-up."""
        written = self._written.get(device_id)
        if written is None or now - written >= self._every:
            self._noted[device_id] = (restaurant_id, now)
            self._ensure_thread()

    def flush(self) -> int:
        """Writes what is noted; how many devices. Notes are kept for the next time when the database
        is away.
        """
        noted, self._noted = self._noted, {}
        by_restaurant: dict[UUID, dict[UUID, datetime]] = {}
        for device_id, (restaurant_id, at) in list(noted.items()):
            by_restaurant.setdefault(restaurant_id, {})[device_id] = at
        for restaurant_id, devices in by_restaurant.items():
            self._write(restaurant_id, devices)
        return len(noted)

    def stop(self) -> None:
        """Ends the background thread after a last write."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None
        self.flush()

    def _ensure_thread(self) -> None:
        # Started at the first note and not before: a thread does not survive the fork of a web process.
        if self._background and (self._thread is None or not self._thread.is_alive()):
            self._thread = threading.Thread(target=self._loop, name="devices-last-seen", daemon=True)
            self._thread.start()

    def _loop(self) -> None:
        while not self._stop.wait(self._flush_s):
            try:
                self.flush()
            except Exception as error:
                log.warning("last-seen times were not written", exc_info=error)

    def _write(self, restaurant_id: UUID, devices: dict[UUID, datetime]) -> None:
        try:
            with self._database.tenant(restaurant_id) as tx:
                store.mark_seen(tx, devices, self._every)
        except Refusal:
            for device_id, at in devices.items():
                self._noted.setdefault(device_id, (restaurant_id, at))
            log.info("the database is away; last-seen times wait", extra={"devices": len(devices)})
            return
        self._written.update(devices)
