"""The application's own database roles: their names, passwords and URLs. Called by wiring's processes and by `migrate`.

Apart from `migrate`, so that a web process does not load a migration tool to know its own password.
"""

from __future__ import annotations

from sqlalchemy.engine import URL

from backend.platform.database import role_url
from backend.platform.keys import SecretStore, derive

ROLES = ("app", "worker")


def role_password(secrets: SecretStore, role: str) -> str:
    """The password of an application role: derived, so that no process has to store or pass it."""
    return derive(secrets.ring("database").keys[1], f"saveit/role/{role}".encode()).hex()


def application_url(owner_url: str, secrets: SecretStore, role: str) -> URL:
    """The URL by which web processes (role `app`) or workers (role `worker`) connect."""
    return role_url(owner_url, role, role_password(secrets, role))
