"""Mail by SMTP, when a server is configured.

One connection per message: the worker sends few and must never share a broken one.
"""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Literal

from backend.platform.clock import Clock
from backend.platform.senders.message import Outgoing
from backend.platform.senders.mime import build_mail
from backend.platform.senders.port import PermanentSendError, SendError, TemporarySendError


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

    `tls_context` defaults to the machine's trusted authorities with host name checks.
    """

    def __init__(
        self,
        settings: SmtpSettings,
        clock: Clock,
        tls_context: Callable[[], ssl.SSLContext] = ssl.create_default_context,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._tls_context = tls_context

    def send(self, outgoing: Outgoing) -> None:
        if outgoing.channel != "email":
            raise PermanentSendError(f"SMTP does not carry {outgoing.channel}")
        mail = build_mail(outgoing, self._clock.now())
        try:
            self._deliver(mail)
        except (smtplib.SMTPException, OSError) as failure:
            raise _as_send_error(failure) from failure

    def _deliver(self, mail: EmailMessage) -> None:
        with self._connect() as server:
            if self._settings.tls == "starttls":
                server.starttls(context=self._tls_context())
            if self._settings.username is not None:
                server.login(self._settings.username, self._settings.password or "")
            server.send_message(mail)

    def _connect(self) -> smtplib.SMTP:
        chosen = self._settings
        if chosen.tls == "tls":
            return smtplib.SMTP_SSL(
                chosen.host, chosen.port, timeout=chosen.timeout_seconds, context=self._tls_context()
            )
        return smtplib.SMTP(chosen.host, chosen.port, timeout=chosen.timeout_seconds)


def _as_send_error(failure: Exception) -> SendError:
    """5xx about the sender, the recipient or the message is final; our credentials and the rest may heal."""
    if isinstance(failure, smtplib.SMTPRecipientsRefused):
        return _by_code(max(code for code, _ in failure.recipients.values()), "recipient refused")
    if isinstance(failure, smtplib.SMTPAuthenticationError):
        return TemporarySendError(f"mail server refused our credentials ({failure.smtp_code})")
    if isinstance(failure, smtplib.SMTPSenderRefused | smtplib.SMTPDataError):
        return _by_code(failure.smtp_code, "message refused")
    return TemporarySendError(f"mail server not reached or not fit: {type(failure).__name__}")


def _by_code(code: int, what: str) -> SendError:
    kind = PermanentSendError if code >= 500 else TemporarySendError
    return kind(f"{what} ({code})")
