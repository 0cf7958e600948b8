"""The signed link of one booking: what a guest's `manageUrl` carries, and the only proof a guest ever shows.

Issued by `reservations` and `notifications` for each booking, read by the authenticator. Standard library
only.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import struct
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from backend.access.domain.credentials import GUEST_PREFIX

_VERSION = 1
_LAYOUT = struct.Struct(">B16s16sI")  # version, reservation, restaurant, expires (Unix seconds)
_SIGNATURE_BYTES = 16
_LONGEST_INSTANT = 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class GuestLink:
    """What a genuine, unexpired link says."""

    reservation_id: UUID
    restaurant_id: UUID
    expires_at: datetime  # aware UTC, whole seconds


def issue_guest_link(key: bytes, reservation_id: UUID, restaurant_id: UUID, expires_at: datetime) -> str:
    """The token for one booking, 73 characters that need no escaping in a URL.

    `expires_at` is an aware instant before the year 2106; ValueError otherwise.
    """
    if expires_at.tzinfo is None or not 0 <= expires_at.timestamp() <= _LONGEST_INSTANT:
        raise ValueError("a guest link expires at an aware instant between 1970 and 2106")
    claim = _LAYOUT.pack(_VERSION, reservation_id.bytes, restaurant_id.bytes, int(expires_at.timestamp()))
    return GUEST_PREFIX + _encode(claim + _sign(key, claim))


def read_guest_link(key: bytes, token: str, now: datetime) -> GuestLink | None:
    """What the token says, or None when it is forged, damaged, not one of ours or expired at `now`
    (aware).
    """
    data = _decode(token)
    if data is None:
        return None
    claim, signature = data[: _LAYOUT.size], data[_LAYOUT.size :]
    if not hmac.compare_digest(signature, _sign(key, claim)):
        return None
    version, reservation, restaurant, expires = _LAYOUT.unpack(claim)
    if version != _VERSION or now.timestamp() >= expires:
        return None
    return GuestLink(UUID(bytes=reservation), UUID(bytes=restaurant), datetime.fromtimestamp(expires, UTC))


def _sign(key: bytes, claim: bytes) -> bytes:
    return hmac.digest(key, claim, hashlib.sha256)[:_SIGNATURE_BYTES]


def _encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _decode(token: str) -> bytes | None:
    text = token.removeprefix(GUEST_PREFIX)
    if text == token or len(text) != 71:
        return None
    try:
        data = base64.b64decode(text + "=", altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    # One token, one spelling: the last character has bits to spare, and only zeros are ours.
    return data if len(data) == _LAYOUT.size + _SIGNATURE_BYTES and _encode(data) == text else None
