"""Asks a program whether it is well, in the few bytes its protocol needs. Called by the keepers; never raises
for a program that is down.

Written on sockets, not on the drivers: a probe must not wait for a pool, a thread or a library's own retries.
"""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Awaitable, Callable
from pathlib import Path

from backend.platform.supervisor.programs import Probe

_STARTUP_VERSION = 3 << 16
_CANNOT_CONNECT_NOW = b"57P03"  # starting up, shutting down or recovering

Opened = Awaitable[tuple[asyncio.StreamReader, asyncio.StreamWriter]]


def _probe(connect: Callable[[], Opened], question: bytes, well: Callable[[bytes], bool]) -> Probe:
    """Sends `question` and judges the first bytes of the answer; no connection and no answer are a no."""

    async def probe() -> bool:
        try:
            reader, writer = await connect()
        except OSError:
            return False
        try:
            writer.write(question)
            await writer.drain()
            return well(await reader.read(512))
        except OSError:
            return False
        finally:
            writer.close()

    return probe


def postgres(socket: Path, *, even_recovering: bool = False) -> Probe:
    """Whether PostgreSQL takes connections on that socket; with `even_recovering`, whether a postmaster
    answers at all.
    """
    options = b"user\0saveit\0database\0saveit\0\0"
    question = struct.pack(">ii", 8 + len(options), _STARTUP_VERSION) + options

    def well(answer: bytes) -> bool:
        return bool(answer) and (even_recovering or _CANNOT_CONNECT_NOW not in answer)

    return _probe(lambda: asyncio.open_unix_connection(str(socket)), question, well)


def redis(socket: Path) -> Probe:
    """Whether Redis answers PING on that socket."""
    return _probe(
        lambda: asyncio.open_unix_connection(str(socket)), b"PING\r\n", lambda answer: answer == b"+PONG\r\n"
    )


def http(host: str, port: int, path: str) -> Probe:
    """Whether `GET path` answers 200."""
    head = (
        f"GET {path} HTTP/1.0\r\nHost: {host}\r\nUser-Agent: saveit-supervisor\r\nConnection: close\r\n\r\n"
    )
    connect = lambda: asyncio.open_connection(host, port)  # noqa: E731
    return _probe(connect, head.encode(), lambda answer: answer.split(b" ", 2)[1:2] == [b"200"])


def redis_key(socket: Path, key: str) -> Probe:
    """Whether Redis has the key; a program that keeps one alive shows by it that it works."""
    return _probe(
        lambda: asyncio.open_unix_connection(str(socket)),
        f"EXISTS {key}\r\n".encode(),
        lambda answer: answer == b":1\r\n",
    )
