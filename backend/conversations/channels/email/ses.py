"""What Amazon SES tells over SNS: a letter came in, or one of ours bounced. Called by the webhook after SNS's word was verified.

The letter is in the notification itself (action SNS, up to 150 kB) or in S3 (action S3). Bounces and complaints come by the same
topic or another, in either of SES's two shapes.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol

from backend.conversations.channels.email.door import Arrival
from backend.conversations.channels.email.headers import address_in

_BUCKET: Final = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_LONGEST_KEY: Final = 1024
_MOST_RECIPIENTS: Final = 50


class LetterStore(Protocol):
    """Where SES puts letters; S3."""

    def letter(self, bucket: str, key: str, largest: int) -> bytes | None:
        """The letter's bytes; None when it is larger than that or gone. Raises `sns.Unreachable`."""


class NotUnderstoodError(Exception):
    """A verified notification that says nothing we know; the text says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A letter that lies in S3, and what is known of it."""

    bucket: str
    key: str
    arrival: Arrival


@dataclass(frozen=True, slots=True)
class Failure:
    """A letter of ours that did not arrive, or that somebody complained about; `letter` is SES's id."""

    letter: str
    senders: tuple[str, ...]
    reason: str


def told_in(text: str, at: datetime, buckets: Collection[str]) -> Arrival | Stored | Failure | None:
    """What a notification tells; None for what needs no answer, such as a test or a delivery."""
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        # Amazon's own first word on a new topic is plain text.
        return None
    if not isinstance(told, dict):
        return None
    kind = told.get("notificationType") or told.get("eventType")
    if kind == "Received":
        return _received(told, at, buckets)
    return _failure(told, str(kind)) if kind in ("Bounce", "Complaint") else None


def _received(told: Mapping[str, Any], at: datetime, buckets: Collection[str]) -> Arrival | Stored:
    receipt = _object(told, "receipt")
    recipients = receipt.get("recipients")
    listed = recipients if isinstance(recipients, list) else []
    found = [address_in(str(each)) for each in listed[:_MOST_RECIPIENTS]]
    arrival = Arrival(
        raw=b"",
        at=at,
        recipients=tuple(each for each in found if each),
        # DMARC is about the address that people see; DKIM and SPF of whatever domain are not.
        proven=_verdict(receipt, "dmarcVerdict") == "PASS",
        spam="FAIL" in (_verdict(receipt, "spamVerdict"), _verdict(receipt, "virusVerdict")),
    )
    action = _object(receipt, "action")
    if isinstance(told.get("content"), str):
        return _with(arrival, _content(told["content"], str(action.get("encoding", ""))))
    bucket, key = action.get("bucketName"), action.get("objectKey")
    if action.get("type") != "S3" or not isinstance(bucket, str) or not isinstance(key, str):
        raise NotUnderstoodError("the letter is neither in it nor in S3")
    if not _BUCKET.fullmatch(bucket) or bucket not in buckets or not 0 < len(key) <= _LONGEST_KEY:
        raise NotUnderstoodError("the letter is in a place that is not ours")
    return Stored(bucket, key, arrival)


def _content(content: str, encoding: str) -> bytes:
    if encoding.upper() == "BASE64":
        try:
            return base64.b64decode(content, validate=False)
        except (binascii.Error, ValueError) as wrong:
            raise NotUnderstoodError("the letter's base64 cannot be read") from wrong
    return content.encode("utf-8", "surrogateescape")


def _with(arrival: Arrival, raw: bytes) -> Arrival:
    return Arrival(raw, arrival.at, arrival.recipients, proven=arrival.proven, spam=arrival.spam)


def with_letter(stored: Stored, raw: bytes) -> Arrival:
    """The arrival, once its letter was fetched."""
    return _with(stored.arrival, raw)


def _failure(told: Mapping[str, Any], kind: str) -> Failure | None:
    """Final failures alone: a mailbox that is full today may take the next mail."""
    mail, about = _object(told, "mail"), _object(told, kind.lower())
    if kind == "Bounce" and about.get("bounceType") != "Permanent":
        return None
    letter = mail.get("messageId")
    if not isinstance(letter, str) or not letter:
        raise NotUnderstoodError("the letter it is about has no name")
    source = address_in(str(mail.get("source", "")))
    detail = about.get("bounceSubType") if kind == "Bounce" else about.get("complaintFeedbackType")
    return Failure(letter[:200], (source,) if source else (), f"{kind} {detail or ''}".strip()[:100])


def _verdict(receipt: Mapping[str, Any], name: str) -> str:
    return str(_object(receipt, name).get("status", "")).upper()


def _object(told: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = told.get(name)
    return value if isinstance(value, dict) else {}
