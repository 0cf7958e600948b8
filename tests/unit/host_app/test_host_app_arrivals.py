"""The evening as a list: stages by the clock, order, counts, search."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from party_builders import EIGHT, FRIDAY, a_party, an_evening

from backend.checkin import Arrival
from host_app.core.arrivals import STAGES, Count, counts, folded, rows, search, stage_of
from host_app.core.records import Party

GRACE = timedelta(minutes=15)


@pytest.mark.parametrize(
    ("status", "minutes", "stage"),
    [
        ("confirmed", -30, "expected"),
        ("confirmed", 15, "expected"),
        ("confirmed", 16, "late"),
        ("pending", 0, "expected"),
        ("checked_in", 60, "arrived"),
        ("seated", 119, "seated"),
        ("seated", 121, "overdue"),
        ("completed", 0, "finished"),
        ("no_show", 60, "no_show"),
        ("cancelled", 0, "cancelled"),
    ],
)
def test_a_stage_follows_from_the_stored_state_and_the_clock(status: str, minutes: int, stage: str) -> None:
    assert stage_of(a_party(status=status), EIGHT + timedelta(minutes=minutes), GRACE) == stage


def names(parties: list[Party], minutes: int = 0) -> list[str]:
    return [row.party.guest.name for row in rows(an_evening(*parties), EIGHT + timedelta(minutes=minutes))]


def test_who_needs_a_person_stands_first() -> None:
    listed = names(
        [
            a_party("Finished", status="completed"),
            a_party("Seated", status="seated"),
            a_party("Next", starts_at=EIGHT + timedelta(minutes=60)),
            a_party("Late", starts_at=EIGHT - timedelta(minutes=5)),
            a_party("Here", status="checked_in", arrived_count=4),
        ],
        minutes=20,
    )
    assert listed == ["Here", "Late", "Next", "Seated", "Finished"]


def test_those_who_wait_are_in_the_order_of_their_arrival_not_of_their_booking() -> None:
    def here(name: str, booked: int, came: int) -> Party:
        arrival = Arrival(at=EIGHT + timedelta(minutes=came), device="Door", count=2)
        return a_party(
            name, status="checked_in", arrivals=(arrival,), starts_at=EIGHT + timedelta(minutes=booked)
        )

    assert names([here("Second", booked=0, came=9), here("First", booked=15, came=2)]) == ["First", "Second"]


def test_another_days_parties_and_lapsed_requests_are_not_listed() -> None:
    tomorrow = a_party("Tomorrow", service_date=FRIDAY + timedelta(days=1))

    assert names([a_party("Tonight"), tomorrow, a_party("Lapsed", status="expired")]) == ["Tonight"]


def test_counts_are_parties_and_covers_and_of_the_arrived_only_those_who_are_here() -> None:
    listed = rows(
        an_evening(
            a_party("One", party_size=6, status="checked_in", arrived_count=2),
            a_party("Two", party_size=3),
            a_party("Three", party_size=5),
        ),
        EIGHT,
    )
    assert counts(listed)["arrived"] == Count(parties=1, covers=2)
    assert counts(listed)["expected"] == Count(parties=2, covers=8)
    assert counts(listed)["late"] == Count()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("garcia", ["Lucía García"]),
        ("LUCÍA gar", ["Lucía García"]),
        ("222", ["Lucía García"]),
        ("22", []),  # too few digits to be a phone, and no such table
        ("14", ["Óscar Nuñez"]),
        ("nunez", ["Óscar Nuñez"]),
        ("7k2m", ["Lucía García", "Óscar Nuñez"]),
        ("", ["Lucía García", "Óscar Nuñez"]),
        ("nobody", []),
    ],
)
def test_the_search_finds_what_a_host_means(text: str, found: list[str]) -> None:
    listed = rows(
        an_evening(a_party("Lucía García"), a_party("Óscar Nuñez", phone="+34 699 000 333", tables=("14",))),
        EIGHT,
    )
    assert [row.party.guest.name for row in search(listed, text)] == found


@given(st.text(max_size=40), st.text(max_size=40))
def test_no_name_and_no_search_text_breaks_the_list(name: str, text: str) -> None:
    listed = rows(an_evening(a_party(name)), EIGHT)

    assert len(search(listed, text)) <= 1
    assert search(listed, folded(name).split()[0] if folded(name).split() else "") == listed


@given(
    st.lists(
        st.tuples(st.sampled_from(["confirmed", "checked_in", "seated", "completed"]), st.integers(-200, 200))
    )
)
def test_every_party_is_listed_once_and_stages_never_mix(states: list[tuple[str, int]]) -> None:
    parties = [
        replace(a_party(f"P{n}"), status=status, starts_at=EIGHT + timedelta(minutes=minutes))
        for n, (status, minutes) in enumerate(states)
    ]
    listed = rows(an_evening(*parties), EIGHT)

    assert sorted(row.party.guest.name for row in listed) == sorted(party.guest.name for party in parties)
    positions = [STAGES.index(row.stage) for row in listed]
    assert positions == sorted(positions)
