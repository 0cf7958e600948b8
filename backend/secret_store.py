"""Chooses where the master secrets live. Apart from the wiring, so that a command that needs only keys loads only keys."""

from __future__ import annotations

from backend.platform.keys import KeyFile, SecretStore
from backend.settings import Settings


def secret_store(settings: Settings) -> SecretStore:
    """The key file of this home, made at first use."""
    store = KeyFile(settings.key_file)
    store.ensure()
    return store
