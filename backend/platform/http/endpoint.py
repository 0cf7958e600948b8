"""One declaration an endpoint: method, path, who may call, shapes in and out, refusals.

Access, rate limits, validation, problem documents, metrics and OpenAPI all come from it. Each folder's `routes.py` builds an `Api`;
`backend.app` mounts them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from flask import Request, Response
from pydantic import BaseModel, ValidationError

from backend.platform.http.caller import Caller
from backend.platform.http.problems import field_errors
from backend.platform.refusals import Refusal, field_refusal

MAX_IDEMPOTENCY_KEY = 200


@dataclass(slots=True)
class Call:
    """What a handler knows of its request."""

    caller: Caller
    locale: str
    request_id: str
    request: Request
    base_url: str
    raw_body: bytes = b""

    def tenant(self) -> UUID:
        """The caller's restaurant."""
        if self.caller.restaurant_id is None:
            raise Refusal("unauthenticated")
        return self.caller.restaurant_id

    def of_tenant(self, restaurant_id: UUID) -> UUID:
        """The restaurant asked for, which must be the caller's own; raises Refusal('not_found')."""
        if restaurant_id != self.caller.restaurant_id:
            raise Refusal("not_found")
        return restaurant_id

    def idempotency_key(self) -> str | None:
        """The Idempotency-Key header, bounded and printable."""
        key = self.request.headers.get("Idempotency-Key")
        if key is None:
            return None
        if not 1 <= len(key) <= MAX_IDEMPOTENCY_KEY or not key.isprintable():
            raise field_refusal("Idempotency-Key", "wrong_format")
        return key

    def if_match(self, *, required: bool) -> int | None:
        """The version in If-Match (`3` or `"3"`), or None when absent or `*`."""
        header = self.request.headers.get("If-Match")
        if header is None or header.strip() == "*":
            if required and header is None:
                raise Refusal("version_required")
            return None
        version = header.strip().removeprefix("W/").strip('"')
        if not version.isascii() or not version.isdigit() or len(version) > 9:
            raise field_refusal("If-Match", "wrong_format")
        return int(version)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a handler answers when a JSON object with the declared status is not all."""

    body: Any = None
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    mimetype: str = "application/json"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """The declaration of one endpoint."""

    method: str
    path: str
    who: frozenset[str]
    handler: Callable[..., Any]
    summary: str
    tag: str
    body: type[BaseModel] | None = None
    body_optional: bool = False
    query: type[BaseModel] | None = None
    answers: Mapping[int, type[BaseModel] | str | None] = field(default_factory=dict)
    refusals: Sequence[str] = ()
    headers: Sequence[str] = ()
    example: Any = None
    # Answers everyone without looking at credentials or counting calls: health checks and scrapes.
    unguarded: bool = False

    @property
    def name(self) -> str:
        """A unique name for Flask and OpenAPI."""
        return f"{self.tag}.{self.handler.__name__}"

    @property
    def status(self) -> int:
        """The status of a success."""
        return min(self.answers, default=200)

    def parse(self, request: Request) -> tuple[dict[str, Any], bytes]:
        """The validated body and query as keyword arguments, and the raw body."""
        given: dict[str, Any] = {}
        raw = b""
        if self.query is not None:
            given["query"] = parse_query(self.query, request)
        if self.body is not None:
            raw = request.get_data(cache=True)
            given["body"] = parse_body(self.body, raw, request, optional=self.body_optional)
        return given, raw


def parse_query(shape: type[BaseModel], request: Request) -> BaseModel:
    """The query string in its shape; an empty value counts as absent."""
    values: dict[str, str] = {}
    for name, every in request.args.lists():
        if len(every) > 1:
            raise field_refusal(name, "given_twice")
        if every[0] != "":
            values[name] = every[0]
    if any("\0" in value for value in values.values()):
        raise Refusal("malformed_request")
    try:
        return shape.model_validate(values)
    except ValidationError as wrong:
        raise Refusal("invalid_request", fields=field_errors(wrong)) from None


def parse_body(shape: type[BaseModel], raw: bytes, request: Request, *, optional: bool) -> BaseModel:
    """The JSON body in its shape; raises Refusal for what is not JSON, not UTF-8 or not in shape."""
    if not raw and optional:
        return shape()
    if request.mimetype not in ("application/json", "") or not raw:
        raise Refusal("unsupported_media_type" if raw else "malformed_request")
    # PostgreSQL's text cannot hold NUL, and no sentence needs it.
    if b"\\u0000" in raw or b"\0" in raw:
        raise Refusal("malformed_request")
    try:
        return shape.model_validate_json(raw)
    except ValidationError as wrong:
        if any(
            each["type"] == "json_invalid" for each in wrong.errors(include_url=False, include_context=False)
        ):
            raise Refusal("malformed_request") from None
        raise Refusal("invalid_request", fields=field_errors(wrong)) from None
    except (UnicodeDecodeError, ValueError, RecursionError):
        raise Refusal("malformed_request") from None


class Api:
    """The endpoints of one folder under one prefix."""

    def __init__(self, tag: str, prefix: str = "/api/v1") -> None:
        self.tag = tag
        self.prefix = prefix
        self.endpoints: list[Endpoint] = []

    def route(
        self, method: str, path: str, *, who: Collection[str], summary: str, **declared: Any
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Declares the decorated function; `declared` are the other fields of `Endpoint`."""

        def declare(handler: Callable[..., Any]) -> Callable[..., Any]:
            self.endpoints.append(
                Endpoint(
                    method=method,
                    path=self.prefix + path,
                    who=frozenset(who),
                    handler=handler,
                    summary=summary,
                    tag=self.tag,
                    **declared,
                )
            )
            return handler

        return declare


def respond(endpoint: Endpoint, answer: Any) -> Response:
    """The HTTP response of what a handler returned: a shape, a dict, an Answer or a Response."""
    if isinstance(answer, Response):
        return answer
    wrapped = answer if isinstance(answer, Answer) else Answer(answer)
    status = wrapped.status or endpoint.status
    body = wrapped.body
    if isinstance(body, bytes | str):
        payload: bytes | str = body
    elif isinstance(body, BaseModel):
        payload = body.model_dump_json(by_alias=True)
    elif body is None:
        payload = b""
    else:
        payload = json.dumps(body, ensure_ascii=False, default=str, separators=(",", ":"))
    response = Response(payload, status, mimetype=wrapped.mimetype)
    response.headers.extend(wrapped.headers)
    return response
