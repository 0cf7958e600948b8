"""The accounts that Twilio's channels take. Called by the wiring, which registers them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from backend.conversations.channels.accounts.kinds import (
    AccountKind,
    Language,
    Notices,
    Templates,
    phone_account,
)
from backend.conversations.channels.twilio.routes import MESSAGES_PATH, STATUS_PATH
from backend.platform.refusals import field_refusal
from backend.platform.senders.twilio import TwilioApi
from backend.platform.shapes import Shape

AccountSid = Annotated[str, StringConstraints(pattern=r"^AC[0-9a-fA-F]{32}$")]
ServiceSid = Annotated[str, StringConstraints(pattern=r"^MG[0-9a-fA-F]{32}$")]
ContentSid = Annotated[str, StringConstraints(pattern=r"^HX[0-9a-fA-F]{32}$")]
KeySid = Annotated[str, StringConstraints(pattern=r"^SK[0-9a-fA-F]{32}$")]
ContentKey = Annotated[str, StringConstraints(pattern=r"^(choices_[123]|list_([2-9]|10))$")]
Secret = Annotated[str, StringConstraints(min_length=8, max_length=200)]


class TwilioWhatsAppSettings(Shape):
    """`contents` are content templates for buttons and lists, `templates` the approved ones; `notices` says whose messages about
    bookings go by WhatsApp."""

    account_sid: AccountSid
    api_key_sid: KeySid | None = None
    contents: Annotated[dict[ContentKey, ContentSid | dict[Language, ContentSid]], Field(max_length=20)] = (
        Field(default_factory=dict)
    )
    templates: Templates = Field(default_factory=dict)
    notices: Notices = "came_by"


class TwilioSmsSettings(Shape):
    """`messaging_service_sid` sends from a pool of numbers; `notices` as for WhatsApp."""

    account_sid: AccountSid
    api_key_sid: KeySid | None = None
    messaging_service_sid: ServiceSid | None = None
    notices: Notices = "came_by"


class TwilioSecrets(Shape):
    """The token verifies webhooks; it also sends, unless there is an API key."""

    auth_token: Secret | None = None
    api_key_secret: Secret | None = None


def _complete(account: dict[str, Any]) -> None:
    if not account.get("authToken"):
        raise field_refusal("secrets.authToken", "required")
    if account.get("apiKeySid") and not account.get("apiKeySecret"):
        raise field_refusal("secrets.apiKeySecret", "required")
    for kind, by_language in (account.get("templates") or {}).items():
        for language, template in by_language.items():
            if not template["id"].startswith("HX"):
                raise field_refusal(f"settings.templates.{kind}.{language}.id", "wrong_format")


def twilio_kinds(api: TwilioApi, base_url: str) -> tuple[AccountKind, AccountKind]:
    """WhatsApp's and SMS's."""
    webhooks = {"messages": base_url + MESSAGES_PATH, "status": base_url + STATUS_PATH}

    def check_whatsapp(account: dict[str, Any]) -> Mapping[str, Any]:
        return api.check(account)

    def check_sms(account: dict[str, Any]) -> Mapping[str, Any]:
        return {**api.check(account), "ownsNumber": api.owns(account, account["account"])}

    return (
        AccountKind(
            "twilio",
            TwilioWhatsAppSettings,
            TwilioSecrets,
            phone_account,
            check_whatsapp,
            webhooks,
            complete=_complete,
        ),
        AccountKind(
            "twilio", TwilioSmsSettings, TwilioSecrets, phone_account, check_sms, webhooks, complete=_complete
        ),
    )
