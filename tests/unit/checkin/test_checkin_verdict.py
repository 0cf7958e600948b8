"""The rule at the door: every reason, in its order, and what staff may set aside."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.checkin import (
    OVERRIDABLE,
    Arrival,
    DayKeys,
    DoorRules,
    MasterKeys,
    ReservationFacts,
    Scan,
    Verdict,
    day_key,
    decide,
    issue,
    reservation_id_of,
    restaurant_key,
    service_date_of,
)

MADRID = ZoneInfo("Europe/Madrid")
RULES = DoorRules(timezone=MADRID)
RESTAURANT = UUID(int=0xAA)
NEIGHBOUR = UUID(int=0xBB)
LUCIA = UUID(int=1)
FRIDAY = date(2026, 12, 18)
EIGHT = datetime(2026, 12, 18, 20, 0, tzinfo=MADRID)
MASTERS = MasterKeys({7: bytes(32)}, current=7)
TABLET = DayKeys(
    {(day, 7): MASTERS.day_key(7, RESTAURANT, day) for day in (FRIDAY, FRIDAY + timedelta(days=1))}
)
BOOKED = ReservationFacts(
    id=LUCIA,
    restaurant_id=RESTAURANT,
    status="confirmed",
    service_date=FRIDAY,
    starts_at=EIGHT,
    ends_at=EIGHT + timedelta(hours=2),
    party_size=6,
    arrived_count=0,
)
TWO_HERE = (Arrival(at=EIGHT, device="Main door", count=2),)


def code(
    *,
    key: bytes | None = None,
    key_id: int = 7,
    service_date: date = FRIDAY,
    reservation: UUID = LUCIA,
    restaurant: UUID = RESTAURANT,
    issued_at: datetime = EIGHT - timedelta(days=3),
    expires_at: datetime = EIGHT + timedelta(days=3),
) -> str:
    return issue(
        day_key=key or day_key(restaurant_key(bytes(32), restaurant), service_date),
        key_id=key_id,
        service_date=service_date,
        reservation_id=reservation,
        restaurant_id=restaurant,
        issued_at=issued_at,
        expires_at=expires_at,
        nonce=bytes(8),
    )


def at_the_door(
    text: str,
    facts: ReservationFacts | None = BOOKED,
    *,
    now: datetime = EIGHT,
    override: bool = False,
    keys: MasterKeys | DayKeys = TABLET,
    revoked: frozenset[UUID] = frozenset(),
) -> Verdict:
    return decide(
        Scan(code=text),
        facts,
        find_key=keys.find,
        rules=RULES,
        restaurant_id=RESTAURANT,
        now=now,
        override=override,
        revoked=revoked,
    )


def answer(verdict: Verdict) -> tuple[str, str, bool]:
    return (verdict.result, verdict.reason, verdict.override)


@pytest.mark.parametrize("minutes", [-15, -1, 0, 15])
def test_a_confirmed_party_inside_the_window_is_welcome(minutes: int) -> None:
    verdict = at_the_door(code(), now=EIGHT + timedelta(minutes=minutes))

    assert answer(verdict) == ("ok", "ok", False)
    assert verdict.reservation_id == LUCIA


@pytest.mark.parametrize("keys", [TABLET, MASTERS])
@pytest.mark.parametrize(
    ("text", "facts", "now", "reason"),
    [
        ("the menu", None, EIGHT, "malformed"),
        (code(restaurant=NEIGHBOUR), None, EIGHT, "wrong_restaurant"),
        (code(key_id=8), BOOKED, EIGHT, "unknown_key"),
        (code(key=b"x" * 32), BOOKED, EIGHT, "bad_signature"),
        (code(reservation=UUID(int=2)), None, EIGHT, "unknown_reservation"),
    ],
)
def test_a_code_that_proves_nothing_is_refused_names_no_booking_and_cannot_be_overridden(
    text: str, facts: ReservationFacts | None, now: datetime, reason: str, keys: MasterKeys | DayKeys
) -> None:
    for override in (False, True):
        verdict = at_the_door(text, facts, now=now, keys=keys, override=override)
        assert verdict == Verdict("refused", reason)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("change", "minutes", "reason"),
    [
        ({}, -16, "too_early"),
        ({}, 16, "too_late"),
        ({}, -24 * 60, "wrong_day"),
        ({}, 24 * 60 - 1, "wrong_day"),
        ({"status": "pending"}, 0, "pending"),
        ({"status": "held"}, 0, "pending"),
        ({"status": "no_show"}, 40, "no_show"),
    ],
)
def test_a_matter_of_time_or_of_a_decision_is_refused_and_staff_may_set_it_aside(
    change: dict[str, str], minutes: int, reason: str
) -> None:
    facts, now = replace(BOOKED, **change), EIGHT + timedelta(minutes=minutes)  # type: ignore[arg-type]

    assert answer(at_the_door(code(), facts, now=now)) == ("refused", reason, True)
    let_in = at_the_door(code(), facts, now=now, override=True)
    assert answer(let_in) == ("ok", "ok", False)
    assert let_in.overrode == reason


@pytest.mark.parametrize(
    ("status", "reason"),
    [("cancelled", "cancelled"), ("expired", "cancelled"), ("completed", "completed")],
)
def test_a_booking_that_gave_its_table_away_is_refused_even_with_override(status: str, reason: str) -> None:
    for override in (False, True):
        verdict = at_the_door(code(), replace(BOOKED, status=status), override=override)
        assert answer(verdict) == ("refused", reason, False)


@pytest.mark.parametrize("status", ["checked_in", "seated"])
@pytest.mark.parametrize("hours", [0, 3])
def test_a_party_already_in_is_information_with_the_earlier_arrivals_at_any_hour(
    status: str, hours: int
) -> None:
    facts = replace(BOOKED, status=status, arrived_count=2, arrivals=TWO_HERE)
    verdict = at_the_door(code(), facts, now=EIGHT + timedelta(hours=hours))

    assert answer(verdict) == ("already", "already_checked_in", False)
    assert verdict.previous_arrivals == TWO_HERE


def test_an_expired_code_is_refused_and_staff_may_set_it_aside() -> None:
    text = code(expires_at=EIGHT - timedelta(seconds=1))

    assert answer(at_the_door(text)) == ("refused", "expired_code", True)
    assert at_the_door(text, override=True).overrode == "expired_code"
    assert answer(at_the_door(text, None)) == ("refused", "expired_code", False)


def test_override_of_one_objection_does_not_open_a_harder_one_behind_it() -> None:
    text = code(expires_at=EIGHT - timedelta(seconds=1))
    verdict = at_the_door(text, replace(BOOKED, status="cancelled"), override=True)

    assert answer(verdict) == ("refused", "expired_code", False)


def test_a_code_sent_before_the_booking_was_moved_still_finds_it_and_the_booking_decides() -> None:
    moved = replace(BOOKED, starts_at=EIGHT + timedelta(hours=2), ends_at=EIGHT + timedelta(hours=4))

    assert answer(at_the_door(code(), moved)) == ("refused", "too_early", True)
    assert answer(at_the_door(code(), moved, now=EIGHT + timedelta(hours=2))) == ("ok", "ok", False)


def test_a_code_of_a_day_the_tablet_has_no_key_for_is_another_day_while_the_server_reads_it() -> None:
    next_week = FRIDAY + timedelta(days=7)
    text, moved_to_tonight = code(service_date=next_week), BOOKED

    assert answer(at_the_door(text, moved_to_tonight, keys=TABLET)) == ("refused", "wrong_day", False)
    assert answer(at_the_door(text, moved_to_tonight, keys=MASTERS)) == ("ok", "ok", False)
    booked_then = replace(BOOKED, service_date=next_week, starts_at=EIGHT + timedelta(days=7))
    assert answer(at_the_door(text, booked_then, keys=MASTERS)) == ("refused", "wrong_day", True)


def test_a_revoked_booking_that_the_tablet_no_longer_holds_is_cancelled() -> None:
    assert answer(at_the_door(code(), None, revoked=frozenset({LUCIA}))) == ("refused", "cancelled", False)


def test_a_reservation_picked_from_the_list_needs_no_code() -> None:
    def picked(facts: ReservationFacts | None, reservation: UUID = LUCIA) -> Verdict:
        return decide(
            Scan(reservation_id=reservation),
            facts,
            find_key=TABLET.find,
            rules=RULES,
            restaurant_id=RESTAURANT,
            now=EIGHT,
        )

    assert answer(picked(BOOKED)) == ("ok", "ok", False)
    assert answer(picked(None)) == ("refused", "unknown_reservation", False)
    assert answer(picked(replace(BOOKED, restaurant_id=NEIGHBOUR))) == ("refused", "wrong_restaurant", False)


def test_facts_of_another_reservation_are_a_defect_and_raise() -> None:
    with pytest.raises(ValueError, match="another reservation"):
        at_the_door(code(), replace(BOOKED, id=UUID(int=9)))


@pytest.mark.parametrize("scan", [{}, {"code": "x", "reservation_id": LUCIA}])
def test_a_scan_is_exactly_one_of_code_and_reservation(scan: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="either"):
        Scan(**scan)  # type: ignore[arg-type]


def test_what_to_look_up_is_known_before_the_signature_is_judged() -> None:
    assert reservation_id_of(Scan(code=code(key=b"x" * 32))) == LUCIA
    assert reservation_id_of(Scan(reservation_id=LUCIA)) == LUCIA
    assert reservation_id_of(Scan(code="the menu")) is None


@pytest.mark.parametrize(
    ("local", "belongs_to"),
    [
        (datetime(2026, 12, 18, 23, 59), FRIDAY),  # noqa: DTZ001
        (datetime(2026, 12, 19, 0, 30), FRIDAY),  # noqa: DTZ001
        (datetime(2026, 12, 19, 4, 59), FRIDAY),  # noqa: DTZ001
        (datetime(2026, 12, 19, 5, 0), FRIDAY + timedelta(days=1)),  # noqa: DTZ001
    ],
)
def test_half_past_midnight_after_a_friday_dinner_is_still_friday(local: datetime, belongs_to: date) -> None:
    assert service_date_of(local.replace(tzinfo=MADRID).astimezone(UTC), RULES) == belongs_to


def test_a_table_booked_for_half_past_midnight_is_too_early_at_ten_not_on_the_wrong_day() -> None:
    late_table = replace(BOOKED, starts_at=datetime(2026, 12, 19, 0, 30, tzinfo=MADRID))

    at_ten = datetime(2026, 12, 18, 22, 0, tzinfo=MADRID)
    assert at_the_door(code(), late_table, now=at_ten).reason == "too_early"
    assert at_the_door(code(), late_table, now=datetime(2026, 12, 19, 0, 20, tzinfo=MADRID)).result == "ok"


@pytest.mark.parametrize("shift", [timedelta(0), timedelta(minutes=59)])
def test_the_window_is_elapsed_time_in_the_night_the_clocks_change(shift: timedelta) -> None:
    """In the autumn fold 02:30 comes twice; a quarter of an hour after the first is not an hour and a
    quarter.
    """
    first = datetime(2026, 10, 25, 2, 30, tzinfo=MADRID, fold=0)
    facts = replace(BOOKED, starts_at=first, service_date=date(2026, 10, 24))
    rules = replace(RULES, day_turns_at=time(5, 0))
    verdict = decide(
        Scan(reservation_id=LUCIA),
        facts,
        find_key=TABLET.find,
        rules=rules,
        restaurant_id=RESTAURANT,
        now=first.astimezone(UTC) + timedelta(minutes=1) + shift,
    )
    assert verdict.reason == ("ok" if not shift else "too_late")


STATUSES = [
    "held",
    "pending",
    "confirmed",
    "checked_in",
    "seated",
    "completed",
    "cancelled",
    "expired",
    "no_show",
]


@given(
    status=st.sampled_from(STATUSES),
    minutes=st.integers(-3000, 3000),
    expires_in=st.integers(-300, 300),
    override=st.booleans(),
    known=st.booleans(),
)
def test_whatever_the_case_the_answer_is_consistent(
    status: str, minutes: int, expires_in: int, override: bool, known: bool
) -> None:
    now = EIGHT + timedelta(minutes=minutes)
    text = code(expires_at=now + timedelta(minutes=expires_in))
    facts = replace(BOOKED, status=status) if known else None
    verdict = at_the_door(text, facts, now=now, override=override, keys=MASTERS)

    assert (verdict.result == "refused") == (verdict.reason not in ("ok", "already_checked_in"))
    assert not verdict.override or (verdict.reason in OVERRIDABLE and not override)
    assert verdict.overrode is None or (override and verdict.overrode in OVERRIDABLE)
    assert verdict.result != "ok" or status in ("confirmed", "pending", "held", "no_show")
    assert (verdict.reservation_id is not None) == known


def test_every_reason_of_the_contract_can_be_produced() -> None:
    bookings = [BOOKED, None, *(replace(BOOKED, status=status) for status in STATUSES)]
    times = [EIGHT + timedelta(minutes=minutes) for minutes in (-1500, -60, 0, 60)]
    texts = [
        "x",
        code(),
        code(restaurant=NEIGHBOUR),
        code(key_id=9),
        code(key=b"x" * 32),
        code(expires_at=EIGHT),
    ]
    found = {
        at_the_door(text, None if text == "x" else facts, now=now, keys=MASTERS).reason
        for text, facts, now in itertools.product(texts, bookings, times)
    }
    assert found == {
        "ok",
        "already_checked_in",
        "too_early",
        "too_late",
        "wrong_day",
        "wrong_restaurant",
        "cancelled",
        "no_show",
        "completed",
        "pending",
        "bad_signature",
        "expired_code",
        "malformed",
        "unknown_key",
        "unknown_reservation",
    }
