"""Shapes of the inbox endpoints. Called by their routes."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from backend.conversations.schemas import Identifier, ReplyOut
from backend.platform.shapes import Shape

Limit = Annotated[int, Field(ge=1, le=500)]
Cursor = Annotated[str, StringConstraints(max_length=200)]


class ThreadsQuery(Shape):
    """Which conversations."""

    restaurant_id: UUID
    handler: Literal["bot", "staff"] | None = None
    limit: Limit = 200
    cursor: Cursor | None = None


class SaidQuery(Shape):
    """Which part of a conversation: its end, or what was said before `cursor`."""

    limit: Limit = 200
    cursor: Cursor | None = None


class AnswerBody(Shape):
    """What the staff say. `messageId` is the client's own: the same one is the same message."""

    message_id: Identifier
    text: Annotated[str, StringConstraints(min_length=1, max_length=2000)]


class ThreadOut(Shape):
    """A conversation. `handler` says who answers; `reason` and `reasonText` why the staff have it; `unread` counts what the guest
    said to them that nobody has looked at. `name` is what the guest or their channel says."""

    id: UUID
    channel: Annotated[str, Field(examples=["web", "whatsapp", "instagram", "email", "sms"])]
    handler: Literal["bot", "staff"]
    reason: Annotated[str, Field(examples=["asked", "misunderstood", "upset", "taken"])] | None
    reason_text: str | None
    name: str | None
    language: Annotated[str, Field(examples=["es"])] | None
    last_text: str | None
    last_at: datetime | None
    unread: int
    handed_over_at: datetime | None
    reservation_ids: list[UUID]


class ThreadsOut(Shape):
    """A part of the list, the latest first."""

    conversations: list[ThreadOut]
    next_cursor: str | None = None


class OneThreadOut(Shape):
    """One conversation."""

    conversation: ThreadOut


class ThreadMessageOut(ReplyOut):
    """One message. `state` is how far one that went out has come; `staffName` what its author is called."""

    id: str
    author: Literal["guest", "assistant", "staff"]
    staff_name: str | None = None
    at: datetime
    state: Literal["waiting", "sending", "sent", "delivered", "read", "failed", "dead"] | None = None


class SaidOut(Shape):
    """A part of a conversation, oldest first; `nextCursor` asks for what was said before it."""

    conversation: ThreadOut
    messages: list[ThreadMessageOut]
    next_cursor: str | None = None


class OneMessageOut(Shape):
    """One message."""

    message: ThreadMessageOut
