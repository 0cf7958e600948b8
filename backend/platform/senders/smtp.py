"""Mail by SMTP, when a server is configured.

One connection per message: the worker sends few and must never share a broken one.
"""

from __future__ import annotations

import logging
import re
import smtplib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any, Literal

from backend.platform.clock import Clock
from backend.platform.senders.message import Outgoing
from backend.platform.senders.mime import build_mail
from backend.platform.senders.port import (
    AccountSendError,
    PermanentSendError,
    SendError,
    TemporarySendError,
)

log = logging.getLogger(__name__)

_LONGEST_S = 120.0
_SES_ID = re.compile(rb"Ok ([0-9A-Za-z-]{20,100})")


@dataclass(frozen=True, slots=True)
class SmtpSettings:
    """How to reach the mail server.

    `tls`: STARTTLS (587), tls from the start (465) or none (only for a relay on this machine).
    """

    host: str
    port: int = 587
    tls: Literal["starttls", "tls", "none"] = "starttls"
    username: str | None = None
    password: str | None = None
    timeout_seconds: float = 15.0


class SmtpSender:
    """A MessageSender for the `email` channel.

    `tls_context` defaults to the machine's trusted authorities with host name checks; after `longest_s` seconds a server is hung
    up on, whatever it is still saying: a restaurant may name any.
    """

    def __init__(
        self,
        settings: SmtpSettings,
        clock: Clock,
        tls_context: Callable[[], ssl.SSLContext] = ssl.create_default_context,
        longest_s: float = _LONGEST_S,
    ) -> None:
        self._settings = settings
        self._longest_s = longest_s
        self._clock = clock
        self._tls_context = tls_context

    def send(self, outgoing: Outgoing) -> None:
        self.post(outgoing)

    def post(self, outgoing: Outgoing) -> str | None:
        """As `send`; the name that the server gave the mail, None when it keeps ours. SES writes another Message-ID over it."""
        if outgoing.channel != "email":
            raise PermanentSendError(f"SMTP does not carry {outgoing.channel}")
        mail = build_mail(outgoing, self._clock.now())
        try:
            return self._deliver(mail)
        except (smtplib.SMTPException, OSError) as failure:
            raise _as_send_error(failure) from failure

    def greet(self) -> None:
        """Signs in and leaves: whether the account works. Raises as `send`."""
        try:
            with self._connect() as server:
                self._sign_in(server)
        except smtplib.SMTPAuthenticationError as refused:
            raise AccountSendError(f"mail server refused our credentials ({refused.smtp_code})") from refused
        except (smtplib.SMTPException, OSError) as failure:
            raise _as_send_error(failure) from failure

    def _sign_in(self, server: smtplib.SMTP) -> None:
        if self._settings.tls == "starttls":
            server.starttls(context=self._tls_context())
        if self._settings.username is not None:
            server.login(self._settings.username, self._settings.password or "")

    def _deliver(self, mail: EmailMessage) -> str | None:
        with self._connect() as server:
            self._sign_in(server)
            server.send_message(mail)
            return _named(server.taken)

    @contextmanager
    def _connect(self) -> Iterator[_Smtp | _SmtpTls]:
        """A greeted server. One that says a word now and then for ever never runs into the time-outs of its single answers."""
        chosen = self._settings
        server = (
            _SmtpTls(timeout=chosen.timeout_seconds, context=self._tls_context())
            if chosen.tls == "tls"
            else _Smtp(timeout=chosen.timeout_seconds)
        )
        server._host = chosen.host  # the name that its certificate has to have
        overdue = threading.Timer(self._longest_s, server.cut)
        overdue.daemon = True
        overdue.start()
        try:
            code, said = server.connect(chosen.host, chosen.port)
            if code != 220:
                server.close()
                raise smtplib.SMTPConnectError(code, said)
            with server:
                yield server
        finally:
            overdue.cancel()


class _Smtp(smtplib.SMTP):
    """Remembers what the server said when it took the mail."""

    taken: bytes = b""
    sock: socket.socket | None
    _host: str

    def cut(self) -> None:
        """Ends the session from another thread: whoever reads from it wakes with an error."""
        try:
            if self.sock is not None:
                self.sock.shutdown(socket.SHUT_RDWR)
        except OSError as gone:
            log.debug("the mail server was gone already", extra={"reason": type(gone).__name__})

    def data(self, msg: Any) -> tuple[int, bytes]:
        code, said = super().data(msg)
        self.taken = said
        return code, said


class _SmtpTls(_Smtp, smtplib.SMTP_SSL):
    """The same, with TLS from the start."""


def _named(said: bytes) -> str | None:
    found = _SES_ID.fullmatch(said.strip())
    return found[1].decode("ascii") if found else None


def _as_send_error(failure: Exception) -> SendError:
    """5xx about the sender, the recipient or the message is final; our credentials and the rest may heal."""
    if isinstance(failure, smtplib.SMTPRecipientsRefused):
        return _by_code(max(code for code, _ in failure.recipients.values()), "recipient refused")
    if isinstance(failure, smtplib.SMTPAuthenticationError):
        return AccountSendError(f"mail server refused our credentials ({failure.smtp_code})")
    if isinstance(failure, smtplib.SMTPSenderRefused | smtplib.SMTPDataError):
        return _by_code(failure.smtp_code, "message refused")
    return TemporarySendError(f"mail server not reached or not fit: {type(failure).__name__}")


def _by_code(code: int, what: str) -> SendError:
    kind = PermanentSendError if code >= 500 else TemporarySendError
    return kind(f"{what} ({code})")
