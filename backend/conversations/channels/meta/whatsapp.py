"""Sends on WhatsApp through Meta's Cloud API: fulfils `ChannelSender`. Called by the sending and for messages about bookings.

Our own name of a message travels with it (`biz_opaque_callback_data`) and comes back with each report, so a message whose sending
was cut off is known again.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from backend.conversations.channels.records import Outbound, Receipt
from backend.conversations.channels.rendering.templates import template_of
from backend.conversations.channels.rendering.whatsapp import Json, cloud_parts
from backend.conversations.channels.rendering.words import for_messengers
from backend.platform.senders import PermanentSendError
from backend.platform.senders.meta import GraphApi, sent_id

Picture = Callable[[str], bytes]  # the bytes behind an address of ours; raises SendError


class CloudSender:
    """WhatsApp, of any account. `picture` reads a picture of ours, for accounts that upload instead of giving links."""

    def __init__(self, graph: GraphApi, picture: Picture) -> None:
        self._graph = graph
        self._picture = picture

    def send(self, account: dict[str, Any], message: Outbound) -> Receipt:
        """One piece of the message."""
        parts = self._parts(account, message)
        if message.part >= len(parts):
            raise PermanentSendError("there is nothing left to send")
        is_last = message.part == len(parts) - 1
        body: Json = {
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            **_recipient(message.address),
            **parts[message.part],
        }
        if is_last:
            body["biz_opaque_callback_data"] = message.message_id
        answer = self._graph.post(f"{account['account']}/messages", str(account.get("accessToken", "")), body)
        return Receipt(sent_id(answer), more=not is_last)

    def _parts(self, account: dict[str, Any], message: Outbound) -> list[Json]:
        if not message.window_open:
            return [self._template(account, message)]
        return cloud_parts(message.reply, message.language, self._picture_of(account, message))

    def _picture_of(self, account: dict[str, Any], message: Outbound) -> dict[str, str] | None:
        card = message.reply.card
        if card is None or not card.image_url:
            return None
        return self._given(account, card.image_url)

    def _given(self, account: dict[str, Any], url: str) -> dict[str, str]:
        if account.get("media") != "upload":
            return {"link": for_messengers(url)}
        token = str(account.get("accessToken", ""))
        content = self._picture(for_messengers(url))
        return {
            "id": self._graph.upload(f"{account['account']}/media", token, "code.png", content, "image/png")
        }

    def _template(self, account: dict[str, Any], message: Outbound) -> Json:
        template, words = template_of(account, message)
        components: list[Json] = []
        qr = message.words.get("qr")
        if template.get("qrHeader") and qr:
            picture = {"type": "image", "image": self._given(account, qr)}
            components.append({"type": "header", "parameters": [picture]})
        if words:
            components.append(
                {"type": "body", "parameters": [{"type": "text", "text": each} for each in words]}
            )
        language = template.get("language") or message.language
        return {
            "type": "template",
            "template": {"name": template["id"], "language": {"code": language}, "components": components},
        }


def _recipient(address: str) -> Json:
    """A number as `to`; whoever hides theirs is named by what stands for it, as `recipient`."""
    return {"to": address.removeprefix("+")} if address.startswith("+") else {"recipient": address}
