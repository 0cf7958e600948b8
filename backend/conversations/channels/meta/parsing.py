"""What Meta's webhook says, taken apart: guests' messages, what became of ours, and our own shown back to us. Pure; called by the
webhook.

Each item stands on its own: one that has not the documented form is counted and left out, the others are read.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from backend.conversations.channels.records import ChannelName, DeliveryState, Inbound
from backend.conversations.ports import Sender

LONGEST_ID: Final = 400
_WA_STATES: Final[Mapping[str, DeliveryState]] = {
    "sent": "sent",
    "delivered": "delivered",
    "read": "read",
    "failed": "failed",
}
_SILENT: Final = {"reaction", "system", "request_welcome", "ephemeral"}  # nothing was said
_PHONE: Final = re.compile(r"[1-9]\d{6,14}")
_LATEST: Final = 4_102_444_800  # 2100: a time beyond is none

# What reading an item of another form than the documented one comes to.
_MALFORMED: Final = (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError)

Json = Mapping[str, Any]
Session = Callable[[str], str]  # the thread of an address


@dataclass(frozen=True, slots=True)
class Status:
    """What became of a message; `error` is Meta's code, 0 without one. `ref` is our own name of it."""

    provider_id: str
    state: DeliveryState
    error: int = 0
    ref: UUID | None = None
    address: str = ""


@dataclass(frozen=True, slots=True)
class Echo:
    """A message that we sent, shown back."""

    provider_id: str
    address: str
    text: str


@dataclass(frozen=True, slots=True)
class Piece:
    """What a delivery says about one account: the parts of it that are that account's."""

    channel: ChannelName
    account: str
    items: tuple[Json, ...]
    reports: tuple[Json, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Read:
    """A piece taken apart. `malformed` counts items that could not be read."""

    messages: list[Inbound] = field(default_factory=list)
    statuses: list[Status] = field(default_factory=list)
    echoes: list[Echo] = field(default_factory=list)
    malformed: int = 0


def pieces(body: object) -> list[Piece]:
    """The accounts that a delivery speaks of; nothing for what is no delivery of these two products."""
    if not isinstance(body, dict):
        return []
    entries = [each for each in _list(body.get("entry")) if isinstance(each, dict)]
    if body.get("object") == "whatsapp_business_account":
        return [piece for entry in entries for piece in _whatsapp_pieces(entry)]
    if body.get("object") == "instagram":
        return [_instagram_piece(entry) for entry in entries if _id(entry.get("id"))]
    return []


def _whatsapp_pieces(entry: Json) -> Iterator[Piece]:
    for change in _list(entry.get("changes")):
        value = change.get("value") if isinstance(change, dict) else None
        if not isinstance(value, dict) or change.get("field") != "messages":
            continue
        metadata = value.get("metadata")
        account = _id(metadata.get("phone_number_id")) if isinstance(metadata, dict) else None
        if account:
            contacts = [each for each in _list(value.get("contacts")) if isinstance(each, dict)]
            yield Piece(
                "whatsapp",
                account,
                tuple(_list(value.get("messages"))),
                tuple(_list(value.get("statuses"))),
                {key: name for each in contacts for key, name in _named(each)},
            )


def _named(contact: Json) -> Iterator[tuple[str, str]]:
    profile = contact.get("profile")
    name = profile.get("name") if isinstance(profile, dict) else None
    if isinstance(name, str):
        for key in ("wa_id", "user_id"):
            if isinstance(contact.get(key), str):
                yield contact[key], name


def _instagram_piece(entry: Json) -> Piece:
    changed: list[Any] = [
        each.get("value")
        for each in _list(entry.get("changes"))
        if isinstance(each, dict) and str(each.get("field", "")).startswith("messag")
    ]
    return Piece("instagram", str(entry["id"]), (*_list(entry.get("messaging")), *changed))


def read(piece: Piece, session: Session, now: datetime) -> Read:
    """The piece taken apart."""
    found = Read()
    take = _whatsapp_message if piece.channel == "whatsapp" else _instagram_event
    for item in piece.items:
        try:
            take(piece, item, session, now, found)
        except _MALFORMED:
            found.malformed += 1
    for item in piece.reports:
        try:
            _whatsapp_status(item, found)
        except _MALFORMED:
            found.malformed += 1
    return found


def _whatsapp_message(piece: Piece, item: Json, session: Session, now: datetime, found: Read) -> None:
    kind = str(item["type"])
    if kind in _SILENT:
        return
    # Whoever hides their number has a name that is theirs with this business only.
    address = _required(item.get("from") or item["from_user_id"])
    phone = f"+{address}" if _PHONE.fullmatch(address) else None
    text, media = _whatsapp_said(kind, item)
    found.messages.append(
        Inbound(
            channel="whatsapp",
            session_id=session(phone or address),
            message_id=_required(item["id"]),
            address=phone or address,
            text=text,
            at=_at(item.get("timestamp"), 1, now),
            sender=Sender(phone=phone),
            name=piece.names.get(address),
            media=media,
        )
    )


def _whatsapp_said(kind: str, item: Json) -> tuple[str, tuple[str, ...]]:
    """The words, and what came beside them."""
    if kind == "text":
        return str(item["text"]["body"]), ()
    if kind == "button":  # of a template
        return str(item["button"].get("payload") or item["button"]["text"]), ()
    if kind == "interactive":
        told = item["interactive"]
        chosen = told.get(str(told["type"])) or {}
        return str(chosen.get("id") or chosen.get("title") or ""), () if chosen.get("id") else ("other",)
    content = item.get(kind)
    caption = content.get("caption") if isinstance(content, dict) else None
    return str(caption or ""), (kind,)


def _whatsapp_status(item: Json, found: Read) -> None:
    state = _WA_STATES.get(str(item["status"]))
    if state is None:
        return
    errors = _list(item.get("errors"))
    found.statuses.append(
        Status(
            provider_id=_required(item["id"]),
            state=state,
            error=int(errors[0]["code"]) if errors and state == "failed" else 0,
            ref=_uuid(item.get("biz_opaque_callback_data")),
            address=str(item.get("recipient_id") or ""),
        )
    )


def _instagram_event(piece: Piece, item: Json, session: Session, now: datetime, found: Read) -> None:
    sender, recipient = _id(item["sender"]["id"]), _id(item["recipient"]["id"])
    if not sender or not recipient:
        raise ValueError("nobody's message")
    if "read" in item:
        identity = item["read"].get("mid")
        if identity:
            found.statuses.append(Status(_required(identity), "read", address=sender))
        return
    media: tuple[str, ...] = ()
    if "postback" in item:
        told = item["postback"]
        said = str(told.get("payload") or told["title"])
    elif "message" in item:
        told = item["message"]
        if told.get("is_echo"):
            found.echoes.append(Echo(_required(told["mid"]), recipient, str(told.get("text") or "")))
            return
        if told.get("is_deleted") or sender == piece.account:
            return
        said, media = _instagram_said(told)
    else:
        return  # seen, reactions, hand-overs between apps: nothing was said
    found.messages.append(
        Inbound(
            channel="instagram",
            session_id=session(sender),
            message_id=_required(told["mid"]),
            address=sender,
            text=said,
            at=_at(item.get("timestamp"), 1000, now),
            media=media,
        )
    )


def _instagram_said(told: Json) -> tuple[str, tuple[str, ...]]:
    quick = told.get("quick_reply")
    if isinstance(quick, dict) and quick.get("payload"):
        return str(quick["payload"]), ()
    media = tuple(
        str(each.get("type", "other")) for each in _list(told.get("attachments")) if isinstance(each, dict)
    )
    if told.get("is_unsupported") and not media:
        media = ("other",)
    return str(told.get("text") or ""), media[:10]


def _at(stamp: object, per_second: int, now: datetime) -> datetime:
    """An instant of Meta's; now when it gives none that can be."""
    if stamp is None:
        return now
    seconds = int(str(stamp)) / per_second
    if not 0 < seconds < _LATEST:
        return now
    return datetime.fromtimestamp(seconds, UTC)


def _required(value: object) -> str:
    """A name of a message."""
    text = _id(value)
    if text is None:
        raise ValueError("a message without a name")
    return text


def _id(value: object) -> str | None:
    text = str(value) if isinstance(value, str | int) else ""
    return text if 0 < len(text) <= LONGEST_ID and text.isprintable() else None


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _uuid(value: object) -> UUID | None:
    try:
        return UUID(str(value)) if value else None
    except ValueError:
        return None
