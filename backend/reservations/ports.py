"""What reservations ask of folders above them; wiring hands it over. Called by the desk of this folder."""

from __future__ import annotations

from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from backend.reservations.record import CodeFacts


class Codes(Protocol):
    """Makes the signed code of a booking; `checkin.issuer.CodeIssuer` is it."""

    def fresh(self, ends_at: datetime, now: datetime) -> tuple[int, bytes, datetime, datetime]:
        """`(key id, nonce, issued at, expires at)` for a new code; whole seconds."""
        ...

    def code(self, reservation_id: UUID, restaurant_id: UUID, service_date: date, parts: CodeFacts) -> str:
        """The text of the QR."""
        ...
