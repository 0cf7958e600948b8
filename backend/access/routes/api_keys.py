"""The `/api-keys` endpoints. Managers handle publishable keys, owners secret ones too."""

from __future__ import annotations

from dataclasses import asdict
from uuid import UUID

from backend.access.schemas import (
    ApiKeyAnswer,
    ApiKeyIn,
    ApiKeyList,
    ApiKeyMade,
    ApiKeyOut,
    OriginsIn,
    PageQuery,
)
from backend.access.service import ApiKey, ApiKeys
from backend.platform.http import Api, Call
from backend.platform.http.caller import MANAGEMENT


def api_key_routes(api: Api, api_keys: ApiKeys) -> None:
    """Declares them."""

    @api.route(
        "GET",
        "/api-keys",
        who=MANAGEMENT,
        summary="The API keys",
        query=PageQuery,
        answers={200: ApiKeyList},
    )
    def list_keys(call: Call, query: PageQuery) -> ApiKeyList:
        page = api_keys.page(call.caller, query.limit, query.cursor)
        return ApiKeyList(api_keys=[_out(each) for each in page.items], next_cursor=page.next_cursor)

    @api.route(
        "POST",
        "/api-keys",
        who=MANAGEMENT,
        summary="Make an API key; a secret one is shown once",
        body=ApiKeyIn,
        answers={201: ApiKeyMade},
        example={"kind": "publishable", "name": "Web del restaurante"},
    )
    def create_key(call: Call, body: ApiKeyIn) -> ApiKeyMade:
        made = api_keys.create(
            call.caller,
            kind=body.kind,
            name=body.name,
            limit_per_minute=body.limit_per_minute,
            origins=body.origins,
        )
        return ApiKeyMade(key=made.key, api_key=_out(made.record))

    @api.route(
        "PUT",
        "/api-keys/<uuid:key_id>/origins",
        who=MANAGEMENT,
        summary="Say on which sites' pages a publishable key may be used",
        body=OriginsIn,
        answers={200: ApiKeyAnswer},
        refusals=("not_found",),
        example={"origins": ["https://www.casalucia.example"]},
    )
    def limit_key(call: Call, key_id: UUID, body: OriginsIn) -> ApiKeyAnswer:
        return ApiKeyAnswer(api_key=_out(api_keys.limit_to(call.caller, key_id, body.origins)))

    @api.route(
        "POST",
        "/api-keys/<uuid:key_id>/revoke",
        who=MANAGEMENT,
        summary="End a key's access",
        answers={200: ApiKeyAnswer},
        refusals=("not_found",),
    )
    def revoke_key(call: Call, key_id: UUID) -> ApiKeyAnswer:
        return ApiKeyAnswer(api_key=_out(api_keys.revoke(call.caller, key_id)))


def _out(record: ApiKey) -> ApiKeyOut:
    return ApiKeyOut(**{**asdict(record), "origins": list(record.origins)})
