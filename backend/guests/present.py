"""A guest as JSON, exactly as the contract writes it. Pure; called wherever the house is shown who comes."""

from __future__ import annotations

from typing import Any

from backend.guests.domain import Guest


def guest_json(guest: Guest) -> dict[str, Any]:
    """The `guest` object, for staff and devices of the restaurant only."""
    return {
        "id": str(guest.id),
        "name": guest.name,
        "phone": guest.phone,
        "email": guest.email,
        "locale": guest.locale,
        "tags": list(guest.tags),
        "notes": guest.notes,
        "allergies": guest.allergies,
        "visits": guest.visits,
        "noShows": guest.no_shows,
        "lateCancellations": guest.late_cancellations,
        "blocked": guest.blocked_at is not None,
    }
