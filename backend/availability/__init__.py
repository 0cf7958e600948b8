"""Availability: which slots and tables are free, and why not. The pure names other folders may use."""

from backend.availability.domain import Ask, Offer, Refused, SlotView

__all__ = ["Ask", "Offer", "Refused", "SlotView"]
