"""Decisions about access without a database: links, credentials, passwords, roles, sessions. Used by the
services.
"""

from backend.access.domain.credentials import (
    DEVICE_PREFIX,
    GUEST_PREFIX,
    KEY_PREFIXES,
    REFRESH_PREFIX,
    credential,
    enrolment_fingerprint,
    enrolment_text,
    fingerprint,
    hint,
    kind_of_key,
    normalise_enrolment_code,
    shown_enrolment_code,
    well_formed,
)
from backend.access.domain.guest_links import GuestLink, issue_guest_link, read_guest_link
from backend.access.domain.people import (
    FieldProblem,
    Role,
    may_handle_key,
    may_manage,
    normalise_email,
    normalise_password,
    password_problem,
)
from backend.access.domain.sessions import RefreshFacts, Verdict, judge_refresh

__all__ = [
    "DEVICE_PREFIX",
    "GUEST_PREFIX",
    "KEY_PREFIXES",
    "REFRESH_PREFIX",
    "FieldProblem",
    "GuestLink",
    "RefreshFacts",
    "Role",
    "Verdict",
    "credential",
    "enrolment_fingerprint",
    "enrolment_text",
    "fingerprint",
    "hint",
    "issue_guest_link",
    "judge_refresh",
    "kind_of_key",
    "may_handle_key",
    "may_manage",
    "normalise_email",
    "normalise_enrolment_code",
    "normalise_password",
    "password_problem",
    "read_guest_link",
    "shown_enrolment_code",
    "well_formed",
]
