"""HTTP for a restaurant's set-up: parse, call one use case, answer."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from backend.platform.http import DEVICE, KEYS, SECRET, STAFF, Answer, Api, Call
from backend.platform.http.caller import MANAGEMENT
from backend.platform.refusals import Refusal
from backend.platform.shapes import Shape
from backend.platform.texts import say
from backend.restaurants.domain import RestaurantConfig, notices
from backend.restaurants.schemas import ConfigDocument, RulesShape, rules_document, to_document
from backend.restaurants.service import RestaurantService, Saved


class SavedOut(Shape):
    """The new version, what it changed and which bookings it strands."""

    version: int
    changes: list[dict[str, Any]]
    stranded: list[dict[str, Any]]
    notices: list[dict[str, Any]]


class HistoryQuery(Shape):
    """Versions before this one."""

    before: Annotated[int, Field(ge=1, le=2_000_000_000)] = 2_000_000_000
    limit: Annotated[int, Field(ge=1, le=200)] = 50


class HistoryOut(Shape):
    """Who changed what, newest first."""

    versions: list[dict[str, Any]]


class AreaOut(Shape):
    """A part of the house that may be asked for, named in the reader's language."""

    id: str
    name: str


class ProfileOut(Shape):
    """What a diner may know before booking. The dates are service dates: the first and the last that are taken online."""

    restaurant_id: UUID
    slug: str
    name: str
    timezone: str
    locale: str
    formality: Literal["tu", "usted"]
    today: date
    first_date: date
    last_date: date
    smallest_party: int
    largest_party: int
    areas: list[AreaOut]
    address: str
    phone: str
    map_url: str | None
    privacy_url: str


class TableOut(Shape):
    """A table with its state tonight."""

    id: UUID
    number: str
    capacity: int
    area: str
    state: Literal["free", "reserved", "occupied", "dirty", "blocked"]
    state_since: datetime
    reason: str | None


class TablesOut(Shape):
    """The tables with their state tonight."""

    tables: list[TableOut]


class OneTableOut(Shape):
    """One table with its state tonight."""

    table: TableOut


class TableStateBody(Shape):
    """The state a table is in now."""

    state: Literal["free", "reserved", "occupied", "dirty", "blocked"]
    reason: Annotated[str, StringConstraints(max_length=200)] | None = None


def restaurants_api(service: RestaurantService) -> Api:
    """The endpoints of a restaurant's set-up."""
    api = Api("restaurants")

    @api.route(
        "GET",
        "/restaurants/<uuid:restaurant_id>/config",
        who=STAFF | {SECRET, DEVICE},
        summary="The configuration that holds",
        answers={200: ConfigDocument},
    )
    def config(call: Call, restaurant_id: UUID) -> Answer:
        current = service.config(call.of_tenant(restaurant_id))
        return Answer(to_document(current), headers={"ETag": f'"{current.version}"'})

    @api.route(
        "PUT",
        "/restaurants/<uuid:restaurant_id>/config",
        who=MANAGEMENT | {SECRET},
        summary="Replace the configuration by a new version",
        body=ConfigDocument,
        answers={200: ConfigDocument},
        refusals=("version_conflict", "version_required", "slug_taken"),
        headers=("If-Match",),
    )
    def replace(call: Call, restaurant_id: UUID, body: ConfigDocument) -> Answer:
        restaurant = call.of_tenant(restaurant_id)
        expected = call.if_match(required=True)
        version = expected if expected is not None else service.config(restaurant).version
        saved = service.replace(restaurant, body, version, call.caller.label)
        document = {**to_document(saved.config), **_consequences(call, saved)}
        return Answer(document, headers={"ETag": f'"{saved.config.version}"'})

    @api.route(
        "POST",
        "/restaurants/<uuid:restaurant_id>/config/preview",
        who=MANAGEMENT | {SECRET},
        summary="What replacing the configuration would change and strand",
        body=ConfigDocument,
        answers={200: SavedOut},
    )
    def preview(call: Call, restaurant_id: UUID, body: ConfigDocument) -> dict[str, Any]:
        saved = service.preview(call.of_tenant(restaurant_id), body)
        return {"version": saved.config.version, **_consequences(call, saved)}

    @api.route(
        "GET",
        "/restaurants/<uuid:restaurant_id>/config/history",
        who=MANAGEMENT,
        summary="Who changed what",
        query=HistoryQuery,
        answers={200: HistoryOut},
    )
    def history(call: Call, restaurant_id: UUID, query: HistoryQuery) -> dict[str, Any]:
        rows = service.history(call.of_tenant(restaurant_id), query.before, query.limit)
        return {
            "versions": [
                {
                    "version": row["version"],
                    "changedBy": row["changed_by"],
                    "changedAt": row["changed_at"].isoformat(),
                    "changes": row["changes"],
                }
                for row in rows
            ]
        }

    @api.route(
        "GET",
        "/restaurants/<uuid:restaurant_id>/rules",
        who=STAFF | KEYS | {DEVICE},
        summary="The rules alone",
        answers={200: RulesShape},
    )
    def rules(call: Call, restaurant_id: UUID) -> dict[str, Any]:
        return rules_document(service.config(call.of_tenant(restaurant_id)))

    @api.route(
        "GET",
        "/restaurants/<string:restaurant>/profile",
        who=STAFF | KEYS | {DEVICE},
        summary="What a diner may know before booking; by id or slug",
        answers={200: ProfileOut},
    )
    def profile(call: Call, restaurant: str) -> dict[str, Any]:
        if not restaurant.isprintable():
            raise Refusal("not_found")
        found = call.of_tenant(service.find(restaurant)["id"])
        return _profile(call, *service.face(found))

    @api.route(
        "GET",
        "/restaurants/<uuid:restaurant_id>/tables",
        who=STAFF | {SECRET, DEVICE},
        summary="The tables with their state tonight",
        answers={200: TablesOut},
    )
    def tables(call: Call, restaurant_id: UUID) -> dict[str, Any]:
        return {"tables": [_table(row) for row in service.tables(call.of_tenant(restaurant_id))]}

    @api.route(
        "POST",
        "/restaurants/<uuid:restaurant_id>/tables/<uuid:table_id>/state",
        who=STAFF | {DEVICE},
        summary="Say what state a table is in",
        body=TableStateBody,
        answers={200: OneTableOut},
        example={"state": "dirty"},
    )
    def table_state(call: Call, restaurant_id: UUID, table_id: UUID, body: TableStateBody) -> dict[str, Any]:
        restaurant = call.of_tenant(restaurant_id)
        row = service.set_table_state(restaurant, table_id, body.state, body.reason, call.caller.label)
        return {"table": _table(row)}

    return api


def _consequences(call: Call, saved: Saved) -> dict[str, Any]:
    """What changed, whom it strands, and what is allowed but probably not meant."""
    return {
        "changes": saved.changes,
        "stranded": saved.stranded,
        "notices": [
            {
                "field": each.field,
                "code": each.code,
                "message": say(f"notice.{each.code}", call.locale).format_map(dict(each.params)),
            }
            for each in notices(saved.config)
        ],
    }


def _profile(call: Call, config: RestaurantConfig, today: date) -> dict[str, Any]:
    profile, window, party = config.profile, config.rules.reservation_window, config.rules.party_size
    first = today if window.allow_same_day else today + timedelta(days=1)
    return {
        "restaurantId": str(config.restaurant_id),
        "slug": profile.slug,
        "name": profile.name,
        "timezone": profile.timezone,
        "locale": profile.locale,
        "formality": profile.formality,
        "today": today.isoformat(),
        "firstDate": first.isoformat(),
        "lastDate": (today + timedelta(days=window.max_days_advance)).isoformat(),
        "smallestParty": party.min,
        "largestParty": party.max,
        "areas": [{"id": area.id, "name": area.name.in_language(call.locale)} for area in config.areas],
        "address": profile.address,
        "phone": profile.phone,
        "mapUrl": profile.map_url,
        "privacyUrl": f"{call.base_url}/r/{profile.slug}/privacy",
    }


def _table(row: Any) -> dict[str, Any]:
    return {
        "id": str(row["id"]),
        "number": row["number"],
        "capacity": row["capacity"],
        "area": row["area"],
        "state": row["state"],
        "stateSince": row["state_since"].isoformat(),
        "reason": row["state_reason"],
    }
