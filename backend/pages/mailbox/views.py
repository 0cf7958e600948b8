"""The mailbox pages as HTML:

The list, one message, and the mail itself for its frame. Pure; called by the mailbox routes.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from backend.notifications import Voice
from backend.pages.frame import Frame, draw
from backend.platform.senders import Stored, StoredPart

Face = Literal["mail", "text", "short"]
_ICONS = {"email": "mail", "sms": "phone", "chat": "chat"}
_CID = re.compile(r"cid:([^\"'\s>)]+)")


@dataclass(frozen=True, slots=True)
class ListPage:
    """A page of the list.

    `newer` and `older` are addresses of the neighbouring pages, '' where there is none.
    """

    messages: Sequence[Stored]
    count: int
    newer: str
    older: str
    timezone: str


@dataclass(frozen=True, slots=True)
class MessagePage:
    """One message shown as a mail, as bare text, or as a bubble on a phone."""

    stored: Stored
    parts: Sequence[StoredPart]
    face: Face
    timezone: str


def render_mailbox(page: ListPage, locale: str) -> str:
    """The list, newest first."""
    voice = Voice(locale)
    count = "page.mailbox.count.one" if page.count == 1 else "page.mailbox.count.other"
    return draw(
        "mailbox.html",
        Frame(voice, voice.say("page.mailbox.title"), "/mailbox/"),
        rows=[_row(each, page.timezone, voice) for each in page.messages],
        count=voice.say(count, count=page.count),
        newer=page.newer,
        older=page.older,
    )


def render_message(page: MessagePage, locale: str) -> str:
    """One message with its head, its faces and its files."""
    voice, stored = Voice(locale), page.stored
    address = address_of(stored)
    return draw(
        "message.html",
        Frame(voice, stored.subject, f"{address}?as={page.face}"),
        head=_head(stored, page.timezone, voice),
        face=page.face,
        faces=_faces(stored, address, voice),
        address=address,
        stored=stored,
        images=[_data_url(part) for part in page.parts if part.content_id],
        files=[(f"{address}/files/{number}", part.filename) for number, part in enumerate(page.parts)],
    )


def framed_mail(html: str, parts: Sequence[StoredPart]) -> str:
    """The mail's HTML for its frame: images put in place, links opening outside the frame."""
    images = {part.content_id: _data_url(part) for part in parts if part.content_id}
    shown = _CID.sub(lambda found: images.get(found[1], found[0]), html)
    return shown.replace("<head>", '<head><base target="_blank">', 1)


def address_of(stored: Stored) -> str:
    """Where a message is shown."""
    return f"/mailbox/{stored.restaurant}/{stored.message_id}"


def _row(stored: Stored, timezone: str, voice: Voice) -> dict[str, str]:
    body = stored.text if stored.channel == "email" else stored.short_text
    lines = [line for line in body.splitlines() if line]
    return {
        "icon": _ICONS[stored.channel],
        "channel": voice.say(f"page.mailbox.{stored.channel}"),
        "language": stored.language,
        "href": address_of(stored),
        "subject": stored.subject,
        "to": _recipient(stored),
        "sent": _moment(stored, timezone, voice),
        "first_line": " ".join(lines[:2]),
    }


def _head(stored: Stored, timezone: str, voice: Voice) -> list[tuple[str, str]]:
    return [
        (voice.say("page.mailbox.from"), f"{stored.sender_name} <{stored.sender_address}>"),
        (voice.say("page.mailbox.to"), _recipient(stored)),
        (voice.say("page.mailbox.sent"), _moment(stored, timezone, voice)),
    ]


def _faces(stored: Stored, address: str, voice: Voice) -> list[tuple[Face, str, str]]:
    names: tuple[Face, ...] = ("mail", "text", "short")
    if stored.channel != "email":
        return []
    return [(name, f"{address}?as={name}", voice.say(f"page.mailbox.view.{name}")) for name in names]


def _recipient(stored: Stored) -> str:
    where = next((stored.to[key] for key in ("email", "phone", "thread") if stored.to.get(key)), "")
    return f"{stored.to['name']} <{where}>" if stored.to.get("name") else where


def _moment(stored: Stored, timezone: str, voice: Voice) -> str:
    return voice.moment(stored.sent_at, timezone)


def _data_url(part: StoredPart) -> str:
    return f"data:{part.content_type};base64,{base64.b64encode(part.content).decode()}"
