"""HTTP for the web chat: parse, call one use case, answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from backend.conversations.inbox.present import guest_message_json, with_addresses
from backend.conversations.schemas import MessageBody, RepliesOut, ResumedOut, ResumeQuery
from backend.conversations.service import ConversationService
from backend.conversations.web_chat import WebChat
from backend.platform.http import KEYS, Api, Call
from backend.platform.live.chat_requests import SESSION
from backend.platform.refusals import field_refusal

_CHANNEL = "web"
_SESSION_HEADER = "X-SaveIt-Session"


def conversations_api(service: ConversationService, chat: WebChat, count: Callable[[UUID, str], None]) -> Api:
    """The endpoints of the web chat. `count` counts a message of a session; it raises Refusal('rate_limited')."""
    api = Api("conversations")

    @api.route(
        "POST",
        "/chat/<string:restaurant>/messages",
        who=KEYS,
        summary="Say something to the restaurant's assistant",
        body=MessageBody,
        answers={200: RepliesOut},
        refusals=("lock_timeout",),
        example={
            "sessionId": "s-7f3c9a",
            "messageId": "m-1",
            "text": "Quiero reservar para 4 personas mañana a las 20:00",
            "locale": "es",
        },
    )
    def message(call: Call, restaurant: str, body: MessageBody) -> dict[str, Any]:
        tenant = chat.restaurant_of(call.caller, restaurant)
        count(tenant, body.session_id)
        replies = service.receive(tenant, body.session_id, body.message_id, body.text, body.locale, _CHANNEL)
        return {"replies": [with_addresses(reply.to_json(), call.base_url) for reply in replies]}

    @api.route(
        "GET",
        "/chat/<string:restaurant>/messages",
        who=KEYS,
        summary="What was said in a session, after a reload or while the team answers",
        query=ResumeQuery,
        headers=(_SESSION_HEADER,),
        answers={200: ResumedOut},
    )
    def messages(call: Call, restaurant: str, query: ResumeQuery) -> dict[str, Any]:
        tenant = chat.restaurant_of(call.caller, restaurant)
        session_id = call.request.headers.get(_SESSION_HEADER, "")
        if SESSION.fullmatch(session_id) is None:
            raise field_refusal(_SESSION_HEADER, "wrong_format" if session_id else "required")
        resumed = chat.resume(tenant, session_id, query.after, query.limit)
        shown = [guest_message_json(each, call.base_url) for each in resumed.messages]
        following = {"nextCursor": resumed.next_cursor} if resumed.next_cursor else {}
        return {"handler": resumed.handler, "messages": shown, **following}

    return api
