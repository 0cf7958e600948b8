"""Puts declared endpoints on the Flask application: authentication, limits, validation, refusals, metrics, headers.

Called once by `backend.app`. Nothing a caller sends can end in a stack trace on the wire.
"""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Protocol

from flask import Flask, Request, Response, g, request
from werkzeug.datastructures import LanguageAccept
from werkzeug.exceptions import HTTPException
from werkzeug.http import parse_accept_header

from backend.platform.http.caller import ANYONE, Caller
from backend.platform.http.endpoint import Api, Call, Endpoint, respond
from backend.platform.http.problems import problem
from backend.platform.ids import uuid7
from backend.platform.logs import request_id as request_id_var
from backend.platform.refusals import Refusal
from backend.platform.telemetry import Telemetry

log = logging.getLogger(__name__)
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
_HTTP_CODES = {
    400: "malformed_request",
    404: "not_found",
    405: "method_not_allowed",
    413: "request_too_large",
    415: "unsupported_media_type",
}

_ANYBODY = Caller(ANYONE)
_MOST_HOSTS = 64
_HEADERS = (
    ("X-Content-Type-Options", "nosniff"),
    ("Referrer-Policy", "strict-origin-when-cross-origin"),
)
_API_HEADERS = (
    *_HEADERS,
    # Credentials travel in headers, never in cookies, so any origin may read what its key may read.
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Expose-Headers", "X-Request-Id, Retry-After, ETag, Content-Language"),
    ("Cache-Control", "no-store"),
)


class Authenticator(Protocol):
    """Finds out who calls, and counts the call."""

    def authenticate(self, request: Request) -> Caller:
        """The caller; `anyone` without credentials. Raises Refusal('unauthenticated') for wrong ones."""

    def count(self, caller: Caller, address: str) -> None:
        """Counts the call against the caller's limit; raises Refusal('rate_limited')."""


def mount(
    app: Flask, apis: Sequence[Api], authenticator: Authenticator, telemetry: Telemetry, public_url: str
) -> list[Endpoint]:
    """Adds every endpoint to the application; the list of them, for OpenAPI and the access test."""
    endpoints = [endpoint for api in apis for endpoint in api.endpoints]
    for endpoint in endpoints:
        view = _view(endpoint, authenticator, public_url)
        app.add_url_rule(
            endpoint.path, endpoint.name, view, methods=[endpoint.method], provide_automatic_options=False
        )
    _frame(app, telemetry)
    return endpoints


def _view(endpoint: Endpoint, authenticator: Authenticator, public_url: str) -> Any:
    anyone = ANYONE in endpoint.who

    def view(**path: Any) -> Response:
        asked = request._get_current_object()  # type: ignore[attr-defined]  # once, not at each use
        caller = _ANYBODY
        if not endpoint.unguarded:
            caller = authenticator.authenticate(asked)
            authenticator.count(caller, asked.remote_addr or "")
        if not anyone and caller.kind not in endpoint.who:
            raise Refusal("unauthenticated" if caller.kind == ANYONE else "forbidden")
        given, raw = endpoint.parse(asked)
        call = Call(caller, g.locale, g.request_id, asked, public_url or _base_url(asked), raw)
        return respond(endpoint, endpoint.handler(call, **path, **given))

    view.access = endpoint.who  # type: ignore[attr-defined]  # read by the test that walks all routes
    return view


# What a Host header comes to; few hosts, and each request asks.
_base_urls: dict[tuple[str, str | None], str] = {}


def _base_url(asked: Request) -> str:
    key = asked.scheme, asked.headers.get("Host")
    known = _base_urls.get(key)
    if known is None:
        if len(_base_urls) >= _MOST_HOSTS:
            _base_urls.clear()
        known = _base_urls[key] = asked.host_url.rstrip("/")
    return known


@lru_cache(maxsize=256)
def _locale(accepted: str) -> str:
    return parse_accept_header(accepted, LanguageAccept).best_match(["es", "en"], default="es")


def _add_headers(response: Response, wanted: Sequence[tuple[str, str]]) -> None:
    """Adds those that the answer does not have already."""
    there = {name.lower() for name, _ in response.headers}
    for name, value in wanted:
        if name.lower() not in there:
            response.headers.add(name, value)


def _frame(app: Flask, telemetry: Telemetry) -> None:
    @app.before_request
    def begin() -> Response | None:
        now = g._get_current_object()
        now.started = time.perf_counter()
        asked = request.headers.get("X-Request-Id", "")
        now.request_id = asked if _REQUEST_ID.fullmatch(asked) else uuid7().hex
        request_id_var.set(now.request_id)
        now.locale = _locale(request.headers.get("Accept-Language", ""))
        if request.method == "OPTIONS" and request.path.startswith("/api/"):
            return _preflight()
        return None

    @app.after_request
    def finish(response: Response) -> Response:
        asked = request._get_current_object()  # type: ignore[attr-defined]
        wanted = _API_HEADERS if asked.path.startswith("/api/") else _HEADERS
        _add_headers(response, [("X-Request-Id", g.request_id), *wanted])
        rule = asked.url_rule.rule if asked.url_rule else "unmatched"
        telemetry.request(asked.method, rule, response.status_code, time.perf_counter() - g.started)
        return response

    @app.errorhandler(Refusal)
    def refused(refusal: Refusal) -> Response:
        return problem(refusal, locale=g.locale, request_id=g.request_id)

    @app.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> Response:
        status = error.code or 500
        if status < 400:
            return error.get_response()  # type: ignore[return-value]
        refusal = Refusal(_HTTP_CODES.get(status, "malformed_request" if status < 500 else "internal_error"))
        answer = problem(refusal, locale=g.locale, request_id=g.request_id, status=status)
        if status == 405 and getattr(error, "valid_methods", None):
            answer.headers["Allow"] = ", ".join(sorted(error.valid_methods or ()))  # type: ignore[attr-defined]
        return answer

    @app.errorhandler(Exception)
    def defect(error: Exception) -> Response:
        log.error(
            "unhandled error", exc_info=error, extra={"path": request.url_rule and request.url_rule.rule}
        )
        telemetry.defect()
        return problem(Refusal("internal_error"), locale=g.locale, request_id=g.request_id)


def _preflight() -> Response:
    return Response(
        status=204,
        headers={
            "Access-Control-Allow-Origin": "*",
            "Access-Control-Allow-Methods": "GET, POST, PUT, DELETE, OPTIONS",
            "Access-Control-Allow-Headers": "Authorization, Content-Type, Idempotency-Key, If-Match, X-Api-Key, "
            "X-Request-Id, X-SaveIt-Session, Accept-Language",
            "Access-Control-Max-Age": "86400",
        },
    )
