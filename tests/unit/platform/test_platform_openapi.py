"""The OpenAPI document follows from the declarations, and every example in it is one that its schema accepts."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate
from pydantic import Field, StringConstraints

from backend.platform.http import ANYONE, DEVICE, GUEST, MANAGER, OWNER, PUBLISHABLE, SECRET, Api
from backend.platform.http.openapi import codes_of, document
from backend.platform.http.samples import NOTHING, sample
from backend.platform.shapes import Shape


class GuestIn(Shape):
    """Who books."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=80)]
    phone: str | None = None


class BookIn(Shape):
    restaurant_id: UUID
    party_size: Annotated[int, Field(ge=1, le=20)]
    guest: GuestIn
    channel: Literal["web", "phone"] = "web"
    language: Annotated[str, StringConstraints(pattern=r"^(es|en)$")] = "es"


class BookOut(Shape):
    id: UUID
    tables: list[str]


class DayQuery(Shape):
    day: date = Field(alias="date")
    party_size: Annotated[int | None, Field(ge=1, description="how many come")] = None


def made() -> dict[str, Any]:
    api = Api("bookings")

    @api.route(
        "POST",
        "/bookings",
        who={PUBLISHABLE, MANAGER, OWNER},
        summary="Book",
        body=BookIn,
        answers={201: BookOut},
        refusals=("slot_unavailable", "too_soon"),
        headers=("Idempotency-Key",),
    )
    def book(call: object) -> None:
        """Takes a table that nobody else can take."""

    @api.route(
        "PUT",
        "/bookings/<uuid:booking_id>",
        who={SECRET, GUEST},
        summary="Change",
        body=BookIn,
        body_optional=True,
        answers={200: BookOut},
        refusals=("version_required",),
        headers=("If-Match",),
        example={"partySize": 5},
    )
    def change(call: object) -> None: ...

    @api.route("GET", "/days/<day>", who={DEVICE}, summary="A day", query=DayQuery, answers={200: BookOut})
    def day(call: object) -> None: ...

    @api.route(
        "GET", "/pictures/<uuid:id>", who={ANYONE}, summary="A picture", answers={200: "image/png", 204: None}
    )
    def picture(call: object) -> None: ...

    @api.route("GET", "/health", who={ANYONE}, summary="Health", answers={200: None}, unguarded=True)
    def health(call: object) -> None: ...

    return document(api.endpoints, "https://reservas.example", "1.2.3")


@pytest.fixture(scope="module")
def spec() -> dict[str, Any]:
    return made()


def test_the_document_is_valid_openapi(spec: dict[str, Any]) -> None:
    validate(spec)


def test_it_names_the_server_the_version_and_the_standard(spec: dict[str, Any]) -> None:
    assert spec["openapi"].startswith("3.1")
    assert spec["servers"] == [{"url": "https://reservas.example"}]
    assert spec["info"]["version"] == "1.2.3"


def test_path_parameters_are_camel_case_and_typed(spec: dict[str, Any]) -> None:
    parameter = spec["paths"]["/api/v1/bookings/{bookingId}"]["put"]["parameters"][0]
    assert parameter == {
        "name": "bookingId",
        "in": "path",
        "required": True,
        "schema": {"type": "string", "format": "uuid"},
    }


def test_query_members_are_parameters_without_null(spec: dict[str, Any]) -> None:
    parameters = {
        each["name"]: each
        for each in spec["paths"]["/api/v1/days/{day}"]["get"]["parameters"]
        if "name" in each
    }
    assert (parameters["date"]["in"], parameters["date"]["required"]) == ("query", True)
    assert parameters["partySize"]["required"] is False
    assert parameters["partySize"]["schema"] == {"minimum": 1, "type": "integer"}
    assert parameters["partySize"]["description"] == "how many come"
    assert "DayQuery" not in spec["components"]["schemas"]


def test_callers_are_alternatives_and_staff_come_with_their_roles(spec: dict[str, Any]) -> None:
    assert spec["paths"]["/api/v1/bookings"]["post"]["security"] == [
        {"publishable": []},
        {"staff": ["manager", "owner"]},
    ]
    assert spec["paths"]["/api/v1/pictures/{id}"]["get"]["security"] == [{}]


def test_the_body_says_whether_it_may_be_left_out(spec: dict[str, Any]) -> None:
    assert spec["paths"]["/api/v1/bookings"]["post"]["requestBody"]["required"] is True
    assert spec["paths"]["/api/v1/bookings/{bookingId}"]["put"]["requestBody"]["required"] is False


def test_a_declared_example_is_used(spec: dict[str, Any]) -> None:
    body = spec["paths"]["/api/v1/bookings/{bookingId}"]["put"]["requestBody"]
    assert body["content"]["application/json"]["example"] == {"partySize": 5}


def test_headers_are_described_and_required_when_the_endpoint_refuses_without(spec: dict[str, Any]) -> None:
    def header(path: str, method: str, name: str) -> dict[str, Any]:
        return next(each for each in spec["paths"][path][method]["parameters"] if each.get("name") == name)

    assert header("/api/v1/bookings", "post", "Idempotency-Key")["required"] is False
    assert header("/api/v1/bookings/{bookingId}", "put", "If-Match")["required"] is True


def test_each_refusal_stands_under_its_status_with_an_example(spec: dict[str, Any]) -> None:
    responses = spec["paths"]["/api/v1/bookings"]["post"]["responses"]
    conflict = responses["409"]["content"]["application/problem+json"]["examples"]
    assert "slot_unavailable" in conflict
    example = spec["components"]["examples"]["slot_unavailable"]["value"]
    assert (example["status"], example["type"]) == (409, "/docs/problems#slot_unavailable")
    assert "too_soon" in responses["422"]["content"]["application/problem+json"]["examples"]


def test_what_follows_from_the_declaration_is_refused_without_being_listed(spec: dict[str, Any]) -> None:
    responses = spec["paths"]["/api/v1/bookings"]["post"]["responses"]
    assert {"400", "401", "403", "413", "415", "429", "500", "503"} <= set(responses)


def test_health_checks_promise_no_refusals(spec: dict[str, Any]) -> None:
    assert set(spec["paths"]["/api/v1/health"]["get"]["responses"]) == {"200"}


def test_answers_that_are_not_json_name_their_type_and_empty_ones_nothing(spec: dict[str, Any]) -> None:
    responses = spec["paths"]["/api/v1/pictures/{id}"]["get"]["responses"]
    assert set(responses["200"]["content"]) == {"image/png"}
    assert "content" not in responses["204"]


def test_the_first_words_of_a_handler_describe_the_operation(spec: dict[str, Any]) -> None:
    assert (
        spec["paths"]["/api/v1/bookings"]["post"]["description"] == "Takes a table that nobody else can take."
    )


def test_a_code_without_a_sentence_cannot_be_declared() -> None:
    api = Api("x")
    api.route("GET", "/x", who={ANYONE}, summary="X", refusals=("no_such_code",))(lambda call: None)
    with pytest.raises(KeyError):
        document(api.endpoints, "", "1")


def test_codes_are_listed_once() -> None:
    api = Api("x")
    declare = api.route(
        "PUT",
        "/x/<id>",
        who={OWNER},
        summary="X",
        body=BookIn,
        headers=("If-Match",),
        refusals=("not_found",),
    )
    declare(lambda call: None)
    codes = codes_of(api.endpoints[0])
    assert len(codes) == len(set(codes))


def test_every_made_up_example_is_accepted_by_its_schema(spec: dict[str, Any]) -> None:
    content = spec["paths"]["/api/v1/bookings"]["post"]["requestBody"]["content"]["application/json"]
    Draft202012Validator({**content["schema"], "components": spec["components"]}).validate(content["example"])


_LEAVES = st.one_of(
    st.builds(
        lambda low, more: {"type": "integer", "minimum": low, "maximum": low + more},
        st.integers(-5, 50),
        st.integers(0, 9),
    ),
    st.builds(lambda low: {"type": "integer", "exclusiveMinimum": low}, st.integers(-5, 50)),
    st.builds(
        lambda low, more: {"type": "string", "minLength": low, "maxLength": low + more},
        st.integers(0, 40),
        st.integers(1, 40),
    ),
    st.sampled_from(
        [
            {"type": "boolean"},
            {"type": "string"},
            {"enum": ["a", "b"]},
            {"const": 7},
            {"type": "string", "format": "date"},
            {"type": "string", "pattern": "^[a-z]{2}$"},
            {"type": "string", "pattern": "^unknowable [0-9]{9}$"},
            {"type": "null"},
        ]
    ),
)


def _grow(inner: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    names = st.sampled_from(["name", "phone", "partySize", "notes"])
    return st.one_of(
        st.builds(
            lambda item, least: {"type": "array", "items": item, "minItems": least}, inner, st.integers(0, 1)
        ),
        st.builds(lambda some: {"anyOf": some}, st.lists(inner, min_size=1, max_size=3)),
        st.builds(
            lambda members, all_: {
                "type": "object",
                "properties": members,
                "required": list(members) if all_ else [],
            },
            st.dictionaries(names, inner, max_size=3),
            st.booleans(),
        ),
    )


@given(st.recursive(_LEAVES, _grow, max_leaves=8))
def test_an_example_is_accepted_by_its_schema_or_not_given(schema: dict[str, Any]) -> None:
    example = sample(schema, {})
    if example is not NOTHING:
        Draft202012Validator(schema).validate(example)


def test_a_schema_that_contains_itself_still_has_an_example() -> None:
    node = {
        "type": "object",
        "properties": {"name": {"type": "string"}, "child": {"$ref": "#/components/schemas/Node"}},
    }
    example = sample({"$ref": "#/components/schemas/Node"}, {"Node": node})
    assert example["child"]["name"]
