"""The keys this folder signs with, each made from the `tokens` master under a name of its own. Called by
services and wiring.
"""

from __future__ import annotations

from functools import lru_cache

from backend.platform.keys import SecretStore, derive


def guest_link_key(secrets: SecretStore) -> bytes:
    """Signs the links in guests' messages."""
    return _key(secrets, b"saveit/guest-link")


def access_token_key(secrets: SecretStore) -> bytes:
    """Signs staff access tokens."""
    return _key(secrets, b"saveit/access-token")


def refresh_key(secrets: SecretStore) -> bytes:
    """Makes each refresh token's successor."""
    return _key(secrets, b"saveit/refresh-token")


def enrolment_key(secrets: SecretStore) -> bytes:
    """Fingerprints enrolment codes."""
    return _key(secrets, b"saveit/enrolment")


def publishable_key_key(secrets: SecretStore) -> bytes:
    """Makes publishable API keys from their ids."""
    return _key(secrets, b"saveit/publishable-key")


def _key(secrets: SecretStore, info: bytes) -> bytes:
    # This ring does not rotate (see KeyFile.rotate): links already sent and keys already pasted must stay
    # good.
    return _derived(secrets.ring("tokens").keys[1], info)


@lru_cache(maxsize=64)
def _derived(master: bytes, info: bytes) -> bytes:
    return derive(master, info)
