"""A message ready to go:

What it says, to whom, by which channel. Made by notifications, read by every sender.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypedDict
from uuid import UUID

Channel = Literal["email", "sms", "chat", "whatsapp"]
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
    """One message in all its clothes: `text` and `html` for mail, `short_text` for chat and SMS, `words` for approved templates."""

    subject: str
    text: str
    short_text: str
    html: str
    attachments: tuple[Attachment, ...] = ()
    words: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MailHead:
    """What a mail that answers another says of itself; ids without brackets, `references` oldest first.

    `automatic` is the value of Auto-Submitted: a mail that a machine wrote says so, for machines do not answer it then.
    """

    message_id: str
    in_reply_to: str | None = None
    references: tuple[str, ...] = ()
    automatic: Literal["auto-generated", "auto-replied", "no"] = "auto-generated"


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
    the channel can tell. `restaurant` (id or slug) says whose it is. `sender_address` is a mail address. `head` is
    for mails that answer one; without it the Message-ID follows from the message's id.
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
    head: MailHead | None = None

    def __post_init__(self) -> None:
        if not _FOLDER_NAME.fullmatch(self.restaurant):
            raise ValueError("restaurant must be an id or a slug")
