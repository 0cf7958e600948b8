"""The documentation for people: complete, in both languages, with nothing from elsewhere; and what operations ask."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from typing import Any
from unittest.mock import MagicMock

import pytest
import redis
from flask import Flask
from flask.testing import FlaskClient

from backend.platform.http import ANYONE, OWNER, Api, Caller
from backend.platform.http.docs import docs_api
from backend.platform.http.mount import mount
from backend.platform.operations import operations_api
from backend.platform.redis import Redis
from backend.platform.refusals import STATUS, Refusal
from backend.platform.shapes import Shape
from backend.platform.telemetry import Telemetry
from backend.platform.worker.pulse import PULSE_KEY


class Thing(Shape):
    """A thing."""

    size: int


class _Refusing:
    """Would refuse everybody: what is open must not even ask."""

    def authenticate(self, _request: object) -> Caller:
        raise Refusal("unauthenticated")

    def count(self, _caller: Caller, _address: str) -> None:
        raise Refusal("rate_limited", params={"seconds": 1})


class _Database:
    up = True

    @contextmanager
    def platform(self) -> Iterator[MagicMock]:
        if not self.up:
            raise Refusal("unavailable")
        yield MagicMock()


class _Redis(Redis):
    """Answers from a set of keys; None is a Redis that is down."""

    def __init__(self, keys: set[str] | None) -> None:
        super().__init__("redis://127.0.0.1:1")
        self.keys = keys

    def attempt(self, call: Any) -> Any:
        if self.keys is None:
            return None
        client = MagicMock(spec=redis.Redis)
        client.ping.return_value = True
        client.exists.side_effect = lambda key: key in (self.keys or ())
        return call(client)


def client(
    database: _Database | None = None, keys: set[str] | None = frozenset(), token: str = ""
) -> FlaskClient:  # type: ignore[assignment]
    api = Api("things")
    api.route(
        "PUT", "/things/<uuid:thing_id>", who={OWNER}, summary="Put it", body=Thing, answers={200: Thing}
    )(lambda call: None)
    app, endpoints = Flask("docs", static_folder=None), []
    apis = [
        api,
        docs_api(lambda: endpoints, "9.8.7"),
        operations_api(database or _Database(), _Redis(keys), Telemetry(), token),  # type: ignore[arg-type]
    ]
    endpoints += mount(app, apis, _Refusing(), Telemetry(), "")
    return app.test_client()


class _Links(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.anchors: set[str] = set()
        self.links: set[str] = set()
        self.loaded: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        if given.get("id"):
            self.anchors.add(str(given["id"]))
        if tag == "a":
            self.links.add(str(given["href"]))
        if tag in ("script", "img", "iframe", "link"):
            self.loaded.add(str(given.get("src") or given.get("href")))


@pytest.mark.parametrize("page", ["/docs", "/docs/problems"])
@pytest.mark.parametrize("language", ["es", "en"])
def test_the_pages_are_in_the_readers_language(page: str, language: str) -> None:
    answer = client().get(page, headers={"Accept-Language": language})
    assert answer.status_code == 200
    assert f'<html lang="{language}">' in answer.text
    assert {"es": "Códigos de problema", "en": "Problem codes"}[language] in answer.text


def test_the_page_shows_each_operation_with_who_may_call_and_why_it_may_say_no() -> None:
    text = client().get("/docs", headers={"Accept-Language": "es"}).text
    part = text[text.index('id="things.') :]
    assert "/api/v1/things/{thingId}" in part
    assert "propietario" in part
    assert "/docs/problems#invalid_request" in part


def test_links_within_the_pages_lead_somewhere() -> None:
    docs, problems = (_Links(client().get(page).text) for page in ("/docs", "/docs/problems"))
    anchors = {"/docs": docs.anchors, "/docs/problems": problems.anchors}
    for here, page in (("/docs", docs), ("/docs/problems", problems)):
        for link in page.links:
            path, _, anchor = link.partition("#")
            if anchor:
                assert anchor in anchors[path or here], link


@pytest.mark.parametrize("page", ["/docs", "/docs/problems"])
def test_nothing_is_loaded_from_other_servers_and_no_script_runs(page: str) -> None:
    assert _Links(client().get(page).text).loaded == {"/docs/style.css"}


def test_every_code_with_a_status_of_its_own_is_explained() -> None:
    anchors = _Links(client().get("/docs/problems").text).anchors
    assert set(STATUS) <= anchors


def test_the_style_uses_the_brands_colours_in_light_and_dark() -> None:
    css = client().get("/docs/style.css").text
    assert "--primary: #1E6B52" in css
    assert "--primary: #74D3AC" in css
    defined = set(re.findall(r"(--[a-z-]+):", css))
    assert set(re.findall(r"var\((--[a-z-]+)\)", css)) <= defined


def test_the_document_names_the_address_it_was_asked_at() -> None:
    answer = client().get("/openapi.json", base_url="https://otra.example")
    assert answer.get_json()["servers"] == [{"url": "https://otra.example"}]
    assert answer.get_json()["info"]["version"] == "9.8.7"
    assert "/docs" in answer.get_json()["paths"]


def test_a_process_that_answers_is_healthy() -> None:
    answer = client().get("/healthz")
    assert (answer.status_code, answer.get_json()) == (200, {"status": "ok"})


@pytest.mark.parametrize(
    ("up", "keys", "status", "said"),
    [
        (True, {PULSE_KEY}, 200, {"status": "ready", "database": "ok", "redis": "ok", "worker": "ok"}),
        (True, set(), 200, {"status": "degraded", "database": "ok", "redis": "ok", "worker": "down"}),
        (True, None, 200, {"status": "degraded", "database": "ok", "redis": "down", "worker": "unknown"}),
        (
            False,
            {PULSE_KEY},
            503,
            {"status": "unavailable", "database": "down", "redis": "ok", "worker": "ok"},
        ),
    ],
    ids=["all well", "no worker", "no redis", "no database"],
)
def test_readiness_is_the_databases_and_the_rest_is_told(
    up: bool, keys: set[str] | None, status: int, said: dict[str, str]
) -> None:
    database = _Database()
    database.up = up
    answer = client(database, keys).get("/readyz")
    assert (answer.status_code, answer.get_json()) == (status, said)


def scrape(http: FlaskClient, address: str, **headers: str) -> int:
    return http.get("/metrics", environ_base={"REMOTE_ADDR": address}, headers=headers).status_code


def test_without_a_token_only_this_machine_may_scrape() -> None:
    http = client()
    assert [scrape(http, address) for address in ("127.0.0.1", "::1", "192.0.2.7", "")] == [
        200,
        200,
        404,
        404,
    ]


def test_who_comes_through_a_proxy_on_this_machine_may_not_scrape() -> None:
    assert scrape(client(), "127.0.0.1", **{"X-Forwarded-For": "192.0.2.7"}) == 404


def test_with_a_token_whoever_has_it_may_scrape_and_nobody_else() -> None:
    http = client(token="clave")
    assert scrape(http, "192.0.2.7", Authorization="Bearer clave") == 200
    assert scrape(http, "192.0.2.7", Authorization="Bearer otra") == 404
    assert scrape(http, "127.0.0.1") == 404


def test_the_figures_are_in_prometheus_form() -> None:
    answer = client().get("/metrics")
    assert answer.headers["Content-Type"].startswith("text/plain; version=")
    assert answer.headers["Content-Type"].count("charset") == 1
    assert "saveit_live_screens" in answer.text


def test_open_endpoints_say_so() -> None:
    views = client().application.view_functions
    opened = {name for name, view in views.items() if view.access == frozenset({ANYONE})}  # type: ignore[attr-defined]
    assert {
        "operations.healthz",
        "operations.readyz",
        "operations.metrics",
        "documentation.openapi",
    } <= opened
