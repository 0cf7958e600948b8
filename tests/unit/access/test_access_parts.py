"""The caller cache, password hashing and the shapes: parts of access that need no database."""

from __future__ import annotations

from uuid import UUID

import pytest
from pydantic import ValidationError

from backend.access.caller_cache import CallerCache
from backend.access.passwords import Passwords
from backend.access.routes import access_api
from backend.access.schemas import SignIn
from backend.platform.http.caller import Caller
from backend.platform.texts import has

HERE, THERE = UUID(int=1), UUID(int=2)


class Stage:
    """A cache whose time the test sets, and a count of look-ups."""

    def __init__(self, most: int = 100) -> None:
        self.now = 0.0
        self.asked = 0
        self.cache = CallerCache(ttl_s=5, most=most, monotonic=lambda: self.now)

    def get(self, credential: bytes, found: Caller | None = None) -> Caller | None:
        def look_up() -> Caller | None:
            self.asked += 1
            return found

        return self.cache.get(credential, look_up)


def test_a_known_caller_is_not_looked_up_again() -> None:
    stage = Stage()
    caller = Caller("device", HERE)
    assert [stage.get(b"a", caller), stage.get(b"a")] == [caller, caller]
    assert stage.asked == 1


def test_a_credential_that_does_not_hold_is_remembered_too() -> None:
    stage = Stage()
    assert [stage.get(b"a"), stage.get(b"a", Caller("device", HERE))] == [None, None]
    assert stage.asked == 1


@pytest.mark.parametrize(("after", "asked"), [(4.9, 1), (5.0, 2)])
def test_what_is_known_is_asked_again_after_five_seconds(after: float, asked: int) -> None:
    stage = Stage()
    stage.get(b"a", Caller("device", HERE))
    stage.now = after
    stage.get(b"a", Caller("device", HERE))
    assert stage.asked == asked


def test_forgetting_a_restaurant_leaves_the_others() -> None:
    stage = Stage()
    stage.get(b"here", Caller("device", HERE))
    stage.get(b"there", Caller("device", THERE))
    stage.cache.forget(HERE)
    stage.get(b"here")
    stage.get(b"there")
    assert stage.asked == 3


def test_a_look_up_that_a_revocation_overtook_is_not_kept() -> None:
    stage = Stage()

    def look_up_while_it_is_revoked() -> Caller:
        stage.cache.forget(HERE)
        return Caller("device", HERE)

    stage.cache.get(b"a", look_up_while_it_is_revoked)
    assert stage.get(b"a") is None


def test_the_cache_keeps_the_newest_and_stays_small() -> None:
    stage = Stage(most=2)
    for name in (b"a", b"b", b"c"):
        stage.get(name, Caller("device", HERE))
    stage.get(b"c")
    stage.get(b"a")
    assert stage.asked == 4


def test_a_failed_look_up_is_not_kept() -> None:
    stage = Stage()

    def fail() -> Caller:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        stage.cache.get(b"a", fail)
    assert stage.get(b"a", Caller("device", HERE)) is not None


@pytest.fixture(scope="module")
def passwords() -> Passwords:
    return Passwords(memory_kib=8, passes=1)


def test_the_right_password_matches_and_another_does_not(passwords: Passwords) -> None:
    stored = passwords.hash("el toldo verde")
    assert [passwords.matches(stored, word) for word in ("el toldo verde", "El toldo verde")] == [True, False]


def test_nobodys_password_never_matches(passwords: Passwords) -> None:
    assert passwords.matches(None, "the password of an account that does not exist") is False


def test_a_damaged_hash_matches_nothing(passwords: Passwords) -> None:
    assert passwords.matches("$argon2id$rubbish", "x") is False


def test_hashing_runs_where_it_is_told_to() -> None:
    ran = []

    def apart(work: object) -> object:
        ran.append(work)
        return work()

    words = Passwords(memory_kib=8, passes=1, apart=apart)
    words.matches(words.hash("x"), "x")
    assert len(ran) == 2


def test_a_password_is_taken_with_its_spaces_and_never_printed() -> None:
    body = SignIn.model_validate({"email": " a@b.example ", "password": " con espacios "})
    assert (body.email, body.password.get_secret_value()) == ("a@b.example", " con espacios ")
    assert "espacios" not in repr(body)


@pytest.mark.parametrize("password", ["", "x" * 1001, None, 7])
def test_a_password_out_of_bounds_is_refused(password: object) -> None:
    with pytest.raises(ValidationError):
        SignIn.model_validate({"email": "a@b.example", "password": password})


class Anything:
    """Stands for a service in a test that only reads declarations."""

    def __getattr__(self, name: str) -> Anything:
        return self


def endpoints() -> list[object]:
    return list(access_api(Anything()).endpoints)


@pytest.mark.parametrize("endpoint", endpoints(), ids=lambda endpoint: f"{endpoint.method} {endpoint.path}")
def test_each_endpoint_says_who_what_and_how_it_refuses(endpoint: object) -> None:
    assert endpoint.who
    assert endpoint.answers
    assert (endpoint.body is None) == (endpoint.example is None)
    sentences = [f"refusal.{code}" for code in endpoint.refusals]
    assert [key for key in sentences if not (has(key, "es") and has(key, "en"))] == []


@pytest.mark.parametrize(
    "endpoint", [each for each in endpoints() if each.body], ids=lambda endpoint: endpoint.path
)
def test_each_example_has_the_shape_it_is_an_example_of(endpoint: object) -> None:
    endpoint.body.model_validate(endpoint.example)


@pytest.mark.parametrize("language", ["es", "en"])
@pytest.mark.parametrize("code", ["taken", "last_owner", "wrong_password", "too_common", "like_email"])
def test_each_field_code_of_access_has_its_sentence(code: str, language: str) -> None:
    assert has(f"field.{code}", language)
