"""SNS as tests play it: a certificate of their own, messages signed as Amazon says, AWS that answers from memory."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID

from backend.conversations.channels.email.sns import Unreachable

NOW = datetime(2026, 12, 16, 9, 0, tzinfo=UTC)
TOPIC = "arn:aws:sns:eu-west-1:123456789012:saveit-mail"
CERTIFICATE_URL = (
    "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem"
)
SUBSCRIBE_URL = f"https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn={TOPIC}&Token=abc"


def new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def certificate(
    key: rsa.RSAPrivateKey, name: str = "sns.amazonaws.com", *, begins: datetime = NOW - timedelta(days=30)
) -> bytes:
    """A self-signed PEM; that SNS's own come over TLS from SNS's host is what makes them SNS's."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(begins)
        .not_valid_after(begins + timedelta(days=365))
        .sign(key, hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.PEM)


def notification(text: str = "hola", **changes: Any) -> dict[str, Any]:
    """As SNS posts it, not signed yet."""
    told = {
        "Type": "Notification",
        "MessageId": "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324",
        "TopicArn": TOPIC,
        "Subject": "Amazon SES Email Receipt Notification",
        "Message": text,
        "Timestamp": "2026-12-16T09:00:00.000Z",
        "SignatureVersion": "2",
        "SigningCertURL": CERTIFICATE_URL,
        "UnsubscribeURL": "https://sns.eu-west-1.amazonaws.com/?Action=Unsubscribe",
    }
    return {name: value for name, value in {**told, **changes}.items() if value is not None}


def confirmation(**changes: Any) -> dict[str, Any]:
    """The first message of a subscription, not signed yet."""
    return notification(
        "You have chosen to subscribe to the topic",
        Type="SubscriptionConfirmation",
        Token="abc",
        SubscribeURL=SUBSCRIBE_URL,
        Subject=None,
        **changes,
    )


def signed(told: dict[str, Any], key: rsa.RSAPrivateKey) -> dict[str, Any]:
    """With the signature that Amazon's documentation describes, written here a second time on purpose."""
    names = ["Message", "MessageId"]
    names += ["Subject"] if "Subject" in told and told["Type"] == "Notification" else []
    names += ["SubscribeURL"] if told["Type"] != "Notification" else []
    names += ["Timestamp"]
    names += ["Token"] if told["Type"] != "Notification" else []
    names += ["TopicArn", "Type"]
    text = "".join(f"{name}\n{told[name]}\n" for name in names)
    hashed = hashes.SHA1() if told["SignatureVersion"] == "1" else hashes.SHA256()  # noqa: S303 - SNS's own first version
    return {
        **told,
        "Signature": base64.b64encode(key.sign(text.encode(), padding.PKCS1v15(), hashed)).decode(),
    }


def received(
    raw: bytes | None,
    *,
    dmarc: str = "PASS",
    spam: str = "PASS",
    to: str = "reservas@casalola.example",
    **action: str,
) -> str:
    """SES's notification of a letter: with it inside, or with the place in S3 where it lies."""
    told: dict[str, Any] = {
        "notificationType": "Received",
        "mail": {
            "timestamp": "2026-12-16T09:00:00.000Z",
            "source": "lucia@correo.example",
            "messageId": "o3vrnil0e2ic",
            "destination": [to],
        },
        "receipt": {
            "timestamp": "2026-12-16T09:00:00.000Z",
            "recipients": [to],
            "spamVerdict": {"status": spam},
            "virusVerdict": {"status": "PASS"},
            "spfVerdict": {"status": "PASS"},
            "dkimVerdict": {"status": "PASS"},
            "dmarcVerdict": {"status": dmarc},
            "action": {"type": "SNS", "topicArn": TOPIC, **action},
        },
    }
    if raw is not None:
        told["content"] = (
            base64.b64encode(raw).decode() if action.get("encoding") == "BASE64" else raw.decode()
        )
    return json.dumps(told)


@dataclass
class StandInAws:
    """Certificates by address, what was confirmed, and whether it is away."""

    certificates: dict[str, bytes] = field(default_factory=dict)
    confirmed: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    away: bool = False

    def certificate(self, url: str) -> bytes:
        self.asked.append(url)
        if self.away or url not in self.certificates:
            raise Unreachable("away")
        return self.certificates[url]

    def confirm(self, url: str) -> None:
        if self.away:
            raise Unreachable("away")
        self.confirmed.append(url)
