"""The small deciders: connection, lock-out, clock, the evening with own acts on top, enrolment QR, words."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from party_builders import EIGHT, FRIDAY, a_party, an_evening

from backend.checkin import Arrival
from host_app.core.connection import Connection
from host_app.core.enrolment import Invitation, read_invitation, server_address
from host_app.core.house import checked_in, day_to_show, with_acts, with_known_arrivals
from host_app.core.lockout import Lockout
from host_app.core.records import CheckIn, QueuedAct
from host_app.core.server_clock import ServerClock
from host_app.wording import LANGUAGES, MissingTextError, Words, catalogue

NOON = datetime(2026, 12, 18, 12, 0, tzinfo=UTC)
LUCIA = a_party("Lucía", party_size=6)


# connection


def test_an_outage_is_dated_by_its_first_missed_call() -> None:
    line = Connection().reached(NOON).missed(NOON + timedelta(minutes=1)).missed(NOON + timedelta(minutes=9))

    assert (line.header, line.since) == ("offline", NOON + timedelta(minutes=1))


@pytest.mark.parametrize(
    ("line", "header", "worth_asking"),
    [
        (Connection(), "connecting", True),
        (Connection().reached(NOON), "online", True),
        (Connection().reached(NOON).with_waiting(3), "syncing", True),
        (Connection().missed(NOON).with_waiting(3), "offline", False),
        (Connection().reached(NOON).turned_away(), "revoked", False),
    ],
)
def test_the_header_says_one_thing_and_a_guest_waits_only_for_a_server_that_may_answer(
    line: Connection, header: str, worth_asking: bool
) -> None:
    assert (line.header, line.worth_asking) == (header, worth_asking)


# lock-out


def test_a_code_that_stays_in_view_is_judged_once_and_again_after_it_was_away() -> None:
    lockout = Lockout()
    sights = [lockout.admits("A", at) for at in (0.0, 0.1, 1.0, 2.0, 3.0)]

    assert sights == [True, False, False, False, False]
    assert lockout.admits("A", 4.6)


def test_another_code_is_never_held_back() -> None:
    lockout = Lockout()

    assert [lockout.admits(code, 0.1 * n) for n, code in enumerate("ABCAB")] == [
        True,
        True,
        True,
        False,
        False,
    ]


# clock


def test_the_clock_follows_the_quickest_answer() -> None:
    clock = ServerClock(own_now=lambda: NOON)
    clock.learn(NOON + timedelta(minutes=10), NOON, NOON + timedelta(seconds=8))
    clock.learn(NOON + timedelta(minutes=3, seconds=0.1), NOON, NOON + timedelta(seconds=0.2))

    assert clock.skew == timedelta(minutes=3)
    assert clock.now() == NOON + timedelta(minutes=3)


# the evening with own acts on top


def act(seq: int, minutes: int, count: int | None) -> QueuedAct:
    return QueuedAct(
        seq=seq,
        check_in=CheckIn(
            event_id=str(seq),
            scanned_at=EIGHT + timedelta(minutes=minutes),
            reservation_id=LUCIA.id,
            arrived_count=count,
        ),
    )


def test_an_act_that_waits_for_the_server_shows_in_the_list_at_once() -> None:
    shown = with_acts(an_evening(LUCIA), [act(1, 5, 2)], "Main door").parties[LUCIA.id]

    assert (shown.status, shown.arrived_count) == ("checked_in", 2)
    assert shown.arrivals == (Arrival(at=EIGHT + timedelta(minutes=5), device="Main door", count=2),)


def test_an_act_on_a_party_this_device_does_not_know_changes_nothing() -> None:
    assert with_acts(an_evening(), [act(1, 5, 2)], "Main door").parties == {}


@given(
    st.lists(st.tuples(st.integers(-30, 30), st.none() | st.integers(1, 8)), min_size=1, max_size=6),
    st.randoms(use_true_random=False),
)
def test_acts_in_any_order_show_the_same_count_state_and_first_arrival(
    acts: list[tuple[int, int | None]], chance: random.Random
) -> None:
    counted = [(minutes, count or LUCIA.party_size) for minutes, count in acts]
    shuffled = list(counted)
    chance.shuffle(shuffled)

    def shown(order: list[tuple[int, int]]) -> tuple[object, ...]:
        queued = [act(n, minutes, count) for n, (minutes, count) in enumerate(order)]
        party = with_acts(an_evening(LUCIA), queued, "Door").parties[LUCIA.id]
        return party.arrived_count, party.status, party.arrivals[0].at, len(party.arrivals)

    assert shown(shuffled) == shown(counted)


@pytest.mark.parametrize("status", ["seated", "completed", "cancelled"])
def test_a_check_in_does_not_turn_back_what_went_further(status: str) -> None:
    party = checked_in(a_party("Lucía", status=status), act(1, 5, None).check_in, "Door")

    assert party.status == status


def test_arrivals_that_an_answer_does_not_list_stay_known_until_nobody_is_here() -> None:
    known = a_party("Lucía", arrived_count=2, arrivals=(Arrival(at=EIGHT, device="Door", count=2),))

    assert with_known_arrivals(a_party("Lucía", arrived_count=2, version=2), known).arrivals == known.arrivals
    assert with_known_arrivals(a_party("Lucía", arrived_count=0, version=2), known).arrivals == ()


SATURDAY = FRIDAY + timedelta(days=1)


@pytest.mark.parametrize(
    ("hours", "days", "shown"),
    [
        (0, {FRIDAY, SATURDAY}, FRIDAY),
        (8, {FRIDAY, SATURDAY}, FRIDAY),  # four in the morning: still Friday's service
        (14, {FRIDAY, SATURDAY}, SATURDAY),  # offline since yesterday, tomorrow's list is here
        (14, {FRIDAY}, FRIDAY),  # better yesterday's list than an empty one
        (-20, {FRIDAY, SATURDAY}, FRIDAY),  # the server called it today; its word stands
    ],
)
def test_the_day_that_is_shown(hours: int, days: set[object], shown: object) -> None:
    told = an_evening(days=frozenset(days))

    assert day_to_show(told, EIGHT + timedelta(hours=hours)) == shown


# enrolment


@pytest.mark.parametrize(
    ("text", "read"),
    [
        (
            "saveit:enrol?server=http%3A%2F%2F192.168.1.5%3A8080&code=K7M2-QX4T",
            Invitation(code="K7M2-QX4T", server_url="http://192.168.1.5:8080"),
        ),
        (
            "saveit:enrol?code=K7M2-QX4T&server=https%3A%2F%2Fa.example%2F",
            Invitation("K7M2-QX4T", "https://a.example"),
        ),
        (" K7M2-QX4T\n", Invitation(code="K7M2-QX4T")),
        ("k7m2 qx4t", Invitation(code="k7m2 qx4t")),
        ("https://example.com/menu", None),
        ("saveit:enrol?server=javascript%3Aalert(1)&code=K7M2-QX4T", None),
        ("saveit:enrol?server=https%3A%2F%2Fa.example", None),
        ("", None),
    ],
)
def test_the_enrolment_qr_is_read_and_nothing_else_is_taken_for_one(
    text: str, read: Invitation | None
) -> None:
    assert read_invitation(text) == read


@given(st.text(max_size=200))
def test_no_text_makes_the_enrolment_reader_raise(text: str) -> None:
    read_invitation(text)
    server_address(text)


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("reservas.casalumbre.es", "https://reservas.casalumbre.es"),
        (" http://localhost:8080/ ", "http://localhost:8080"),
        ("localhost:8080", "http://localhost:8080"),
        ("192.168.1.20:8080", "http://192.168.1.20:8080"),
        ("8.8.8.8", "https://8.8.8.8"),
        ("", ""),
    ],
)
def test_a_typed_address_becomes_one_that_can_be_called(typed: str, address: str) -> None:
    assert server_address(typed) == address


# words


def test_both_languages_say_the_same_things_with_the_same_gaps() -> None:
    es, en = catalogue("es"), catalogue("en")

    assert set(es) == set(en)
    for key in es:
        gaps = {part.split("}")[0] for part in es[key].split("{")[1:]}
        assert gaps == {part.split("}")[0] for part in en[key].split("{")[1:]}, key


def test_spanish_speaks_as_the_brand_does() -> None:
    for key, sentence in catalogue("es").items():
        words = sentence.casefold()
        assert "lamentablemente" not in words, key
        assert not {"coge", "coger", "coja", "cogido", "usted"} & set(words.split()), key


def test_times_and_dates_are_written_as_the_reader_writes_them() -> None:
    madrid = ZoneInfo("Europe/Madrid")
    es, en = Words("es", madrid), Words("en", madrid)

    assert [words.time(EIGHT.astimezone(UTC)) for words in (es, en)] == ["20:00", "8:00 pm"]
    assert en.time(EIGHT + timedelta(hours=4)) == "12:00 am"
    assert [words.day(FRIDAY) for words in (es, en)] == ["viernes 18 de diciembre", "Friday 18 December"]
    assert [words.people(n) for words in (es, en) for n in (1, 4)] == [
        "1 persona",
        "4 personas",
        "1 person",
        "4 people",
    ]
    assert [es.span(timedelta(minutes=n)) for n in (0, 59, 65)] == ["0 min", "59 min", "1 h 05 min"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_missing_sentence_is_a_defect_and_raises(language: str) -> None:
    with pytest.raises(MissingTextError):
        Words(language).say("no.such.key")
