"""The signed code inside a guest's QR: issue it, read it, verify it, and derive the keys it is signed with.

Called by the check-in service on the server and by the host app at the door, so it uses the standard library
only. It knows the format and the signature; whether a guest may come in is decided in `verdict`.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import struct
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from uuid import UUID

PREFIX = "SI1"
CODE_LENGTH = 112
FORMAT_VERSION = 1
KEY_BYTES = 32
NONCE_BYTES = 8

_LAYOUT = struct.Struct(
    ">BBH16s16sII8s"
)  # version, key id, service date, reservation, restaurant, issued, expires, nonce
_SIGNATURE_BYTES = 16
_EPOCH = date(2000, 1, 1)
_LONGEST_INPUT = 512  # a pasted code with line breaks stays far below; anything longer is not ours


@dataclass(frozen=True, slots=True)
class QrPayload:
    """What a well-formed code says. It is a claim until `verify` has accepted its signature."""

    key_id: int
    service_date: date
    reservation_id: UUID
    restaurant_id: UUID
    issued_at: datetime  # aware UTC, whole seconds
    expires_at: datetime  # aware UTC, whole seconds
    nonce: bytes
    signature: bytes  # the first 16 bytes of the HMAC

    @property
    def signed_bytes(self) -> bytes:
        """The 52 bytes that the signature covers."""
        return _pack(
            key_id=self.key_id,
            service_date=self.service_date,
            reservation_id=self.reservation_id,
            restaurant_id=self.restaurant_id,
            issued_at=self.issued_at,
            expires_at=self.expires_at,
            nonce=self.nonce,
        )


@dataclass(frozen=True, slots=True)
class Malformed:
    """The text is not one of our codes; `why` is `length`, `prefix`, `alphabet` or `version`."""

    why: str


def issue(
    *,
    day_key: bytes,
    key_id: int,
    service_date: date,
    reservation_id: UUID,
    restaurant_id: UUID,
    issued_at: datetime,
    expires_at: datetime,
    nonce: bytes,
) -> str:
    """The code to show as a QR: 112 characters of A-Z and 2-7, and the prefix's digit.

    Instants are aware and are cut to whole seconds. ValueError for a key that is not 32 bytes, a nonce that
    is not 8, a naive instant, or a value the format cannot hold (key id 0 to 255, dates 2000 to 2179,
    instants 1970 to 2106).
    """
    signed = _pack(
        key_id=key_id,
        service_date=service_date,
        reservation_id=reservation_id,
        restaurant_id=restaurant_id,
        issued_at=issued_at,
        expires_at=expires_at,
        nonce=nonce,
    )
    blob = signed + _sign(signed, day_key)
    return PREFIX + base64.b32encode(blob).decode("ascii").rstrip("=")


@lru_cache(maxsize=64)
def parse(text: str) -> QrPayload | Malformed:
    """Reads a code without judging its signature. Never raises, whatever the text.

    White space anywhere and lower case are forgiven: both come from pasting out of a mail and from keyboard-
    wedge scanners, and neither can turn one code into another. Anything around the code, a web address too,
    makes it malformed.
    """
    if len(text) > _LONGEST_INPUT or not text.isascii():
        return Malformed("length" if len(text) > _LONGEST_INPUT else "alphabet")
    code = "".join(text.split()).upper()
    if not code.startswith(PREFIX):
        return Malformed("prefix")
    if len(code) != CODE_LENGTH:
        return Malformed("length")
    blob = _base32_bytes(code[len(PREFIX) :])
    if blob is None:
        return Malformed("alphabet")
    if blob[0] != FORMAT_VERSION:
        return Malformed("version")
    return _unpack(blob)


def verify(payload: QrPayload, day_key: bytes) -> bool:
    """Whether the payload was signed with this day key, compared in constant time."""
    return hmac.compare_digest(_sign(payload.signed_bytes, day_key), payload.signature)


def restaurant_key(master: bytes, restaurant_id: UUID) -> bytes:
    """The restaurant's key under one master secret (one key id); 32 bytes. ValueError when the secret is
    shorter than that.
    """
    if len(master) < KEY_BYTES:
        raise ValueError(f"a master secret has at least {KEY_BYTES} bytes")
    return _hkdf_sha256(master, b"saveit/qr/restaurant/" + restaurant_id.bytes)


def day_key(restaurant_key: bytes, service_date: date) -> bytes:
    """The key of one service date, the only kind a tablet ever holds; 32 bytes."""
    return _hkdf_sha256(restaurant_key, b"saveit/qr/day/" + service_date.isoformat().encode("ascii"))


def seed_payload(payload: QrPayload, day_key: bytes) -> dict[str, str | int]:
    """The payload as `/qr/generate` shows it: the five fields in the seed's order, then their signature."""
    return {**_seed_fields(payload), "signature": json_signature(payload, day_key)}


def json_signature(payload: QrPayload, day_key: bytes) -> str:
    """Hex HMAC-SHA256 under the day key over the JSON of the five seed fields, in the seed's order and
    without spaces.
    """
    text = json.dumps(_seed_fields(payload), separators=(",", ":"))
    return hmac.new(day_key, text.encode("ascii"), hashlib.sha256).hexdigest()


def _seed_fields(payload: QrPayload) -> dict[str, str | int]:
    return {
        "reservationId": str(payload.reservation_id),
        "restaurantId": str(payload.restaurant_id),
        "timestamp": int(payload.issued_at.timestamp()),
        "expiresAt": int(payload.expires_at.timestamp()),
        "nonce": payload.nonce.hex(),
    }


def _pack(
    *,
    key_id: int,
    service_date: date,
    reservation_id: UUID,
    restaurant_id: UUID,
    issued_at: datetime,
    expires_at: datetime,
    nonce: bytes,
) -> bytes:
    if len(nonce) != NONCE_BYTES:
        raise ValueError(f"a nonce has {NONCE_BYTES} bytes")
    try:
        return _LAYOUT.pack(
            FORMAT_VERSION,
            key_id,
            (service_date - _EPOCH).days,
            reservation_id.bytes,
            restaurant_id.bytes,
            _unix_seconds(issued_at),
            _unix_seconds(expires_at),
            nonce,
        )
    except struct.error as out_of_range:
        raise ValueError(f"a value does not fit the code's format: {out_of_range}") from out_of_range


def _unpack(blob: bytes) -> QrPayload:
    _, key_id, days, reservation, restaurant, issued, expires, nonce = _LAYOUT.unpack(blob[: _LAYOUT.size])
    return QrPayload(
        key_id=key_id,
        service_date=_EPOCH + timedelta(days=days),
        reservation_id=UUID(bytes=reservation),
        restaurant_id=UUID(bytes=restaurant),
        issued_at=datetime.fromtimestamp(issued, UTC),
        expires_at=datetime.fromtimestamp(expires, UTC),
        nonce=nonce,
        signature=blob[_LAYOUT.size :],
    )


def _unix_seconds(instant: datetime) -> int:
    if instant.tzinfo is None:
        raise ValueError("instants in a code are aware")
    return int(instant.timestamp())


def _base32_bytes(body: str) -> bytes | None:
    try:
        blob = base64.b32decode(body + "=" * (-len(body) % 8))
    except binascii.Error:
        return None
    # 109 characters carry one bit more than 68 bytes. Only the spelling that `issue` writes is ours: two
    # spellings of one code would be two texts for the lock-out at the door and for every log.
    return blob if base64.b32encode(blob).decode("ascii").rstrip("=") == body else None


def _sign(signed: bytes, day_key: bytes) -> bytes:
    if len(day_key) != KEY_BYTES:
        raise ValueError(f"a day key has {KEY_BYTES} bytes")
    return hmac.new(day_key, signed, hashlib.sha256).digest()[:_SIGNATURE_BYTES]


def _hkdf_sha256(secret: bytes, info: bytes) -> bytes:
    """RFC 5869 with an empty salt and one block of output, which is all that 32 bytes need."""
    extracted = hmac.new(b"\x00" * hashlib.sha256().digest_size, secret, hashlib.sha256).digest()
    return hmac.new(extracted, info + b"\x01", hashlib.sha256).digest()
