"""Threads and their messages in PostgreSQL, as people read them. Called by the outlet, the inbox and the web chat inside their
transaction.

Whoever writes into a thread locks its row first, so places (one sequence for turns and outgoing messages) follow the commits.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from backend.conversations.dialogue.render import Reply
from backend.conversations.inbox.records import WEB, Message, Place, Thread, Turn, answered_index
from backend.platform.ciphers import Cipher
from backend.platform.database import Row, Tx, id_array
from backend.platform.ids import uuid7

OUTBOUND_BODY = "outbound.body"  # the name under which what goes out is sealed
_EVERYTHING = 1_000_000
_SPARE = 2  # a page may begin in the middle of a place, and one more says whether there is more

_TOUCH = """
UPDATE conversations SET updated_at = greatest(updated_at, :now) WHERE restaurant_id = :restaurant_id AND id = :id
RETURNING id, channel, handler, taken_at
"""
_SAID = """
SELECT id FROM outbound_messages
WHERE restaurant_id = :restaurant_id AND conversation_id = :id AND cause = :cause ORDER BY position
"""
_SAY = """
INSERT INTO outbound_messages (id, restaurant_id, conversation_id, channel, author, staff_id, cause, position, body_sealed,
                               state, due_at, created_at, sent_at)
VALUES (:id, :restaurant_id, :conversation_id, :channel, :author, :staff_id, :cause, :position, :body,
        :state, :now, :now, :sent_at)
"""

_THREADS = """
SELECT c.id, c.channel, c.handler, c.reason, c.name_sealed, c.language, c.unread, c.handed_over_at, c.updated_at,
    c.reservation_ids, t.id AS turn_id, t.message_id, t.said_sealed, t.answer_sealed, t.at, t.position AS turn_place,
    o.id AS out_id, o.body_sealed, o.author, o.staff_id, o.state, o.created_at, o.place AS out_place
FROM conversations c
LEFT JOIN LATERAL (SELECT * FROM conversation_turns
    WHERE restaurant_id = c.restaurant_id AND conversation_id = c.id ORDER BY position DESC LIMIT 1) t ON true
LEFT JOIN LATERAL (SELECT * FROM outbound_messages
    WHERE restaurant_id = c.restaurant_id AND conversation_id = c.id ORDER BY place DESC LIMIT 1) o ON true
WHERE c.restaurant_id = :restaurant_id
"""
_PAGE = f"""{_THREADS}
AND (CAST(:handler AS text) IS NULL OR c.handler = :handler)
AND (CAST(:at AS timestamptz) IS NULL OR (c.updated_at, c.id) < (:at, :id))
ORDER BY c.updated_at DESC, c.id DESC LIMIT :limit
"""
_ONE = f"{_THREADS} AND c.id = :id"
_OF_SESSION = f"{_THREADS} AND c.channel = '{WEB}' AND c.session_id = :session_id"

_LOCK = """
SELECT id, channel, handler, taken_at FROM conversations WHERE restaurant_id = :restaurant_id AND id = :id FOR UPDATE
"""
# A turn that the assistant is thinking about meanwhile must not be said: its revision is no longer the thread's.
_TAKE = """
UPDATE conversations SET handler = 'staff', taken_at = coalesce(taken_at, :now), revision = revision + 1, updated_at = :now,
    reason = CASE handler WHEN 'bot' THEN :reason ELSE reason END,
    handed_over_at = CASE handler WHEN 'bot' THEN :now ELSE handed_over_at END
WHERE restaurant_id = :restaurant_id AND id = :id RETURNING id, channel, handler
"""
_RELEASE = """
UPDATE conversations SET handler = 'bot', taken_at = NULL, revision = revision + 1, updated_at = :now, reason = NULL,
    handed_over_at = NULL, unread = 0
WHERE restaurant_id = :restaurant_id AND id = :id RETURNING id, channel, handler
"""
_READ = "UPDATE conversations SET unread = 0 WHERE restaurant_id = :restaurant_id AND id = :id AND unread > 0"

_TURNS = """
SELECT id, message_id, said_sealed, answer_sealed, at, position AS place FROM conversation_turns
WHERE restaurant_id = :restaurant_id AND conversation_id = :id AND position {bound} :place
ORDER BY position {order} LIMIT :limit
"""
_OUT = """
SELECT id, body_sealed, author, staff_id, state, created_at AS at, place FROM outbound_messages
WHERE restaurant_id = :restaurant_id AND conversation_id = :id AND place {bound} :place
ORDER BY place {order} LIMIT :limit
"""
_ONWARD = [each.format(bound=">=", order="ASC") for each in (_TURNS, _OUT)]
_BACKWARD = [each.format(bound="<=", order="DESC") for each in (_TURNS, _OUT)]
_NEWEST = 2**63 - 1
_TURN_NAMED = """
SELECT position FROM conversation_turns
WHERE restaurant_id = :restaurant_id AND conversation_id = :id AND message_id = :name
"""
_OUT_NAMED = """
SELECT place FROM outbound_messages
WHERE restaurant_id = :restaurant_id AND conversation_id = :id AND id = CAST(:name AS uuid)
"""
_NEWS = """
SELECT id, channel, session_id, handler FROM conversations WHERE restaurant_id = :restaurant_id AND id = ANY(CAST(:ids AS uuid[]))
"""
_OUT_OF_CAUSE = """
SELECT id, body_sealed, author, staff_id, state, created_at AS at, place FROM outbound_messages
WHERE restaurant_id = :restaurant_id AND conversation_id = :id AND cause = :cause ORDER BY position LIMIT 1
"""
_OUT_BY_IDS = """
SELECT id, body_sealed, author, staff_id, state, created_at AS at, place FROM outbound_messages
WHERE restaurant_id = :restaurant_id AND id = ANY(CAST(:ids AS uuid[])) ORDER BY place
"""


class OutboundStore:
    """What goes out over threads."""

    def __init__(self, cipher: Cipher) -> None:
        self._cipher = cipher

    def touch(self, tx: Tx, conversation_id: UUID, now: datetime) -> Row | None:
        """Locks the thread for the transaction; `{id, channel, handler, taken_at}`, None when there is none."""
        return tx.one(_TOUCH, restaurant_id=tx.restaurant_id, id=conversation_id, now=now)

    def said(self, tx: Tx, conversation_id: UUID, cause: str) -> list[UUID]:
        """The messages of that cause that are there already, in order."""
        rows = tx.tuples(_SAID, restaurant_id=tx.restaurant_id, id=conversation_id, cause=cause)
        return [identity for (identity,) in rows]

    def add(
        self,
        tx: Tx,
        thread: Row,
        replies: Sequence[Reply],
        *,
        author: str,
        staff_id: UUID | None,
        cause: str,
        now: datetime,
    ) -> list[UUID]:
        """Writes them down to go out; on the web they are out at once, because the guest's page fetches them."""
        made = [uuid7() for _ in replies]
        is_out = thread["channel"] == WEB
        for position, (identity, reply) in enumerate(zip(made, replies, strict=True)):
            tx.queue(
                _SAY,
                id=identity,
                restaurant_id=tx.restaurant_id,
                conversation_id=thread["id"],
                channel=thread["channel"],
                author=author,
                staff_id=staff_id,
                cause=cause,
                position=position,
                body=self._cipher.seal_json(_tenant(tx), OUTBOUND_BODY, reply.to_json()),
                state="sent" if is_out else "waiting",
                now=now,
                sent_at=now if is_out else None,
            )
        return made


class ThreadStore:
    """Threads and what was said in them."""

    def __init__(self, cipher: Cipher) -> None:
        self._cipher = cipher

    def page(
        self, tx: Tx, handler: str | None, before: tuple[datetime, UUID] | None, limit: int
    ) -> list[Thread]:
        """The latest first; `before` is when the last one of the page before was touched, and its id."""
        at, identity = before or (None, None)
        rows = tx.all(_PAGE, restaurant_id=tx.restaurant_id, handler=handler, at=at, id=identity, limit=limit)
        return [self._thread(tx, row) for row in rows]

    def get(self, tx: Tx, conversation_id: UUID) -> Thread | None:
        """One thread of the transaction's restaurant."""
        row = tx.one(_ONE, restaurant_id=tx.restaurant_id, id=conversation_id)
        return None if row is None else self._thread(tx, row)

    def of_session(self, tx: Tx, session_id: str) -> Thread | None:
        """The thread of a guest's page; None before they said anything."""
        row = tx.one(_OF_SESSION, restaurant_id=tx.restaurant_id, session_id=session_id)
        return None if row is None else self._thread(tx, row)

    # who has it ----------------------------------------------------------------------------------------------

    def lock(self, tx: Tx, conversation_id: UUID) -> Row | None:
        """`{id, channel, handler, taken_at}`, held until the transaction ends."""
        return tx.one(_LOCK, restaurant_id=tx.restaurant_id, id=conversation_id)

    def take(self, tx: Tx, conversation_id: UUID, reason: str, now: datetime) -> Row | None:
        """A person speaks here from now on; `{id, channel, handler}`. `reason` counts when the assistant had it."""
        return tx.one(_TAKE, restaurant_id=tx.restaurant_id, id=conversation_id, reason=reason, now=now)

    def release(self, tx: Tx, conversation_id: UUID, now: datetime) -> Row | None:
        """The assistant has it again; `{id, channel, handler}`."""
        return tx.one(_RELEASE, restaurant_id=tx.restaurant_id, id=conversation_id, now=now)

    def mark_read(self, tx: Tx, conversation_id: UUID) -> None:
        """Somebody of the staff has seen it."""
        tx.queue(_READ, restaurant_id=tx.restaurant_id, id=conversation_id)

    # what was said -------------------------------------------------------------------------------------------

    def after(self, tx: Tx, thread: Thread, place: Place | None, limit: int) -> list[Message]:
        """From that place on, oldest first: at least `limit` and one more, if there are so many behind it."""
        start = 0 if place is None else place[0]
        return self._messages(tx, thread, _ONWARD, start, limit)

    def before(self, tx: Tx, thread: Thread, place: Place | None, limit: int) -> list[Message]:
        """Up to that place, oldest first: at least `limit` and one more, if there are so many ahead of it."""
        end = _NEWEST if place is None else place[0]
        return self._messages(tx, thread, _BACKWARD, end, limit)

    def whole(self, tx: Tx, thread: Thread) -> list[Message]:
        """All that was said, oldest first."""
        return self._messages(tx, thread, _ONWARD, 0, _EVERYTHING)

    def _messages(
        self, tx: Tx, thread: Thread, queries: Sequence[str], place: int, limit: int
    ) -> list[Message]:
        asked = {
            "restaurant_id": tx.restaurant_id,
            "id": thread.id,
            "place": place,
            "limit": limit + _SPARE,
        }
        turns, out = (tx.all(query, **asked) for query in queries)
        rows = sorted([*turns, *out], key=lambda row: row["place"], reverse=queries is _BACKWARD)
        found = [each for row in rows[: limit + _SPARE] for each in self._of_row(tx, thread.channel, row)]
        return sorted(found, key=lambda message: message.place)

    def place_named(self, tx: Tx, thread: Thread, name: str) -> Place | None:
        """Where the message is that a guest's page knows by that name."""
        asked = {"restaurant_id": tx.restaurant_id, "id": thread.id}
        whole = tx.value(_TURN_NAMED, name=name, **asked)
        if whole is not None:
            return whole, 0
        answer = answered_index(name)
        if answer is not None:
            turn = tx.value(_TURN_NAMED, name=answer[0], **asked)
            return None if turn is None else (turn, answer[1])
        out = tx.value(_OUT_NAMED, name=name, **asked) if _is_id(name) else None
        return None if out is None else (out, 0)

    def caused(self, tx: Tx, conversation_id: UUID, cause: str) -> Message | None:
        """The message that went out for that cause."""
        row = tx.one(_OUT_OF_CAUSE, restaurant_id=tx.restaurant_id, id=conversation_id, cause=cause)
        return None if row is None else self._out(tx, row)

    def named(self, tx: Tx, message_ids: Sequence[UUID]) -> list[Message]:
        """Messages that went out, in order."""
        rows = tx.all(_OUT_BY_IDS, restaurant_id=tx.restaurant_id, ids=id_array(message_ids))
        return [self._out(tx, row) for row in rows]

    def states(self, tx: Tx, conversation_ids: Sequence[UUID]) -> list[Row]:
        """`{id, channel, session_id, handler}` of each."""
        return tx.all(_NEWS, restaurant_id=tx.restaurant_id, ids=id_array(conversation_ids))

    # from rows -----------------------------------------------------------------------------------------------

    def _thread(self, tx: Tx, row: Row) -> Thread:
        return Thread(
            id=row["id"],
            channel=row["channel"],
            handler=row["handler"],
            reason=row["reason"],
            name=self._cipher.open(_tenant(tx), "conversation.name", row["name_sealed"]),
            language=row["language"],
            unread=row["unread"],
            handed_over_at=row["handed_over_at"],
            updated_at=row["updated_at"],
            reservation_ids=tuple(row["reservation_ids"]),
            last=self._last(tx, row),
        )

    def _last(self, tx: Tx, row: Row) -> Message | None:
        if row["out_id"] is not None and (row["turn_id"] is None or row["out_place"] > row["turn_place"]):
            return self._out(
                tx, {**row, "id": row["out_id"], "at": row["created_at"], "place": row["out_place"]}
            )
        if row["turn_id"] is None:
            return None
        turn = {**row, "id": row["turn_id"], "place": row["turn_place"]}
        return self._turn(tx, turn).messages(row["channel"])[-1]

    def _of_row(self, tx: Tx, channel: str, row: Row) -> list[Message]:
        return self._turn(tx, row).messages(channel) if "said_sealed" in row else [self._out(tx, row)]

    def _turn(self, tx: Tx, row: Row) -> Turn:
        open_json = self._cipher.open_json
        return Turn(
            row["id"],
            row["message_id"],
            open_json(_tenant(tx), "conversation.said", row["said_sealed"]),
            open_json(_tenant(tx), "conversation.answer", row["answer_sealed"]),
            row["at"],
            row["place"],
        )

    def _out(self, tx: Tx, row: Row) -> Message:
        body: dict[str, Any] = self._cipher.open_json(_tenant(tx), OUTBOUND_BODY, row["body_sealed"])
        name = str(row["id"])
        return Message(
            name, name, row["author"], body, row["at"], (row["place"], 0), row["staff_id"], row["state"]
        )


def _tenant(tx: Tx) -> UUID:
    assert tx.restaurant_id is not None  # noqa: S101 - tenant transactions have one
    return tx.restaurant_id


def _is_id(name: str) -> bool:
    try:
        UUID(name)
    except ValueError:
        return False
    return True
