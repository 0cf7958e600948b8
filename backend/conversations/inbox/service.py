"""The staff's inbox: which threads there are, what was said, answering, taking a thread and giving it back. Called by its routes.

Taking a thread moves its revision, so a turn that the assistant is thinking about is thought again and comes out silent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from backend.conversations.channels.ports import Outlet
from backend.conversations.dialogue.render import Reply
from backend.conversations.inbox.cursors import (
    read_place_cursor,
    read_thread_cursor,
    write_place_cursor,
    write_thread_cursor,
)
from backend.conversations.inbox.events import HANDED_BACK, TAKEN, handler_event
from backend.conversations.inbox.ports import Names, Whispers
from backend.conversations.inbox.records import WEB, Message, Thread, page_before
from backend.conversations.inbox.store import ThreadStore
from backend.platform.audit import Audit
from backend.platform.clock import Clock
from backend.platform.database import Database, Row, Tx
from backend.platform.events import Outbox
from backend.platform.http.caller import Caller
from backend.platform.refusals import Refusal


@dataclass(frozen=True, slots=True)
class Threads:
    """A part of the list; `next_cursor` asks for the next one."""

    threads: list[Thread]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class Said:
    """A part of a thread, oldest first; `next_cursor` asks for what was said before it. `names` are those of the staff in it."""

    thread: Thread
    messages: list[Message]
    names: Mapping[UUID, str]
    next_cursor: str | None


class InboxService:
    """What the staff do with conversations. Every method raises Refusal('not_found') for a thread of another restaurant."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        store: ThreadStore,
        outlet: Outlet,
        outbox: Outbox,
        audit: Audit,
        names: Names,
        whispers: Whispers,
    ) -> None:
        self._database = database
        self._clock = clock
        self._store = store
        self._outlet = outlet
        self._outbox = outbox
        self._audit = audit
        self._names = names
        self._whispers = whispers

    # looking -------------------------------------------------------------------------------------------------

    def threads(self, restaurant_id: UUID, *, handler: str | None, cursor: str | None, limit: int) -> Threads:
        """The latest first; of one handler or of both."""
        before = read_thread_cursor(cursor) if cursor else None
        with self._database.reading(restaurant_id) as tx:
            found = self._store.page(tx, handler, before, limit + 1)
        if len(found) <= limit:
            return Threads(found, None)
        last = found[limit - 1]
        return Threads(found[:limit], write_thread_cursor(last.updated_at, last.id))

    def read(self, restaurant_id: UUID, conversation_id: UUID, *, cursor: str | None, limit: int) -> Said:
        """What was said last, or before `cursor`. Reading does not count as read: a screen says so itself."""
        before = read_place_cursor(cursor) if cursor else None
        with self._database.reading(restaurant_id) as tx:
            thread = self._thread(tx, conversation_id)
            messages, more = page_before(self._store.before(tx, thread, before, limit), before, limit)
        following = write_place_cursor(messages[0].place) if more else None
        return Said(thread, messages, self._names_in(restaurant_id, messages), following)

    def _names_in(self, restaurant_id: UUID, messages: Sequence[Message]) -> Mapping[UUID, str]:
        ids = sorted({each.staff_id for each in messages if each.staff_id is not None})
        return self._names.names(restaurant_id, ids) if ids else {}

    # doing ---------------------------------------------------------------------------------------------------

    def answer(
        self, restaurant_id: UUID, conversation_id: UUID, message_id: str, text: str, by: Caller
    ) -> tuple[Message, Mapping[UUID, str]]:
        """Says it to the guest on their own channel, taking the thread if need be; the message, and what its author is called.

        The same `message_id` of the same caller is the same message; with another text Refusal('idempotency_key_reused').
        """
        with self._database.tenant(restaurant_id) as tx:
            thread, cause = self._locked(tx, conversation_id), f"{by.label}:{message_id}"
            message = self._store.caused(tx, conversation_id, cause)
            if message is None:
                message = self._say(tx, thread, cause, text, by)
            elif message.body["text"] != text:
                raise Refusal("idempotency_key_reused")
        self._outbox.wake()
        return message, self._names_in(restaurant_id, [message])

    def _say(self, tx: Tx, thread: Row, cause: str, text: str, by: Caller) -> Message:
        now, conversation_id = self._clock.now(), thread["id"]
        if thread["taken_at"] is None:
            self._take(tx, thread, by, now)
        [said] = self._outlet.say(
            tx,
            conversation_id=conversation_id,
            author="staff",
            cause=cause,
            replies=[Reply(text)],
            now=now,
            staff_id=by.id,
        )
        self._store.mark_read(tx, conversation_id)
        self._record(tx, by, "conversation.answered", conversation_id, {"messageId": str(said)}, now)
        message = self._store.caused(tx, conversation_id, cause)
        assert message is not None  # noqa: S101 - it has just been written
        return message

    def take(self, restaurant_id: UUID, conversation_id: UUID, by: Caller) -> Thread:
        """A person has the thread and the assistant is silent; one that a person has already stays as it is."""
        now = self._clock.now()
        with self._database.tenant(restaurant_id) as tx:
            thread = self._locked(tx, conversation_id)
            if thread["taken_at"] is None:
                self._take(tx, thread, by, now)
            taken = self._thread(tx, conversation_id)
        self._outbox.wake()
        return taken

    def release(self, restaurant_id: UUID, conversation_id: UUID, by: Caller) -> Thread:
        """The assistant answers again; a thread that it has already stays as it is."""
        now = self._clock.now()
        with self._database.tenant(restaurant_id) as tx:
            if self._locked(tx, conversation_id)["handler"] == "staff":
                given = self._store.release(tx, conversation_id, now)
                self._announce(tx, given, HANDED_BACK, now)
                self._record(tx, by, "conversation.released", conversation_id, {"handler": "bot"}, now)
            released = self._thread(tx, conversation_id)
        self._outbox.wake()
        return released

    def mark_read(self, restaurant_id: UUID, conversation_id: UUID) -> Thread:
        """Nothing in it is unread."""
        with self._database.tenant(restaurant_id) as tx:
            self._store.mark_read(tx, conversation_id)
            return self._thread(tx, conversation_id)

    def typing(self, restaurant_id: UUID, conversation_id: UUID) -> None:
        """Shows the guest that somebody is writing, where they can see it; kept nowhere."""
        with self._database.reading(restaurant_id) as tx:
            thread = self._thread(tx, conversation_id)
        if thread.channel == WEB and thread.handler == "staff":
            self._whispers.typing(restaurant_id, conversation_id, "staff")

    # parts ---------------------------------------------------------------------------------------------------

    def _take(self, tx: Tx, thread: Row, by: Caller, now: datetime) -> None:
        taken = self._store.take(tx, thread["id"], TAKEN, now)
        if thread["handler"] == "bot":
            self._announce(tx, taken, TAKEN, now)
        self._record(tx, by, "conversation.taken", thread["id"], {"handler": "staff"}, now)

    def _announce(self, tx: Tx, thread: Row | None, reason: str, now: datetime) -> None:
        assert thread is not None and tx.restaurant_id is not None  # noqa: S101, PT018 - it is locked
        self._outbox.add(tx, [handler_event(tx.restaurant_id, thread, reason, now)])

    def _locked(self, tx: Tx, conversation_id: UUID) -> Row:
        thread = self._store.lock(tx, conversation_id)
        if thread is None:
            raise Refusal("not_found")
        return thread

    def _thread(self, tx: Tx, conversation_id: UUID) -> Thread:
        thread = self._store.get(tx, conversation_id)
        if thread is None:
            raise Refusal("not_found")
        return thread

    def _record(
        self,
        tx: Tx,
        by: Caller,
        action: str,
        conversation_id: UUID,
        after: Mapping[str, object],
        now: datetime,
    ) -> None:
        self._audit.write(tx, by.label, action, "conversation", conversation_id, after=after, now=now)
