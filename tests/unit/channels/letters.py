"""Makes letters for the tests of the mail channel: the bytes as a server hands them on."""

from __future__ import annotations

from email.message import EmailMessage
from email.policy import SMTP

HOUSE = "reservas@casalola.example"
GUEST = "lucia@correo.example"
PROOF = (
    "mx.casalola.example; dkim=pass header.d=correo.example; spf=pass smtp.mailfrom=correo.example;"
    " dmarc=pass header.from=correo.example"
)


def letter(
    text: str | None = "Mesa para 4 mañana a las 20:00",
    *,
    sender: str = f"Lucía Gómez <{GUEST}>",
    to: str = HOUSE,
    subject: str = "Reserva",
    message_id: str | None = "<uno@correo.example>",
    html: str | None = None,
    **fields: str,
) -> bytes:
    """One letter; `fields` are further ones, with `_` for `-`."""
    mail = EmailMessage(policy=SMTP.clone(max_line_length=900))  # or the library would encode long ids
    for name, value in fields.items():
        mail[name.replace("_", "-")] = value
    mail["From"] = sender
    mail["To"] = to
    mail["Subject"] = subject
    if message_id:
        mail["Message-ID"] = message_id
    if text is not None:
        mail.set_content(text)
    if html is not None:
        mail.add_alternative(html, subtype="html") if text is not None else mail.set_content(
            html, subtype="html"
        )
    return mail.as_bytes()


def bounce(ours: str, *, status: str = "5.1.1", action: str = "failed", to: str = HOUSE) -> bytes:
    """A server's report that a letter of ours did not arrive."""
    return f"""Return-Path: <>
From: Mail Delivery System <MAILER-DAEMON@mx.correo.example>
To: {to}
Subject: Undelivered Mail Returned to Sender
Message-ID: <report@mx.correo.example>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="cut"

--cut
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not be delivered.

--cut
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.correo.example

Final-Recipient: rfc822; {GUEST}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 {status} user unknown

--cut
Content-Type: message/rfc822

From: Casa Lola <{to}>
To: {GUEST}
Subject: Re: Reserva
Message-ID: <{ours}>

Hola

--cut--
""".replace("\n", "\r\n").encode()
