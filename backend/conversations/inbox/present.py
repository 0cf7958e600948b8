"""Threads and messages as JSON. Pure; called by the routes of the inbox and of the web chat."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from backend.conversations.inbox.records import Message, Thread
from backend.platform.texts import has, say

_ADDRESSES = ("imageUrl", "manageUrl", "calendarUrl")


def thread_json(thread: Thread, locale: str) -> dict[str, Any]:
    """The `conversation` object, for staff and devices; `locale` is the reader's."""
    last = thread.last
    return {
        "id": str(thread.id),
        "channel": thread.channel,
        "handler": thread.handler,
        "reason": thread.reason,
        "reasonText": _reason(thread.reason, locale),
        "name": thread.name,
        "language": thread.language,
        "lastText": last.body["text"] if last else None,
        "lastAt": last.at.isoformat() if last else None,
        "unread": thread.unread,
        "handedOverAt": thread.handed_over_at.isoformat() if thread.handed_over_at else None,
        "reservationIds": [str(each) for each in thread.reservation_ids],
    }


def _reason(reason: str | None, locale: str) -> str | None:
    if reason is None:
        return None
    key = f"inbox.reason.{reason}"
    return say(key if has(key, locale) else "inbox.reason.other", locale)


def staff_message_json(message: Message, names: Mapping[UUID, str], base_url: str) -> dict[str, Any]:
    """A message as the staff see it."""
    shape = {"id": message.id, **_common(message, base_url)}
    if message.staff_id is not None and message.staff_id in names:
        shape["staffName"] = names[message.staff_id]
    if message.state is not None:
        shape["state"] = message.state
    return shape


def guest_message_json(message: Message, base_url: str) -> dict[str, Any]:
    """A message as the guest's page sees it: under the name the page knows, without who of the staff it was."""
    return {"id": message.name, **_common(message, base_url)}


def _common(message: Message, base_url: str) -> dict[str, Any]:
    return {
        "author": message.author,
        **with_addresses(message.body, base_url),
        "at": message.at.isoformat(),
    }


def with_addresses(body: Mapping[str, Any], base_url: str) -> dict[str, Any]:
    """A reply with addresses that also work on another site's page."""
    card = body.get("card")
    if card is None:
        return dict(body)
    fixed = {name: base_url + card[name] for name in _ADDRESSES if str(card.get(name, "")).startswith("/")}
    return {**body, "card": {**card, **fixed}}
