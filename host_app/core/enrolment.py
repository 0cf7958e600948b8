"""Reading the enrolment QR: where the server is, and the code that makes this device one of the restaurant's.

Called by the enrol screen with whatever the camera read or a person pasted.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{3,63}")


@dataclass(frozen=True, slots=True)
class Invitation:
    """What an enrolment QR offers; a bare code leaves the server to be typed."""

    code: str
    server_url: str | None = None


def read_invitation(text: str) -> Invitation | None:
    """`https://HOST[/...]?code=CODE` (or `enrol=`, also after `#`), or a bare code; None for all else."""
    text = text.strip()
    if _CODE.fullmatch(text):
        return Invitation(code=text)
    try:
        address = urlsplit(text)
        port = f":{address.port}" if address.port else ""
    except ValueError:
        return None
    if address.scheme not in ("http", "https") or not address.hostname:
        return None
    offered = parse_qs(address.query) | parse_qs(address.fragment)
    for name in ("code", "enrol"):
        for value in offered.get(name, []):
            if _CODE.fullmatch(value):
                host = f"[{address.hostname}]" if ":" in address.hostname else address.hostname
                return Invitation(code=value, server_url=f"{address.scheme}://{host}{port}")
    return None


def server_address(text: str) -> str:
    """What a person typed, as an address: the scheme added, spaces and a closing slash taken away.

    Without a scheme it is https, except on this machine and on bare addresses of the house's own network.
    """
    text = text.strip().rstrip("/")
    if not text or "://" in text:
        return text
    host = text.split("/")[0].split(":")[0]
    local = host == "localhost" or re.fullmatch(r"(127|10|192\.168|172\.(1[6-9]|2\d|3[01]))(\.\d+)+", host)
    return f"{'http' if local else 'https'}://{text}"
