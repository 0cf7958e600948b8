"""A message ready to go:

What it says, to whom, by which channel. Made by notifications, read by every sender.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypedDict
from uuid import UUID

Channel = Literal["email", "sms", "chat"]
_FOLDER_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a message.

    `content_id` makes it an image inside the HTML, referred to as `cid:<content_id>`. `parameters` go with
    the content type, such as a calendar's `method`.
    """

    filename: str
    content_type: str
    content: bytes
    content_id: str | None = None
    parameters: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Rendered:
    """One message in all its clothes: `text` and `html` for mail, `short_text` for chat and SMS."""

    subject: str
    text: str
    short_text: str
    html: str
    attachments: tuple[Attachment, ...] = ()


class Recipient(TypedDict, total=False):
    """Where a message goes; each channel reads its own: `email`, `phone` (E.164), `thread` (chat)."""

    name: str
    email: str
    phone: str
    thread: str


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message on its way.

    `message_id` is its row's id: sending the same id again must not reach the guest as a second message where
    the channel can tell. `restaurant` (id or slug) says whose it is. `sender_address` is a mail address.
    """

    message_id: UUID
    restaurant: str
    channel: Channel
    to: Recipient | Mapping[str, str]
    rendered: Rendered
    sender_name: str
    sender_address: str
    reply_to: str | None = None
    language: str = "es"

    def __post_init__(self) -> None:
        if not _FOLDER_NAME.fullmatch(self.restaurant):
            raise ValueError("restaurant must be an id or a slug")
