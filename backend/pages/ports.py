"""What the guest pages need from the rest of the house.

Wiring gives an adapter over the use cases; tests give a small fake.
"""

from __future__ import annotations

from datetime import date
from typing import Protocol

from backend.pages.locales import Reader
from backend.pages.records import BookingLimits, Contact, DayOptions, GuestBooking, RestaurantView, Wish


class GuestPages(Protocol):
    """Reads and use cases behind the pages.

    Every method may raise Refusal: 'not_found' for a link or slug that never was, 'gone' for a link that has
    expired, and the refusals of the use cases (with `alternatives` as `{date, time, area?}`). `locale` is the
    reader's, for names and sentences that come with the data.
    """

    def load(self, token: str, reader: Reader) -> GuestBooking:
        """The booking behind a guest's link, in the locale that `reader` takes for this guest and house."""

    def code_drawing(self, token: str) -> str:
        """The booking's code as an SVG that prints sharp at any size."""

    def limits(self, token: str, locale: str) -> BookingLimits:
        """What the booking may be changed to."""

    def change_options(
        self, token: str, day: date, party_size: int, area: str | None, locale: str
    ) -> DayOptions:
        """The times to which the booking could be moved; its own table counts as free."""

    def change(self, token: str, wish: Wish, version: int) -> None:
        """Moves the booking; 'version_conflict' when it is no longer the version the guest saw."""

    def cancel(self, token: str) -> None:
        """Cancels the booking; cancelling a cancelled one does nothing."""

    def restaurant(self, slug: str, reader: Reader) -> RestaurantView:
        """The restaurant's public face, in the locale that `reader` takes for this house."""

    def day(self, slug: str, day: date, party_size: int, area: str | None, locale: str) -> DayOptions:
        """The times a guest may book."""

    def book(self, slug: str, wish: Wish, contact: Contact, locale: str, idempotency_key: str) -> str:
        """Books and gives the token of the guest's link; the same key and wish give the same booking."""
