"""HTTP for the web chat: parse, call one use case, answer."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from backend.conversations.schemas import MessageBody, RepliesOut
from backend.conversations.service import ConversationService
from backend.platform.http import KEYS, Api, Call
from backend.platform.refusals import Refusal
from backend.restaurants.service import RestaurantService

_CHANNEL = "web"
_ADDRESSES = ("imageUrl", "manageUrl", "calendarUrl")


def conversations_api(service: ConversationService, restaurants: RestaurantService) -> Api:
    """The endpoint of the web chat."""
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
        tenant = call.of_tenant(_named(restaurants, call, restaurant))
        replies = service.receive(tenant, body.session_id, body.message_id, body.text, body.locale, _CHANNEL)
        return {"replies": [_absolute(reply.to_json(), call.base_url) for reply in replies]}

    return api


def _named(restaurants: RestaurantService, call: Call, name: str) -> UUID:
    """The restaurant by id or slug."""
    if name == str(call.caller.restaurant_id):
        return call.tenant()
    if not name.isprintable():
        raise Refusal("not_found")
    found: UUID = restaurants.find(name)["id"]
    return found


def _absolute(reply: dict[str, Any], base_url: str) -> dict[str, Any]:
    """The reply with addresses that also work on another site's page."""
    card = reply.get("card")
    if card is None:
        return reply
    fixed = {name: base_url + card[name] for name in _ADDRESSES if str(card.get(name, "")).startswith("/")}
    return {**reply, "card": {**card, **fixed}}
