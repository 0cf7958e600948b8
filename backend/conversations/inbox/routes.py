"""HTTP for the staff's inbox: parse, call one use case, answer."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from backend.conversations.inbox.present import staff_message_json, thread_json
from backend.conversations.inbox.records import Thread
from backend.conversations.inbox.schemas import (
    AnswerBody,
    OneMessageOut,
    OneThreadOut,
    SaidOut,
    SaidQuery,
    ThreadsOut,
    ThreadsQuery,
)
from backend.conversations.inbox.service import InboxService
from backend.platform.http import DEVICE, STAFF, Answer, Api, Call
from backend.platform.http.caller import SECRET

_INBOX = STAFF | {DEVICE, SECRET}


def inbox_api(service: InboxService) -> Api:
    """The endpoints of the inbox."""
    api = Api("inbox")

    @api.route(
        "GET",
        "/conversations",
        who=_INBOX,
        summary="Conversations with guests, the latest first",
        query=ThreadsQuery,
        answers={200: ThreadsOut},
    )
    def conversations(call: Call, query: ThreadsQuery) -> dict[str, Any]:
        tenant = call.of_tenant(query.restaurant_id)
        page = service.threads(tenant, handler=query.handler, cursor=query.cursor, limit=query.limit)
        threads = [thread_json(each, call.locale) for each in page.threads]
        return {"conversations": threads, **_next(page.next_cursor)}

    @api.route(
        "GET",
        "/conversations/<uuid:conversation_id>",
        who=_INBOX,
        summary="What was said in a conversation",
        query=SaidQuery,
        answers={200: SaidOut},
    )
    def conversation(call: Call, conversation_id: UUID, query: SaidQuery) -> dict[str, Any]:
        said = service.read(call.tenant(), conversation_id, cursor=query.cursor, limit=query.limit)
        messages = [staff_message_json(each, said.names, call.base_url) for each in said.messages]
        shown = thread_json(said.thread, call.locale)
        return {"conversation": shown, "messages": messages, **_next(said.next_cursor)}

    @api.route(
        "POST",
        "/conversations/<uuid:conversation_id>/messages",
        who=_INBOX,
        summary="Answer a guest on their own channel",
        body=AnswerBody,
        answers={201: OneMessageOut},
        refusals=("idempotency_key_reused",),
        example={"messageId": "a-1", "text": "Claro, os preparamos la mesa junto a la ventana."},
    )
    def answer(call: Call, conversation_id: UUID, body: AnswerBody) -> dict[str, Any]:
        message, names = service.answer(
            call.tenant(), conversation_id, body.message_id, body.text, call.caller
        )
        return {"message": staff_message_json(message, names, call.base_url)}

    @api.route(
        "POST",
        "/conversations/<uuid:conversation_id>/take",
        who=_INBOX,
        summary="Take a conversation from the assistant",
        answers={200: OneThreadOut},
    )
    def take(call: Call, conversation_id: UUID) -> dict[str, Any]:
        return _one(call, service.take(call.tenant(), conversation_id, call.caller))

    @api.route(
        "POST",
        "/conversations/<uuid:conversation_id>/release",
        who=_INBOX,
        summary="Hand a conversation back to the assistant",
        answers={200: OneThreadOut},
    )
    def release(call: Call, conversation_id: UUID) -> dict[str, Any]:
        return _one(call, service.release(call.tenant(), conversation_id, call.caller))

    @api.route(
        "POST",
        "/conversations/<uuid:conversation_id>/read",
        who=_INBOX,
        summary="Say that a conversation has been looked at",
        answers={200: OneThreadOut},
    )
    def read(call: Call, conversation_id: UUID) -> dict[str, Any]:
        return _one(call, service.mark_read(call.tenant(), conversation_id))

    @api.route(
        "POST",
        "/conversations/<uuid:conversation_id>/typing",
        who=_INBOX,
        summary="Show the guest that somebody is writing",
        answers={204: None},
    )
    def typing(call: Call, conversation_id: UUID) -> Answer:
        service.typing(call.tenant(), conversation_id)
        return Answer(status=204)

    return api


def _one(call: Call, thread: Thread) -> dict[str, Any]:
    return {"conversation": thread_json(thread, call.locale)}


def _next(cursor: str | None) -> dict[str, str]:
    return {"nextCursor": cursor} if cursor else {}
