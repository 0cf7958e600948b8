"""The schema of problem documents, and an example for each code. Pure; used by the OpenAPI document and the page of codes."""

from __future__ import annotations

from typing import Any

from backend.platform.refusals import STATUS
from backend.platform.texts import has, say

EXAMPLE_LANGUAGE = "en"

_TEXT = {"type": "string"}
PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "A refusal or an error (RFC 9457).",
    "required": ["type", "title", "status", "code", "detail", "requestId"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference", "description": "Where the code is explained."},
        "title": _TEXT,
        "status": {"type": "integer"},
        "code": {"type": "string", "description": "Stable; decide by this and by nothing else."},
        "detail": {"type": "string", "description": "A sentence for the reader."},
        "requestId": {"type": "string", "description": "Give this when you ask us about it."},
        "params": {"type": "object", "description": "The numbers in the sentence."},
        "errors": {
            "type": "array",
            "description": "The fields that are wrong.",
            "items": {
                "type": "object",
                "required": ["field", "code", "message"],
                "properties": {"field": _TEXT, "code": _TEXT, "message": _TEXT},
            },
        },
        "alternatives": {
            "type": "array",
            "description": "Up to three times that are free.",
            "items": {
                "type": "object",
                "required": ["date", "time"],
                "properties": {"date": {"type": "string", "format": "date"}, "time": _TEXT, "area": _TEXT},
            },
        },
    },
}
_REQUEST_ID = "0193a0c28c1e70008000000000000001"


def title_of(code: str, locale: str) -> str:
    """The short name of a code; rules of the restaurant share one."""
    key = f"refusal.title.{code}"
    return say(key if has(key, locale) else "refusal.title.rule", locale)


def problem_example(code: str, locale: str) -> dict[str, Any]:
    """What a refusal with that code looks like; numbers stand as `{name}`."""
    example: dict[str, Any] = {
        "type": f"/docs/problems#{code}",
        "title": title_of(code, locale),
        "status": STATUS.get(code, 422),
        "code": code,
        "detail": say(f"refusal.{code}", locale),
        "requestId": _REQUEST_ID,
    }
    if code == "invalid_request":
        required = say("field.required", locale)
        example["errors"] = [{"field": "partySize", "code": "required", "message": required}]
    if code in ("slot_unavailable", "pacing_limit"):
        example["alternatives"] = [
            {"date": "2026-12-18", "time": "19:30"},
            {"date": "2026-12-18", "time": "20:45"},
        ]
    return example
