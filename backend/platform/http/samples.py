"""Makes an example from a JSON schema, for operations that do not bring their own. Pure; used by the OpenAPI document.

Every example is one that its schema accepts: a string with a pattern that no candidate meets is left out rather than invented.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

Schema = Mapping[str, Any]

_DEEPEST = 6
NOTHING = object()

_BY_FORMAT = {
    "uuid": "0193a0c2-8c1e-7000-8000-000000000001",
    "date": "2026-12-18",
    "time": "20:00",
    "date-time": "2026-12-18T20:00:00+01:00",
    "email": "lucia@correo.example",
    "uri": "https://casa-lucia.example",
    "decimal": "10.00",
    "binary": "",
}
# By the member's name, where its schema says no more than "text".
_BY_NAME = {
    "name": "Lucía García",
    "phone": "+34 600 111 222",
    "email": "lucia@correo.example",
    "locale": "es",
    "timezone": "Europe/Madrid",
    "currency": "EUR",
    "slug": "casa-lucia",
    "password": "una frase larga y tranquila",
    "code": "K7M2QX",
    "number": "12",
    "area": "terraza",
}
_CANDIDATES = (
    "20:00",
    "es",
    "es-ES",
    "EUR",
    "2026-12",
    "2026-12-18",
    "terraza",
    "casa-lucia",
    "#1E6B52",
    "+34600111222",
    "12",
    "A1",
)


def sample(schema: Schema, components: Mapping[str, Schema], name: str = "", depth: int = 0) -> Any:
    """A value that the schema accepts; NOTHING when none is known. `components` are the schemas that `$ref` names."""
    if "$ref" in schema:
        return sample(components[schema["$ref"].rpartition("/")[2]], components, name, depth + 1)
    for given in ("examples", "enum"):
        if schema.get(given):
            return schema[given][0]
    if "const" in schema:
        return schema["const"]
    if schema.get("default") is not None:
        return schema["default"]
    for choice in ("anyOf", "oneOf", "allOf"):
        if choice in schema:
            return _first(schema[choice], components, name, depth)
    return _of_type(schema, components, name, depth)


def _first(choices: list[Schema], components: Mapping[str, Schema], name: str, depth: int) -> Any:
    for choice in choices:
        if choice.get("type") != "null":
            value = sample(choice, components, name, depth)
            if value is not NOTHING:
                return value
    return None if any(choice.get("type") == "null" for choice in choices) else NOTHING


def _of_type(schema: Schema, components: Mapping[str, Schema], name: str, depth: int) -> Any:
    match schema.get("type"):
        case "object":
            return _object(schema, components, depth)
        case "array":
            return _array(schema, components, name, depth)
        case "string":
            return _text(schema, name)
        case "integer" | "number":
            return _number(schema)
        case "boolean":
            return True
        case "null":
            return None
    return {} if not schema or "type" not in schema else NOTHING


def _object(schema: Schema, components: Mapping[str, Schema], depth: int) -> Any:
    required = set(schema.get("required", ()))
    made = {}
    for name, member in schema.get("properties", {}).items():
        value = NOTHING if depth > _DEEPEST else sample(member, components, name, depth + 1)
        if value is NOTHING and name in required:
            return NOTHING
        if value is not NOTHING:
            made[name] = value
    return made


def _array(schema: Schema, components: Mapping[str, Schema], name: str, depth: int) -> Any:
    if "items" not in schema or schema.get("maxItems") == 0:
        return []
    value = NOTHING if depth > _DEEPEST else sample(schema["items"], components, name, depth + 1)
    least = schema.get("minItems", 0)
    if value is NOTHING or least > 1:
        return [] if not least else NOTHING
    return [value]


def _text(schema: Schema, name: str) -> Any:
    known = (_BY_FORMAT.get(schema.get("format", ""), ""), _BY_NAME.get(name, ""))
    for candidate in (*known, *(_CANDIDATES if "pattern" in schema else ()), "texto"):
        if candidate and _fits(candidate, schema):
            return candidate
    return NOTHING if "pattern" in schema else "x" * schema.get("minLength", 0) or NOTHING


def _fits(text: str, schema: Schema) -> bool:
    short, long = schema.get("minLength", 0), schema.get("maxLength", len(text))
    pattern = schema.get("pattern")
    return short <= len(text) <= long and (pattern is None or re.search(pattern, text) is not None)


def _number(schema: Schema) -> Any:
    low = schema.get("minimum", schema.get("exclusiveMinimum", -1) + 1)
    high = schema.get("maximum", schema.get("exclusiveMaximum", low + 4))
    return max(low, min(4, high))
