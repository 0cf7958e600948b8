"""Sends on WhatsApp and by SMS through Twilio: fulfils `ChannelSender` for both. Called by the sending and for
messages about bookings.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from backend.conversations.channels.records import Outbound, Receipt
from backend.conversations.channels.rendering.sms import sms_parts
from backend.conversations.channels.rendering.templates import template_of
from backend.conversations.channels.rendering.whatsapp import TwilioPart, twilio_parts
from backend.conversations.channels.rendering.words import segments
from backend.platform.senders import PermanentSendError
from backend.platform.senders.twilio import TwilioApi, TwilioMessage

log = logging.getLogger(__name__)

STATUS_PATH = "/webhooks/twilio/status"
_HERE = {"localhost", "127.0.0.1", "::1"}


class TwilioSender:
    """One of the two channels, of any account."""

    def __init__(self, api: TwilioApi, base_url: str, channel: str) -> None:
        self._api = api
        self._base_url = base_url
        self._is_reached = urlsplit(base_url).hostname not in _HERE
        self._prefix = "whatsapp:" if channel == "whatsapp" else ""

    def send(self, account: dict[str, Any], message: Outbound) -> Receipt:
        """One piece of the message; the last one's states are reported under the message's name."""
        parts = self._parts(account, message)
        part = _at(parts, message.part)
        is_last = message.part >= len(parts) - 1
        if not self._prefix:
            log.info("sms goes out", extra={"message": message.message_id, "segments": segments(part.body)})
        sent = self._api.send(
            account,
            TwilioMessage(
                to=self._prefix + message.address,
                sender=self._prefix + account["account"],
                body=part.body or None,
                media_url=part.media_url if self._is_reached else None,
                content_sid=part.content,
                content_variables=part.variables,
                messaging_service_sid=account.get("messagingServiceSid"),
                status_callback=self._callback(message) if is_last else None,
            ),
        )
        return Receipt(sent, more=not is_last)

    def find(self, account: dict[str, Any], message: Outbound) -> Receipt | None:
        """Looks for the piece among what Twilio sent there; a template's words are not known before it is filled."""
        parts = self._parts(account, message)
        part = _at(parts, message.part)
        if part.content is not None or not part.body or message.since is None:
            return None
        sender = None if account.get("messagingServiceSid") else self._prefix + account["account"]
        found = self._api.find(
            account, to=self._prefix + message.address, sender=sender, body=part.body, since=message.since
        )
        return None if found is None else Receipt(found, more=message.part < len(parts) - 1)

    def _parts(self, account: dict[str, Any], message: Outbound) -> Sequence[TwilioPart]:
        if not self._prefix:
            return [TwilioPart(each) for each in sms_parts(message.reply, message.language)]
        if not message.window_open:
            return [_from_template(account, message)]
        return twilio_parts(message.reply, message.language, account.get("contents") or {})

    def _callback(self, message: Outbound) -> str | None:
        """Where Twilio reports; not given from a machine that Twilio cannot reach, as it refuses such addresses."""
        return f"{self._base_url}{STATUS_PATH}?ref={message.message_id}" if self._is_reached else None


def _from_template(account: dict[str, Any], message: Outbound) -> TwilioPart:
    template, words = template_of(account, message)
    variables = json.dumps({str(place + 1): word for place, word in enumerate(words)}, ensure_ascii=False)
    return TwilioPart("", None, template["id"], variables)


def _at(parts: Sequence[TwilioPart], place: int) -> TwilioPart:
    if place >= len(parts):
        raise PermanentSendError("there is nothing left to send")
    return parts[place]
