"""A restaurant with channels: connects accounts, plays the guest on WhatsApp, SMS and Instagram, runs the worker's lanes."""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import count
from typing import Any

from providers import (
    APP_SECRET,
    GRAPH_TOKEN,
    SID,
    TOKEN,
    Provider,
    form_body,
    meta_signature,
    twilio_signature,
)
from stage import Stage
from werkzeug.test import TestResponse

from backend.platform.database import Row

PUBLIC = "https://book.example"
GUEST = "+34600111222"
_NUMBERS = count(1)
FORM = "application/x-www-form-urlencoded"


@dataclass
class ChannelHouse:
    """The stage, its providers, and its own numbers there."""

    stage: Stage
    twilio: Provider
    meta: Provider

    def __post_init__(self) -> None:
        number = next(_NUMBERS)
        self.phone = f"+3491{number:07d}"
        self.phone_id = f"1065{number:08d}"
        self.page = f"1784{number:010d}"

    # accounts

    def channels(self, method: str, channel: str, who: str = "owner", **more: Any) -> TestResponse:
        """A call about a channel."""
        path = f"/restaurants/{self.stage.restaurant_id}/channels/{channel}"
        return self.stage.call(method, path, self.stage.staff[who], **more)

    def connect(self, channel: str, body: dict[str, Any]) -> dict[str, Any]:
        """Connects a channel; the account as it is shown."""
        answer = self.channels("PUT", channel, json=body)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return answer.get_json()

    def connect_twilio(self, channel: str = "whatsapp", **settings: Any) -> dict[str, Any]:
        """WhatsApp or SMS by Twilio."""
        body = {
            "provider": "twilio",
            "account": self.phone,
            "settings": {"accountSid": SID, **settings},
            "secrets": {"authToken": TOKEN},
        }
        return self.connect(channel, body)

    def connect_cloud(self, **settings: Any) -> dict[str, Any]:
        """WhatsApp by Meta."""
        body = {
            "provider": "meta",
            "account": self.phone_id,
            "settings": {"media": "link", **settings},
            "secrets": {"accessToken": GRAPH_TOKEN, "appSecret": APP_SECRET},
        }
        return self.connect("whatsapp", body)

    def connect_instagram(self, **settings: Any) -> dict[str, Any]:
        """Instagram."""
        body = {
            "provider": "meta",
            "account": self.page,
            "settings": settings,
            "secrets": {"accessToken": GRAPH_TOKEN, "appSecret": APP_SECRET},
        }
        return self.connect("instagram", body)

    # what providers send us

    def twilio_form(self, text: str, channel: str = "whatsapp", **more: str) -> dict[str, str]:
        """A guest's message as Twilio tells it."""
        prefix = "whatsapp:" if channel == "whatsapp" else ""
        number = next(_NUMBERS)
        return {
            "MessageSid": f"SM{number:032d}",
            "AccountSid": SID,
            "From": prefix + GUEST,
            "To": prefix + self.phone,
            "Body": text,
            "NumMedia": "0",
            "ProfileName": "Lucía",
            "WaId": GUEST.removeprefix("+"),
            **more,
        }

    def post_twilio(
        self,
        form: dict[str, str],
        path: str = "/webhooks/twilio/messages",
        *,
        token: str = TOKEN,
        url: str = PUBLIC,
    ) -> TestResponse:
        """Twilio calls us."""
        headers = {"X-Twilio-Signature": twilio_signature(token, url + path, form)}
        return self.stage.client.post(path, data=form_body(form), headers=headers, content_type=FORM)

    def write_twilio(self, text: str, channel: str = "whatsapp", **more: str) -> dict[str, str]:
        """The guest writes; the form of it."""
        form = self.twilio_form(text, channel, **more)
        answer = self.post_twilio(form)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return form

    def cloud_body(self, *messages: dict[str, Any], **more: Any) -> dict[str, Any]:
        """A delivery of Meta's about this number."""
        value = {
            "messaging_product": "whatsapp",
            "metadata": {"display_phone_number": "34910000000", "phone_number_id": self.phone_id},
            "contacts": [{"profile": {"name": "Lucía"}, "wa_id": GUEST.removeprefix("+")}],
            "messages": list(messages),
            **more,
        }
        change = {"value": value, "field": "messages"}
        return {
            "object": "whatsapp_business_account",
            "entry": [{"id": "102290129340398", "changes": [change]}],
        }

    def cloud_message(self, text: str, **more: Any) -> dict[str, Any]:
        """A guest's message as the Cloud API tells it."""
        return {
            "from": GUEST.removeprefix("+"),
            "id": f"wamid.in{next(_NUMBERS)}",
            "timestamp": str(int(self.stage.clock.at.timestamp())),
            "type": "text",
            "text": {"body": text},
            **more,
        }

    def instagram_body(self, *events: dict[str, Any]) -> dict[str, Any]:
        """A delivery of Meta's about this page."""
        return {"object": "instagram", "entry": [{"id": self.page, "time": 1, "messaging": list(events)}]}

    def instagram_event(self, text: str = "", sender: str = "9001", **message: Any) -> dict[str, Any]:
        """A guest's message as Instagram tells it."""
        return {
            "sender": {"id": sender},
            "recipient": {"id": self.page},
            "timestamp": int(self.stage.clock.at.timestamp() * 1000),
            "message": {"mid": f"m_{next(_NUMBERS)}", "text": text, **message},
        }

    def post_meta(self, body: Any, *, secret: str = APP_SECRET, signature: str | None = None) -> TestResponse:
        """Meta calls us; `body` may be bytes."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {"X-Hub-Signature-256": signature or meta_signature(secret, raw)}
        return self.stage.client.post(
            "/webhooks/meta", data=raw, headers=headers, content_type="application/json"
        )

    # the worker

    def work(self) -> None:
        """Everything that is due, until nothing is left."""
        self.stage.work()

    def sent(self) -> list[dict[str, Any]]:
        """What Twilio took from this restaurant, oldest first; other tests' restaurants share the worker's queues."""
        return [each for each in self.twilio.taken if self.phone in each["From"]]

    def rows(self, statement: str, **params: Any) -> list[Row]:
        """What the restaurant's rows say."""
        with self.stage.services.database.tenant(self.stage.restaurant_id) as tx:
            return tx.all(statement, **params)

    def states(self, table: str) -> list[str]:
        """The states of a table's rows, oldest first."""
        return [row["state"] for row in self.rows(f"SELECT state FROM {table} ORDER BY id")]
