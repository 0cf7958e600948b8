"""Shapes of the chat endpoint. Called by its routes."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from backend.platform.shapes import Shape

Identifier = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[\x21-\x7e]+$")]


class MessageBody(Shape):
    """What a guest said. `messageId` is the client's own: the same one gives the same answer."""

    session_id: Identifier
    message_id: Identifier
    text: Annotated[str, StringConstraints(min_length=1, max_length=2000)]
    locale: (
        Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*$", max_length=35)]
        | None
    ) = None


class QuickReplyOut(Shape):
    """An answer to tap: what it shows and what it sends."""

    title: str
    value: str


class ListItemOut(Shape):
    """A row of a list to choose from: what it shows, what it sends, a line below."""

    title: str
    value: str
    description: str | None = None


class ReplyOut(Shape):
    """One message to the guest."""

    text: str
    quick_replies: list[QuickReplyOut] | None = None
    options: list[ListItemOut] | None = Field(default=None, alias="list")
    card: dict[str, Any] | None = None


class RepliesOut(Shape):
    """The answer; empty while the staff has the thread."""

    replies: list[ReplyOut]


class ResumeQuery(Shape):
    """Which part of the conversation: what follows the message of that `id`; all of it without one, or when it is not there."""

    after: Annotated[str, StringConstraints(min_length=1, max_length=104)] | None = None
    limit: Annotated[int, Field(ge=1, le=500)] = 200


class ChatMessageOut(ReplyOut):
    """One message. The guest's own have the id they were sent with, the answers to one `id/0`, `id/1` and so on."""

    id: str
    author: Literal["guest", "assistant", "staff"]
    at: datetime


class ResumedOut(Shape):
    """What was said, oldest first; `handler` is who answers now. `nextCursor` is there when more follow: ask `after` it."""

    handler: Literal["bot", "staff"]
    messages: list[ChatMessageOut]
    next_cursor: str | None = None
