"""Guest links: what was issued is read back, and nothing else is."""

from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.access import GuestLink, issue_guest_link, read_guest_link

KEY = bytes(range(32))
NOW = datetime(2026, 12, 18, 19, 0, tzinfo=UTC)
RESERVATION, RESTAURANT = UUID(int=7), UUID(int=9)
TOKEN = issue_guest_link(KEY, RESERVATION, RESTAURANT, NOW + timedelta(hours=1))

instants = st.integers(946_684_800, 4_260_000_000_000 // 1000).map(
    lambda second: datetime.fromtimestamp(second, UTC) + timedelta(microseconds=second % 1_000_000)
)


@given(st.binary(min_size=32, max_size=32), st.uuids(), st.uuids(), instants)
def test_a_link_says_what_it_was_issued_for(
    key: bytes, reservation: UUID, restaurant: UUID, expires: datetime
) -> None:
    whole = expires.replace(microsecond=0)
    token = issue_guest_link(key, reservation, restaurant, expires)
    read = read_guest_link(key, token, whole - timedelta(seconds=1))
    assert read == GuestLink(reservation, restaurant, whole)


@given(st.uuids(), st.uuids(), instants)
def test_a_link_fits_a_url_as_it_is(reservation: UUID, restaurant: UUID, expires: datetime) -> None:
    token = issue_guest_link(KEY, reservation, restaurant, expires)
    assert len(token) == 73
    assert all(character.isascii() and (character.isalnum() or character in "-_") for character in token)


@given(st.integers(2, len(TOKEN) - 1), st.sampled_from("ABCabc019-_"))
def test_a_link_with_one_character_changed_says_nothing(position: int, character: str) -> None:
    changed = TOKEN[:position] + character + TOKEN[position + 1 :]
    assert (read_guest_link(KEY, changed, NOW) is None) == (changed != TOKEN)


@given(st.text(max_size=200))
def test_any_other_text_says_nothing(text: str) -> None:
    assert read_guest_link(KEY, text, NOW) is None


@pytest.mark.parametrize("cut", [0, 1, 2, 40, 72])
def test_a_truncated_link_says_nothing(cut: int) -> None:
    assert read_guest_link(KEY, TOKEN[:cut], NOW) is None


def test_another_key_does_not_read_it() -> None:
    assert read_guest_link(bytes(32), TOKEN, NOW) is None


@pytest.mark.parametrize(("late", "good"), [(-1, True), (0, False), (1, False)])
def test_a_link_holds_until_the_second_it_expires(late: int, good: bool) -> None:
    at = NOW + timedelta(hours=1, seconds=late)
    assert (read_guest_link(KEY, TOKEN, at) is not None) == good


def test_a_link_has_one_spelling_only() -> None:
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    twin = TOKEN[:-1] + alphabet[alphabet.index(TOKEN[-1]) + 1]
    padded = [text[2:] + "=" for text in (TOKEN, twin)]
    assert base64.urlsafe_b64decode(padded[0]) == base64.urlsafe_b64decode(padded[1])
    assert read_guest_link(KEY, twin, NOW) is None


@pytest.mark.parametrize(
    "expires", [NOW.replace(tzinfo=None), datetime(1969, 1, 1, tzinfo=UTC), datetime(2107, 1, 1, tzinfo=UTC)]
)
def test_an_instant_that_does_not_fit_is_a_mistake_of_the_caller(expires: datetime) -> None:
    with pytest.raises(ValueError, match="aware instant"):
        issue_guest_link(KEY, RESERVATION, RESTAURANT, expires)
