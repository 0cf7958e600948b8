"""Messages of Amazon SNS over HTTPS: are they Amazon's, for us, and of today? Called by the SES webhook.

The signature covers what the message says and the topic it came by; the certificate it names is fetched over TLS from SNS's own
hosts only, checked for SNS's name and its days, and kept. Which topics may write to us is a setting: a valid signature alone says
no more than that somebody has an AWS account. Older messages than SNS would repeat are replays.
"""

from __future__ import annotations

import base64
import binascii
import re
import threading
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Protocol
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.x509.oid import NameOID

_HOST: Final = re.compile(r"sns\.([a-z]{2}(?:-[a-z]+){1,3}-\d{1,2})\.amazonaws\.com(?:\.cn)?")
_CERTIFICATE: Final = re.compile(r"/SimpleNotificationService-[0-9A-Za-z]{1,64}\.pem")
_TOPIC: Final = re.compile(r"arn:aws(?:-cn|-us-gov)?:sns:([a-z0-9-]+):\d{12}:[A-Za-z0-9_-]{1,256}(?:\.fifo)?")
_SIGNED: Final = {
    "Notification": ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    "SubscriptionConfirmation": (
        "Message",
        "MessageId",
        "SubscribeURL",
        "Timestamp",
        "Token",
        "TopicArn",
        "Type",
    ),
    "UnsubscribeConfirmation": (
        "Message",
        "MessageId",
        "SubscribeURL",
        "Timestamp",
        "Token",
        "TopicArn",
        "Type",
    ),
}
_AHEAD: Final = timedelta(minutes=5)
_KEPT_CERTIFICATES: Final = 16
_ISSUED_TO: Final = re.compile(r"sns(?:\.[a-z0-9-]+)?\.amazonaws\.com(?:\.cn)?")


class NotFromSnsError(Exception):
    """The message is not one that we take; the text says why, for the log."""


class Unreachable(Exception):  # noqa: N818 - a state of the world
    """Something at AWS does not answer now: SNS shall repeat."""


class Aws(Protocol):
    """What is fetched from AWS, so that tests can stand in for it."""

    def certificate(self, url: str) -> bytes:
        """The PEM at a checked address; raises Unreachable."""

    def confirm(self, url: str) -> None:
        """Opens a checked address that confirms a subscription; raises Unreachable."""


@dataclass(frozen=True, slots=True)
class SnsMessage:
    """A verified message. `subscribe_url` is set on confirmations, already checked."""

    kind: str
    message_id: str
    topic: str
    text: str
    at: datetime
    subscribe_url: str = ""


class SnsVerifier:
    """Verifies messages of the topics that are allowed."""

    def __init__(self, aws: Aws, topics: Collection[str], oldest: timedelta) -> None:
        self._aws = aws
        self._topics = frozenset(topics)
        self._oldest = oldest
        self._certificates: dict[str, x509.Certificate] = {}
        self._lock = threading.Lock()

    def verify(self, told: Mapping[str, Any], now: datetime) -> SnsMessage:
        """The message. Raises NotFromSnsError for what is forged, stale or not for us, Unreachable when that cannot be told."""
        if not all(isinstance(each, str) for each in told.values() if each is not None):
            raise NotFromSnsError("a field is no text")
        kind, topic = _text(told, "Type"), _text(told, "TopicArn")
        if kind not in _SIGNED:
            raise NotFromSnsError("no kind of message that SNS sends")
        region = _TOPIC.fullmatch(topic)
        if topic not in self._topics or region is None:
            raise NotFromSnsError("not a topic of ours")
        at = self._instant(_text(told, "Timestamp"), now)
        self._check_signature(told, kind, region[1], now)
        subscribe_url = _text(told, "SubscribeURL") if kind != "Notification" else ""
        if subscribe_url and _sns_region(subscribe_url) != region[1]:
            raise NotFromSnsError("the confirmation leads elsewhere")
        return SnsMessage(kind, _text(told, "MessageId"), topic, _text(told, "Message"), at, subscribe_url)

    def _instant(self, text: str, now: datetime) -> datetime:
        try:
            at = datetime.fromisoformat(text)
        except ValueError as wrong:
            raise NotFromSnsError("the time cannot be read") from wrong
        at = at.replace(tzinfo=UTC) if at.tzinfo is None else at
        if not now - self._oldest <= at <= now + _AHEAD:
            raise NotFromSnsError("not of today: a replay, or a clock that is wrong")
        return at

    def _check_signature(self, told: Mapping[str, Any], kind: str, region: str, now: datetime) -> None:
        version = _text(told, "SignatureVersion")
        if version not in ("1", "2"):
            raise NotFromSnsError("unknown signature version")
        try:
            signature = base64.b64decode(_text(told, "Signature"), validate=True)
        except (binascii.Error, ValueError) as wrong:
            raise NotFromSnsError("the signature is no base64") from wrong
        key = self._key(_text(told, "SigningCertURL"), region, now)
        try:
            # Version 1 is SHA-1: an old hash, but of a text that its author cannot choose against SNS's key.
            hashed = SHA1() if version == "1" else SHA256()  # noqa: S303
            key.verify(signature, string_to_sign(told, kind), padding.PKCS1v15(), hashed)
        except InvalidSignature as wrong:
            raise NotFromSnsError("the signature does not hold") from wrong

    def _key(self, url: str, region: str, now: datetime) -> rsa.RSAPublicKey:
        if (
            _sns_region(url) != region
            or not _CERTIFICATE.fullmatch(urlsplit(url).path)
            or urlsplit(url).query
        ):
            raise NotFromSnsError("the certificate is not SNS's")
        certificate = self._certificates.get(url) or self._fetched(url)
        if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
            raise NotFromSnsError("the certificate is not of today")
        key = certificate.public_key()
        if not isinstance(key, rsa.RSAPublicKey):
            raise NotFromSnsError("the certificate has another kind of key")
        return key

    def _fetched(self, url: str) -> x509.Certificate:
        try:
            certificate = x509.load_pem_x509_certificate(self._aws.certificate(url))
        except ValueError as wrong:
            raise NotFromSnsError("the certificate cannot be read") from wrong
        if not any(_ISSUED_TO.fullmatch(name) for name in _names(certificate)):
            raise NotFromSnsError("the certificate is somebody else's")
        with self._lock:
            if len(self._certificates) >= _KEPT_CERTIFICATES:
                self._certificates.clear()
            self._certificates[url] = certificate
        return certificate


def string_to_sign(told: Mapping[str, Any], kind: str) -> bytes:
    """Names and values of the signed fields, a line each, in the order of their names; those that are absent left out."""
    return "".join(f"{name}\n{told[name]}\n" for name in _SIGNED[kind] if told.get(name) is not None).encode(
        "utf-8", "surrogatepass"
    )


def _text(told: Mapping[str, Any], name: str) -> str:
    value = told.get(name)
    return value if isinstance(value, str) else ""


def _sns_region(url: str) -> str | None:
    """The region of an address at SNS; None for any other."""
    try:
        parts = urlsplit(url)
        plain = (
            parts.scheme == "https" and parts.port is None and parts.username is None and not parts.fragment
        )
    except ValueError:
        return None
    host = _HOST.fullmatch(parts.netloc) if plain else None
    return host[1] if host else None


def _names(certificate: x509.Certificate) -> list[str]:
    names = [str(each.value) for each in certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)]
    try:
        more = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return names
    return [*names, *more.get_values_for_type(x509.DNSName)]
