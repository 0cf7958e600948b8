"""The accounts that Meta's channels take, and the token with which a restaurant enters our webhook there. Called by the wiring."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from backend.conversations.channels.accounts.kinds import AccountKind, Notices, Templates, numeric_account
from backend.conversations.channels.meta.routes import PATH
from backend.platform.keys import SecretStore, derive
from backend.platform.refusals import field_refusal
from backend.platform.senders.meta import GraphApi
from backend.platform.shapes import Shape

Secret = Annotated[str, StringConstraints(min_length=8, max_length=1000)]


class CloudSettings(Shape):
    """`media`: pictures by link, which needs a server that Meta can reach, or uploaded."""

    business_account_id: Annotated[str, StringConstraints(pattern=r"^\d{5,32}$")] | None = None
    media: Literal["link", "upload"] = "upload"
    templates: Templates = Field(default_factory=dict)
    notices: Notices = "came_by"


class InstagramSettings(Shape):
    """`login`: how the account was connected to the app. `human_agent`: Meta has allowed people to answer for a week."""

    login: Literal["instagram", "facebook"] = "instagram"
    human_agent: bool = False


class MetaSecrets(Shape):
    """`app_secret` may be left out where the server has an app of its own."""

    access_token: Secret | None = None
    app_secret: Secret | None = None


class VerifyTokens:
    """Tokens that say whose they are and need no look-up: the restaurant's id, and a digest that only we can make."""

    def __init__(self, secrets: SecretStore) -> None:
        self._secrets = secrets

    def of(self, restaurant_id: UUID) -> str:
        """The restaurant's token."""
        return f"{restaurant_id.hex}.{self._digest(restaurant_id)}"

    def is_ours(self, token: str) -> bool:
        """Whether it is any restaurant's."""
        name, _, digest = token.partition(".")
        try:
            restaurant_id = UUID(hex=name)
        except ValueError:
            return False
        return digest.isascii() and hmac.compare_digest(digest, self._digest(restaurant_id))

    def _digest(self, restaurant_id: UUID) -> str:
        master = self._secrets.ring("tokens").keys[1]
        return derive(master, b"saveit/meta-webhook/" + restaurant_id.bytes, 20).hex()


def meta_kinds(
    graph: GraphApi, instagram: Mapping[str, GraphApi], base_url: str, app_secret: str
) -> tuple[AccountKind, AccountKind]:
    """WhatsApp's and Instagram's."""

    def complete(account: dict[str, Any]) -> None:
        if not account.get("accessToken"):
            raise field_refusal("secrets.accessToken", "required")
        if not account.get("appSecret") and not app_secret:
            raise field_refusal("secrets.appSecret", "required")

    def check_cloud(account: dict[str, Any]) -> Mapping[str, Any]:
        fields = "display_phone_number,verified_name,quality_rating"
        found = graph.get(account["account"], account["accessToken"], fields)
        return {name: found[name] for name in fields.split(",") if name in found}

    def check_instagram(account: dict[str, Any]) -> Mapping[str, Any]:
        login = str(account.get("login") or "instagram")
        fields = "user_id,username" if login == "instagram" else "id,name"
        found = instagram[login].get("me", account["accessToken"], fields)
        return {name: found[name] for name in fields.split(",") if name in found}

    def must_prove(account: dict[str, Any]) -> bool:
        # The server's app signs for all of its restaurants: without this one could name another's number as its own.
        return not account.get("appSecret")

    def owns_page(account: dict[str, Any], facts: Mapping[str, Any]) -> bool:
        return account["account"] in (str(facts.get("user_id")), str(facts.get("id")))

    webhooks = {"callback": base_url + PATH}
    return (
        AccountKind(
            "meta",
            CloudSettings,
            MetaSecrets,
            numeric_account,
            check_cloud,
            webhooks,
            verifies=True,
            complete=complete,
            must_prove=must_prove,
        ),
        AccountKind(
            "meta",
            InstagramSettings,
            MetaSecrets,
            numeric_account,
            check_instagram,
            webhooks,
            verifies=True,
            complete=complete,
            must_prove=must_prove,
            owns=owns_page,
        ),
    )
