"""The OpenAPI document as a person reads it: rows and words for the page's template. Pure; called by the documentation's routes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from backend.platform.http.problem_schema import title_of
from backend.platform.refusals import STATUS
from backend.platform.texts import catalogue, language_of, say

_PROBLEM = "application/problem+json"
_REASONS = "refusal."
_ROLES = ("host", "manager", "owner")


@dataclass(frozen=True, slots=True)
class TypeWord:
    """A type in words; `shape` names the section that explains it."""

    text: str
    shape: str | None = None


@dataclass(frozen=True, slots=True)
class FieldRow:
    """One member, parameter or header."""

    name: str
    type: TypeWord
    required: bool
    meaning: str
    place: str = ""


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """One success."""

    status: str
    type: TypeWord | None
    media: str
    example: str


@dataclass(frozen=True, slots=True)
class OperationView:
    """One operation."""

    anchor: str
    method: str
    path: str
    summary: str
    who: str
    parameters: Sequence[FieldRow]
    body: TypeWord | None
    example: str
    answers: Sequence[AnswerRow]
    refusals: Sequence[str]


@dataclass(frozen=True, slots=True)
class ShapeView:
    """One schema."""

    name: str
    meaning: str
    type: TypeWord | None
    fields: Sequence[FieldRow]


@dataclass(frozen=True, slots=True)
class ProblemView:
    """One code, explained."""

    code: str
    status: int
    title: str
    sentence: str


def operations(document: Mapping[str, Any], locale: str) -> dict[str, list[OperationView]]:
    """Every operation by its tag, in the document's order."""
    by_tag: dict[str, list[OperationView]] = {tag["name"]: [] for tag in document["tags"]}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            by_tag[operation["tags"][0]].append(_operation(path, method, operation, locale))
    return by_tag


def shapes(document: Mapping[str, Any], locale: str) -> list[ShapeView]:
    """Every named schema."""
    return [
        _shape(name, schema, locale) for name, schema in sorted(document["components"]["schemas"].items())
    ]


def problems(locale: str) -> list[ProblemView]:
    """Every code there is, by its status."""
    keys = (key.removeprefix(_REASONS) for key in catalogue(language_of(locale)) if key.startswith(_REASONS))
    codes = [
        key for key in keys if "." not in key
    ]  # the others are titles, and a code's sentence in a special case
    views = [
        ProblemView(code, STATUS.get(code, 422), title_of(code, locale), say(f"{_REASONS}{code}", locale))
        for code in codes
    ]
    return sorted(views, key=lambda view: (view.status, view.code))


def _operation(path: str, method: str, operation: Mapping[str, Any], locale: str) -> OperationView:
    body = operation.get("requestBody", {}).get("content", {}).get("application/json")
    return OperationView(
        anchor=operation["operationId"],
        method=method.upper(),
        path=path,
        summary=operation["summary"],
        who=_who(operation["security"], locale),
        parameters=[_parameter(each, locale) for each in operation["parameters"] if "$ref" not in each],
        body=word(body["schema"], locale) if body else None,
        example=_pretty(body),
        answers=[
            _answer(status, each, locale) for status, each in operation["responses"].items() if status < "400"
        ],
        refusals=list(_codes(operation["responses"])),
    )


def _who(security: Sequence[Mapping[str, Sequence[str]]], locale: str) -> str:
    kinds = [kind for choice in security for kind in (choice.get("staff") or choice)]
    if not kinds:
        return say("docs.anyone", locale)
    order = {kind: place for place, kind in enumerate(_ROLES)}
    return ", ".join(
        say(f"docs.who.{kind}", locale) for kind in sorted(kinds, key=lambda kind: order.get(kind, -1))
    )


def _parameter(parameter: Mapping[str, Any], locale: str) -> FieldRow:
    return FieldRow(
        parameter["name"],
        word(parameter["schema"], locale),
        parameter["required"],
        parameter.get("description", ""),
        say(f"docs.in.{parameter['in']}", locale),
    )


def _answer(status: str, answer: Mapping[str, Any], locale: str) -> AnswerRow:
    for media, content in answer.get("content", {}).items():
        schema = content.get("schema")
        return AnswerRow(status, word(schema, locale) if schema else None, media, _pretty(content))
    return AnswerRow(status, None, say("docs.nothing", locale), "")


def _pretty(content: Mapping[str, Any] | None) -> str:
    if not content or "example" not in content:
        return ""
    return json.dumps(content["example"], ensure_ascii=False, indent=2)


def _is_no(response: Mapping[str, Any]) -> bool:
    return _PROBLEM in response.get("content", {})


def _codes(responses: Mapping[str, Any]) -> Iterator[str]:
    for response in responses.values():
        if _is_no(response):
            yield from response["content"][_PROBLEM]["examples"]


def _shape(name: str, schema: Mapping[str, Any], locale: str) -> ShapeView:
    required = set(schema.get("required", ()))
    rows = [
        FieldRow(member, word(kind, locale), member in required, kind.get("description", ""))
        for member, kind in schema.get("properties", {}).items()
    ]
    return ShapeView(name, schema.get("description", ""), None if rows else word(schema, locale), rows)


def word(schema: Mapping[str, Any], locale: str) -> TypeWord:
    """A schema in a few words."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return TypeWord(name, name)
    for choice in ("anyOf", "oneOf", "allOf"):
        if choice in schema:
            words = [word(each, locale) for each in schema[choice]]
            shape = next((each.shape for each in words if each.shape), None)
            return TypeWord(say("docs.or", locale).join(each.text for each in words), shape)
    if "enum" in schema or "const" in schema:
        values = schema.get("enum", [schema.get("const")])
        return TypeWord(" · ".join(json.dumps(value, ensure_ascii=False) for value in values))
    if schema.get("type") == "array":
        inner = word(schema.get("items", {}), locale)
        return TypeWord(say("docs.list_of", locale, type=inner.text), inner.shape)
    if "type" not in schema:
        return TypeWord(say("docs.any", locale))
    return TypeWord(" ".join([str(schema["type"]), *_bounds(schema)]))


def _bounds(schema: Mapping[str, Any]) -> Iterator[str]:
    if "format" in schema:
        yield f"({schema['format']})"
    low, high = (schema.get(name) for name in ("minimum", "maximum"))
    if low is not None or high is not None:
        yield f"{'' if low is None else low}…{'' if high is None else high}"
    if "maxLength" in schema:
        yield f"≤ {schema['maxLength']}"
    if "pattern" in schema:
        yield f"/{schema['pattern']}/"
