"""The addresses that go with a booking: guest page, QR picture, calendar file. Called by routes, chat and messages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from backend.access import guest_link_key, issue_guest_link
from backend.platform.keys import SecretStore
from backend.reservations.record import Reservation

# A guest may look at a booking, and the restaurant's answer to it, for a while after the evening.
_LINK_OUTLIVES = timedelta(days=30)


class GuestLinks:
    """Makes guests' links; the same booking always has the same one until its day changes."""

    def __init__(self, secrets: SecretStore) -> None:
        self._secrets = secrets

    def token(self, reservation: Reservation) -> str:
        """The token of a booking's link."""
        return self._issue(reservation.id, reservation.restaurant_id, reservation.ends_at)

    def urls(self, reservation: Reservation, base_url: str) -> dict[str, str]:
        """`{manageUrl, imageUrl, calendarUrl}`."""
        return _urls(base_url, self.token(reservation))

    def of_answer(self, answer: Mapping[str, Any], base_url: str) -> dict[str, str]:
        """The same for a booking's JSON."""
        shown = answer["reservation"]
        ends_at = datetime.fromisoformat(shown["endsAt"])
        return _urls(base_url, self._issue(UUID(shown["id"]), UUID(shown["restaurantId"]), ends_at))

    def _issue(self, reservation_id: UUID, restaurant_id: UUID, ends_at: datetime) -> str:
        expires = (ends_at + _LINK_OUTLIVES).astimezone(UTC).replace(microsecond=0)
        return issue_guest_link(guest_link_key(self._secrets), reservation_id, restaurant_id, expires)


def _urls(base_url: str, token: str) -> dict[str, str]:
    page = f"{base_url}/g/{token}"
    return {"manageUrl": page, "imageUrl": f"{page}/qr.png", "calendarUrl": f"{page}/calendar.ics"}
