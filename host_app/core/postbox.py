"""Bringing the inbox and the server together: first the answers that wait, then what the server knows; and what people do there.

Called by the inbox's own thread, so that a chat that hangs never keeps a guest at the door waiting. `round` does all that is due
and loses nothing when the server is away; the other calls raise what went wrong, for the screen to say.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from host_app.core.conversations import Handler, OwnAnswer, Thread, is_too_old, next_step
from host_app.core.inbox import Inbox
from host_app.core.line import Line
from host_app.core.ports import Clock, InboxServer, RejectedError, UnreachableError

EVENT = "conversation.message"
LIST_EVERY = timedelta(seconds=60)  # a safety net under the live feed
# The feed is silent about threads that the assistant has; who looks at them asks.
LOOKED_AT_EVERY = timedelta(seconds=8)
_AHEAD = 20  # threads whose end is fetched before anybody opens them
_NOT_FOUND = 404


class Postbox:
    """The rounds. Everything but the `note_` and `look_at` methods is called from one thread only."""

    def __init__(self, *, inbox: Inbox, server: InboxServer, line: Line, clock: Clock) -> None:
        self._inbox = inbox
        self._server = server
        self._line = line
        self._clock = clock
        self._lock = threading.Lock()
        self._changed: set[UUID] = set()
        self._list_due = True
        self._listed_at: datetime | None = None
        self._looked_at: datetime | None = None
        self._open: UUID | None = None
        self._assistant_shown = False

    # from any thread -------------------------------------------------------------------------------------------

    def note_event(self, event: Mapping[str, Any]) -> None:
        """The live feed told of a conversation: its end and the list are due."""
        thread_id = _id_in(event.get("data"))
        with self._lock:
            self._list_due = True
            if thread_id is not None:
                self._changed.add(thread_id)

    def note_typing(self, frame: Mapping[str, Any]) -> None:
        """The live feed told that somebody is writing."""
        thread_id = _id_in(frame)
        if thread_id is not None and frame.get("author") == "guest":
            self._inbox.learn_typing(thread_id)

    def note_list_due(self) -> None:
        """Too much was missed, or a person asks: the next round fetches the list and what is open."""
        with self._lock:
            self._list_due = True
            if self._open is not None:
                self._changed.add(self._open)

    def look_at(self, thread_id: UUID | None, *, assistant_shown: bool) -> None:
        """This thread is open on the screen (None: no thread is), and whether the assistant's threads are listed."""
        with self._lock:
            if thread_id is not None and thread_id != self._open:
                self._changed.add(thread_id)
            self._list_due = self._list_due or (assistant_shown and not self._assistant_shown)
            self._open, self._assistant_shown = thread_id, assistant_shown

    @property
    def pause(self) -> timedelta:
        """How long to wait for news before the next round."""
        with self._lock:
            looked_at = self._open is not None or self._assistant_shown
        return LOOKED_AT_EVERY if looked_at else LIST_EVERY

    # from the inbox's thread -----------------------------------------------------------------------------------

    def start_over(self) -> None:
        """Another enrolment: nothing is known, everything is due."""
        with self._lock:
            self._changed.clear()
            self._list_due, self._open = True, None
        self._listed_at = self._looked_at = None
        self._inbox.start_over()

    def round(self) -> bool:
        """Does all that is due; True when the server answered everything that was asked."""
        try:
            self._send_answers()
            self._fetch()
        except UnreachableError:
            # whether the server is there for the door, the sync finds out; chats alone must not send the door offline
            self.note_list_due()
            return False
        except RejectedError as no:
            self._line.note_rejected(no)
            self.note_list_due()
            return False
        return True

    def mark_read(self, thread_id: UUID) -> None:
        """Somebody has looked at it."""
        self._learn(thread_id, self._server.mark_read)

    def take(self, thread_id: UUID) -> None:
        """The staff have it from now on."""
        self._learn(thread_id, self._server.take)

    def release(self, thread_id: UUID) -> None:
        """The assistant has it from now on. What waits to be said in it needs a person's word again."""
        self._learn(thread_id, self._server.release)
        for answer in self._waiting():
            if answer.thread_id == thread_id:
                self._inbox.settle(answer.message_id, "held")

    def typing(self, thread_id: UUID) -> None:
        """Shows the guest that somebody is writing."""
        self._server.typing(thread_id)

    def fetch_earlier(self, thread_id: UUID) -> None:
        """Fetches what was said before the earliest known message."""
        cursor = self._inbox.earlier(thread_id)
        if cursor is not None:
            asked = self._inbox.ask()
            thread, messages, earlier = self._server.said(thread_id, cursor)
            self._inbox.learn_said(thread, messages, earlier, asked)

    # answers ---------------------------------------------------------------------------------------------------

    def _waiting(self) -> list[OwnAnswer]:
        return [each for each in self._inbox.own() if each.state in ("sending", "unsent")]

    def _send_answers(self) -> None:
        for answer in self._waiting():
            if answer.state == "unsent" and is_too_old(answer, self._clock.now()):
                self._inbox.settle(
                    answer.message_id, "held"
                )  # while the server is away, too: it is not going by itself
        for answer in self._waiting():
            if answer.state == "sending" or self._may_still_go(answer):
                self._send(answer)

    def _may_still_go(self, answer: OwnAnswer) -> bool:
        """Looks at the thread as it is now before an answer of before the outage goes out."""
        self._fetch_end(answer.thread_id)
        said, thread = self._inbox.said(answer.thread_id), self._inbox.thread(answer.thread_id)
        step = next_step(answer, said, thread, self._clock.now())
        if step == "held":
            self._inbox.settle(answer.message_id, "held")
        return step == "sending"

    def _send(self, answer: OwnAnswer) -> None:
        try:
            message = self._server.answer(answer)
        except UnreachableError:
            for behind in self._waiting():
                self._inbox.settle(behind.message_id, "unsent")
            raise
        except RejectedError as no:
            if no.revoked:
                raise
            self._inbox.settle(answer.message_id, "refused", no.code)
            return
        self._inbox.learn_sent(answer.message_id, message)
        with self._lock:
            self._changed.add(answer.thread_id)
            self._list_due = True

    # what the server knows -------------------------------------------------------------------------------------

    def _fetch(self) -> None:
        with self._lock:
            changed, self._changed = self._changed, set()
            list_due, self._list_due = self._list_due, False
            shown, assistant_shown = self._open, self._assistant_shown
        now = self._clock.now()
        looked_at_due = _is_old(self._looked_at, LOOKED_AT_EVERY, now)
        try:
            if list_due or _is_old(self._listed_at, LIST_EVERY, now):
                self._fetch_list("staff")
                self._listed_at = now
            if assistant_shown and (list_due or looked_at_due):
                self._fetch_list("bot")
            if shown is not None and looked_at_due:
                changed.add(shown)
            self._looked_at = now if looked_at_due else self._looked_at
            for thread_id in [
                *changed,
                *(each for each in self._inbox.outdated()[:_AHEAD] if each not in changed),
            ]:
                self._fetch_end(thread_id)
        except BaseException:
            with self._lock:
                self._changed |= changed
                self._list_due = True
            raise

    def _fetch_list(self, handler: Handler) -> None:
        asked = self._inbox.ask()
        threads, whole = self._server.threads(handler)
        self._inbox.learn_list(handler, threads, asked, whole=whole)

    def _fetch_end(self, thread_id: UUID) -> None:
        """The end of a thread, back to what is known of it, so that nothing is missing between."""
        asked, known = self._inbox.ask(), self._inbox.said(thread_id).keys()
        try:
            thread, messages, earlier = self._server.said(thread_id, None)
            while known and earlier is not None and not known & {each.id for each in messages}:
                _, before, earlier = self._server.said(thread_id, earlier)
                messages = [*before, *messages]
        except RejectedError as no:
            if no.status != _NOT_FOUND:
                raise
            self._inbox.learn_gone(thread_id, asked)
            return
        self._inbox.learn_said(thread, messages, earlier, asked, is_end=True)

    def _learn(self, thread_id: UUID, act: Callable[[UUID], Thread]) -> None:
        asked = self._inbox.ask()
        self._inbox.learn_thread(act(thread_id), asked)


def _is_old(at: datetime | None, after: timedelta, now: datetime) -> bool:
    return at is None or now - at >= after


def _id_in(document: Any) -> UUID | None:
    """The conversation that an event or a frame names."""
    named = document.get("conversationId") if isinstance(document, Mapping) else None
    try:
        return UUID(str(named)) if named else None
    except ValueError:
        return None
