"""The running app without its window: the parts joined, and the threads that keep device and server together.

Made by `wiring`, used by the screens and by tests. The screens call `scan` and `arrive` through `submit`, so
that nothing that waits for a server or a disk runs on the thread that draws.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

from host_app.core.desk import Desk
from host_app.core.house import House
from host_app.core.inbox import Inbox
from host_app.core.line import Line
from host_app.core.postbox import EVENT as CONVERSATION
from host_app.core.postbox import Postbox
from host_app.core.records import Enrolment
from host_app.core.server_clock import ServerClock
from host_app.core.sync import Sync
from host_app.devices.feed import LiveFeed
from host_app.devices.server import HttpServer
from host_app.devices.store import SqliteJournal
from host_app.inbox_thread import InboxThread

log = logging.getLogger(__name__)
T = TypeVar("T")

_CALM_SECONDS = 15.0
_FIRST_RETRY_SECONDS = 1.0
_LONGEST_RETRY_SECONDS = 15.0


class Host:
    """One device at work. `start` once, `stop` once; `enrol` may come at any time between."""

    def __init__(
        self,
        *,
        journal: SqliteJournal,
        server: HttpServer,
        clock: ServerClock,
        line: Line,
        house: House,
        desk: Desk,
        sync: Sync,
        inbox: Inbox,
        postbox: Postbox,
        saving: ThreadPoolExecutor,
    ) -> None:
        self.journal = journal
        self.clock = clock
        self.line = line
        self.house = house
        self.desk = desk
        self.sync = sync
        self.inbox = inbox
        self.postbox = postbox
        self.inbox_thread = InboxThread(postbox, lambda: self.house.enrolment is not None)
        self._saving = saving
        self._server = server
        self._feed: LiveFeed | None = None
        self._feed_lock = threading.Lock()
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._work = ThreadPoolExecutor(max_workers=1, thread_name_prefix="desk")
        self._sync_thread = threading.Thread(target=self._keep_in_sync, name="sync", daemon=True)

    @property
    def enrolment(self) -> Enrolment | None:
        """Who this device is, or None before it is enrolled."""
        return self.house.enrolment

    def start(self) -> None:
        """Begins to keep device and server together, if this device is enrolled."""
        self._server.use(self.journal.enrolment())
        self._sync_thread.start()
        self.inbox_thread.start()

    def stop(self) -> None:
        """Ends all threads; acts not yet sent stay in the journal."""
        self._stopping.set()
        self._wake.set()
        self._close_feed()
        self.inbox_thread.stop()
        self._sync_thread.join(5)
        self._work.shutdown(wait=True)
        self._saving.shutdown(wait=True)
        if not self._sync_thread.is_alive():  # else it waits for an answer; SQLite needs no goodbye
            self.journal.close()

    def submit(self, work: Callable[..., T], *args: Any, **kwargs: Any) -> Future[T]:
        """Runs `work` after what was submitted before, off the calling thread."""
        return self._work.submit(work, *args, **kwargs)

    def enrol(self, server_url: str, code: str, device_name: str) -> Enrolment:
        """Makes this device one of a restaurant's; UnreachableError or RejectedError when it cannot."""
        enrolment = self._server.enrol(server_url, code, device_name)
        self.journal.wipe()
        self.journal.enrol(enrolment)
        self._use(enrolment)
        return enrolment

    def leave(self) -> None:
        """Ends the enrolment: everything personal is forgotten on this device."""
        self.journal.wipe()
        self._use(None)

    def set_aside(self, event_id: str) -> None:
        """A person has dealt with an act that the server refused."""
        self.journal.set_aside(event_id, self.clock.now())
        self.house.refresh()

    def refresh(self) -> None:
        """Asks the server for everything, now."""
        self.sync.note_list_due()
        self._wake.set()
        self.refresh_inbox()

    def refresh_inbox(self) -> None:
        """Asks the server for all conversations, now."""
        self.postbox.note_list_due()
        self.inbox_thread.wake()

    def _use(self, enrolment: Enrolment | None) -> None:
        self._close_feed()
        self._server.use(enrolment)
        self.sync.start_over()
        self.inbox_thread.submit(self.postbox.start_over)
        self.line.start_over()
        self.house.refresh()
        self._wake.set()
        self.inbox_thread.wake()

    def _keep_in_sync(self) -> None:
        pause = _FIRST_RETRY_SECONDS
        while not self._stopping.is_set():
            enrolment = self.journal.enrolment()
            if enrolment is None:
                self._close_feed()
                self.inbox_thread.submit(
                    self.postbox.start_over
                )  # a device that was turned away has nothing to show either
                self._wake.wait()
                self._wake.clear()
                continue
            in_sync = self._round()
            if in_sync:
                self._open_feed(enrolment)
            pause = _FIRST_RETRY_SECONDS if in_sync else min(pause * 2, _LONGEST_RETRY_SECONDS)
            self._wake.wait(_CALM_SECONDS if in_sync else pause)
            self._wake.clear()

    def _round(self) -> bool:
        try:
            return self.sync.round()
        # a defect must be seen, but a tablet that stops syncing on a Friday is worse than one
        except Exception:
            log.exception("a sync round failed; it is tried again")
            return False

    def _open_feed(self, enrolment: Enrolment) -> None:
        with self._feed_lock:
            if self._feed is not None or self._stopping.is_set() or self.journal.enrolment() != enrolment:
                return
            self._feed = LiveFeed(
                enrolment,
                last_event_id=self.sync.last_event_id,
                on_event=self._on_event,
                on_typing=self.postbox.note_typing,
                on_reload=self.refresh,
                on_up=self._on_up,
                on_down=self.refresh,  # the list call finds out whether the whole server is away
            )
            self._feed.start()

    def _close_feed(self) -> None:
        with self._feed_lock:
            feed, self._feed = self._feed, None
        if feed is not None:
            feed.stop()

    def _on_up(self) -> None:
        self._wake.set()
        self.refresh_inbox()  # what was said while nobody told us

    def _on_event(self, event: Mapping[str, Any]) -> None:
        if event.get("type") == CONVERSATION:
            self.postbox.note_event(event)
            self.inbox_thread.wake()
            return
        self.sync.note_event(event)
        self._wake.set()
