"""Signatures: Twilio's and Meta's published examples verify, and nothing else does."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as some
from providers import meta_signature
from werkzeug.datastructures import MultiDict

from backend.conversations.channels.meta.kinds import VerifyTokens
from backend.conversations.channels.meta.routes import matches
from backend.platform.keys import KeyRing
from backend.platform.senders.twilio import is_signed

# The example of Twilio's own documentation and SDKs.
TWILIO_URL = "https://mycompany.com/myapp.php?foo=1&bar=2"
TWILIO_FORM = {
    "CallSid": "CA1234567890ABCDE",
    "Caller": "+14158675309",
    "Digits": "1234",
    "From": "+14158675309",
    "To": "+18005551212",
}
TWILIO_SIGNATURE = "RSOYDt4T1cUTdK1PDd93/VVr8B8="
# The scheme's published example, as the documentation of X-Hub-Signature-256 gives it.
HUB_SECRET, HUB_BODY = "It's a Secret to Everybody", b"Hello, World!"
HUB_SIGNATURE = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"


def test_twilios_published_example_is_signed() -> None:
    assert is_signed("12345", TWILIO_URL, MultiDict(TWILIO_FORM), TWILIO_SIGNATURE)


def test_twilios_published_example_with_a_field_given_several_times_is_signed() -> None:
    form = MultiDict(
        [
            ("Sid", "CA123"),
            ("SidAccount", "AC123"),
            ("Digits", "5678"),
            ("Digits", "1234"),
            ("Digits", "1234"),
        ]
    )

    assert is_signed("12345", TWILIO_URL, form, "IK+Dwps556ElfBT0I3Rgjkr1wJU=")


@pytest.mark.parametrize(
    ("token", "url", "form"),
    [
        ("54321", TWILIO_URL, TWILIO_FORM),
        ("12345", TWILIO_URL.replace("https", "http"), TWILIO_FORM),
        ("12345", TWILIO_URL + "&x=1", TWILIO_FORM),
        ("12345", TWILIO_URL, {**TWILIO_FORM, "Digits": "9999"}),
        ("12345", TWILIO_URL, {**TWILIO_FORM, "More": "1"}),
        ("12345", TWILIO_URL, {}),
    ],
)
def test_twilios_signature_of_something_else_is_refused(token: str, url: str, form: dict[str, str]) -> None:
    assert not is_signed(token, url, MultiDict(form), TWILIO_SIGNATURE)


@given(some.text(max_size=60))
def test_any_other_word_is_no_signature_of_twilio(word: str) -> None:
    assert is_signed("12345", TWILIO_URL, MultiDict(TWILIO_FORM), word) is (word == TWILIO_SIGNATURE)


def test_the_published_example_of_the_hub_signature_matches() -> None:
    assert matches(HUB_SECRET, HUB_BODY, HUB_SIGNATURE)


def test_meta_signs_the_escaped_bytes_and_not_what_they_mean() -> None:
    escaped, plain = rb'{"text":"\u00e4\u00f6\u00e5"}', '{"text":"äöå"}'.encode()

    assert matches(HUB_SECRET, escaped, meta_signature(HUB_SECRET, escaped))
    assert not matches(HUB_SECRET, plain, meta_signature(HUB_SECRET, escaped))


@pytest.mark.parametrize(
    "signature",
    [
        "",
        "sha256=",
        "sha1=" + HUB_SIGNATURE[7:],
        HUB_SIGNATURE[:-1],
        HUB_SIGNATURE + "0",
        HUB_SIGNATURE[7:],
        "sha256=é",
    ],
)
def test_a_malformed_hub_signature_is_refused(signature: str) -> None:
    assert not matches(HUB_SECRET, HUB_BODY, signature)


@given(some.binary(max_size=200), some.binary(max_size=200))
def test_a_changed_body_has_another_hub_signature(before: bytes, after: bytes) -> None:
    assert matches(HUB_SECRET, before + after, HUB_SIGNATURE) is (before + after == HUB_BODY)


class Secrets:
    """One key."""

    def ring(self, purpose: str) -> KeyRing:
        return KeyRing({1: purpose.encode().ljust(32)})

    def rotate(self, purpose: str) -> int:
        raise NotImplementedError


ONE, OTHER = UUID(int=1), UUID(int=2)


def test_a_restaurants_token_is_known_without_a_look_up() -> None:
    tokens = VerifyTokens(Secrets())

    assert tokens.is_ours(tokens.of(ONE))
    assert tokens.of(ONE) != tokens.of(OTHER)


@pytest.mark.parametrize("token", ["", ".", "x.y", f"{ONE.hex}.", f"{ONE.hex}.00", "é.é"])
def test_a_made_up_token_is_not_ours(token: str) -> None:
    assert not VerifyTokens(Secrets()).is_ours(token)


def test_a_token_under_anothers_name_is_not_ours() -> None:
    tokens = VerifyTokens(Secrets())
    digest = tokens.of(ONE).partition(".")[2]

    assert not tokens.is_ours(f"{OTHER.hex}.{digest}")
