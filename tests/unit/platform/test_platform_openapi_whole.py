"""The document of the whole product: valid, complete, with examples that its own shapes accept. No servers are needed for that."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from backend.app import create_app
from backend.platform.http.openapi import codes_of
from backend.platform.texts import has
from backend.settings import Settings


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    folder: Path = tmp_path_factory.mktemp("home")
    nowhere = "postgresql://nobody@127.0.0.1:1/nothing"
    return create_app(Settings(data_dir=folder, database_url=nowhere, redis_url="redis://127.0.0.1:1"))


@pytest.fixture(scope="module")
def spec(app: Flask) -> dict[str, Any]:
    answer = app.test_client().get("/openapi.json")
    assert answer.status_code == 200
    return dict(answer.get_json())


def contents(spec: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every JSON body that the document describes, with where it stands."""
    for path, methods in spec["paths"].items():
        for method, operation in methods.items():
            bodies = {"body": operation.get("requestBody", {}), **operation["responses"]}
            for place, described in bodies.items():
                for media, content in described.get("content", {}).items():
                    if media == "application/json":
                        yield f"{method} {path} {place}", content


def test_it_is_valid_openapi(spec: dict[str, Any]) -> None:
    validate(spec)


def test_every_declared_endpoint_is_in_it(app: Flask, spec: dict[str, Any]) -> None:
    described = {
        operation["operationId"] for methods in spec["paths"].values() for operation in methods.values()
    }
    assert described == {endpoint.name for endpoint in app.extensions["saveit.endpoints"]}


def test_every_route_of_the_api_is_a_declared_endpoint(app: Flask) -> None:
    declared = {endpoint.name for endpoint in app.extensions["saveit.endpoints"]}
    routes = {rule.endpoint for rule in app.url_map.iter_rules() if rule.rule.startswith("/api/")}
    assert routes <= declared


def test_every_example_is_accepted_by_its_shape(spec: dict[str, Any]) -> None:
    checked = 0
    for place, content in contents(spec):
        if "example" in content:
            validator = Draft202012Validator({**content["schema"], "components": spec["components"]})
            errors = [error.message for error in validator.iter_errors(content["example"])]
            assert not errors, f"{place}: {errors}"
            checked += 1
    assert checked > 50


def test_every_body_and_answer_with_a_shape_has_an_example(spec: dict[str, Any]) -> None:
    without = [
        place
        for place, content in contents(spec)
        if "$ref" in content.get("schema", {}) and "example" not in content
    ]
    assert without == []


def test_every_code_that_is_declared_has_its_sentence_in_both_languages(app: Flask) -> None:
    codes = {code for endpoint in app.extensions["saveit.endpoints"] for code in codes_of(endpoint)}
    missing = {
        (code, language)
        for code in codes
        for language in ("es", "en")
        if not has(f"refusal.{code}", language)
    }
    assert missing == set()


@pytest.mark.parametrize("language", ["es", "en"])
def test_the_page_for_people_shows_every_operation(app: Flask, spec: dict[str, Any], language: str) -> None:
    page = app.test_client().get("/docs", headers={"Accept-Language": language}).text
    for methods in spec["paths"].values():
        for operation in methods.values():
            assert f'id="{operation["operationId"]}"' in page
