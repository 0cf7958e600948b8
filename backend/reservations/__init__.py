"""Reservations: book, change, cancel, arrive, seat, finish. The pure names other folders may use."""

from backend.reservations.domain import TAKES_CAPACITY, Requirement, Status, lateness
from backend.reservations.record import CodeFacts, Reservation

__all__ = ["TAKES_CAPACITY", "CodeFacts", "Requirement", "Reservation", "Status", "lateness"]
