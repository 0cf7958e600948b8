"""One WebSocket after its handshake: reads in the event loop, writes without ever waiting, keeps no greenlet.

A screen is silent most of the time, so a greenlet with its stack for each would be most of its cost. Bytes go
to the socket at once; what it does not take is kept, bounded, and sent when there is room. Nothing here
switches greenlets, so frames are never mixed. Used by the screen, which gives the meaning.
"""

from __future__ import annotations

import contextlib
import socket
import struct
import time
from _socket import socket as PlainSocket  # noqa: N812 - the class without gevent around it: never waits, closes at once
from collections import deque
from dataclasses import dataclass
from typing import Any, Protocol

import gevent
from wsproto.frame_protocol import CloseReason, Frame, FrameProtocol, Opcode, ParseFailed

from backend.platform.live import frames

_READ, _WRITE = 1, 2
_CHUNK = 16_384
_OVERSIZE = 64  # times the message limit: until there, the rest of a large message is read and thrown away
_FRAMES_A_BEAT = 500  # more than any screen has to say between two heartbeats


class Owner(Protocol):
    """Whoever the connection tells."""

    def on_text(self, text: str) -> None:
        """A whole message."""

    def on_malformed(self) -> None:
        """A message that is too large or not text, or bytes that are no WebSocket frames."""

    def on_flood(self) -> None:
        """More frames than `_FRAMES_A_BEAT` since the last `rest`."""

    def on_gone(self, why: str) -> None:
        """The connection has ended; said once."""


@dataclass(frozen=True, slots=True)
class Limits:
    """`backlog`: unsent bytes after which the peer is cut off; `message`: bytes of the largest message it may
    send.
    """

    backlog: int
    message: int


class Connection:
    """Owns a socket."""

    __slots__ = (
        "_allowance",
        "_backlog",
        "_backlog_bytes",
        "_broken",
        "_count",
        "_limits",
        "_owner",
        "_parts",
        "_protocol",
        "_reader",
        "_size",
        "_socket",
        "_writer",
        "closing_since",
        "heard_at",
    )

    def __init__(self, fd: int, limits: Limits) -> None:
        self._socket: PlainSocket | None = PlainSocket(fileno=fd)
        self._socket.setblocking(False)
        self._limits = limits
        self._owner: Owner
        # None once nothing more is understood: after a farewell, or bytes that are no frames.
        self._protocol: FrameProtocol | None = FrameProtocol(client=False, extensions=[])
        self._parts: list[str] = []
        self._size = 0
        self._broken = False
        self._count = 0
        self._backlog: deque[memoryview] = deque()
        self._backlog_bytes = 0
        self._allowance = 0
        self._writer: Any = None
        self._reader = gevent.get_hub().loop.io(fd, _READ)
        self.heard_at = time.monotonic()
        self.closing_since: float | None = None

    def start(self, owner: Owner) -> None:
        """Begins to read."""
        self._owner = owner
        self._reader.start(self._on_readable)

    @property
    def is_open(self) -> bool:
        """Whether messages still go out."""
        return self._socket is not None and self.closing_since is None

    @property
    def is_catching_up(self) -> bool:
        """Whether a replay is still on its way out."""
        return self._allowance > 0

    # Writing ----------------------------------------

    def send(self, data: bytes, *, replay: bool = False) -> None:
        """Sends or keeps the bytes; cuts the peer off when it has too much to catch up with. A replay is not
        held against it.
        """
        if not self.is_open:
            return
        if replay:
            self._allowance += len(data)
        self._write(data)

    def close(self, code: int, reason: str = "") -> None:
        """Says goodbye; the connection ends when the peer does the same, or by `abort`."""
        if self.is_open:
            self.closing_since = time.monotonic()
            self._write(frames.close_frame(code, reason))
            if not self._backlog:
                self._say_no_more()

    def abort(self, why: str) -> None:
        """Ends the connection now; unsent bytes are thrown away, in the kernel too."""
        if self._socket is not None:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self._end(why)

    def _say_no_more(self) -> None:
        """Ends our half, so that a peer that does not know how to say goodbye notices too."""
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_WR)

    def _write(self, data: bytes) -> None:
        if not self._backlog:
            sent = self._try(data)
            if sent == len(data) or self._socket is None:
                return
            self._keep(memoryview(data)[sent:])
        else:
            self._keep(memoryview(data))

    def _try(self, data: bytes | memoryview) -> int:
        if self._socket is None:
            return 0
        try:
            return self._socket.send(data)
        except BlockingIOError:
            return 0
        except OSError:
            self._end("lost")
            return 0

    def _keep(self, rest: memoryview) -> None:
        if self._socket is None:
            return
        if self._backlog_bytes + len(rest) > self._limits.backlog + self._allowance:
            self.abort("slow")
            return
        self._backlog.append(rest)
        self._backlog_bytes += len(rest)
        if self._writer is None:
            self._writer = gevent.get_hub().loop.io(self._socket.fileno(), _WRITE)
            self._writer.start(self._on_writable)

    def _on_writable(self) -> None:
        while self._backlog:
            rest = self._backlog[0]
            sent = self._try(rest)
            if self._socket is None:
                return
            self._backlog_bytes -= sent
            if sent < len(rest):
                self._backlog[0] = rest[sent:]
                return
            self._backlog.popleft()
        self._allowance = 0
        _stop(self._writer)
        self._writer = None
        if self.closing_since is not None:
            self._say_no_more()

    # Reading ----------------------------------------

    def rest(self) -> None:
        """A heartbeat has passed: the count of frames begins again."""
        self._count = 0

    def _on_readable(self) -> None:
        if self._socket is None:
            return
        try:
            data = self._socket.recv(_CHUNK)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._end("lost" if self.closing_since is None else "closed")
            return
        self.heard_at = time.monotonic()
        if self._protocol is not None:
            self._understand(self._protocol, data)

    def _understand(self, protocol: FrameProtocol, data: bytes) -> None:
        try:
            protocol.receive_bytes(data)
            for frame in protocol.received_frames():
                self._count += 1
                if self._count > _FRAMES_A_BEAT and self.is_open:
                    self._owner.on_flood()
                self._take(frame)
                if self._protocol is None or self._socket is None:
                    return
        except ParseFailed as wrong:
            self._owner.on_malformed()
            self.close(int(wrong.code))
            self._protocol = None

    def _take(self, frame: Frame) -> None:
        payload: Any = frame.payload
        if frame.opcode is Opcode.PING:
            self.send(frames.pong_frame(payload))
        elif frame.opcode is Opcode.CLOSE:
            self._take_close(payload[0])
        elif frame.opcode in (Opcode.TEXT, Opcode.BINARY) and self.is_open:
            self._take_part(frame)

    def _take_part(self, frame: Frame) -> None:
        self._size += len(frame.payload)
        self._broken = self._broken or frame.opcode is Opcode.BINARY or self._size > self._limits.message
        if self._size > self._limits.message * _OVERSIZE:
            self._owner.on_malformed()
            self.close(frames.TOO_BIG)
            self._protocol = None
        elif not self._broken:
            self._parts.append(str(frame.payload))
        if frame.message_finished:
            text, broken = "".join(self._parts), self._broken
            self._parts.clear()
            self._size, self._broken = 0, False
            if self.is_open:
                self._owner.on_malformed() if broken else self._owner.on_text(text)

    def _take_close(self, code: int) -> None:
        if self.closing_since is None:
            self._write(frames.close_frame(1000 if code == CloseReason.NO_STATUS_RCVD else code))
        self._end("closed")

    def _end(self, why: str) -> None:
        if self._socket is None:
            return
        # The loop lets go of the socket before it is closed: its number may be another's at once.
        _stop(self._reader)
        _stop(self._writer)
        self._socket.close()
        self._socket = self._reader = self._writer = None
        self._backlog.clear()
        self._owner.on_gone(why)


def _stop(watcher: Any) -> None:
    if watcher is not None:
        watcher.stop()
        watcher.close()
