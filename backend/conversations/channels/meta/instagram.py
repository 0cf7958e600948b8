"""Sends on Instagram through Meta's messaging API: fulfils `ChannelSender`. Called by the sending."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from backend.conversations.channels.records import Outbound, Receipt
from backend.conversations.channels.rendering.instagram import instagram_parts
from backend.platform.senders import PermanentSendError, WindowClosedError
from backend.platform.senders.meta import GraphApi, sent_id


class InstagramSender:
    """Instagram, of any account. An account was connected by a sign-in with Instagram or with Facebook, and each has its own
    address at Meta: `graphs` by `login`."""

    def __init__(self, graphs: Mapping[str, GraphApi]) -> None:
        self._graphs = graphs

    def send(self, account: dict[str, Any], message: Outbound) -> Receipt:
        """One piece of the message."""
        parts = instagram_parts(message.reply, message.language)
        if message.part >= len(parts):
            raise PermanentSendError("there is nothing to send")
        body: dict[str, Any] = {"recipient": {"id": message.address}, "message": parts[message.part]}
        body |= self._kind(account, message)
        graph = self._graphs[str(account.get("login") or "instagram")]
        answer = graph.post("me/messages", str(account.get("accessToken", "")), body)
        return Receipt(sent_id(answer), more=message.part < len(parts) - 1)

    def _kind(self, account: dict[str, Any], message: Outbound) -> dict[str, str]:
        """After a day only people may answer, for a week, and only where Meta has allowed the account's app to."""
        if message.window_open:
            return {"messaging_type": "RESPONSE"}
        if account.get("humanAgent"):
            return {"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"}
        raise WindowClosedError("the guest wrote too long ago")
