"""Identifiers: UUIDv7 (RFC 9562), so that keys sort by time and a month is a range of keys; and short codes people can read out.

Called by every use case that makes a row.
"""

from __future__ import annotations

import os
import secrets
import time
from datetime import datetime
from uuid import UUID

# No 0/O, 1/I/L, U: what is left survives a phone call and a loud room.
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"


def uuid7(milliseconds: int | None = None) -> UUID:
    """A new UUIDv7; `milliseconds` since 1970 defaults to now."""
    stamp = time.time_ns() // 1_000_000 if milliseconds is None else milliseconds
    random = int.from_bytes(os.urandom(10), "big")
    value = (stamp & (1 << 48) - 1) << 80
    value |= 0x7 << 76 | (random >> 68 & 0xFFF) << 64
    value |= 0b10 << 62 | random & (1 << 62) - 1
    return UUID(int=value)


def uuid7_floor(instant: datetime) -> UUID:
    """The smallest UUIDv7-ordered value at that instant: the bound of a partition."""
    return UUID(int=(int(instant.timestamp() * 1000) & (1 << 48) - 1) << 80)


def short_code(length: int = 6) -> str:
    """A random code for people, such as 'K7M2QX'; about 29 bits at the default length."""
    rest, letters = secrets.randbelow(len(_ALPHABET) ** length), []
    for _ in range(length):
        rest, letter = divmod(rest, len(_ALPHABET))
        letters.append(_ALPHABET[letter])
    return "".join(letters)
