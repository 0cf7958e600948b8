"""Guests: found again by phone or e-mail, their consents, their no-show record, export and erasure."""

from backend.guests.contacts import email_address, person_name, phone_number, search_form
from backend.guests.domain import Contact, Guest, booked_as, first_name
from backend.guests.present import guest_json

__all__ = [
    "Contact",
    "Guest",
    "booked_as",
    "email_address",
    "first_name",
    "guest_json",
    "person_name",
    "phone_number",
    "search_form",
]
