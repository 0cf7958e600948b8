"""The inbox's JSON, read into records, and unsent answers as they are kept on the device.

Called by the inbox's client and the store, under the rules of `wire`: unknown fields are ignored, wrong ones raise.
"""

from __future__ import annotations

from typing import Any, cast, get_args
from uuid import UUID

from host_app.core.conversations import Author, Handler, Message, OwnAnswer, OwnState, Thread
from host_app.core.wire import Json, instant


def thread(document: Json) -> Thread:
    """A `conversation` of the inbox."""
    return Thread(
        id=UUID(document["id"]),
        channel=str(document["channel"]),
        handler=cast(Handler, _one_of(Handler, document["handler"])),
        reason_text=document.get("reasonText"),
        name=document.get("name"),
        language=document.get("language"),
        last_text=document.get("lastText"),
        last_at=instant(document["lastAt"]) if document.get("lastAt") else None,
        unread=int(document.get("unread") or 0),
        handed_over_at=instant(document["handedOverAt"]) if document.get("handedOverAt") else None,
        reservation_ids=tuple(UUID(each) for each in document.get("reservationIds") or ()),
    )


def message(document: Json) -> Message:
    """One message of a conversation."""
    offered = [*(document.get("quickReplies") or ()), *(document.get("list") or ())]
    return Message(
        id=str(document["id"]),
        author=cast(Author, _one_of(Author, document["author"])),
        text=str(document["text"]),
        at=instant(document["at"]),
        staff_name=document.get("staffName"),
        offered=tuple(str(each["title"]) for each in offered),
        card=_card(document.get("card")),
        state=str(document.get("state") or ""),
    )


def own_answer(document: Json) -> OwnAnswer:
    """The opposite of `own_answer_body`."""
    return OwnAnswer(
        message_id=str(document["messageId"]),
        thread_id=UUID(document["conversationId"]),
        text=str(document["text"]),
        at=instant(document["at"]),
        state=cast(OwnState, _one_of(OwnState, document["state"])),
        code=str(document.get("code") or ""),
    )


def own_answer_body(answer: OwnAnswer) -> dict[str, Any]:
    """An answer that the server does not have yet, for the store."""
    return {
        "messageId": answer.message_id,
        "conversationId": str(answer.thread_id),
        "text": answer.text,
        "at": answer.at.isoformat(),
        "state": answer.state,
        "code": answer.code,
    }


def _card(card: Json | None) -> str | None:
    return " · ".join(str(each) for each in (card["title"], *(card.get("lines") or ()))) if card else None


def _one_of(kind: Any, value: Any) -> str:
    if value not in get_args(kind):
        raise ValueError(f"{value!r} is none of {get_args(kind)}")
    return str(value)
