"""Sealing personal data per restaurant, and finding it again without opening it.

Sealed text: 1 byte format, 1 byte key number, 12 bytes nonce, AES-256-GCM text and tag; the restaurant and the field's name are
authenticated, so a value moved to another row's restaurant or column does not open. Blind indexes are HMAC-SHA256 of the
normalised value. Called by services; stores only see bytes.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from functools import lru_cache
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from backend.platform.keys import SecretStore, derive

_FORMAT = 1


class SealError(Exception):
    """A sealed value that does not open: damaged, moved, or its key is gone."""


@lru_cache(maxsize=4096)
def _data_key(master: bytes, restaurant: bytes) -> AESGCM:
    return AESGCM(derive(master, b"saveit/data/" + restaurant))


@lru_cache(maxsize=4096)
def _index_key(master: bytes, restaurant: bytes) -> bytes:
    return derive(master, b"saveit/index/" + restaurant)


class Cipher:
    """Seals and opens the personal data of every restaurant."""

    def __init__(self, secrets: SecretStore) -> None:
        self._secrets = secrets

    def seal(self, restaurant_id: UUID, field: str, value: str | None) -> bytes | None:
        """The sealed text; None and '' stay None."""
        if not value:
            return None
        ring = self._secrets.ring("data")
        number = ring.current_id
        nonce = os.urandom(12)
        bound = restaurant_id.bytes + field.encode()
        text = _data_key(ring.keys[number], restaurant_id.bytes).encrypt(nonce, value.encode(), bound)
        return bytes((_FORMAT, number)) + nonce + text

    def open(self, restaurant_id: UUID, field: str, sealed: bytes | memoryview | None) -> str | None:
        """The text again; raises SealError when it does not open."""
        if sealed is None:
            return None
        data = bytes(sealed)
        if len(data) < 30 or data[0] != _FORMAT:
            raise SealError(f"{field}: not a sealed value")
        master = self._secrets.ring("data").get(data[1])
        if master is None:
            raise SealError(f"{field}: key {data[1]} is gone")
        bound = restaurant_id.bytes + field.encode()
        try:
            return _data_key(master, restaurant_id.bytes).decrypt(data[2:14], data[14:], bound).decode()
        except InvalidTag as wrong:
            raise SealError(f"{field}: does not open") from wrong

    def seal_json(self, restaurant_id: UUID, field: str, value: object) -> bytes:
        """A JSON value, sealed."""
        sealed = self.seal(restaurant_id, field, json.dumps(value, ensure_ascii=False))
        assert sealed is not None  # noqa: S101 - JSON text is never empty
        return sealed

    def open_json(self, restaurant_id: UUID, field: str, sealed: bytes | memoryview) -> Any:
        """The JSON value again."""
        opened = self.open(restaurant_id, field, sealed)
        return None if opened is None else json.loads(opened)

    def blind(self, restaurant_id: UUID | None, field: str, value: str | None) -> bytes | None:
        """The blind index of a normalised value; without a restaurant, one that holds across all of them (staff e-mails)."""
        if not value:
            return None
        master = self._secrets.ring("index").keys[1]
        key = _index_key(master, restaurant_id.bytes if restaurant_id else b"platform")
        return hmac.digest(key, f"{field}:{value}".encode(), hashlib.sha256)
