"""Reading the enrolment QR: where the server is, and the code that makes this device one of the restaurant's.

Called by the enrol screen with whatever the camera read or a person pasted.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qs

_CODE = re.compile(r"[A-Za-z0-9](?:[ _-]?[A-Za-z0-9]){3,31}")


@dataclass(frozen=True, slots=True)
class Invitation:
    """What an enrolment QR offers; a bare code leaves the server to be typed."""

    code: str
    server_url: str | None = None


def read_invitation(text: str) -> Invitation | None:
    """`saveit:enrol?server=URL&code=CODE`, as the manager's page shows it, or a bare code; None for all else."""
    text = text.strip()
    if _CODE.fullmatch(text):
        return Invitation(code=text)
    scheme, _, rest = text.partition(":")
    action, _, query = rest.partition("?")
    if (scheme.lower(), action.lower()) != ("saveit", "enrol"):
        return None
    offered = parse_qs(query)
    code, server = offered.get("code", [""])[0], offered.get("server", [""])[0]
    if not _CODE.fullmatch(code) or not server.startswith(("http://", "https://")):
        return None
    return Invitation(code=code, server_url=server.rstrip("/"))


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
