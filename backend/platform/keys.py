"""Master secrets and the keys made from them.

The embedded home keeps the masters in a key file (mode 600) made at first start; each purpose has numbered keys, so that rotation
adds a number and old ones still open what they sealed. Called by `wiring`, `access`, `checkin` and the ciphers.
"""

from __future__ import annotations

import base64
import fcntl
import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

PURPOSES = ("qr", "data", "tokens", "index", "database")


def derive(master: bytes, info: bytes, length: int = 32) -> bytes:
    """HKDF-SHA256 (RFC 5869) with an empty salt; up to 32 bytes, so one expansion block is enough."""
    if not 0 < length <= 32:
        raise ValueError("derive() gives 1 to 32 bytes")
    extracted = hmac.digest(b"\0" * 32, master, hashlib.sha256)
    return hmac.digest(extracted, info + b"\x01", hashlib.sha256)[:length]


@dataclass(frozen=True, slots=True)
class KeyRing:
    """The numbered keys of one purpose; the highest number is the one to seal with."""

    keys: Mapping[int, bytes]

    @property
    def current_id(self) -> int:
        """The number of the newest key."""
        return max(self.keys)

    def get(self, key_id: int) -> bytes | None:
        """The key of that number, or None."""
        return self.keys.get(key_id)


class SecretStore(Protocol):
    """Where master secrets live."""

    def ring(self, purpose: str) -> KeyRing:
        """The current ring of a purpose; cheap enough to call for each use."""

    def rotate(self, purpose: str) -> int:
        """Adds a new key and returns its number; older ones stay."""


class KeyFile:
    """Master secrets in a JSON file that only its owner can read. Notices rotations made by another process."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._name = str(path)
        self._stamp: tuple[int, int] | None = None
        self._rings: dict[str, KeyRing] = {}

    def ring(self, purpose: str) -> KeyRing:
        status = os.stat(self._name)  # asked for each use: a path object would cost more than the look
        stamp = (status.st_mtime_ns, status.st_ino)
        if stamp != self._stamp:
            self._rings = self._read()
            self._stamp = stamp
        return self._rings[purpose]

    def rotate(self, purpose: str) -> int:
        if purpose not in ("qr", "data"):
            raise ValueError(f"keys for {purpose!r} do not rotate: what they made could no longer be found")
        with self._locked():
            rings = self._read()
            number = rings[purpose].current_id + 1
            if number > 255:
                raise ValueError("a key number is one byte; 255 rotations are used up")
            rings[purpose] = KeyRing({**rings[purpose].keys, number: secrets.token_bytes(32)})
            self._write(rings)
        return number

    def ensure(self) -> None:
        """Makes the file with fresh secrets unless it is there."""
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with self._locked():
            if not self._path.exists():
                self._write({purpose: KeyRing({1: secrets.token_bytes(32)}) for purpose in PURPOSES})

    def _locked(self) -> _FileLock:
        return _FileLock(self._path.with_suffix(".lock"))

    def _read(self) -> dict[str, KeyRing]:
        stored = json.loads(self._path.read_text(encoding="ascii"))
        return {
            purpose: KeyRing({int(number): base64.b64decode(key) for number, key in keys.items()})
            for purpose, keys in stored.items()
        }

    def _write(self, rings: Mapping[str, KeyRing]) -> None:
        document = {
            purpose: {str(number): base64.b64encode(key).decode() for number, key in ring.keys.items()}
            for purpose, ring in rings.items()
        }
        fresh = self._path.with_suffix(".new")
        handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            json.dump(document, file)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._path)


class _FileLock:
    """An exclusive lock between processes for the length of a `with` block."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._handle = -1

    def __enter__(self) -> None:
        self._handle = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(self._handle, fcntl.LOCK_EX)

    def __exit__(self, *_: object) -> None:
        os.close(self._handle)
