"""One restaurant's live feed in one web process: every event once, in order, to every screen; what was
missed, to those who ask.

The numbers of the outbox (`feed_sequence`) have no gaps and follow the commits, so "the next number" is the
whole protocol: what is announced next is shown, what is announced twice is ignored, and after a gap the
outbox is read. Used by the hub.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

import gevent
from gevent.event import Event as Signal
from gevent.lock import BoundedSemaphore

from backend.platform.events.event import Event
from backend.platform.live.memory import FeedMemory
from backend.platform.live.messages import Enrich, Frame, Numbered, event_frame
from backend.platform.live.messages import typing as typing_frame
from backend.platform.live.whispers import Whisper
from backend.platform.refusals import Refusal

log = logging.getLogger(__name__)

_BATCH = 200  # events read or shown at once
_KEPT = 200  # frames kept for those who come back soon
_HEARD = 1000  # announcements kept while something is being read
_TURN = 200  # screens served before others may do something
_AHEAD_S = 2.0  # how long to wait for an event that a screen has seen elsewhere and this process has not


class Viewer(Protocol):
    """A screen as the feed knows it; the feed sets `feed` and `seen`."""

    feed: Feed | None
    seen: int

    @property
    def is_open(self) -> bool:
        """Whether it is still connected."""

    @property
    def is_house(self) -> bool:
        """Whether it may see guests' names."""

    def send(self, data: bytes) -> None:
        """Sends without waiting."""

    def begin(self, last: int, missed: Sequence[Frame] | None) -> None:
        """The subscription stands; None: too much was missed."""


class Listener(Protocol):
    """Who hears of every event beside the screens. Must not wait."""

    def on_events(self, events: Sequence[Event]) -> None:
        """What was committed, once and in order."""

    def on_whisper(self, whisper: Whisper) -> None:
        """What the staff say in passing."""


class Feed:
    """The screens of one restaurant, and what they are shown."""

    def __init__(self, restaurant_id: UUID, memory: FeedMemory, enrich: Enrich, *, replay_limit: int) -> None:
        self.restaurant_id = restaurant_id
        self.screens: set[Viewer] = set()
        self.listeners: set[Listener] = set()
        self.joining = 0
        self._memory = memory
        self._enrich = enrich
        self._replay_limit = replay_limit
        self._last: int | None = None  # the newest event shown; None until the database has been asked
        self._floor = 0  # `_frames` holds every event after this one, up to `_last`
        self._frames: deque[Frame] = deque()
        self._heard: dict[int, Event] = {}
        self._stale = False
        self._busy = False
        self._reaching = BoundedSemaphore(1)
        self._moved = Signal()

    @property
    def is_idle(self) -> bool:
        """Nobody looks and nobody is about to."""
        return not self.screens and not self.listeners and not self.joining

    # What comes
    # ------------------------------------------------------------------------------------------------------

    def hear(self, sequence: int, event: Event) -> None:
        """An announcement: shown at once when it is the next, kept otherwise."""
        if self._last is not None and sequence <= self._last:
            return
        if len(self._heard) >= _HEARD:
            self._heard.clear()
            self._stale = True
        self._heard[sequence] = event
        self._go()

    def whisper(self, said: Whisper) -> None:
        """Something said in passing: a guest's to the screens, the staff's to the guests' pages."""
        if said.author == "staff":
            for listener in tuple(self.listeners):
                listener.on_whisper(said)
            return
        frame = typing_frame(said.restaurant_id, said.conversation_id, said.author)
        for screen in tuple(self.screens):
            screen.send(frame)

    def look(self) -> None:
        """Something may have been missed: reads the outbox."""
        self._stale = True
        self._go()

    def _go(self) -> None:
        if not self._busy and self._last is not None:
            self._busy = True
            gevent.spawn(self._run, self._last)

    def _run(self, last: int) -> None:
        """Shows what is next until there is nothing; one at a time, so order is kept."""
        try:
            while ready := self._heard_next(last) or self._read_next(last):
                last = self._show(ready)
        except Refusal as refused:
            # The database is away. Nothing is lost: the next look, a second later, begins where this one
            # ended.
            log.info("the live feed waits for the database", extra={"code": refused.code})
            self._stale = True
        finally:
            self._busy = False

    def _heard_next(self, last: int) -> list[Numbered]:
        for old in [sequence for sequence in self._heard if sequence <= last]:
            del self._heard[old]
        ready: list[Numbered] = []
        while len(ready) < _BATCH and (following := last + len(ready) + 1) in self._heard:
            ready.append((following, self._heard.pop(following)))
        return ready

    def _read_next(self, last: int) -> list[Numbered]:
        if not self._heard and not self._stale:
            return []
        self._stale = False
        ready = self._memory.after(self.restaurant_id, last, _BATCH)
        if len(ready) == _BATCH:
            self._stale = True
        elif not ready:
            # Announced but not there: an announcement of another database. The outbox is right.
            self._heard.clear()
        return ready

    def _show(self, ready: Sequence[Numbered]) -> int:
        frames = self._made(ready)
        last = self._last = frames[-1].sequence
        self._frames.extend(frames)
        self._moved.set()
        for listener in tuple(self.listeners):
            listener.on_events([event for _, event in ready])
        house = b"".join(frame.house for frame in frames)
        partner = b"".join(frame.partner for frame in frames)
        for served, screen in enumerate(tuple(self.screens), 1):
            # A screen that has come, or come again, meanwhile has had these already.
            if screen.feed is self and screen.seen < last:
                screen.seen = last
                screen.send(house if screen.is_house else partner)
            if served % _TURN == 0:
                gevent.sleep(0)
        return last

    def _made(self, ready: Sequence[Numbered]) -> list[Frame]:
        plain = [event for _, event in ready]
        try:
            enriched = list(self._enrich(self.restaurant_id, plain))
            return [
                event_frame(sequence, event, rich)
                for (sequence, event), rich in zip(ready, enriched, strict=True)
            ]
        except Refusal:
            raise
        except Exception:
            # A defect there must not keep the house in the dark: the event counts more than the name on it.
            log.exception("events are shown without their guests")
            return [event_frame(sequence, event, event) for sequence, event in ready]

    # Who looks
    # -------------------------------------------------------------------------------------------------------

    def join(self, screen: Viewer, after: int | None) -> None:
        """Subscribes a screen: what it missed after `after`, then what comes. Raises
        Refusal('unavailable').
        """
        self.joining += 1
        try:
            last = self._first()
            missed: Sequence[Frame] | None = ()
            if after is not None:
                missed = self._missed(after)
                last = self._last or 0
            # From here nothing waits, so that no event can come between what was missed and what comes.
            if screen.is_open:
                self.screens.add(screen)
                screen.feed, screen.seen = self, last
                screen.begin(last, missed)
        finally:
            self.joining -= 1

    def attach(self, listener: Listener) -> None:
        """Tells a listener of everything from now on. Raises Refusal('unavailable')."""
        self.joining += 1
        try:
            self._first()
            self.listeners.add(listener)
        finally:
            self.joining -= 1

    def detach(self, listener: Listener) -> None:
        """Tells it no more."""
        self.listeners.discard(listener)

    def leave(self, screen: Viewer) -> None:
        """Ends a screen's subscription."""
        self.screens.discard(screen)
        screen.feed = None

    def tidy(self) -> None:
        """Forgets frames that only a late replay had needed."""
        while len(self._frames) > _KEPT:
            self._floor = self._frames.popleft().sequence

    def _first(self) -> int:
        """The newest event; asks the database the first time."""
        if self._last is None:
            with self._reaching:
                if self._last is None:
                    self._last = self._floor = self._memory.last(self.restaurant_id)
                    self._go()
        return self._last

    def _missed(self, after: int) -> list[Frame] | None:
        """The frames after `after`; None when they are too many or no longer there. Does not wait once it
        knows.
        """
        self._wait_for(after)
        with self._reaching:
            while after < self._floor and (self._last or 0) - after <= self._replay_limit:
                if not self._reach_back(after):
                    return None
            last = self._last or 0
            if after > last or last - after > self._replay_limit:
                return None
            return [frame for frame in self._frames if frame.sequence > after]

    def _reach_back(self, after: int) -> bool:
        """Reads older events into `_frames`, once for all who come back at the same time."""
        floor = self._floor
        older = self._memory.after(self.restaurant_id, after, floor - after, floor)
        if len(older) != floor - after:
            return False
        frames = self._made(older)
        if floor == self._floor:
            self._frames.extendleft(reversed(frames))
            self._floor = after
        return True

    def _wait_for(self, sequence: int) -> None:
        """Returns when this process has shown an event that the screen has seen at another; soon when there
        is none.
        """
        if sequence <= (self._last or 0) or sequence > self._memory.last(self.restaurant_id):
            return
        deadline = time.monotonic() + _AHEAD_S
        while sequence > (self._last or 0) and (left := deadline - time.monotonic()) > 0:
            self._moved.clear()
            self.look()
            self._moved.wait(left)
