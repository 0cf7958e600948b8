"""The way out of a thread: fulfils `channels.ports.Outlet`. Called by the inbox for the staff's answers and by the worker for the
assistant's on channels that do not fetch them.

What the staff say, and whatever goes to a guest's open page, is an event as well: it takes the live feed's way to every screen and
to the guest's own socket. The assistant's answers on other channels are none: nobody waits for them but the sender.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from backend.conversations.channels.records import Author
from backend.conversations.dialogue.render import Reply
from backend.conversations.inbox.events import message_event
from backend.conversations.inbox.store import OutboundStore
from backend.platform.ciphers import Cipher
from backend.platform.database import Tx
from backend.platform.events import Outbox
from backend.platform.refusals import Refusal


class ThreadOutlet:
    """Writes what goes out; the sending is the worker's."""

    def __init__(self, cipher: Cipher, outbox: Outbox) -> None:
        self._store = OutboundStore(cipher)
        self._outbox = outbox

    def say(
        self,
        tx: Tx,
        *,
        conversation_id: UUID,
        author: Author,
        cause: str,
        replies: Sequence[Reply],
        now: datetime,
        staff_id: UUID | None = None,
    ) -> list[UUID]:
        """The ids of the messages, in order; those of an earlier call with the same `cause` when there was one. None of the
        assistant once a person has taken the thread: it may have been thinking, or waiting for its channel, since before that.

        Wakes nobody: that is the caller's, after its commit (`Outbox.wake` for the staff's and for the web). Raises
        Refusal('not_found') for a thread that the transaction's restaurant does not have.
        """
        thread = self._store.touch(tx, conversation_id, now)
        if thread is None:
            raise Refusal("not_found")
        earlier = self._store.said(tx, conversation_id, cause)
        if earlier:
            return earlier
        if author == "assistant" and thread["taken_at"] is not None:
            return []
        made = self._store.add(tx, thread, replies, author=author, staff_id=staff_id, cause=cause, now=now)
        if author == "staff" or thread["channel"] == "web":
            assert tx.restaurant_id is not None  # noqa: S101 - tenant transactions have one
            self._outbox.add(
                tx, [message_event(tx.restaurant_id, thread, author, each, now) for each in made]
            )
        return made
