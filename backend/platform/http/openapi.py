"""The OpenAPI 3.1 document, made from the endpoints' declarations: what is declared is what is checked, and what is written here.

Pure. Called by the documentation's routes and by tests.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, cast

from pydantic import BaseModel
from pydantic.alias_generators import to_camel
from pydantic.json_schema import models_json_schema

from backend.platform.http.caller import ANYONE, DEVICE, GUEST, PUBLISHABLE, SECRET, STAFF
from backend.platform.http.endpoint import MAX_IDEMPOTENCY_KEY, Endpoint
from backend.platform.http.problem_schema import EXAMPLE_LANGUAGE, PROBLEM, problem_example
from backend.platform.http.samples import NOTHING, Schema, sample
from backend.platform.refusals import STATUS

_PARAMETER = re.compile(r"<(?:(?P<kind>\w+)(?:\([^)]*\))?:)?(?P<name>\w+)>")
_KINDS: dict[str, Schema] = {
    "uuid": {"type": "string", "format": "uuid"},
    "int": {"type": "integer", "minimum": 0},
    "float": {"type": "number"},
}
_REF = "#/components/schemas/{model}"

_SECURITY_SCHEMES = {
    PUBLISHABLE: {
        "type": "apiKey",
        "in": "header",
        "name": "X-Api-Key",
        "description": "A publishable key, `pk_…`: what a diner may do on a web page.",
    },
    SECRET: {
        "type": "apiKey",
        "in": "header",
        "name": "X-Api-Key",
        "description": "A secret key, `sk_…`: a partner's server.",
    },
    "staff": {
        "type": "http",
        "scheme": "bearer",
        "description": "A person of the house: the access token of `POST /api/v1/auth/login`. An operation names the roles that may"
        " call it.",
    },
    DEVICE: {
        "type": "http",
        "scheme": "bearer",
        "description": "A device of the house: the token of `POST /api/v1/devices/enrol`.",
    },
    GUEST: {
        "type": "http",
        "scheme": "bearer",
        "description": "The guest of one booking: the token in its `manageUrl`.",
    },
}
_DESCRIPTION = """\
Reservations by chat and web, with a signed QR code that is checked at the door.

Names are camelCase, instants are ISO 8601 with an offset, dates and times of day are the restaurant's own. Errors are problem
documents (RFC 9457) in the language of `Accept-Language` (`es`, `en`), with a stable `code`: see [/docs/problems](/docs/problems).

**Live feed:** `GET /ws` is a WebSocket. Send `{"action": "authenticate", "token": "…"}`, then
`{"action": "subscribe", "restaurantId": "…", "lastEventId": 41}`; events come as `{"type": "event", "id": 42, "event": {…}}`.
"""


def document(endpoints: Sequence[Endpoint], base_url: str, version: str) -> dict[str, Any]:
    """The document of the endpoints; `base_url` is the server's address as the reader reaches it."""
    shapes, components = _shapes(endpoints)
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in endpoints:
        path = _PARAMETER.sub(lambda found: "{" + to_camel(found["name"]) + "}", endpoint.path)
        paths.setdefault(path, {})[endpoint.method.lower()] = _operation(endpoint, shapes, components)
    codes = sorted({code for endpoint in endpoints for code in codes_of(endpoint)})
    return {
        "openapi": "3.1.0",
        "info": {"title": "SaveIt", "version": version, "description": _DESCRIPTION},
        "servers": [{"url": base_url}],
        "tags": [{"name": tag} for tag in sorted({endpoint.tag for endpoint in endpoints})],
        "paths": paths,
        "components": {
            "schemas": {**_named(components, endpoints, shapes), "Problem": PROBLEM},
            "examples": {code: {"value": problem_example(code, EXAMPLE_LANGUAGE)} for code in codes},
            "securitySchemes": _SECURITY_SCHEMES,
            "parameters": {
                "AcceptLanguage": {
                    "name": "Accept-Language",
                    "in": "header",
                    "description": "The language of sentences in answers.",
                    "schema": {"type": "string", "examples": ["es", "en"]},
                }
            },
        },
    }


Shapes = Mapping[tuple[type[BaseModel], str], Schema]


def _shapes(endpoints: Sequence[Endpoint]) -> tuple[Shapes, dict[str, Schema]]:
    """References to every shape as it is read and as it is written, and the schemas they refer to."""
    wanted: dict[tuple[type[BaseModel], Any], None] = {}
    for endpoint in endpoints:
        for model in (endpoint.body, endpoint.query):
            if model is not None:
                wanted[(model, "validation")] = None
        for answer in endpoint.answers.values():
            if isinstance(answer, type):
                wanted[(answer, "serialization")] = None
    references, definitions = models_json_schema(list(wanted), by_alias=True, ref_template=_REF)
    return cast("Shapes", references), definitions.get("$defs", {})


def _named(
    components: Mapping[str, Schema], endpoints: Sequence[Endpoint], shapes: Shapes
) -> dict[str, Schema]:
    """The schemas that anything refers to; a query's members stand as parameters of their own."""
    queries = {
        _name_of(shapes[(endpoint.query, "validation")])
        for endpoint in endpoints
        if endpoint.query is not None
    }
    return {name: schema for name, schema in components.items() if name not in queries}


def _name_of(reference: Schema) -> str:
    return str(reference["$ref"]).rpartition("/")[2]


def _operation(endpoint: Endpoint, shapes: Shapes, components: Mapping[str, Schema]) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": endpoint.name,
        "summary": endpoint.summary,
        "tags": [endpoint.tag],
        "security": _security(endpoint.who),
        "parameters": _parameters(endpoint, shapes, components),
        "responses": {**_answers(endpoint, shapes, components), **_refusals(endpoint)},
    }
    description = (endpoint.handler.__doc__ or "").strip()
    if description:
        operation["description"] = description
    if endpoint.body is not None:
        schema = shapes[(endpoint.body, "validation")]
        example = endpoint.example if endpoint.example is not None else sample(schema, components)
        operation["requestBody"] = {
            "required": not endpoint.body_optional,
            "content": {"application/json": _content(schema, example)},
        }
    return operation


def _content(schema: Schema, example: Any) -> dict[str, Any]:
    return {"schema": schema} if example is NOTHING else {"schema": schema, "example": example}


def _security(who: frozenset[str]) -> list[dict[str, list[str]]]:
    """One alternative for each kind of caller; staff with the roles that may call."""
    if ANYONE in who:
        return [{}]
    kinds: list[dict[str, list[str]]] = [
        {kind: []} for kind in (PUBLISHABLE, SECRET, GUEST, DEVICE) if kind in who
    ]
    roles = sorted(who & STAFF)
    return [*kinds, {"staff": roles}] if roles else kinds


def _parameters(endpoint: Endpoint, shapes: Shapes, components: Mapping[str, Schema]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = [
        {
            "name": to_camel(part["name"]),
            "in": "path",
            "required": True,
            "schema": _KINDS.get(part["kind"] or "", {"type": "string"}),
        }
        for part in _PARAMETER.finditer(endpoint.path)
    ]
    if endpoint.query is not None:
        shape = components[_name_of(shapes[(endpoint.query, "validation")])]
        found += [_query_parameter(name, member, shape) for name, member in shape["properties"].items()]
    found += [_header(name, endpoint) for name in endpoint.headers]
    if not endpoint.unguarded:
        found.append({"$ref": "#/components/parameters/AcceptLanguage"})
    return found


def _query_parameter(name: str, member: Schema, shape: Schema) -> dict[str, Any]:
    # What is left out of an address is absent; there is no null in it.
    schema = {
        key: value for key, value in member.items() if key not in ("description", "title", "default", "anyOf")
    }
    choices = [choice for choice in member.get("anyOf", ()) if choice.get("type") != "null"]
    schema |= choices[0] if len(choices) == 1 else {"anyOf": choices} if choices else {}
    if member.get("default") is not None:
        schema["default"] = member["default"]
    parameter = {"name": name, "in": "query", "required": name in shape.get("required", ()), "schema": schema}
    return {**parameter, "description": member["description"]} if "description" in member else parameter


def _header(name: str, endpoint: Endpoint) -> dict[str, Any]:
    match name:
        case "Idempotency-Key":
            schema: Schema = {"type": "string", "minLength": 1, "maxLength": MAX_IDEMPOTENCY_KEY}
            text = "The same key with the same body gives the same answer, however often it is sent."
        case "If-Match":
            schema = {"type": "string", "pattern": r'^(W/)?"?\d{1,9}"?$', "examples": ["3"]}
            text = "The version that is to be changed, as in `ETag` or `version`."
        case "X-SaveIt-Session":
            schema = {"type": "string", "pattern": r"^[\x21-\x7e]+$", "minLength": 16, "maxLength": 100}
            text = "The session, as in its messages. Only one that cannot be guessed is answered: 16 characters or more."
        case _:
            schema, text = {"type": "string"}, ""
    required = name == "X-SaveIt-Session" or (name == "If-Match" and "version_required" in endpoint.refusals)
    return {"name": name, "in": "header", "required": required, "description": text, "schema": schema}


def _answers(endpoint: Endpoint, shapes: Shapes, components: Mapping[str, Schema]) -> dict[str, Any]:
    answers: dict[str, Any] = {}
    for status, answer in (endpoint.answers or {200: None}).items():
        described: dict[str, Any] = {"description": endpoint.summary}
        if isinstance(answer, str):
            described["content"] = {answer: {}}
        elif answer is not None:
            schema = shapes[(answer, "serialization")]
            given = endpoint.example if endpoint.body is None else None
            example = given if given is not None else sample(schema, components)
            described["content"] = {"application/json": _content(schema, example)}
        elif status != 204:
            described["content"] = {"application/json": {"schema": {"type": "object"}}}
        answers[str(status)] = described
    return answers


def codes_of(endpoint: Endpoint) -> list[str]:
    """Every code an endpoint may refuse with: its own, and those that follow from how it is declared."""
    codes = list(endpoint.refusals)
    if endpoint.unguarded:
        return codes
    codes += ["unauthenticated", "token_expired", "rate_limited", "internal_error", "unavailable"]
    if ANYONE not in endpoint.who:
        codes += ["forbidden", "not_found"]
    if endpoint.body is not None or endpoint.query is not None:
        codes += ["malformed_request", "invalid_request"]
    if endpoint.body is not None:
        codes += ["unsupported_media_type", "request_too_large"]
    if "Idempotency-Key" in endpoint.headers:
        codes.append("idempotency_key_reused")
    if "If-Match" in endpoint.headers:
        codes += ["version_conflict", "invalid_request"]
    if "<" in endpoint.path:
        codes.append("not_found")
    return list(dict.fromkeys(codes))


def _refusals(endpoint: Endpoint) -> dict[str, Any]:
    by_status: dict[int, list[str]] = {}
    for code in codes_of(endpoint):
        by_status.setdefault(STATUS.get(code, 422), []).append(code)
    return {str(status): _problem_answer(codes) for status, codes in sorted(by_status.items())}


def _problem_answer(codes: Sequence[str]) -> dict[str, Any]:
    return {
        "description": ", ".join(f"`{code}`" for code in codes),
        "content": {
            "application/problem+json": {
                "schema": {"$ref": _REF.format(model="Problem")},
                "examples": {code: {"$ref": f"#/components/examples/{code}"} for code in codes},
            }
        },
    }
