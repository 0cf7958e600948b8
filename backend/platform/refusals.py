"""Refusals: expected noes with a stable code, as opposed to errors, which are defects.

Raised by use cases and the HTTP edge, turned into problem documents by `backend.platform.http` and into words by the dialogue.
The sentence for a code is the text `refusal.<code>`, its title `refusal.title.<code>` where one exists.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

# HTTP status by code; what is not listed is a rule of the restaurant and answers 422.
STATUS: dict[str, int] = {
    "malformed_request": 400,
    "unauthenticated": 401,
    "invalid_credentials": 401,
    "token_expired": 401,
    "token_reused": 401,
    "forbidden": 403,
    "origin_not_allowed": 403,
    "not_found": 404,
    "method_not_allowed": 405,
    "slot_unavailable": 409,
    "lock_timeout": 409,
    "invalid_transition": 409,
    "nothing_to_undo": 409,
    "slug_taken": 409,
    "channel_taken": 409,
    "gone": 410,
    "enrolment_code_used": 410,
    "version_conflict": 412,
    "request_too_large": 413,
    "unsupported_media_type": 415,
    "invalid_request": 422,
    "version_required": 428,
    "rate_limited": 429,
    "internal_error": 500,
    "unavailable": 503,
}


@dataclass(frozen=True, slots=True)
class FieldError:
    """One wrong field: its path in JSON names ('guest.email', 'rules.shifts.0.start'), a code, and numbers for the sentence."""

    field: str
    code: str
    params: Mapping[str, object]


class Refusal(Exception):  # noqa: N818 - a refusal is not an error
    """An expected no.

    `code` is stable; `params` fill the sentence; `alternatives` are `{date, time, area?}` that are free now; `fields` name what
    was wrong with the input; `headers` go out with the HTTP answer (Retry-After and the like).
    """

    def __init__(
        self,
        code: str,
        *,
        params: Mapping[str, object] | None = None,
        alternatives: Sequence[Mapping[str, object]] = (),
        fields: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.params = dict(params or {})
        self.alternatives = [dict(each) for each in alternatives]
        self.fields = list(fields)
        self.headers = dict(headers or {})

    @property
    def status(self) -> int:
        """The HTTP status of this code."""
        return STATUS.get(self.code, 422)


def field_refusal(field: str, code: str, **params: object) -> Refusal:
    """The refusal of a request because of one field."""
    return Refusal("invalid_request", fields=[FieldError(field, code, params)])
