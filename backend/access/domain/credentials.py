"""What credentials look like: API keys, device tokens, refresh tokens, enrolment codes. Standard library
only.

Called by the access services and the authenticator. Randomness comes as an argument; what is stored is a
fingerprint.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from urllib.parse import urlencode

KEY_PREFIXES = {"publishable": "pk_", "secret": "sk_"}
DEVICE_PREFIX = "dt_"
REFRESH_PREFIX = "rt_"
GUEST_PREFIX = "g_"

_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_LENGTH = 32  # base62 characters: 190 bits
_SHAPE = re.compile(r"(pk|sk|dt|rt)_[0-9A-Za-z]{32}")
_CODE = re.compile(r"[0-9A-Z]{8}")
_BETWEEN = re.compile(r"[\s\-–—_.]+")


def credential(prefix: str, random: bytes) -> str:
    """The credential made of at least 32 unpredictable bytes, such as 'pk_' and 32 base62 characters."""
    if len(random) < 32:
        raise ValueError("a credential needs 32 unpredictable bytes")
    number = int.from_bytes(random, "big")
    characters = []
    for _ in range(_LENGTH):
        number, digit = divmod(number, 62)
        characters.append(_BASE62[digit])
    return prefix + "".join(characters)


def well_formed(token: str, prefix: str) -> bool:
    """Whether the text can be a credential of that kind; saves a look-up for what cannot."""
    return token.startswith(prefix) and _SHAPE.fullmatch(token) is not None


def kind_of_key(token: str) -> str | None:
    """'publishable' or 'secret' for the text of an API key, else None."""
    return next((kind for kind, prefix in KEY_PREFIXES.items() if well_formed(token, prefix)), None)


def fingerprint(token: str) -> bytes:
    """What is stored of a credential. It is random enough that a plain SHA-256 cannot be searched
    backwards.
    """
    return hashlib.sha256(token.encode()).digest()


def hint(token: str) -> str:
    """What lists show of a key: its kind and last four characters, 'sk_…9fQ2'."""
    return f"{token[:3]}…{token[-4:]}"


def normalise_enrolment_code(text: str) -> str | None:
    """The code as stored, from what a person typed or a camera read ('k7m2 qx4t'); None when it cannot be
    one.
    """
    code = _BETWEEN.sub("", text).upper()
    return code if _CODE.fullmatch(code) else None


def shown_enrolment_code(code: str) -> str:
    """The code as people read it, 'K7M2-QX4T'."""
    return f"{code[:4]}-{code[4:]}"


def enrolment_fingerprint(key: bytes, code: str) -> bytes:
    """What is stored of an enrolment code. Short enough to be guessed from a plain hash, so it is keyed."""
    return hmac.digest(key, code.encode(), hashlib.sha256)


def enrolment_text(server: str, shown_code: str) -> str:
    """What the enrolment QR says to the host app: where the server is and the code as people read it."""
    return "saveit:enrol?" + urlencode({"server": server, "code": shown_code})
