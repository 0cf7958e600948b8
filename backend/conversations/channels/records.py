"""What comes in over a channel and what goes out, in one shape for all of them. Plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Self

from backend.conversations.dialogue.render import Reply
from backend.conversations.ports import Sender

ChannelName = Literal["whatsapp", "sms", "instagram", "email"]
Author = Literal["assistant", "staff"]
DeliveryState = Literal["sent", "delivered", "read", "failed"]


@dataclass(frozen=True, slots=True)
class Inbound:
    """One message of a guest, verified and taken apart. Holds personal data: sealed wherever it is kept.

    `session_id` names the thread within the channel and holds no personal data (a keyed digest of the sender);
    `message_id` is the provider's own, so that a repeated delivery is known. `address` is where answers go, in the
    channel's form. `media` names kinds of content that cannot be read (`image`, `audio`, `location`, ...). `thread` is the
    channel's own way back: mail headers, say.
    """

    channel: ChannelName
    session_id: str
    message_id: str
    address: str
    text: str
    at: datetime
    sender: Sender = field(default_factory=Sender)
    name: str | None = None
    locale: str | None = None
    media: tuple[str, ...] = ()
    thread: Mapping[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """As it is sealed."""
        return {
            "channel": self.channel,
            "sessionId": self.session_id,
            "messageId": self.message_id,
            "address": self.address,
            "text": self.text,
            "at": self.at.isoformat(),
            "phone": self.sender.phone,
            "email": self.sender.email,
            "proven": self.sender.proven,
            "name": self.name,
            "locale": self.locale,
            "media": list(self.media),
            "thread": dict(self.thread),
        }

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> Self:
        """The inverse of `to_json`."""
        return cls(
            channel=told["channel"],
            session_id=told["sessionId"],
            message_id=told["messageId"],
            address=told["address"],
            text=told["text"],
            at=datetime.fromisoformat(told["at"]),
            sender=Sender(told["phone"], told["email"], told["proven"]),
            name=told["name"],
            locale=told["locale"],
            media=tuple(told["media"]),
            thread=dict(told["thread"]),
        )


@dataclass(frozen=True, slots=True)
class Outbound:
    """One message to a guest. `reply` is what every channel is given; `thread` the way back of the message it answers.

    `window_open` says that the guest wrote within the time in which the provider lets anything be answered. `part` counts the
    pieces of it that went out already, for channels that send a message in several. `message_id` is our own name of it.
    `template` is the kind of message for which there may be an approved template, and `words` what that is filled with.
    """

    channel: ChannelName
    address: str
    reply: Reply
    language: str
    message_id: str
    thread: Mapping[str, str] = field(default_factory=dict)
    window_open: bool = True
    part: int = 0
    template: str | None = None
    words: Mapping[str, str] = field(default_factory=dict)
    since: datetime | None = None  # not taken by a provider before this instant


@dataclass(frozen=True, slots=True)
class Receipt:
    """The provider has taken it; `provider_id` is its name for the message, None when it gives none. `more`: pieces are left."""

    provider_id: str | None = None
    more: bool = False
