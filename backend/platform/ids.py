"""Identifiers: UUIDv7 (RFC 9562), so that keys sort by time and a month is a range of keys; and short codes people can read out.

Called by every use case that makes a row.
"""

from __future__ import annotations

import os
import secrets
import threading
import time
from datetime import datetime
from uuid import UUID

# No 0/O, 1/I/L, U: what is left survives a phone call and a loud room.
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"

_VERSION_AND_VARIANT = 0x7 << 76 | 0b10 << 62
_ORDER = threading.Lock()
_FOLLOWED_MS = 10_000  # how far behind the one before a clock may be and yet count as out of step
_last = 0  # the last identifier without version and variant: 48 bits of time, 74 of chance


def uuid7(milliseconds: int | None = None) -> UUID:
    """A new UUIDv7; `milliseconds` since 1970 defaults to now.

    Of two made now by one process the later one is greater, also within a millisecond and when the clock is put
    back a little: it goes on from the one before by a random step (RFC 9562, 6.2, method 2), so that order by id
    is order of making. A clock put back by more is followed: identifiers must not stay in months not yet there.
    """
    global _last
    fresh = int.from_bytes(os.urandom(10), "big") & (1 << 74) - 1
    if milliseconds is not None:
        return _with_marks((milliseconds & (1 << 48) - 1) << 74 | fresh)
    candidate = (time.time_ns() // 1_000_000) << 74 | fresh
    with _ORDER:
        if 0 <= (_last >> 74) - (candidate >> 74) <= _FOLLOWED_MS:
            candidate = _last + 1 + (fresh & (1 << 32) - 1)
        _last = candidate
    return _with_marks(candidate)


def _with_marks(value: int) -> UUID:
    """The identifier of 48 bits of time, 12 and 62 of chance, with version and variant put between them."""
    time_bits, high, low = value >> 74, value >> 62 & 0xFFF, value & (1 << 62) - 1
    return UUID(int=time_bits << 80 | high << 64 | low | _VERSION_AND_VARIANT)


def uuid7_floor(instant: datetime) -> UUID:
    """The smallest UUIDv7-ordered value at that instant: the bound of a partition."""
    return UUID(int=(int(instant.timestamp() * 1000) & (1 << 48) - 1) << 80)


def short_code(length: int = 6) -> str:
    """A random code for people, such as 'K7M2QX'; about 29 bits at the default length. Never figures alone: in a conversation
    those are a number of something else.
    """
    while (code := _random_letters(length)).isdigit():
        pass
    return code


def _random_letters(length: int) -> str:
    rest, letters = secrets.randbelow(len(_ALPHABET) ** length), []
    for _ in range(length):
        rest, letter = divmod(rest, len(_ALPHABET))
        letters.append(_ALPHABET[letter])
    return "".join(letters)
