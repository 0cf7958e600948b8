"""Guests: found again by phone or e-mail, their consents, their no-show record, export and erasure."""

from backend.guests.domain import Contact, Guest, booked_as, first_name

__all__ = ["Contact", "Guest", "booked_as", "first_name"]
