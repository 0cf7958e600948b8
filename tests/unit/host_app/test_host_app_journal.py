"""The journal on disk: kept over a restart, sealed, append-only, and wiped when it must be."""

from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from party_builders import EIGHT, FRIDAY, HOUSE, a_manifest, a_party

from backend.checkin import DayKeys
from host_app.core.records import CheckIn, Enrolment
from host_app.devices.sealing import Seal, UnreadableError, key_file
from host_app.devices.store import SqliteJournal

KEY = b"s" * 32
ENROLMENT = Enrolment(
    server_url="https://casa.example",
    device_id="d1",
    device_name="Entrada",
    restaurant_id=HOUSE,
    token="very-secret-token",
)
SATURDAY = FRIDAY + timedelta(days=1)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "host.sqlite3"


@pytest.fixture
def journal(file: Path) -> Iterator[SqliteJournal]:
    journal = SqliteJournal(file, Seal(KEY))
    yield journal
    journal.close()


def an_act(event_id: str = "e1", **said: Any) -> CheckIn:
    facts: dict[str, Any] = {"event_id": event_id, "scanned_at": EIGHT, "code": "SI1CODE"}
    return CheckIn(**(facts | said))


def test_everything_is_found_again_by_the_next_start(journal: SqliteJournal, file: Path) -> None:
    party = a_party("Lucía", allergies="marisco", tags=("VIP",), visits=3, notes="Trona", occasion="Boda")
    journal.enrol(ENROLMENT)
    journal.keep_manifest(a_manifest(party), EIGHT, is_today=True)
    journal.keep_restaurant(a_manifest().restaurant)  # type: ignore[arg-type]
    journal.append(an_act(arrived_count=2, override=True, reason="Mesa lista"))
    journal.keep_setting("language", "en")
    journal.close()

    found = SqliteJournal(file, Seal(KEY))
    assert found.enrolment() == ENROLMENT
    assert found.evening().parties == {party.id: party}
    assert found.evening().restaurant == a_manifest().restaurant
    assert found.evening().day_keys == DayKeys({(FRIDAY, 1): b"k" * 32})
    assert (found.evening().service_date, found.evening().fetched_at) == (FRIDAY, EIGHT)
    assert [act.check_in for act in found.waiting()] == [
        an_act(arrived_count=2, override=True, reason="Mesa lista")
    ]
    assert found.setting("language") == "en"
    found.close()


def test_nothing_personal_and_no_key_can_be_read_from_the_files(
    journal: SqliteJournal, tmp_path: Path
) -> None:
    journal.enrol(ENROLMENT)
    journal.keep_manifest(a_manifest(a_party("Lucía García", allergies="marisco")), EIGHT, is_today=True)

    raw = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    for secret in ("Lucía García", "marisco", "600 111 222", ENROLMENT.token, "k" * 32):
        assert secret.encode() not in raw, secret


def test_only_this_account_may_read_the_files(journal: SqliteJournal, file: Path, tmp_path: Path) -> None:
    key_file(tmp_path / "host.key")

    for path in (file, tmp_path / "host.key"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path


def test_another_key_opens_nothing(journal: SqliteJournal, file: Path) -> None:
    journal.enrol(ENROLMENT)
    other = SqliteJournal(file, Seal(b"x" * 32))

    with pytest.raises(UnreadableError):
        other.enrolment()
    other.close()


def test_a_sealed_value_cannot_be_moved_to_another_place() -> None:
    sealed = Seal(KEY).seal(b"Lucia", "party/1")

    assert Seal(KEY).open(sealed, "party/1") == b"Lucia"
    with pytest.raises(UnreadableError):
        Seal(KEY).open(sealed, "party/2")
    with pytest.raises(UnreadableError):
        Seal(KEY).open(sealed[:-1] + bytes([sealed[-1] ^ 1]), "party/1")


def test_the_key_is_made_once_and_a_damaged_one_is_not_taken(tmp_path: Path) -> None:
    first = key_file(tmp_path / "host.key")
    assert key_file(tmp_path / "host.key") == first
    (tmp_path / "host.key").write_bytes(b"short")
    with pytest.raises(ValueError, match="not a key"):
        key_file(tmp_path / "host.key")


def test_acts_keep_the_devices_order_and_the_same_event_id_is_the_same_act(journal: SqliteJournal) -> None:
    first = journal.append(an_act("e1"))
    journal.append(an_act("e2"))
    again = journal.append(an_act("e1", code="OTHER"))

    assert again == first
    assert [act.check_in.event_id for act in journal.waiting()] == ["e1", "e2"]
    assert [act.seq for act in journal.waiting()] == [1, 2]


def test_an_answer_ends_the_waiting_and_a_no_stays_until_a_person_has_seen_it(journal: SqliteJournal) -> None:
    for event_id in ("yes", "no"):
        journal.append(an_act(event_id))
    journal.settle("yes", "ok", "ok", EIGHT)
    journal.settle("no", "refused", "cancelled", EIGHT)

    assert journal.waiting() == []
    assert [(act.check_in.event_id, act.reason) for act in journal.refused()] == [("no", "cancelled")]
    journal.set_aside("no", EIGHT)
    assert journal.refused() == []


@pytest.mark.parametrize(
    "statement", ["DELETE FROM acts", "UPDATE acts SET body = '{}'", "DELETE FROM receipts"]
)
def test_acts_and_answers_are_only_ever_added_to(journal: SqliteJournal, file: Path, statement: str) -> None:
    journal.append(an_act())
    journal.settle("e1", "ok", "ok", EIGHT)
    other = sqlite3.connect(file)

    with pytest.raises(sqlite3.IntegrityError, match="never"):
        other.execute(statement)
    other.close()


def test_a_new_list_replaces_its_day_and_forgets_the_days_before(journal: SqliteJournal) -> None:
    journal.keep_manifest(a_manifest(a_party("Friday")), EIGHT, is_today=True)
    journal.keep_manifest(
        a_manifest(a_party("Saturday", service_date=SATURDAY), day=SATURDAY), EIGHT, is_today=False
    )
    journal.keep_manifest(
        a_manifest(
            a_party("Saturday too", service_date=SATURDAY),
            day=SATURDAY,
            keys=DayKeys({(SATURDAY, 1): b"z" * 32}),
        ),
        EIGHT,
        is_today=True,
    )
    evening = journal.evening()

    assert [party.guest.name for party in evening.parties.values()] == ["Saturday too"]
    assert (evening.service_date, evening.days) == (SATURDAY, frozenset({SATURDAY}))
    assert set(evening.day_keys.keys) == {(SATURDAY, 1)}


def test_a_list_that_is_no_longer_todays_leaves_nothing_in_the_file(
    journal: SqliteJournal, file: Path
) -> None:
    journal.keep_manifest(a_manifest(*(a_party(f"Guest {n}") for n in range(50))), EIGHT, is_today=True)
    before = file.stat().st_size + file.with_name(file.name + "-wal").stat().st_size
    journal.wipe()

    assert journal.evening().parties == {}
    assert journal.evening().day_keys == DayKeys({})
    assert journal.enrolment() is None
    assert before > 0
    assert not os.path.getsize(file.with_name(file.name + "-wal"))


def test_a_wipe_keeps_preferences_and_acts(journal: SqliteJournal) -> None:
    journal.keep_setting("language", "en")
    journal.append(an_act())
    journal.wipe()

    assert journal.setting("language") == "en"
    assert len(journal.waiting()) == 1


def test_an_older_version_of_a_party_never_replaces_a_newer_one(journal: SqliteJournal) -> None:
    newer, older = a_party("Lucía", version=5, party_size=6), a_party("Lucía", version=4)
    journal.keep_party(newer)
    journal.keep_party(older)
    assert journal.evening().parties[newer.id].party_size == 6
    journal.keep_party(replace(newer, version=6, party_size=2))
    assert journal.evening().parties[newer.id].party_size == 2
