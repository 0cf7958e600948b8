"""Problem documents (RFC 9457): refusals and defects as `application/problem+json`, in the reader's language.

Called by the endpoint wrapper and by the application's error handlers.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from flask import Response
from pydantic import ValidationError

from backend.platform.refusals import FieldError, Refusal
from backend.platform.texts import has, say

# pydantic's error types as our field codes; the numbers in its context fill the sentence.
_CODES = {
    "missing": "required",
    "extra_forbidden": "unknown_field",
    "string_too_long": "too_long",
    "string_too_short": "too_short",
    "greater_than_equal": "too_small",
    "greater_than": "too_small",
    "less_than_equal": "too_large",
    "less_than": "too_large",
    "too_long": "too_many",
    "too_short": "too_few",
    "int_parsing": "not_a_number",
    "int_type": "not_a_number",
    "int_from_float": "not_a_number",
    "int_parsing_size": "too_large",
    "float_parsing": "not_a_number",
    "bool_parsing": "not_a_boolean",
    "bool_type": "not_a_boolean",
    "string_type": "not_text",
    "string_pattern_mismatch": "wrong_format",
    "uuid_parsing": "not_an_id",
    "uuid_type": "not_an_id",
    "date_from_datetime_parsing": "not_a_date",
    "date_parsing": "not_a_date",
    "date_type": "not_a_date",
    "time_parsing": "not_a_time",
    "time_type": "not_a_time",
    "datetime_parsing": "not_an_instant",
    "datetime_from_date_parsing": "not_an_instant",
    "timezone_aware": "not_an_instant",
    "enum": "not_a_choice",
    "literal_error": "not_a_choice",
    "list_type": "not_a_list",
    "dict_type": "not_an_object",
    "model_type": "not_an_object",
    "model_attributes_type": "not_an_object",
}


def field_errors(error: ValidationError) -> list[FieldError]:
    """pydantic's complaints as field paths in JSON names, stable codes and numbers."""
    return [
        FieldError(
            ".".join(str(part) for part in each["loc"]) or "body",
            _CODES.get(each["type"], each["type"] if has(f"field.{each['type']}", "en") else "invalid"),
            _numbers(each.get("ctx") or {}),
        )
        for each in error.errors(include_url=False, include_input=False)
    ]


def _numbers(context: Mapping[str, Any]) -> dict[str, object]:
    params: dict[str, object] = {
        key: value
        for key, value in context.items()
        if isinstance(value, str | int | float) and key != "error"
    }
    for name in ("ge", "gt", "min_length"):
        if name in params:
            params["min"] = params[name]
    for name in ("le", "lt", "max_length"):
        if name in params:
            params["max"] = params[name]
    return params


def problem(refusal: Refusal, *, locale: str, request_id: str, status: int | None = None) -> Response:
    """The answer for a refusal."""
    code = refusal.code
    title_key = f"refusal.title.{code}" if has(f"refusal.title.{code}", locale) else "refusal.title.rule"
    body: dict[str, Any] = {
        "type": f"/docs/problems#{code}",
        "title": say(title_key, locale),
        "status": status or refusal.status,
        "code": code,
        "detail": sentence(sentence_key(code, refusal.params), locale, refusal.params),
        "requestId": request_id,
    }
    if refusal.fields:
        body["errors"] = [_field(each, locale) for each in refusal.fields]
    if refusal.alternatives or code in ("slot_unavailable", "pacing_limit"):
        body["alternatives"] = refusal.alternatives
    if refusal.params and code not in ("internal_error", "invalid_request"):
        body["params"] = refusal.params
    answer = Response(
        json.dumps(body, ensure_ascii=False, default=str), body["status"], mimetype="application/problem+json"
    )
    answer.headers["Content-Language"] = locale
    answer.headers["Cache-Control"] = "no-store"
    answer.headers.extend(refusal.headers)
    return answer


def sentence_key(code: str, params: Mapping[str, object]) -> str:
    """The text of a refusal; a notice of no hours at all means that the time is past."""
    return "refusal.too_soon.past" if code == "too_soon" and not params.get("hours") else f"refusal.{code}"


def _field(error: FieldError, locale: str) -> dict[str, str]:
    key = f"field.{error.code}"
    message = sentence(key if has(key, locale) else "field.invalid", locale, error.params)
    return {"field": error.field, "code": error.code, "message": message}


class _Lenient(dict[str, object]):
    """A number that a sentence wants and the refusal lacks reads as an ellipsis instead of failing the answer."""

    def __missing__(self, key: str) -> str:
        return "…"


def sentence(key: str, locale: str, params: Mapping[str, object] | Iterable[tuple[str, object]]) -> str:
    """The catalogue sentence with whatever numbers are known; names of statuses in the reader's words."""
    known = _Lenient(params)
    for name in ("from", "to"):
        if has(f"status.{known.get(name)}", locale):
            known[name] = say(f"status.{known[name]}", locale)
    return say(key, locale).format_map(known)
