"""The maildir, and the server that fills it: nothing is lost, nothing is taken twice, what nobody could answer is kept aside."""

from __future__ import annotations

import fcntl
import os
import smtplib
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from letters import GUEST, HOUSE, letter
from mail_stand_ins import NOW, Hall, hall

from backend.conversations.channels.email.maildir import Maildir, MaildirRules
from backend.conversations.channels.email.receiver import Receiver
from backend.platform.refusals import Refusal


class StoppedClock:
    def now(self) -> datetime:
        return NOW


def _maildir(folder: Path, at: Hall) -> Maildir:
    maildir = Maildir(MaildirRules(folder), at.door)
    maildir.collect(NOW, 0)  # makes the folders
    return maildir


def _deliver(folder: Path, raw: bytes, name: str = "1.M1.mx") -> Path:
    path = folder / "new" / name
    path.write_bytes(raw)
    return path


def _names(folder: Path, part: str) -> list[str]:
    return sorted(path.name for path in (folder / part).iterdir())


def test_a_letter_is_taken_and_moved(tmp_path: Path) -> None:
    at = hall()
    maildir = _maildir(tmp_path, at)
    _deliver(tmp_path, letter())
    assert maildir.collect(NOW, 20) == 1
    assert (len(at.taken), _names(tmp_path, "new"), _names(tmp_path, "cur")) == (1, [], ["1.M1.mx:2,S"])


def test_the_server_s_envelope_says_whose_it_is(tmp_path: Path) -> None:
    at = hall()
    maildir = _maildir(tmp_path, at)
    _deliver(tmp_path, letter(to="otros@example.org", Delivered_To=HOUSE))
    maildir.collect(NOW, 20)
    assert at.taken[0].thread["to"] == HOUSE


def test_letters_are_taken_oldest_first(tmp_path: Path) -> None:
    at = hall()
    maildir = _maildir(tmp_path, at)
    for number, name in enumerate(("b", "a")):
        path = _deliver(tmp_path, letter(name, message_id=f"<{name}@x>"), name)
        os.utime(path, (1_700_000_000 + number, 1_700_000_000 + number))
    maildir.collect(NOW, 20)
    assert [each.text for each in at.taken] == ["b", "a"]


def test_so_many_at_once(tmp_path: Path) -> None:
    maildir = _maildir(tmp_path, hall())
    for number in range(5):
        _deliver(tmp_path, letter(message_id=f"<{number}@x>"), str(number))
    assert [maildir.collect(NOW, 3), maildir.collect(NOW, 3), maildir.collect(NOW, 3)] == [3, 2, 0]


def test_a_worker_killed_before_the_move_hands_in_again_and_nothing_is_doubled(tmp_path: Path) -> None:
    at = hall()
    maildir = _maildir(tmp_path, at)
    path = _deliver(tmp_path, letter())
    maildir.collect(NOW, 20)
    (tmp_path / "cur" / "1.M1.mx:2,S").rename(path)
    assert (maildir.collect(NOW, 20), len(at.taken), _names(tmp_path, "new")) == (1, 1, [])


@pytest.mark.parametrize("why", ["unavailable", "lock_timeout"])
def test_letters_wait_while_the_database_is_away_or_busy(tmp_path: Path, why: str) -> None:
    at = hall()
    at.intake.why = why
    maildir = _maildir(tmp_path, at)
    _deliver(tmp_path, letter())
    at.intake.away = True
    with pytest.raises(Refusal):
        maildir.collect(NOW, 20)
    at.intake.away = False
    assert (maildir.collect(NOW, 20), len(at.taken)) == (1, 1)


@pytest.mark.parametrize(
    "raw",
    [b"", b"\0\xff\xfe", letter(to="otros@example.org"), letter("a" * 40_000)],
    ids=["empty", "noise", "stranger", "huge"],
)
def test_what_nobody_could_answer_is_kept_aside(tmp_path: Path, raw: bytes) -> None:
    at = hall(largest=20_000)
    maildir = _maildir(tmp_path, at)
    _deliver(tmp_path, raw)
    maildir.collect(NOW, 20)
    assert (at.taken, _names(tmp_path, "new"), _names(tmp_path, "aside")) == ([], [], ["1.M1.mx"])


def test_a_letter_that_meets_a_defect_is_kept_aside_and_those_behind_it_are_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = hall()
    maildir = _maildir(tmp_path, at)
    _deliver(tmp_path, letter(), "a")
    _deliver(tmp_path, letter(message_id="<dos@x>"), "b")
    take, problems = at.door.take, iter([ValueError("a defect")])

    def broken_once(*given: object) -> object:
        for problem in problems:
            raise problem
        return take(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(at.door, "take", broken_once)
    maildir.collect(NOW, 20)
    assert (len(at.taken), len(_names(tmp_path, "aside"))) == (1, 1)


def test_what_is_kept_aside_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("backend.conversations.channels.email.maildir._MOST_ASIDE", 3)
    maildir = _maildir(tmp_path, hall())
    for number in range(5):
        _deliver(tmp_path, b"", str(number))
    maildir.collect(NOW, 20)
    assert len(_names(tmp_path, "aside")) == 3


def test_two_workers_do_not_collect_from_one_folder(tmp_path: Path) -> None:
    maildir = _maildir(tmp_path, hall())
    _deliver(tmp_path, letter())
    with open(tmp_path / ".collecting", "w") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        assert maildir.collect(NOW, 20) == 0
    assert maildir.collect(NOW, 20) == 1


def test_letters_that_were_taken_are_forgotten_after_their_time(tmp_path: Path) -> None:
    maildir = _maildir(tmp_path, hall())
    _deliver(tmp_path, letter())
    maildir.collect(NOW, 20)
    moved = datetime.fromtimestamp((tmp_path / "cur" / "1.M1.mx:2,S").stat().st_mtime).astimezone()
    assert (maildir.forget(moved + timedelta(hours=47)), maildir.forget(moved + timedelta(hours=49))) == (
        0,
        1,
    )


def test_what_waits_aside_for_a_person_is_forgotten_too(tmp_path: Path) -> None:
    maildir = _maildir(tmp_path, hall())
    _deliver(tmp_path, b"")
    maildir.collect(NOW, 20)
    moved = datetime.fromtimestamp((tmp_path / "aside" / "1.M1.mx").stat().st_mtime).astimezone()
    assert (maildir.forget(moved + timedelta(days=29)), maildir.forget(moved + timedelta(days=31))) == (0, 1)


def test_a_name_that_would_lead_elsewhere_stays_in_the_folder(tmp_path: Path) -> None:
    maildir = _maildir(tmp_path, hall())
    _deliver(tmp_path, letter(), "a b;$(x):2,RS")
    maildir.collect(NOW, 20)
    assert _names(tmp_path, "cur") == ["a-b---x-:2,S"]


# The server


@pytest.fixture(params=["smtp", "lmtp"])
def receiver(request: pytest.FixtureRequest, tmp_path: Path, free_port: int) -> Iterator[Receiver]:
    server = Receiver(
        tmp_path,
        lambda address: address == HOUSE,
        StoppedClock(),
        host="127.0.0.1",
        port=free_port,
        largest=50_000,
        protocol=request.param,
    )
    server.start()
    server.protocol = request.param  # type: ignore[attr-defined]
    yield server
    server.stop()


def _client(receiver: Receiver) -> smtplib.SMTP:
    kind = smtplib.LMTP if receiver.protocol == "lmtp" else smtplib.SMTP  # type: ignore[attr-defined]
    return kind("127.0.0.1", receiver.port)


def test_a_letter_handed_in_lies_in_the_maildir_with_its_envelope(receiver: Receiver, tmp_path: Path) -> None:
    with _client(receiver) as client:
        client.sendmail(GUEST, [HOUSE], letter(to="otros@example.org"))
    at = hall()
    Maildir(MaildirRules(tmp_path), at.door).collect(NOW, 20)
    assert (at.taken[0].address, at.taken[0].thread["to"]) == (GUEST, HOUSE)


def test_a_null_sender_is_kept_as_one(receiver: Receiver, tmp_path: Path) -> None:
    with _client(receiver) as client:
        client.sendmail("", [HOUSE], letter())
    at = hall()
    Maildir(MaildirRules(tmp_path), at.door).collect(NOW, 20)
    assert at.taken == []


def test_nothing_is_relayed(receiver: Receiver, tmp_path: Path) -> None:
    with _client(receiver) as client, pytest.raises(smtplib.SMTPRecipientsRefused):
        client.sendmail(GUEST, ["otros@example.org"], letter())
    assert _names(tmp_path, "new") == []


def test_a_letter_too_large_is_refused_at_once(receiver: Receiver, tmp_path: Path) -> None:
    with _client(receiver) as client, pytest.raises(smtplib.SMTPException):
        client.sendmail(GUEST, [HOUSE], letter("a" * 80_000))
    assert _names(tmp_path, "new") == []


def test_a_maildir_that_cannot_be_written_lets_the_sender_keep_the_letter(
    receiver: Receiver, tmp_path: Path
) -> None:
    (tmp_path / "tmp").rmdir()
    with _client(receiver) as client, pytest.raises(smtplib.SMTPException) as refused:
        client.sendmail(GUEST, [HOUSE], letter())
    assert "451" in str(refused.value)


def test_a_database_that_is_away_lets_the_sender_keep_the_letter(tmp_path: Path, free_port: int) -> None:
    def knows(address: str) -> bool:
        raise Refusal("unavailable")

    server = Receiver(tmp_path, knows, StoppedClock(), host="127.0.0.1", port=free_port, largest=50_000)
    server.start()
    try:
        with (
            smtplib.SMTP("127.0.0.1", server.port) as client,
            pytest.raises(smtplib.SMTPRecipientsRefused) as refused,
        ):
            client.sendmail(GUEST, [HOUSE], letter())
    finally:
        server.stop()
    assert refused.value.recipients[HOUSE][0] == 451
