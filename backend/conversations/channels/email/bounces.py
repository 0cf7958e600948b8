"""What a report about a letter of ours says (RFC 3464): which letter, and whether it is lost. Pure; called by `door`."""

from __future__ import annotations

from dataclasses import dataclass
from email import message_from_string
from email.message import Message
from email.policy import compat32
from typing import Any, Final

from backend.conversations.channels.email.bodies import parts_of
from backend.conversations.channels.email.headers import UNREADABLE, fields_of, first, ids_in
from backend.conversations.channels.email.reading import Letter

_LONGEST: Final = 8_000
_MOST_PARTS: Final = 30


@dataclass(frozen=True, slots=True)
class Bounce:
    """`letter` is the id of ours, without brackets; `status` the enhanced code, such as 5.1.1."""

    letter: str
    status: str

    @property
    def final(self) -> bool:
        """Whether the letter will never arrive; otherwise a server is still trying."""
        return self.status.startswith("5")


def bounce_in(letter: Letter) -> Bounce | None:
    """The bounce that a letter reports; None when it is no report or does not say about what."""
    if letter.report is None:
        return None
    ours, status = "", ""
    for part in parts_of(letter.report)[:_MOST_PARTS]:
        kind = _kind(part)
        if kind == "message/delivery-status":
            status = status or _status(part)
        elif kind in ("message/rfc822", "message/rfc822-headers", "text/rfc822-headers"):
            ours = ours or _id_of(part)
    ours = ours or next(iter(letter.references[-1:]), "")
    return Bounce(ours, status) if ours and status else None


def _kind(part: Message[Any, Any]) -> str:
    try:
        return part.get_content_type()
    except UNREADABLE:
        return ""


def _status(part: Message[Any, Any]) -> str:
    """The status of the first recipient's block whose action is about failing or waiting."""
    for block in parts_of(part)[:_MOST_PARTS]:
        fields = fields_of(block)
        action, said = first(fields, "action").lower(), first(fields, "status").split(" ")[0]
        if action in ("failed", "delayed"):
            return said if said[:2] in ("4.", "5.") else "5.0.0" if action == "failed" else "4.0.0"
    return ""


def _id_of(part: Message[Any, Any]) -> str:
    inside = parts_of(part)
    head = inside[0] if inside else message_from_string(_text(part), policy=compat32)
    return next(iter(ids_in(fields_of(head), "message-id")), "")


def _text(part: Message[Any, Any]) -> str:
    try:
        content = part.get_payload(decode=True)
    except UNREADABLE:
        return ""
    return content[:_LONGEST].decode("utf-8", "replace") if isinstance(content, bytes) else ""
