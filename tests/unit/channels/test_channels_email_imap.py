"""A mailbox at a provider: what is read, once, from where, and what happens when the server does not play along."""

from __future__ import annotations

import ipaddress
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from imap_stand_in import Imap, imap_server
from letters import GUEST, HOUSE, PROOF, letter
from mail_stand_ins import NOW, RESTAURANT, TRUSTED, Hall, hall

from backend.conversations.channels.email.imap import UNREACHABLE, ImapCollector, Mailbox
from backend.conversations.channels.email.kinds import mailbox_of
from backend.platform.refusals import Refusal


class StoppedClock:
    def now(self) -> datetime:
        return NOW


@pytest.fixture
def imap() -> Iterator[Imap]:
    with imap_server() as server:
        yield server


def _mailbox(imap: Imap, **more: object) -> Mailbox:
    given: dict[str, object] = {
        "host": "127.0.0.1",
        "port": imap.port,
        "tls": "none",
        "user": HOUSE,
        "password": "secreto",
        "restaurant_id": RESTAURANT,
        "address": HOUSE,
    }
    return Mailbox(**{**given, **more})  # type: ignore[arg-type]


def _collector(imap: Imap, at: Hall, **more: object) -> ImapCollector:
    mailbox = _mailbox(imap, **more)
    return ImapCollector(lambda: [mailbox], at.store, at.door, wall=StoppedClock())  # type: ignore[arg-type]


def _connected(imap: Imap, at: Hall, **more: object) -> ImapCollector:
    """A collector that has looked in once."""
    collector = _collector(imap, at, **more)
    collector.collect(NOW, 20)
    return collector


def test_letters_from_before_the_connection_are_left_alone(imap: Imap) -> None:
    at = hall()
    imap.deliver(letter())
    collector = _collector(imap, at)
    assert [collector.collect(NOW, 20), collector.collect(NOW, 20), at.taken] == [0, 0, []]


def test_a_new_letter_is_taken_with_the_server_s_time_and_marked_as_read(imap: Imap) -> None:
    at = hall()
    collector = _connected(imap, at)
    uid = imap.deliver(letter())
    assert collector.collect(NOW, 20) == 1
    assert (at.taken[0].address, at.taken[0].at) == (GUEST, datetime(2026, 12, 16, 8, 58, tzinfo=UTC))
    assert imap.flags == {uid: {"\\Seen"}}


def test_a_letter_is_read_once_whatever_people_do_with_its_flags(imap: Imap) -> None:
    at = hall()
    collector = _connected(imap, at)
    uid = imap.deliver(letter())
    collector.collect(NOW, 20)
    imap.flags[uid] = set()
    assert (collector.collect(NOW, 20), len(at.taken)) == (0, 1)


def test_a_letter_that_nobody_answers_stays_unread(imap: Imap) -> None:
    at = hall()
    collector = _connected(imap, at)
    imap.deliver(letter(List_Id="<ofertas.example>"))
    collector.collect(NOW, 20)
    assert (at.taken, imap.flags) == ([], {})


def test_an_address_that_is_not_in_the_letter_is_the_mailbox_s(imap: Imap) -> None:
    at = hall()
    collector = _connected(imap, at)
    imap.deliver(letter(to="info@otra.example"))
    collector.collect(NOW, 20)
    assert at.taken[0].thread["to"] == HOUSE


def test_a_mailbox_of_the_whole_server_asks_the_letter_whose_it_is(imap: Imap) -> None:
    at = hall()
    collector = _connected(imap, at, restaurant_id=None, address="")
    imap.deliver(letter(to="otros@example.org"))
    imap.deliver(letter())
    collector.collect(NOW, 20)
    assert [each.thread["to"] for each in at.taken] == [HOUSE]


def test_a_letter_larger_than_we_read_is_not_fetched(imap: Imap) -> None:
    at = hall(largest=20_000)
    collector = _connected(imap, at)
    imap.deliver(letter("a" * 30_000))
    imap.deliver(letter())
    assert (collector.collect(NOW, 20), len(at.taken)) == (2, 1)


def test_many_letters_are_read_in_turns(imap: Imap) -> None:
    at = hall(per_hour=100)
    collector = _connected(imap, at)
    for number in range(5):
        imap.deliver(letter(message_id=f"<{number}@x>"))
    assert [collector.collect(NOW, 2) for _ in range(4)] == [2, 2, 1, 0]


def test_a_server_that_numbered_anew_loses_and_doubles_nothing(imap: Imap) -> None:
    at = hall()
    collector = _connected(imap, at)
    imap.deliver(letter())
    collector.collect(NOW, 20)
    imap.validity, imap.letters, imap.next_uid = 8, {}, 1
    imap.deliver(letter())
    imap.deliver(letter(message_id="<dos@x>"))
    collector.collect(NOW, 20)
    assert (len(at.taken), collector.collect(NOW, 20)) == (2, 0)


@pytest.mark.parametrize("why", ["unavailable", "lock_timeout"])
def test_a_letter_waits_while_the_database_is_away_or_busy(imap: Imap, why: str) -> None:
    at = hall()
    at.intake.why = why
    collector = _connected(imap, at)
    imap.deliver(letter())
    at.intake.away = True
    with pytest.raises(Refusal):
        collector.collect(NOW, 20)
    at.intake.away = False
    assert (collector.collect(NOW, 20), len(at.taken)) == (1, 1)


def test_a_letter_that_meets_a_defect_does_not_stop_those_behind_it(
    imap: Imap, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = hall()
    collector = _connected(imap, at)
    imap.deliver(letter())
    imap.deliver(letter(message_id="<dos@x>"))
    take, calls = at.door.take, iter([ValueError("a defect")])

    def broken_once(*given: object) -> object:
        for problem in calls:
            raise problem
        return take(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(at.door, "take", broken_once)
    assert (collector.collect(NOW, 20), len(at.taken)) == (2, 1)


@pytest.mark.parametrize("verb", ["LOGIN", "SELECT", "SEARCH", "FETCH"])
def test_a_server_that_hangs_up_loses_nothing_and_is_left_alone_for_a_while(imap: Imap, verb: str) -> None:
    at = hall()
    collector = _connected(imap, at)
    imap.deliver(letter())
    imap.hangs_up_at = verb
    assert collector.collect(NOW, 20) == 0
    imap.hangs_up_at = ""
    assert collector.collect(NOW, 20) == 0  # left alone
    assert (collector.collect(NOW + timedelta(minutes=1), 20), len(at.taken)) == (1, 1)


def test_a_wrong_password_is_tried_less_and_less(imap: Imap) -> None:
    at = hall()
    collector = _collector(imap, at, password="falso")
    for minute in range(10):
        collector.collect(NOW + timedelta(minutes=minute), 20)
    assert imap.commands.count("LOGIN") < 6


def test_a_mailbox_that_another_worker_reads_is_left_to_it(imap: Imap) -> None:
    at = hall()
    collector = _connected(imap, at)
    imap.deliver(letter())
    at.store.leased.add(_mailbox(imap).name)
    assert collector.collect(NOW, 20) == 0


def test_whoever_connects_a_mailbox_sees_how_many_letters_it_has(imap: Imap) -> None:
    imap.deliver(letter())
    assert _collector(imap, hall()).check(_mailbox(imap)) == 1


def test_whoever_connects_a_mailbox_sees_that_it_does_not_open(imap: Imap) -> None:
    with pytest.raises(UNREACHABLE):
        _collector(imap, hall()).check(_mailbox(imap, password="falso"))


def test_a_mailbox_s_name_says_nothing_of_it(imap: Imap) -> None:
    assert "casalola" not in _mailbox(imap).name
    assert "secreto" not in repr(_mailbox(imap))


@pytest.mark.parametrize(
    ("trusted", "proven"), [(frozenset({TRUSTED}), True), (frozenset(), False), (None, True)]
)
def test_a_mailbox_s_own_servers_are_believed_and_no_others(
    imap: Imap, trusted: frozenset[str] | None, proven: bool
) -> None:
    at = hall()  # where the machine's own letters come in, the server is trusted
    collector = _connected(imap, at, trusted=trusted)
    imap.deliver(letter(Authentication_Results=PROOF))
    collector.collect(NOW, 20)
    assert at.taken[0].sender.proven is proven


@pytest.mark.parametrize(
    ("settings", "trusted"),
    [
        ({}, frozenset()),
        ({"imapHost": "imap.gmail.com"}, frozenset({"mx.google.com"})),
        (
            {"imapHost": "imap.gmail.com", "trustedServers": ["MX.casa.example"]},
            frozenset({"mx.casa.example"}),
        ),
    ],
)
def test_an_account_names_whom_it_believes(settings: dict[str, object], trusted: frozenset[str]) -> None:
    account = {
        "account": HOUSE,
        "restaurantId": str(RESTAURANT),
        "imapHost": "imap.casa.example",
        "imapPort": 993,
        "imapTls": "tls",
        "imapFolder": "INBOX",
        **settings,
    }
    found = mailbox_of(account)
    assert found is not None
    assert found.trusted == trusted


# TLS


@pytest.fixture
def papers(tmp_path: Path) -> Path:
    """Key and certificate of 127.0.0.1, by nobody known."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "loopback")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    path = tmp_path / "papers.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


@pytest.fixture
def imaps(papers: Path) -> Iterator[Imap]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(papers)
    with imap_server(context) as server:
        yield server


def test_a_mailbox_is_read_over_tls(imaps: Imap, papers: Path) -> None:
    at, mailbox = hall(), _mailbox(imaps, tls="tls")
    collector = ImapCollector(
        lambda: [mailbox],
        at.store,
        at.door,
        tls_context=lambda: ssl.create_default_context(cafile=str(papers)),  # type: ignore[arg-type]
    )
    collector.collect(NOW, 20)
    imaps.deliver(letter())
    assert collector.collect(NOW, 20) == 1


def test_a_server_that_nobody_vouches_for_gets_no_password(imaps: Imap) -> None:
    with pytest.raises(UNREACHABLE):
        _collector(imaps, hall(), tls="tls").check(_mailbox(imaps, tls="tls"))
    assert "LOGIN" not in imaps.commands
