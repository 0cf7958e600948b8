"""Conversations with guests as this device knows them: threads, what was said in them, and its own answers under way.

Plain frozen records and pure decisions, kept together by `inbox` and read by the screen. Instants are aware UTC. What the server
tells is merged so that neither the order nor the number of tellings matters: pages, repeats and late answers add up to the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

Author = Literal["guest", "assistant", "staff"]
Handler = Literal["bot", "staff"]
OwnState = Literal["sending", "unsent", "held", "refused"]

# An answer that could not go is sent by itself this long after it was written; later a person is asked first, because what was
# right at eight may be wrong at ten.
GOES_BY_ITSELF = timedelta(minutes=2)
_AUTHORS: tuple[Author, ...] = ("guest", "assistant", "staff")
# How far a message that goes out has come. Of two tellings the one further along is the later one.
_STATES = ("", "waiting", "sending", "failed", "sent", "delivered", "read", "dead")


@dataclass(frozen=True, slots=True)
class Thread:
    """One conversation as the server's list tells it. Holds personal data."""

    id: UUID
    channel: str
    handler: Handler
    reason_text: str | None
    name: str | None
    language: str | None
    last_text: str | None
    last_at: datetime | None
    unread: int
    handed_over_at: datetime | None
    reservation_ids: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class Message:
    """One message. `offered` are the answers or options that the guest could tap; `card` what the booking's card said that was
    shown with it; `state` how far one that goes out has come, '' where the server does not say.
    """

    id: str
    author: Author
    text: str
    at: datetime
    staff_name: str | None = None
    offered: tuple[str, ...] = ()
    card: str | None = None
    state: str = ""


@dataclass(frozen=True, slots=True)
class OwnAnswer:
    """What a person wrote on this device, until the server has it. The same `message_id` is the same message to the server,
    however often it is sent.
    """

    message_id: str
    thread_id: UUID
    text: str
    at: datetime
    state: OwnState = "sending"
    code: str = ""  # why it was refused


@dataclass(frozen=True, slots=True)
class Waiting:
    """A thread in the list: the conversation, since when a guest waits for a person in it (None: nobody does), and what people
    said last, as far as it was fetched: the assistant's words tell nobody what is wanted.
    """

    thread: Thread
    since: datetime | None
    last: Message | None = None


Said = Mapping[str, Message]
Place = tuple[datetime, int, str, int]


def with_messages(known: Said, told: Iterable[Message]) -> dict[str, Message]:
    """What is known of a thread after the server told some of it once more."""
    merged = dict(known)
    for message in told:
        before = merged.get(message.id)
        merged[message.id] = message if before is None else _later(before, message)
    return merged


def in_order(said: Said) -> list[Message]:
    """Oldest first. What was said at one instant: the guest, the answers to it in their order, then the staff."""
    return sorted(said.values(), key=place)


def place(message: Message) -> Place:
    """Where a message stands in its thread."""
    base, _, index = message.id.partition("/")
    return message.at, _AUTHORS.index(message.author), base, int(index) if index.isdigit() else -1


def waiting_since(thread: Thread, said: Said) -> datetime | None:
    """When the guest began to wait for a person: their first message that no person has answered.

    None while the assistant has the thread or a person spoke last. Where nothing of it was fetched yet: since it was handed over.
    """
    if thread.handler != "staff":
        return None
    open_since: datetime | None = None
    for message in in_order(said):
        if message.author == "staff":
            open_since = None
        elif message.author == "guest" and open_since is None:
            open_since = message.at
    if open_since is None:
        return None if said else thread.handed_over_at
    # before the hand-over the assistant took care of it
    return max(open_since, thread.handed_over_at or open_since)


def standing(thread: Thread, said: Said) -> Waiting:
    """A thread as the list has it."""
    people = [each for each in in_order(said) if each.author != "assistant"]
    return Waiting(thread, waiting_since(thread, said), people[-1] if people else None)


def listed(threads: Iterable[Waiting]) -> list[Waiting]:
    """Who waits comes first, the longest first; then the others, the latest first."""
    return sorted(threads, key=_turn)


def is_too_old(answer: OwnAnswer, now: datetime) -> bool:
    """Whether an answer was written too long ago to go by itself."""
    return now - answer.at > GOES_BY_ITSELF


def next_step(answer: OwnAnswer, said: Said, thread: Thread | None, now: datetime) -> OwnState:
    """What becomes of an answer that could not be sent, once the server is there again: `sending`, or `held` until a person
    has said what to do. Ask with the thread as it is now, fetched after the outage.
    """
    if is_too_old(answer, now) or thread is None:
        return "held"
    # the same words are our own: they arrived and only the news of it did not
    overtaken = any(
        message.author == "staff" and message.at > answer.at and message.text != answer.text
        for message in said.values()
    )
    return "held" if overtaken else "sending"


def _later(one: Message, other: Message) -> Message:
    """Of two tellings of one message; the choice does not depend on which came first."""
    further = max(one, other, key=lambda each: (_rank(each.state), each.staff_name or "", each.text))
    return replace(further, staff_name=further.staff_name or one.staff_name or other.staff_name)


def _rank(state: str) -> int:
    return _STATES.index(state) if state in _STATES else 0


def _turn(waiting: Waiting) -> tuple[bool, float, str]:
    when = waiting.since or waiting.thread.last_at
    seconds = when.timestamp() if when else 0.0
    return waiting.since is None, seconds if waiting.since else -seconds, str(waiting.thread.id)
