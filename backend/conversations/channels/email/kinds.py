"""A restaurant's own mail account: the address guests write to, and if need be the mailbox and the server behind it.

An address alone is enough where letters come in for the whole server (SES, a maildir); a mailbox at a provider is read by IMAP, and
answers go out by that provider's SMTP, as only it signs for the address. Registered by the wiring.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from backend.conversations.channels.accounts.kinds import AccountKind
from backend.conversations.channels.email.headers import address_in
from backend.conversations.channels.email.imap import UNREACHABLE, ImapCollector, Mailbox
from backend.platform.refusals import field_refusal
from backend.platform.senders import AccountSendError, SmtpSettings, TemporarySendError
from backend.platform.shapes import Shape

_KNOWN_SERVERS: Final = {"imap.gmail.com": frozenset({"mx.google.com"})}

Host = Annotated[str, StringConstraints(max_length=253, pattern=r"^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$")]
User = Annotated[str, StringConstraints(min_length=1, max_length=254)]
Port = Annotated[int, Field(ge=1, le=65535)]
Tls = Literal["tls", "starttls", "none"]
Secret = Annotated[str, StringConstraints(min_length=1, max_length=500)]


class MailSettings(Shape):
    """`imapHost` empty: letters come in some other way. `smtpHost` empty: answers go out by the server's own mail. `trustedServers`
    are those of the mailbox's provider whose Authentication-Results prove a sender."""

    imap_host: Host | None = None
    imap_port: Port = 993
    imap_tls: Tls = "tls"
    imap_user: User | None = None
    imap_folder: Annotated[str, StringConstraints(min_length=1, max_length=200)] = "INBOX"
    trusted_servers: Annotated[list[Host], Field(max_length=5)] = Field(default_factory=list)
    smtp_host: Host | None = None
    smtp_port: Port = 587
    smtp_tls: Tls = "starttls"
    smtp_user: User | None = None


class MailSecrets(Shape):
    """The mailbox's password; `smtpPassword` only where it is another one."""

    imap_password: Secret | None = None
    smtp_password: Secret | None = None


def mailbox_of(account: Mapping[str, Any]) -> Mailbox | None:
    """The mailbox of an opened account; None when it has none."""
    if not account.get("imapHost"):
        return None
    return Mailbox(
        host=account["imapHost"],
        port=account["imapPort"],
        tls=account["imapTls"],
        user=account.get("imapUser") or account["account"],
        password=account.get("imapPassword") or "",
        folder=account["imapFolder"],
        restaurant_id=UUID(str(account["restaurantId"])),
        address=account["account"],
        trusted=_trusted(account),
    )


def _trusted(account: Mapping[str, Any]) -> frozenset[str]:
    """What the account names; else the server that its provider is known to write with, which takes out what others wrote."""
    named = frozenset(str(each).lower() for each in account.get("trustedServers") or ())
    return named or _KNOWN_SERVERS.get(str(account["imapHost"]).lower(), frozenset())


def smtp_of(account: Mapping[str, Any]) -> SmtpSettings | None:
    """The outgoing server of an opened account; None when it has none."""
    if not account.get("smtpHost"):
        return None
    return SmtpSettings(
        host=account["smtpHost"],
        port=account["smtpPort"],
        tls=account["smtpTls"],
        username=account.get("smtpUser") or account.get("imapUser") or account["account"],
        password=account.get("smtpPassword") or account.get("imapPassword") or "",
    )


def mail_kind(
    imap: ImapCollector,
    greet: Callable[[SmtpSettings], None],
    webhooks: Mapping[str, str],
    may_name: Callable[[str], bool],
) -> AccountKind:
    """Mail. `greet` signs in at an outgoing server and leaves, or raises SendError; `may_name` says which servers may be used."""

    def complete(account: dict[str, Any]) -> None:
        _complete(account)
        for name in ("imapHost", "smtpHost"):
            if account.get(name) and not may_name(account[name]):
                raise field_refusal(f"settings.{name}", "not_a_choice")

    def check(account: dict[str, Any]) -> dict[str, Any]:
        facts: dict[str, Any] = {}
        mailbox, smtp = mailbox_of(account), smtp_of(account)
        if mailbox is not None:
            try:
                facts["letters"] = imap.check(mailbox)
            except OSError as away:
                raise TemporarySendError(
                    f"the mailbox's server is not reached: {type(away).__name__}"
                ) from away
            except UNREACHABLE as refused:
                raise AccountSendError(f"the mailbox does not open: {type(refused).__name__}") from refused
        if smtp is not None:
            greet(smtp)
            facts["sends"] = True
        return facts

    return AccountKind("mail", MailSettings, MailSecrets, _address, check, webhooks, complete=complete)


def _address(account: str) -> str:
    found = address_in(account)
    if found is None or found != account.lower():
        raise field_refusal("account", "not_an_email")
    return found


def _complete(account: dict[str, Any]) -> None:
    if account.get("imapHost") and not account.get("imapPassword"):
        raise field_refusal("secrets.imapPassword", "required")
    if account.get("smtpHost") and not (account.get("smtpPassword") or account.get("imapPassword")):
        raise field_refusal("secrets.smtpPassword", "required")
