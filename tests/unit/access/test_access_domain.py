"""Credentials, people and sessions: the pure decisions of access."""

from __future__ import annotations

import ast
import hashlib
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.access import domain
from backend.access.domain import RefreshFacts, Verdict, judge_refresh

NOW = datetime(2026, 12, 18, 20, 0, tzinfo=UTC)
GRACE = timedelta(seconds=20)
EMAIL = "lucia@lamarea.example"


# credentials


@given(st.sampled_from(["pk_", "sk_", "dt_", "rt_"]), st.binary(min_size=32, max_size=64))
def test_a_credential_is_a_prefix_and_32_base62_characters(prefix: str, random: bytes) -> None:
    made = domain.credential(prefix, random)
    assert domain.well_formed(made, prefix)
    assert (len(made), made[:3], made[3:].isalnum(), made.isascii()) == (35, prefix, True, True)


@given(st.binary(min_size=32, max_size=32), st.binary(min_size=32, max_size=32))
def test_other_randomness_makes_another_credential(one: bytes, other: bytes) -> None:
    assert (domain.credential("sk_", one) == domain.credential("sk_", other)) == (one == other)


def test_a_credential_of_little_randomness_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="32 unpredictable bytes"):
        domain.credential("sk_", b"short")


def test_what_is_stored_is_the_sha256_of_the_credential() -> None:
    assert domain.fingerprint("sk_x") == hashlib.sha256(b"sk_x").digest()


@pytest.mark.parametrize(
    ("token", "kind"),
    [
        ("pk_" + "a" * 32, "publishable"),
        ("sk_" + "a" * 32, "secret"),
        ("dt_" + "a" * 32, None),
        ("pk_a", None),
    ],
)
def test_the_kind_of_a_key_is_told_by_its_prefix(token: str, kind: str | None) -> None:
    assert domain.kind_of_key(token) == kind


@pytest.mark.parametrize("typed", ["K7M2QX4T", "k7m2-qx4t", " K7M2 QX4T\n", "k7m2–qx4t", "K.7.M.2.Q.X.4.T"])
def test_an_enrolment_code_is_read_however_it_was_typed(typed: str) -> None:
    assert domain.normalise_enrolment_code(typed) == "K7M2QX4T"


@pytest.mark.parametrize("typed", ["", "K7M2", "K7M2-QX4T-9", "K7M2-QX4ñ", "K7M2!QX4T"])
def test_what_cannot_be_an_enrolment_code_is_none(typed: str) -> None:
    assert domain.normalise_enrolment_code(typed) is None


@given(st.from_regex(r"[2-9A-HJKMNP-TV-Z]{8}", fullmatch=True))
def test_a_code_as_people_read_it_is_the_code(code: str) -> None:
    assert domain.normalise_enrolment_code(domain.shown_enrolment_code(code)) == code


def test_a_fingerprint_of_a_code_needs_the_key() -> None:
    one = domain.enrolment_fingerprint(b"a" * 32, "K7M2QX4T")
    assert one != domain.enrolment_fingerprint(b"b" * 32, "K7M2QX4T")
    assert one != hashlib.sha256(b"K7M2QX4T").digest()


def test_the_enrolment_qr_carries_any_server_address() -> None:
    text = domain.enrolment_text("https://mesa.example:8443/casa?x=1&y=2", "K7M2-QX4T")
    assert text.startswith("saveit:enrol?")
    assert parse_qs(urlsplit(text).query) == {
        "server": ["https://mesa.example:8443/casa?x=1&y=2"],
        "code": ["K7M2-QX4T"],
    }


# people


@pytest.mark.parametrize(
    ("actor", "roles", "may"),
    [
        ("owner", ("owner",), True),
        ("owner", ("host", "owner"), True),
        ("manager", ("host",), True),
        ("manager", ("host", "manager"), False),
        ("manager", ("owner",), False),
        ("host", ("host",), False),
        ("device", ("host",), False),
        ("secret", ("host",), False),
    ],
)
def test_owners_manage_everyone_and_managers_hosts(actor: str, roles: tuple[str, ...], may: bool) -> None:
    assert domain.may_manage(actor, *roles) is may


@pytest.mark.parametrize(
    ("actor", "kind", "may"),
    [
        ("owner", "secret", True),
        ("owner", "publishable", True),
        ("manager", "publishable", True),
        ("manager", "secret", False),
        ("host", "publishable", False),
    ],
)
def test_a_secret_key_is_the_owners_affair(actor: str, kind: str, may: bool) -> None:
    assert domain.may_handle_key(actor, kind) is may


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        (" Lucia@LaMarea.Example ", EMAIL),
        ("ＬＵＣＩＡ@lamarea.example", EMAIL),
        ("lucía+sala@cocina.méxico.example", "lucía+sala@cocina.méxico.example"),
        ("lucia", None),
        ("lucia@localhost", None),
        ("lucia@@lamarea.example", None),
        ("lu cia@lamarea.example", None),
        ("lucia@lamarea..example", None),
        ("lucia@.example", None),
        ("a" * 65 + "@lamarea.example", None),
        ("a@" + "b" * 250 + ".example", None),
        ("lucia\x00@lamarea.example", None),
        ("", None),
    ],
)
def test_an_address_is_compared_in_one_spelling(typed: str, address: str | None) -> None:
    assert domain.normalise_email(typed) == address


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("corta", "too_short"),
        ("x" * 201, "too_long"),
        ("aaaaaaaaaaaa", "too_common"),
        ("Contraseña2026!", "too_common"),
        ("Restaurante1", "too_common"),
        ("0123456789", "too_common"),
        ("8213749201", "too_common"),
        (f"{EMAIL}!!", "like_email"),
        ("el toldo verde de la esquina", None),
        ("J7#qx!Lw92", None),
        ("🍷🍞🧀🍅🫒🧄🐟🍋🌶🥖", None),
    ],
)
def test_a_weak_password_is_refused_with_the_reason(password: str, code: str | None) -> None:
    problem = domain.password_problem(password, EMAIL)
    assert (problem.code if problem else None) == code


def test_a_password_composed_otherwise_is_the_same() -> None:
    assert domain.normalise_password("contraseña") == domain.normalise_password("contrasen\u0303a")


# sessions


def facts(**changes: object) -> RefreshFacts:
    usual: dict[str, object] = {
        "expires_at": NOW + timedelta(days=30),
        "used_at": None,
        "revoked_at": None,
        "successor_used": False,
        "account_active": True,
    }
    return RefreshFacts(**{**usual, **changes})


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ({}, Verdict.ROTATE),
        ({"used_at": NOW}, Verdict.REPEAT),
        ({"used_at": NOW - GRACE}, Verdict.REPEAT),
        ({"used_at": NOW - GRACE - timedelta(microseconds=1)}, Verdict.REUSED),
        ({"used_at": NOW, "successor_used": True}, Verdict.REUSED),
        ({"used_at": NOW, "revoked_at": NOW}, Verdict.REUSED),
        ({"used_at": NOW, "account_active": False}, Verdict.EXPIRED),
        ({"revoked_at": NOW}, Verdict.EXPIRED),
        ({"account_active": False}, Verdict.EXPIRED),
        ({"expires_at": NOW}, Verdict.EXPIRED),
        ({"expires_at": NOW + timedelta(microseconds=1)}, Verdict.ROTATE),
    ],
)
def test_a_refresh_token_is_judged_by_what_is_stored(changes: dict[str, object], verdict: Verdict) -> None:
    assert judge_refresh(facts(**changes), NOW, GRACE) is verdict


@given(
    st.builds(
        facts,
        expires_at=st.datetimes(timezones=st.just(UTC)),
        used_at=st.none() | st.datetimes(timezones=st.just(UTC)),
        revoked_at=st.none() | st.datetimes(timezones=st.just(UTC)),
        successor_used=st.booleans(),
        account_active=st.booleans(),
    ),
    st.datetimes(timezones=st.just(UTC)),
)
def test_tokens_are_given_only_for_a_live_session_of_a_live_account(
    stored: RefreshFacts, now: datetime
) -> None:
    if judge_refresh(stored, now, GRACE) in (Verdict.ROTATE, Verdict.REPEAT):
        assert stored.revoked_at is None
        assert stored.account_active
        assert now < stored.expires_at


def test_the_decisions_use_the_standard_library_only() -> None:
    foreign = set()
    for path in Path(domain.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            foreign |= {name for name in names if name.split(".")[0] not in sys.stdlib_module_names}
    assert {name for name in foreign if not name.startswith("backend.access.domain")} == set()
