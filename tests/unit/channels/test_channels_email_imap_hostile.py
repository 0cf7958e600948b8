"""A mailbox whose server is broken or hostile harms nobody but its own restaurant: the others are read, and the worker lives."""

from __future__ import annotations

import socketserver
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import pytest
from imap_stand_in import Imap, imap_server
from letters import HOUSE, letter
from mail_stand_ins import NOW, RESTAURANT, Hall, hall

from backend.conversations.channels.email.imap import UNREACHABLE, ImapCollector, Mailbox


class StoppedClock:
    def now(self) -> datetime:
        return NOW


@pytest.fixture
def imap() -> Iterator[Imap]:
    with imap_server() as server:
        yield server


def _mailbox(port: int, **more: object) -> Mailbox:
    given: dict[str, object] = {
        "host": "127.0.0.1",
        "port": port,
        "tls": "none",
        "user": HOUSE,
        "password": "secreto",
        "restaurant_id": RESTAURANT,
        "address": HOUSE,
    }
    return Mailbox(**{**given, **more})  # type: ignore[arg-type]


def _collector(at: Hall, *mailboxes: Mailbox, **more: object) -> ImapCollector:
    return ImapCollector(lambda: mailboxes, at.store, at.door, wall=StoppedClock(), **more)  # type: ignore[arg-type]


_PLAIN = {"CAPABILITY": "* CAPABILITY IMAP4rev1\r\n{tag} OK done"}


class _Script(socketserver.StreamRequestHandler):
    """Says `answers` by command, and good-bye to everything else."""

    answers: dict[str, str]

    def handle(self) -> None:
        greeting = self.answers.get("CONNECT", "* OK [CAPABILITY IMAP4rev1] ready")
        if greeting == "trickle":
            self._trickle()
            return
        self._say(greeting)
        while line := self.rfile.readline().decode("latin-1"):
            tag, _, rest = line.partition(" ")
            verb = rest.removeprefix("UID ").split()[0].upper()
            said = self.answers.get(verb, _PLAIN.get(verb, "{tag} OK done"))
            try:
                if said == "trickle":
                    self._trickle()
                    return
                self._say(said.replace("{tag}", tag))
            except OSError:
                return

    def _say(self, text: str) -> None:
        self.wfile.write(text.encode() + b"\r\n")

    def _trickle(self) -> None:
        try:
            while True:
                self.wfile.write(b"* x")
                time.sleep(0.02)
        except OSError:
            return


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True


@contextmanager
def _hostile(**answers: str) -> Iterator[int]:
    """The port of a server that answers so."""
    handler = type("Handler", (_Script,), {"answers": answers})
    with _Server(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


_OPENED = "* 1 EXISTS\r\n* OK [UIDVALIDITY 7]\r\n* OK [UIDNEXT 2]\r\n{tag} OK [READ-WRITE]"


@pytest.mark.parametrize(
    "answers",
    [
        {"SELECT": "* 1 EXISTS\r\n{tag} OK [READ-WRITE]"},
        {"SELECT": "* OK [UIDVALIDITY seven]\r\n{tag} OK"},
        {"SELECT": "* OK [UIDVALIDITY 99999999999999999999999]\r\n* OK [UIDNEXT 2]\r\n{tag} OK"},
        {"SELECT": "\udcff".encode("utf-8", "surrogatepass").decode("latin-1")},
        {"LOGIN": "* NO\r\n((((("},
        {"SELECT": _OPENED.replace("[UIDNEXT 2]", ""), "SEARCH": "* SEARCH one two\r\n{tag} OK"},
    ],
    ids=["no validity", "validity no number", "validity past all bounds", "bytes", "brackets", "uids"],
)
def test_a_mailbox_whose_server_talks_nonsense_does_not_keep_the_others_from_being_read(
    imap: Imap, answers: dict[str, str]
) -> None:
    at = hall()
    with _hostile(**answers) as port:
        collector = _collector(at, _mailbox(port, user="evil"), _mailbox(imap.port))
        collector.collect(NOW, 20)
        imap.deliver(letter())
        collector.collect(NOW + timedelta(hours=1), 20)
    assert len(at.taken) == 1


@pytest.mark.parametrize("secret", ["contraseña", "a\r\nb"])
def test_a_password_that_the_protocol_cannot_carry_does_not_keep_the_others_from_being_read(
    imap: Imap, secret: str
) -> None:
    at = hall()
    collector = _collector(at, _mailbox(imap.port, user="x", password=secret), _mailbox(imap.port))
    collector.collect(NOW, 20)
    imap.deliver(letter())
    collector.collect(NOW + timedelta(hours=1), 20)
    assert len(at.taken) == 1


def test_a_greeting_of_four_gigabytes_is_not_kept_in_memory() -> None:
    with _hostile(CONNECT="* OK {4000000000}\r\n" + "x" * 1000) as port, pytest.raises(UNREACHABLE):
        _collector(hall()).check(_mailbox(port))


def test_a_letter_said_to_be_small_and_sent_without_end_is_not_kept_in_memory() -> None:
    at = hall()
    about = "* 1 FETCH (UID 1 RFC822.SIZE 10 BODY[] {4000000000}\r\nx"
    with _hostile(SELECT=_OPENED, SEARCH="* SEARCH 1 2\r\n{tag} OK", FETCH=about) as port:
        collector = _collector(at, _mailbox(port))
        collector.collect(NOW, 20)
        begun = time.monotonic()
        assert collector.collect(NOW + timedelta(hours=1), 20) == 0
    assert time.monotonic() - begun < 5


@pytest.mark.timeout(30)
@pytest.mark.parametrize("when", ["CONNECT", "LOGIN", "SELECT", "LOGOUT"])
def test_a_server_that_talks_without_end_is_left_after_a_while(when: str) -> None:
    with _hostile(**{"SELECT": _OPENED, when: "trickle"}) as port:
        assert _collector(hall(), _mailbox(port), longest=0.3).collect(NOW, 20) == 0


@pytest.mark.parametrize("answers", [{"SELECT": "* OK [UIDVALIDITY 7]\r\n{tag} OK"}])
def test_whoever_connects_a_mailbox_that_talks_nonsense_is_told_that_it_does_not_open(
    answers: dict[str, str],
) -> None:
    with _hostile(**answers) as port, pytest.raises(UNREACHABLE):
        _collector(hall()).check(_mailbox(port))


def test_whoever_connects_a_mailbox_with_a_password_that_it_cannot_take_is_told(imap: Imap) -> None:
    with pytest.raises(UNREACHABLE):
        _collector(hall()).check(_mailbox(imap.port, password="contraseña"))
