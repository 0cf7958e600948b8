"""HTTP for a restaurant's channels: parse, call one use case, answer."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, StringConstraints

from backend.conversations.channels.accounts.service import AccountService
from backend.platform.http import Answer, Api, Call
from backend.platform.http.caller import MANAGEMENT
from backend.platform.shapes import Shape

_EXAMPLE = {
    "provider": "meta",
    "account": "106540352242922",
    "settings": {"media": "upload", "notices": "came_by"},
    "secrets": {"accessToken": "EAAG-example", "appSecret": "5ebe2294ecd0e0f08eab7690d2a6ee69"},
}


class AccountBody(Shape):
    """An account at a provider. `account` is the number, or Meta's id of it; what `settings` and `secrets` hold is the
    provider's. Secrets that are left out stay as they are."""

    provider: Annotated[str, StringConstraints(min_length=1, max_length=20, pattern=r"^[a-z]+$")]
    account: Annotated[str, StringConstraints(min_length=1, max_length=254)]
    settings: dict[str, Any] = Field(default_factory=dict)
    secrets: dict[str, Any] = Field(default_factory=dict)


class AccountOut(Shape):
    """An account without its secrets: `secrets` says which there are. `webhooks` and `verifyToken` are entered at the provider."""

    channel: str
    provider: str
    account: str
    settings: dict[str, Any]
    secrets: list[str]
    webhooks: dict[str, str]
    verify_token: str | None = None
    changed_by: str
    changed_at: str


class AccountsOut(Shape):
    """Every channel that is connected."""

    channels: list[AccountOut]


class TestedOut(Shape):
    """Whether the provider takes the account; `reason`: `credentials`, `account` or `unreachable`."""

    ok: bool
    facts: dict[str, Any] | None = None
    reason: str | None = None
    detail: str | None = None


def accounts_api(service: AccountService) -> Api:
    """The endpoints of a restaurant's channels."""
    api = Api("channels")

    @api.route(
        "GET",
        "/restaurants/<uuid:restaurant_id>/channels",
        who=MANAGEMENT,
        summary="The channels that are connected",
        answers={200: AccountsOut},
    )
    def every(call: Call, restaurant_id: UUID) -> dict[str, Any]:
        return {"channels": service.every(call.of_tenant(restaurant_id))}

    @api.route(
        "GET",
        "/restaurants/<uuid:restaurant_id>/channels/<string:channel>",
        who=MANAGEMENT,
        summary="A channel's account, without its secrets",
        answers={200: AccountOut},
    )
    def one(call: Call, restaurant_id: UUID, channel: str) -> dict[str, Any]:
        return service.get(call.of_tenant(restaurant_id), channel)

    @api.route(
        "PUT",
        "/restaurants/<uuid:restaurant_id>/channels/<string:channel>",
        who=MANAGEMENT,
        summary="Connect a channel, or change its account",
        body=AccountBody,
        answers={200: AccountOut},
        refusals=("channel_taken",),
        example=_EXAMPLE,
    )
    def put(call: Call, restaurant_id: UUID, channel: str, body: AccountBody) -> dict[str, Any]:
        return service.put(
            call.of_tenant(restaurant_id),
            channel,
            body.provider,
            body.account,
            body.settings,
            body.secrets,
            call.caller.label,
        )

    @api.route(
        "DELETE",
        "/restaurants/<uuid:restaurant_id>/channels/<string:channel>",
        who=MANAGEMENT,
        summary="Disconnect a channel",
        answers={204: None},
    )
    def delete(call: Call, restaurant_id: UUID, channel: str) -> Answer:
        service.delete(call.of_tenant(restaurant_id), channel, call.caller.label)
        return Answer(None, 204)

    @api.route(
        "POST",
        "/restaurants/<uuid:restaurant_id>/channels/<string:channel>/test",
        who=MANAGEMENT,
        summary="Ask the provider whether the account works",
        answers={200: TestedOut},
    )
    def test(call: Call, restaurant_id: UUID, channel: str) -> dict[str, Any]:
        return service.test(call.of_tenant(restaurant_id), channel)

    return api
