"""Encryption of what is personal or secret on this device: AES-256-GCM under a key that only this user's
account can read.

Called by the store. The key lies in a file of mode 600 beside the database; a copy of the database alone is
worth nothing.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_KEY_BYTES = 32
_NONCE_BYTES = 12


class UnreadableError(Exception):
    """A sealed value was made with another key or was changed on disk."""


class Seal:
    """Seals and opens values. `purpose` binds a value to its place, so that rows cannot be swapped."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def seal(self, plain: bytes, purpose: str) -> bytes:
        """The value encrypted, with its nonce in front."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, plain, purpose.encode())

    def open(self, sealed: bytes, purpose: str) -> bytes:
        """The value as it was; UnreadableError when key or purpose is another, or a byte was changed."""
        try:
            return self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], purpose.encode())
        except (InvalidTag, ValueError) as unreadable:
            raise UnreadableError(purpose) from unreadable


def key_file(path: Path) -> bytes:
    """The device's key, made at the first start. ValueError when the file is not a key."""
    try:
        key = path.read_bytes()
    except FileNotFoundError:
        return _new_key_file(path)
    if len(key) != _KEY_BYTES:
        raise ValueError(f"{path} is not a key of {_KEY_BYTES} bytes")
    return key


def _new_key_file(path: Path) -> bytes:
    path.parent.mkdir(parents=True, exist_ok=True)
    key = secrets.token_bytes(_KEY_BYTES)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(key)
        file.flush()
        os.fsync(file.fileno())
    return key
