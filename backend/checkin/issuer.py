"""Issues a reservation's signed code with the server's keys. Called by reservations, notifications and the check-in service."""

from __future__ import annotations

import os
from datetime import date, datetime, timedelta
from typing import Protocol
from uuid import UUID

from backend.checkin.codes import issue
from backend.checkin.keys import MasterKeys
from backend.platform.keys import SecretStore

# A code outlives its booking's end by this much: a long evening, a late merge of what a tablet kept.
OUTLIVES = timedelta(hours=12)


class CodeParts(Protocol):
    """What is remembered of an issued code; `reservations.record.CodeFacts` is one."""

    @property
    def key_id(self) -> int: ...

    @property
    def nonce(self) -> bytes: ...

    @property
    def issued_at(self) -> datetime: ...

    @property
    def expires_at(self) -> datetime: ...


class CodeIssuer:
    """Makes codes from stored facts, so that the same code can be shown again at any time."""

    def __init__(self, secrets: SecretStore) -> None:
        self._secrets = secrets

    def masters(self) -> MasterKeys:
        """The ring of the present moment."""
        ring = self._secrets.ring("qr")
        return MasterKeys(ring.keys, ring.current_id)

    def fresh(self, ends_at: datetime, now: datetime) -> tuple[int, bytes, datetime, datetime]:
        """`(key id, nonce, issued at, expires at)` for a new code; whole seconds."""
        expires = (ends_at + OUTLIVES).replace(microsecond=0)
        return self.masters().current, os.urandom(8), now.replace(microsecond=0), expires

    def code(self, reservation_id: UUID, restaurant_id: UUID, service_date: date, parts: CodeParts) -> str:
        """The text of the QR."""
        return issue(
            day_key=self.masters().day_key(parts.key_id, restaurant_id, service_date),
            key_id=parts.key_id,
            service_date=service_date,
            reservation_id=reservation_id,
            restaurant_id=restaurant_id,
            issued_at=parts.issued_at,
            expires_at=parts.expires_at,
            nonce=parts.nonce,
        )
