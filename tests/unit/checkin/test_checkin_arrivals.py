"""Counting the people of a party, and merging what several devices saw while they were offline."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.checkin import Arrival, ArrivalEvent, MergedArrivals, count_arrival, merge

EIGHT = datetime(2026, 12, 18, 19, 0, tzinfo=UTC)
TWO = Arrival(at=EIGHT, device="Main door", count=2)
LUCIA, PABLO = UUID(int=1), UUID(int=2)


@pytest.mark.parametrize(
    ("previous", "arrived", "total"),
    [
        ((), None, 6),  # a first scan without a count stands for the whole party
        ((), 2, 2),
        ((TWO,), None, 2),  # scanning again adds nobody
        ((TWO,), 5, 5),
        ((TWO,), 1, 2),  # an older report never takes people out again
        ((), 8, 8),  # friends came along
    ],
)
def test_the_count_is_how_many_are_here_in_all(
    previous: tuple[Arrival, ...], arrived: int | None, total: int
) -> None:
    assert count_arrival(previous, arrived, party_size=6) == total


@pytest.mark.parametrize("arrived", [0, -1])
def test_an_arrival_of_nobody_is_refused(arrived: int) -> None:
    with pytest.raises(ValueError, match="at least one"):
        count_arrival((), arrived, party_size=6)


def event(name: str, minutes: int, count: int, *, party: UUID = LUCIA, device: str = "A") -> ArrivalEvent:
    return ArrivalEvent(
        event_id=name, reservation_id=party, at=EIGHT + timedelta(minutes=minutes), device=device, count=count
    )


def test_two_tablets_that_saw_the_same_party_keep_the_first_time_the_largest_count_and_both_reports() -> None:
    merged = merge([event("b1", 9, 5, device="B"), event("a1", 4, 2)])

    assert merged == {
        LUCIA: MergedArrivals(
            first_at=EIGHT + timedelta(minutes=4),
            count=5,
            arrivals=(
                Arrival(at=EIGHT + timedelta(minutes=4), device="A", count=2),
                Arrival(at=EIGHT + timedelta(minutes=9), device="B", count=5),
            ),
        )
    }


def test_parties_do_not_mix() -> None:
    merged = merge([event("1", 0, 2), event("2", 1, 4, party=PABLO)])

    assert {party: state.count for party, state in merged.items()} == {LUCIA: 2, PABLO: 4}


events = st.lists(
    st.builds(
        ArrivalEvent,
        event_id=st.sampled_from([f"e{n}" for n in range(8)]),
        reservation_id=st.sampled_from([LUCIA, PABLO]),
        at=st.integers(0, 5).map(lambda minutes: EIGHT + timedelta(minutes=minutes)),
        device=st.sampled_from(["A", "B"]),
        count=st.integers(1, 6),
    ),
    max_size=12,
)


@given(events, st.randoms(use_true_random=False))
def test_any_order_and_repetition_gives_the_same_state(
    reports: list[ArrivalEvent], chance: random.Random
) -> None:
    shuffled = [*reports, *chance.sample(reports, k=len(reports) // 2)]
    chance.shuffle(shuffled)

    assert merge(shuffled) == merge(reports)


@given(events)
def test_nothing_is_dropped_and_nothing_is_invented(reports: list[ArrivalEvent]) -> None:
    merged = merge(reports)
    identities = {report.event_id for report in reports}

    assert sum(len(state.arrivals) for state in merged.values()) == len(identities)
    for state in merged.values():
        assert state.first_at == min(arrival.at for arrival in state.arrivals)
        assert state.count == max(arrival.count for arrival in state.arrivals)


@given(events, events)
def test_merging_what_was_merged_again_with_more_reports_equals_merging_all_at_once(
    before: list[ArrivalEvent], after: list[ArrivalEvent]
) -> None:
    """The server merges batch by batch; a later batch must land where one big batch would have."""
    assert merge([*after, *before, *after]) == merge([*before, *after])
