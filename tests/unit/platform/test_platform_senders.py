"""Senders:

What arrives is what was written, a repeat is one message, and every failure is named temporary or permanent.

The mail server here is a small real SMTP server on loopback; both adapters run the same first tests.
"""

from __future__ import annotations

import ipaddress
import os
import socketserver
import ssl
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from uuid import UUID

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from backend.platform.senders import (
    AccountSendError,
    Attachment,
    MailboxFolderSender,
    MailHead,
    MessageSender,
    Outgoing,
    PermanentSendError,
    Rendered,
    SenderByChannel,
    SmtpSender,
    SmtpSettings,
    TemporarySendError,
    build_mail,
    count_mailbox,
    erase_from_mailbox,
    list_mailbox,
    open_stored,
)

NOW = datetime(2026, 12, 15, 19, 0, tzinfo=UTC)
PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
ICS = b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"
ID = UUID("019b0000-0000-7000-8000-00000000000a")


class StoppedClock:
    def now(self) -> datetime:
        return NOW


def message(**changes: object) -> Outgoing:
    rendered = Rendered(
        subject="Reserva confirmada: año nuevo, 20:00 — «La Peña»",
        text="¡Listo, Lucía!\n.línea con punto\n" + "palabra " * 300,
        short_text="¡Listo!",
        html='<p>¡Listo, Lucía! <img src="cid:qr-1@saveit"></p>',
        attachments=(
            Attachment("K7M2QX.png", "image/png", PNG, content_id="qr-1@saveit"),
            Attachment("reserva.ics", "text/calendar", ICS, parameters=(("method", "PUBLISH"),)),
        ),
    )
    base = Outgoing(
        message_id=ID,
        restaurant="la-pena",
        channel="email",
        to={"name": "Lucía Pérez, hija", "email": "lucia@example.com"},
        rendered=rendered,
        sender_name="La Peña",
        sender_address="reservas@example.org",
        reply_to="hola@example.org",
    )
    return replace(base, **changes)  # type: ignore[arg-type]


@dataclass
class Mailhost:
    """What the SMTP server got, and what it shall answer to which command."""

    port: int = 0
    mails: list[bytes] = field(default_factory=list)
    logins: list[str] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    tls: ssl.SSLContext | None = None


class _Session(socketserver.StreamRequestHandler):
    """Just enough of RFC 5321 for smtplib, spoken for real."""

    def handle(self) -> None:
        host: Mailhost = self.server.mailhost  # type: ignore[attr-defined]
        secure = False
        self._say(host.answers.get("CONNECT", "220 mail.example ready"))
        while line := self.rfile.readline():
            verb = line.split()[0].decode().upper()
            if verb in host.answers:
                self._say(host.answers[verb])
                continue
            if verb == "EHLO":
                self._say("250-mail.example\r\n250-STARTTLS\r\n250-SMTPUTF8\r\n250 AUTH PLAIN")
            elif verb == "STARTTLS" and host.tls is not None:
                self._say("220 go ahead")
                try:
                    self.request = host.tls.wrap_socket(self.request, server_side=True)
                except (ssl.SSLError, OSError):
                    return
                self.rfile, self.wfile = self.request.makefile("rb"), self.request.makefile("wb", 0)
                secure = True
            elif verb == "AUTH":
                host.logins.append(line.decode().strip())
                self._say("235 welcome")
            elif verb == "DATA":
                self._say("354 go on")
                lines = []
                while (data := self.rfile.readline()) != b".\r\n":
                    lines.append(data[1:] if data.startswith(b"..") else data)
                host.mails.append(b"".join(lines))
                host.encrypted.append(secure)
                self._say(host.answers.get("TAKEN", "250 taken"))
            elif verb == "QUIT":
                self._say("221 bye")
                return
            else:
                self._say("250 fine")

    def _say(self, text: str) -> None:
        self.wfile.write(text.encode() + b"\r\n")


@pytest.fixture
def mailhost() -> Iterator[Mailhost]:
    host = Mailhost()
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Session) as server:
        server.mailhost = host  # type: ignore[attr-defined]
        host.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield host
        server.shutdown()
        thread.join()


def smtp(host: Mailhost, **changes: object) -> SmtpSender:
    settings = SmtpSettings("127.0.0.1", host.port, tls="none", timeout_seconds=5)
    return SmtpSender(replace(settings, **changes), StoppedClock())  # type: ignore[arg-type]


@dataclass
class Way:
    """One adapter and how to see the last mail that arrived through it."""

    sender: MessageSender
    arrived: Callable[[], list[bytes]]


@pytest.fixture(params=["mailbox", "smtp"])
def way(request: pytest.FixtureRequest, tmp_path: Path) -> Way:
    if request.param == "mailbox":
        sender = MailboxFolderSender(tmp_path, StoppedClock())
        return Way(sender, lambda: [p.read_bytes() for p in sorted(tmp_path.glob("mailbox/*/*.eml"))])
    host = request.getfixturevalue("mailhost")
    return Way(smtp(host), lambda: host.mails)


def read(raw: bytes) -> EmailMessage:
    mail = message_from_bytes(raw, policy=SMTP)
    assert isinstance(mail, EmailMessage)
    return mail


def test_what_arrives_is_what_was_written(way: Way) -> None:
    way.sender.send(message())
    mail = read(way.arrived()[0])
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert mail["Subject"] == message().rendered.subject
    assert text is not None
    assert text.get_content().splitlines() == message().rendered.text.splitlines()
    assert html is not None
    assert html.get_content().strip() == message().rendered.html
    assert (str(mail["From"]), str(mail["Reply-To"])) == (
        "La Peña <reservas@example.org>",
        "La Peña <hola@example.org>",
    )
    assert str(mail["To"]) == '"Lucía Pérez, hija" <lucia@example.com>'


def test_the_code_lies_inside_the_html_and_the_calendar_beside_it(way: Way) -> None:
    way.sender.send(message())
    parts = {part.get_filename(): part for part in read(way.arrived()[0]).walk() if part.get_filename()}
    image, calendar = parts["K7M2QX.png"], parts["reserva.ics"]
    assert (image["Content-ID"], image.get_content_disposition()) == ("<qr-1@saveit>", "inline")
    assert image.get_payload(decode=True) == PNG
    assert (calendar.get_content_type(), calendar.get_param("method")) == ("text/calendar", "PUBLISH")
    assert calendar.get_payload(decode=True) == ICS


def test_a_repeat_is_known_by_its_message_id(way: Way) -> None:
    way.sender.send(message())
    way.sender.send(message())
    assert {read(raw)["Message-ID"] for raw in way.arrived()} == {f"<{ID}@example.org>"}


@pytest.mark.parametrize("name", ["Eve\r\nBcc: all@example.com", "Eve\nX: y", "a" * 5000, '"<x@y>"', ""])
def test_a_name_never_starts_a_header(way: Way, name: str) -> None:
    way.sender.send(message(to={"name": name, "email": "eve@example.com"}, sender_name=name))
    mail = read(way.arrived()[0])
    assert mail["Bcc"] is None
    assert mail["X"] is None
    assert mail["To"].addresses[0].addr_spec == "eve@example.com"


@pytest.mark.parametrize(
    "address", ["", "nobody", "a@b\r\nBcc: c@example.com", "two@a.example, b@b.example", "@x"]
)
def test_an_unusable_address_is_refused_for_good(way: Way, address: str) -> None:
    with pytest.raises(PermanentSendError):
        way.sender.send(message(to={"email": address}))
    assert way.arrived() == []


# SMTP


@pytest.mark.parametrize(
    ("command", "answer", "error"),
    [
        ("RCPT", "550 no such user", PermanentSendError),
        ("RCPT", "450 greylisted", TemporarySendError),
        ("MAIL", "553 not yours", PermanentSendError),
        ("MAIL", "451 busy", TemporarySendError),
        ("DATA", "554 spam", PermanentSendError),
        ("DATA", "452 full", TemporarySendError),
        ("CONNECT", "421 closing", TemporarySendError),
        ("CONNECT", "554 not you", TemporarySendError),
        ("AUTH", "535 wrong", TemporarySendError),
    ],
)
def test_a_servers_no_is_temporary_or_permanent_by_its_code(
    mailhost: Mailhost, command: str, answer: str, error: type[Exception]
) -> None:
    mailhost.answers[command] = answer
    with pytest.raises(error) as caught:
        smtp(mailhost, username="u", password="p").send(message())
    assert "lucia@" not in str(caught.value)


def test_a_server_that_is_not_there_is_tried_again_later(mailhost: Mailhost) -> None:
    unused = replace(SmtpSettings("127.0.0.1", 1, tls="none", timeout_seconds=2))
    with pytest.raises(TemporarySendError):
        SmtpSender(unused, StoppedClock()).send(message())


def test_credentials_are_given_when_there_are_some(mailhost: Mailhost) -> None:
    smtp(mailhost, username="u", password="p").send(message())
    assert mailhost.logins[0].startswith("AUTH PLAIN ")


def test_starttls_encrypts_what_a_trusted_server_gets(mailhost: Mailhost) -> None:
    mailhost.tls, trusting = _certificate()
    settings = SmtpSettings("127.0.0.1", mailhost.port, tls="starttls", timeout_seconds=5)
    SmtpSender(settings, StoppedClock(), lambda: trusting).send(message())
    assert mailhost.encrypted == [True]


def test_a_server_that_cannot_prove_itself_gets_nothing(mailhost: Mailhost) -> None:
    mailhost.tls, _ = _certificate()
    with pytest.raises(TemporarySendError):
        smtp(mailhost, tls="starttls").send(message())
    assert mailhost.mails == []


def test_a_server_without_tls_gets_nothing_when_tls_is_asked(mailhost: Mailhost) -> None:
    mailhost.answers["EHLO"] = "250 mail.example"
    with pytest.raises(TemporarySendError):
        smtp(mailhost, tls="starttls", username="u", password="p").send(message())
    assert (mailhost.mails, mailhost.logins) == ([], [])


def test_smtp_carries_mail_only(mailhost: Mailhost) -> None:
    with pytest.raises(PermanentSendError):
        smtp(mailhost).send(message(channel="sms", to={"phone": "+34600000000"}))


def _certificate() -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server context with a fresh certificate for 127.0.0.1, and a client context that trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail.example")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), True)
        .sign(key, hashes.SHA256())
        .public_bytes(serialization.Encoding.PEM)
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.NamedTemporaryFile() as file:
        file.write(secret + certificate)
        file.flush()
        server.load_cert_chain(file.name)
    return server, ssl.create_default_context(cadata=certificate.decode())


# The mailbox folder


def test_a_repeat_leaves_one_message_in_the_mailbox(tmp_path: Path) -> None:
    sender = MailboxFolderSender(tmp_path, StoppedClock())
    sender.send(message())
    sender.send(message(to={"email": "lucia@example.com", "name": "Lucía"}))
    assert [each.to["name"] for each in list_mailbox(tmp_path)] == ["Lucía"]
    assert len(list((tmp_path / "mailbox" / "la-pena").iterdir())) == 2


def test_a_worker_killed_in_the_middle_of_writing_leaves_nothing_behind_once_the_message_is_sent(
    tmp_path: Path,
) -> None:
    sender = MailboxFolderSender(tmp_path, StoppedClock())
    killed = os.fork()
    if not killed:
        os.replace = lambda *_: os._exit(9)  # dies with the file written beside its place
        sender.send(message())
        os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(killed, 0)[1]) == 9
    assert list_mailbox(tmp_path) == []
    home = tmp_path / "mailbox" / "la-pena"
    assert len(list(home.iterdir())) == 1
    sender.send(message())
    assert {path.name for path in home.iterdir()} == {f"{ID}.json", f"{ID}.eml"}


def test_a_message_can_be_listed_and_opened_with_its_parts(tmp_path: Path) -> None:
    MailboxFolderSender(tmp_path, StoppedClock()).send(message())
    [listed] = list_mailbox(tmp_path)
    opened = open_stored(tmp_path, listed.restaurant, listed.message_id)
    assert opened is not None
    stored, html, parts = opened
    assert stored == listed
    assert stored.sent_at == NOW
    assert (html or "").strip() == message().rendered.html
    assert [(p.filename, p.content_id, p.content) for p in parts] == [
        ("K7M2QX.png", "qr-1@saveit", PNG),
        ("reserva.ics", None, ICS),
    ]


@pytest.mark.parametrize(("channel", "key"), [("sms", "phone"), ("chat", "thread")])
def test_short_messages_are_kept_without_a_mail(tmp_path: Path, channel: str, key: str) -> None:
    sender = MailboxFolderSender(tmp_path, StoppedClock())
    sender.send(message(channel=channel, to={key: "+34600000000"}))
    opened = open_stored(tmp_path, "la-pena", str(ID))
    assert opened is not None
    assert (opened[0].short_text, opened[1], opened[2]) == ("¡Listo!", None, [])


@pytest.mark.parametrize("channel", ["email", "sms", "chat"])
def test_a_message_to_nobody_is_refused_for_good(tmp_path: Path, channel: str) -> None:
    with pytest.raises(PermanentSendError):
        MailboxFolderSender(tmp_path, StoppedClock()).send(message(channel=channel, to={}))


def test_one_restaurants_messages_are_listed_alone_and_newest_first(tmp_path: Path) -> None:
    sender = MailboxFolderSender(tmp_path, StoppedClock())
    for number, restaurant in enumerate(["a", "b", "a"]):
        sender.send(message(message_id=UUID(int=number), restaurant=restaurant))
    assert [each.message_id for each in list_mailbox(tmp_path, "a")] == [str(UUID(int=2)), str(UUID(int=0))]
    assert len(list_mailbox(tmp_path)) == 3


def test_a_part_of_the_list_is_the_part_asked_for(tmp_path: Path) -> None:
    sender = MailboxFolderSender(tmp_path, StoppedClock())
    for number in range(4):
        sender.send(message(message_id=UUID(int=number)))
    part = list_mailbox(tmp_path, first=1, most=2)
    assert [each.message_id for each in part] == [str(UUID(int=2)), str(UUID(int=1))]
    assert count_mailbox(tmp_path) == 4


def test_erased_messages_leave_no_file_and_the_others_stay(tmp_path: Path) -> None:
    sender = MailboxFolderSender(tmp_path, StoppedClock())
    for number in range(3):
        sender.send(message(message_id=UUID(int=number)))
    assert erase_from_mailbox(tmp_path, "la-pena", [str(UUID(int=1)), str(UUID(int=9))]) == 1
    assert {path.stem for path in (tmp_path / "mailbox" / "la-pena").iterdir()} == {
        str(UUID(int=0)),
        str(UUID(int=2)),
    }


def test_only_the_owner_of_the_data_folder_can_read_messages(tmp_path: Path) -> None:
    MailboxFolderSender(tmp_path, StoppedClock()).send(message())
    home = tmp_path / "mailbox"
    assert (home.stat().st_mode & 0o777, (home / "la-pena").stat().st_mode & 0o777) == (0o700, 0o700)
    assert {path.stat().st_mode & 0o777 for path in (home / "la-pena").iterdir()} == {0o600}


def test_a_folder_that_cannot_be_written_is_tried_again_later(tmp_path: Path) -> None:
    (tmp_path / "mailbox").write_text("in the way")
    with pytest.raises(TemporarySendError):
        MailboxFolderSender(tmp_path, StoppedClock()).send(message())


@pytest.mark.parametrize("restaurant", ["../other", "", "a/b", ".hidden", "a" * 101])
def test_a_restaurant_is_never_a_path(restaurant: str) -> None:
    with pytest.raises(ValueError, match="slug"):
        message(restaurant=restaurant)


@pytest.mark.parametrize(
    ("restaurant", "message_id"), [("..", "x"), ("la-pena", "../../secret"), ("la-pena", "unknown"), ("", "")]
)
def test_what_is_not_in_the_mailbox_is_not_found(tmp_path: Path, restaurant: str, message_id: str) -> None:
    (tmp_path / "secret.json").write_text("{}")
    MailboxFolderSender(tmp_path, StoppedClock()).send(message())
    assert open_stored(tmp_path, restaurant, message_id) is None


# By channel


def test_each_channel_goes_its_own_way(tmp_path: Path, mailhost: Mailhost) -> None:
    sender = SenderByChannel({"email": smtp(mailhost), "sms": MailboxFolderSender(tmp_path, StoppedClock())})
    sender.send(message())
    sender.send(message(channel="sms", to={"phone": "+34600000000"}))
    assert (len(mailhost.mails), [each.channel for each in list_mailbox(tmp_path)]) == (1, ["sms"])


def test_a_channel_without_a_way_is_refused_for_good() -> None:
    with pytest.raises(PermanentSendError):
        SenderByChannel({}).send(message())


# A mail that answers another

_HEAD = MailHead(
    "0199.abc.def@casalola.example",
    "DB9PR02MB1234" + "A" * 60 + "@DB9PR02MB1234.eurprd02.prod.outlook.com",
    ("uno@correo.example", "DB9PR02MB1234" + "A" * 60 + "@DB9PR02MB1234.eurprd02.prod.outlook.com"),
    "auto-replied",
)


def _fields(head: MailHead) -> dict[str, str]:
    raw = build_mail(message(head=head), NOW).as_bytes()
    told = message_from_bytes(raw, policy=SMTP)
    return {
        name: " ".join(str(told[name]).split())
        for name in ("Message-ID", "In-Reply-To", "References", "Auto-Submitted")
    }


def test_an_answer_names_what_it_answers_however_long_the_names() -> None:
    fields = _fields(_HEAD)
    assert fields == {
        "Message-ID": f"<{_HEAD.message_id}>",
        "In-Reply-To": f"<{_HEAD.in_reply_to}>",
        "References": f"<{_HEAD.references[0]}> <{_HEAD.references[1]}>",
        "Auto-Submitted": "auto-replied",
    }


def test_long_names_stand_in_the_mail_as_they_are() -> None:
    raw = build_mail(message(head=_HEAD), NOW).as_bytes()
    assert f"<{_HEAD.in_reply_to}>".encode() in raw


def test_a_name_that_somebody_else_made_starts_no_field_of_its_own() -> None:
    head = MailHead("a@b", "x>\r\nBcc: otra@evil.example\r\n<y@z")
    assert _fields(head)["In-Reply-To"] == "<xBcc:otra@evil.exampley@z>"


def test_ses_s_own_name_of_a_mail_is_told(mailhost: Mailhost) -> None:
    mailhost.answers["TAKEN"] = "250 Ok 0102019abcdef0123456789-0a1b2c3d-000000"
    assert smtp(mailhost).post(message()) == "0102019abcdef0123456789-0a1b2c3d-000000"


def test_another_server_keeps_our_name(mailhost: Mailhost) -> None:
    assert smtp(mailhost).post(message()) is None


def test_signing_in_without_a_mail_shows_whether_the_account_works(mailhost: Mailhost) -> None:
    mailhost.answers["AUTH"] = "535 5.7.8 wrong"
    with pytest.raises(AccountSendError):
        smtp(mailhost, username="casa", password="x").greet()


class _Endless(socketserver.StreamRequestHandler):
    """Says hello for ever, a line at a time."""

    def handle(self) -> None:
        while not self.server.over.wait(0.02):  # type: ignore[attr-defined]
            try:
                self.wfile.write(b"220-one moment\r\n")
            except OSError:
                return


def test_a_server_that_talks_without_end_is_hung_up_on() -> None:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Endless) as server:
        server.daemon_threads = True
        server.over = threading.Event()  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        settings = SmtpSettings("127.0.0.1", server.server_address[1], tls="none", timeout_seconds=5)
        try:
            with pytest.raises(TemporarySendError):
                SmtpSender(settings, StoppedClock(), longest_s=0.3).send(message())
        finally:
            server.over.set()  # type: ignore[attr-defined]
            server.shutdown()
            thread.join()


def test_a_server_that_does_not_want_us_is_tried_later(mailhost: Mailhost) -> None:
    mailhost.answers["CONNECT"] = "421 too many of you"
    with pytest.raises(TemporarySendError):
        smtp(mailhost).send(message())
    assert mailhost.mails == []


class _FromTheStart(_Session):
    """The same server with TLS before its first word."""

    def setup(self) -> None:
        host: Mailhost = self.server.mailhost  # type: ignore[attr-defined]
        assert host.tls is not None
        try:
            self.request = host.tls.wrap_socket(self.request, server_side=True)
        except (ssl.SSLError, OSError):
            self.request.close()
        super().setup()

    def handle(self) -> None:
        if isinstance(self.request, ssl.SSLSocket):
            super().handle()


@pytest.mark.parametrize("trusts", [True, False])
def test_tls_from_the_start_encrypts_what_a_trusted_server_gets_and_no_other(trusts: bool) -> None:
    host = Mailhost()
    host.tls, trusting = _certificate()
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), _FromTheStart) as server:
        server.mailhost = host  # type: ignore[attr-defined]
        server.handle_error = lambda *_: None  # type: ignore[method-assign]  # the client did not like the certificate
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        settings = SmtpSettings("127.0.0.1", server.server_address[1], tls="tls", timeout_seconds=5)
        sender = SmtpSender(
            settings, StoppedClock(), (lambda: trusting) if trusts else ssl.create_default_context
        )
        try:
            if trusts:
                sender.send(message())
            else:
                with pytest.raises(TemporarySendError):
                    sender.send(message())
        finally:
            server.shutdown()
            thread.join()
    assert len(host.mails) == trusts
