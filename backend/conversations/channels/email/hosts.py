"""Which mail servers a restaurant may name. On a server of many houses a name must not lead into the operator's own network.

Called when an account is connected and each time its server is used, as names may come to lead elsewhere. Pure but for the look-up.
"""

from __future__ import annotations

import ipaddress
import socket


def is_public(host: str) -> bool:
    """Whether the name leads to the open Internet only; a name that leads nowhere does not."""
    try:
        found = {str(each[4][0]) for each in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)}
    except (OSError, UnicodeError):
        return False
    return bool(found) and all(_is_global(address) for address in found)


def _is_global(address: str) -> bool:
    plain = ipaddress.ip_address(address.partition("%")[0])
    mapped = plain.ipv4_mapped if isinstance(plain, ipaddress.IPv6Address) else None
    return (mapped or plain).is_global
