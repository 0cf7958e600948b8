"""Many WebSocket clients in one thread: connect, say who they are, subscribe, and see when the last of them has an event.

Used by the `live` bench. They speak just enough of RFC 6455 for that, on bare sockets, so that two thousand cost little.
"""

from __future__ import annotations

import base64
import json
import os
import selectors
import socket
import time
from typing import Any
from uuid import UUID

_WAIT_S = 30.0
_AT_ONCE = 100  # connections that are being made; more would only wait in the server's queue
_TEXT, _CLOSE, _PING = 0x81, 0x88, 0x89


class Screen:
    """One connection. Steps: handshake, authenticate and subscribe, then events."""

    def __init__(self, port: int) -> None:
        self.sock = socket.create_connection(("127.0.0.1", port), timeout=_WAIT_S)
        self.subscribed = False
        self._got = bytearray()
        self._upgraded = False

    def knock(self) -> None:
        """Asks for the WebSocket."""
        key = base64.b64encode(os.urandom(16)).decode()
        self.sock.sendall(
            b"GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " + key.encode() + b"\r\n\r\n"
        )

    def say(self, message: dict[str, Any]) -> None:
        """Sends a message."""
        self._send(_TEXT, json.dumps(message).encode())

    def read(self) -> list[bytes]:
        """The messages that have come; pings are answered. Raises ConnectionError when the server ended it."""
        part = self.sock.recv(65_536)
        if not part:
            raise ConnectionError("the server closed a screen's connection")
        self._got += part
        if not self._upgraded and not self._take_handshake():
            return []
        messages = []
        while (frame := self._take_frame()) is not None:
            first, payload = frame
            if first == _PING:
                self._send(0x8A, payload)
            elif first == _CLOSE:
                raise ConnectionError(f"the server closed a screen: {payload!r}")
            else:
                messages.append(payload)
        return messages

    @property
    def is_open(self) -> bool:
        """Whether the handshake is done."""
        return self._upgraded

    def _take_handshake(self) -> bool:
        head, found, rest = self._got.partition(b"\r\n\r\n")
        if not found:
            return False
        if not head.startswith(b"HTTP/1.1 101"):
            raise ConnectionError(f"no WebSocket: {bytes(head[:200])!r}")
        self._got, self._upgraded = rest, True
        return True

    def _take_frame(self) -> tuple[int, bytes] | None:
        got = self._got
        if len(got) < 2:
            return None
        length, start = got[1] & 0x7F, 2
        if length > 125:
            start = 4 if length == 126 else 10
            length = int.from_bytes(got[2:start], "big")
        if len(got) < start + length:
            return None
        first, payload = got[0], bytes(got[start : start + length])
        del got[: start + length]
        return first, payload

    def _send(self, first: int, payload: bytes) -> None:
        length = len(payload)
        size = bytes([0x80 | length]) if length < 126 else b"\xfe" + length.to_bytes(2, "big")
        # A mask of zeros leaves the payload as it is, which is allowed.
        self.sock.sendall(bytes([first]) + size + bytes(4) + payload)


class Wall:
    """All screens of one restaurant."""

    def __init__(self, port: int, restaurant_id: UUID, token: str) -> None:
        self._port, self._restaurant_id, self._token = port, str(restaurant_id), token
        self._selector = selectors.DefaultSelector()
        self._screens: list[Screen] = []

    def __len__(self) -> int:
        return len(self._screens)

    def grow(self, number: int) -> None:
        """Connects that many screens and waits until each is subscribed."""
        for _ in range(0, number, _AT_ONCE):
            fresh = [self._open() for _ in range(min(_AT_ONCE, number - len(self._screens)))]
            self._until(lambda fresh=fresh: all(screen.subscribed for screen in fresh))

    def wait_for(self, mark: bytes) -> float:
        """Until every screen has a message with that mark in it; the moment the last one had it (perf_counter)."""
        missing = set(map(id, self._screens))
        deadline = time.monotonic() + _WAIT_S
        while missing:
            for key, _ in self._ready(deadline):
                if any(mark in message for message in key.data.read()):
                    missing.discard(id(key.data))
        return time.perf_counter()

    def close(self) -> None:
        """Ends every connection."""
        self._selector.close()
        for screen in self._screens:
            screen.sock.close()

    def _open(self) -> Screen:
        screen = Screen(self._port)
        self._screens.append(screen)
        self._selector.register(screen.sock, selectors.EVENT_READ, screen)
        screen.knock()
        return screen

    def _until(self, done: Any) -> None:
        deadline = time.monotonic() + _WAIT_S
        while not done():
            for key, _ in self._ready(deadline):
                self._step(key.data)

    def _step(self, screen: Screen) -> None:
        was_open = screen.is_open
        messages = screen.read()
        if screen.is_open and not was_open:
            screen.say({"action": "authenticate", "token": self._token})
            screen.say({"action": "subscribe", "restaurantId": self._restaurant_id})
        for message in messages:
            said = json.loads(message)
            if said["type"] == "error":
                raise ConnectionError(f"a screen was refused: {said}")
            screen.subscribed = screen.subscribed or said["type"] == "subscribed"

    def _ready(self, deadline: float) -> list[tuple[selectors.SelectorKey, int]]:
        ready = self._selector.select(max(0.0, deadline - time.monotonic()))
        if not ready:
            raise TimeoutError("the screens heard nothing for 30 s")
        return ready
