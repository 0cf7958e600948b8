"""Form tokens: proof that a form was made by our page for this very link and purpose.

Pure. The guest routes put one into each form and refuse a post without it, so that no other site can make a
guest's browser change or cancel a booking.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta

LIFETIME = timedelta(hours=12)
_MAC_BYTES = 16


def sign_form(key: bytes, subject: str, purpose: str, now: datetime) -> str:
    """A token for one `purpose` ('change', 'cancel', ...) of one `subject` (the guest's link, a slug)."""
    issued = int(now.timestamp())
    return f"{issued:x}.{_mac(key, subject, purpose, issued)}"


def verify_form(key: bytes, token: str, subject: str, purpose: str, now: datetime) -> bool:
    """Whether `token` was made by `sign_form` with the same key, subject and purpose, within LIFETIME."""
    stamp, _, mac = token.partition(".")
    if not mac.isascii() or len(stamp) > 12:
        return False
    try:
        issued = int(stamp, 16)
        age = now - datetime.fromtimestamp(issued, UTC)
    except (ValueError, OverflowError, OSError):
        return False
    return timedelta(0) <= age <= LIFETIME and hmac.compare_digest(mac, _mac(key, subject, purpose, issued))


def _mac(key: bytes, subject: str, purpose: str, issued: int) -> str:
    """The parts are length-prefixed, so that no two different triples sign the same bytes."""
    parts = [part.encode() for part in ("saveit/form", subject, purpose, str(issued))]
    message = b"".join(len(part).to_bytes(4, "big") + part for part in parts)
    digest = hmac.new(key, message, hashlib.sha256).digest()[:_MAC_BYTES]
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
