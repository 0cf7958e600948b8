"""A message as an Internet mail (RFC 5322, MIME): text beside HTML, images inside the HTML, files attached.

Called by the mailbox folder and SMTP; the AWS mail adapter sends the same bytes.
"""

from __future__ import annotations

import re
from datetime import datetime
from email.errors import HeaderParseError
from email.headerregistry import Address, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP, EmailPolicy, Policy
from email.utils import format_datetime
from typing import Any

from backend.platform.senders.message import Attachment, MailHead, Outgoing
from backend.platform.senders.port import PermanentSendError

_LONGEST_NAME = 120
_LONGEST_ID = 250
_NOT_IN_IDS = re.compile(r"[^\x21-\x3b\x3d\x3f-\x7e]")  # printable ASCII without brackets


class _Ids(UnstructuredHeader):
    """Ids, a line each: the library would encode long ones as if they were words, and nobody would know them again."""

    def fold(self, *, policy: Policy[Any]) -> str:
        lines = str(self).split() or [""]
        return f"{self.name}: {(policy.linesep + ' ').join(lines)}{policy.linesep}"  # type: ignore[attr-defined]


def _policy() -> EmailPolicy[Any]:
    registry = HeaderRegistry()
    for name in ("message-id", "in-reply-to", "references"):
        registry.map_to_type(name, _Ids)  # type: ignore[arg-type]  # a mixin, as all of its are
    return SMTP.clone(header_factory=registry)


_POLICY = _policy()


def build_mail(outgoing: Outgoing, date: datetime) -> EmailMessage:
    """The mail for `outgoing`, dated `date` (aware). Its Message-ID follows from the message's id alone,
    unless it has a head of its own.

    Raises PermanentSendError when there is no usable address.
    """
    mail = EmailMessage(policy=_POLICY)
    sender = _address(outgoing.sender_name, outgoing.sender_address)
    mail["From"] = sender
    mail["To"] = _address(outgoing.to.get("name", ""), outgoing.to.get("email", ""))
    if outgoing.reply_to:
        mail["Reply-To"] = _address(outgoing.sender_name, outgoing.reply_to)
    mail["Subject"] = _one_line(outgoing.rendered.subject)
    mail["Date"] = format_datetime(date)
    mail["Content-Language"] = outgoing.language
    _add_head(mail, outgoing.head or MailHead(f"{outgoing.message_id}@{sender.domain}"))
    _add_body(mail, outgoing)
    return mail


def _add_head(mail: EmailMessage, head: MailHead) -> None:
    """The fields that tie mails together, and those that keep machines from answering."""
    mail["Message-ID"] = f"<{_id(head.message_id)}>"
    if head.in_reply_to:
        mail["In-Reply-To"] = f"<{_id(head.in_reply_to)}>"
    if head.references:
        mail["References"] = " ".join(f"<{_id(each)}>" for each in head.references)
    mail["Auto-Submitted"] = head.automatic
    if head.automatic != "no":
        mail["X-Auto-Response-Suppress"] = "OOF, AutoReply, RN, NRN"  # not NDR: bounces are news


def _add_body(mail: EmailMessage, outgoing: Outgoing) -> None:
    rendered = outgoing.rendered
    mail.set_content(rendered.text, cte="quoted-printable")
    mail.add_alternative(rendered.html, subtype="html", cte="quoted-printable")
    html = mail.get_payload()[-1]  # type: ignore[index]
    for attachment in rendered.attachments:
        if attachment.content_id is not None:
            _add_inline(html, attachment)  # type: ignore[arg-type]
    for attachment in rendered.attachments:
        if attachment.content_id is None:
            _add_file(mail, attachment)


def _add_inline(html: EmailMessage, attachment: Attachment) -> None:
    kind, subtype = attachment.content_type.split("/", 1)
    html.add_related(
        attachment.content,
        kind,
        subtype,
        cid=f"<{attachment.content_id}>",
        filename=attachment.filename,
        disposition="inline",
    )


def _add_file(mail: EmailMessage, attachment: Attachment) -> None:
    kind, subtype = attachment.content_type.split("/", 1)
    mail.add_attachment(
        attachment.content, kind, subtype, filename=attachment.filename, params=dict(attachment.parameters)
    )


def _address(name: str, address: str) -> Address:
    if not address:
        raise PermanentSendError("there is no mail address")
    try:
        return Address(display_name=_one_line(name)[:_LONGEST_NAME], addr_spec=address)
    except (HeaderParseError, ValueError, IndexError) as wrong:
        raise PermanentSendError("the mail address cannot be read") from wrong


def _id(text: str) -> str:
    """An id of somebody else's making as one word that a field can hold."""
    return _NOT_IN_IDS.sub("", text)[:_LONGEST_ID]


def _one_line(text: str) -> str:
    """No line ends: what a guest typed must never start a header of its own."""
    return " ".join(text.split())
