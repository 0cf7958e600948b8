"""Identifiers: in the order they were made, whatever the clock does, and a month is a range of them."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from backend.platform import ids

NOW_NS = 1_797_000_000_000_000_000
SECOND_NS = 1_000_000_000


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """A clock whose one entry, nanoseconds since 1970, the test sets; no identifier made yet."""
    hands = [NOW_NS]
    monkeypatch.setattr(time, "time_ns", lambda: hands[0])
    monkeypatch.setattr(ids, "_last", 0)
    return hands


def milliseconds(one: ids.UUID) -> int:
    return one.int >> 80


def test_identifiers_of_one_millisecond_are_in_the_order_they_were_made(clock: list[int]) -> None:
    made = [ids.uuid7() for _ in range(2000)]
    assert made == sorted(made)
    assert len(set(made)) == len(made)


@pytest.mark.parametrize("behind_ns", [1_000_000, SECOND_NS, 10 * SECOND_NS])
def test_a_clock_put_back_a_little_breaks_no_order(clock: list[int], behind_ns: int) -> None:
    before = ids.uuid7()
    clock[0] -= behind_ns
    assert ids.uuid7() > before


def test_a_clock_put_back_by_a_year_is_followed(clock: list[int]) -> None:
    ids.uuid7()
    clock[0] -= 365 * 86_400 * SECOND_NS
    assert milliseconds(ids.uuid7()) == clock[0] // 1_000_000


def test_threads_share_one_order_without_a_repeat() -> None:
    def some(_: int) -> list[ids.UUID]:
        return [ids.uuid7() for _ in range(500)]

    with ThreadPoolExecutor(8) as pool:
        each = list(pool.map(some, range(8)))
    assert all(part == sorted(part) for part in each)
    assert len({one for part in each for one in part}) == 8 * 500


def test_every_identifier_says_version_7_and_the_rfc_variant(clock: list[int]) -> None:
    made = [ids.uuid7() for _ in range(200)] + [ids.uuid7(each) for each in (0, 1, (1 << 48) - 1)]
    assert {(one.version, one.variant) for one in made} == {(7, "specified in RFC 4122")}


def test_an_instant_is_below_its_identifiers_and_above_the_ones_before() -> None:
    month = datetime(2026, 12, 1, tzinfo=UTC)
    stamp = int(month.timestamp() * 1000)
    assert ids.uuid7(stamp - 1) < ids.uuid7_floor(month) <= ids.uuid7(stamp)


def test_a_code_for_people_is_never_figures_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = iter([0, 1, 30 * 9])
    monkeypatch.setattr(ids.secrets, "randbelow", lambda most: next(drawn))

    assert ids.short_code() == "2B2222"
