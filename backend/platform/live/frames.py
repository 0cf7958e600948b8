"""WebSocket frames as bytes (RFC 6455), from the server's side: what one socket gets is what every socket
gets.

Pure; used by the connection and by the feed, which makes an event's frame once for all screens.
"""

from __future__ import annotations

import base64
import hashlib
import json
import struct
from typing import Any

PING = b"\x89\x00"
_ACCEPT = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_TEXT, _CLOSE, _PONG = 0x81, 0x88, 0x8A

GOING_AWAY = 1001
PROTOCOL_ERROR = 1002
POLICY_VIOLATION = 1008
TOO_BIG = 1009
TRY_AGAIN = 1013
UNAUTHENTICATED = 4401


def text_frame(payload: bytes) -> bytes:
    """One whole text message."""
    return _head(_TEXT, len(payload)) + payload


def json_frame(message: dict[str, Any]) -> bytes:
    """One whole text message of compact JSON."""
    return text_frame(json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode())


def close_frame(code: int, reason: str = "") -> bytes:
    """The farewell; `reason` is cut to what fits."""
    payload = struct.pack("!H", code) + reason.encode()[:123]
    return _head(_CLOSE, len(payload)) + payload


def pong_frame(payload: bytes) -> bytes:
    """The answer to a ping; a ping's payload is 125 bytes at most."""
    return _head(_PONG, len(payload)) + payload


def accept_token(key: str) -> str:
    """The Sec-WebSocket-Accept for a client's Sec-WebSocket-Key."""
    return base64.b64encode(hashlib.sha1(key.encode() + _ACCEPT, usedforsecurity=False).digest()).decode()


def _head(first: int, length: int) -> bytes:
    if length < 126:
        return bytes((first, length))
    if length < 1 << 16:
        return struct.pack("!BBH", first, 126, length)
    return struct.pack("!BBQ", first, 127, length)
