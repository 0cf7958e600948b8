"""What a mail tells of the house and of a booking, from the use cases. Fulfils `sending.MailHouse`; chosen in the wiring."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from backend.checkin.service import CodeIssuer, qr_png
from backend.conversations.channels.email.rendering import Enclosures
from backend.conversations.dialogue.render import Card
from backend.notifications import RestaurantFacts, calendar_file
from backend.notifications.service import booking_facts, restaurant_facts
from backend.platform.clock import Clock
from backend.reservations.domain import TAKES_CAPACITY
from backend.reservations.service import GuestLinks, ReservationService
from backend.restaurants.service import RestaurantService


class HouseForMail:
    """Facts, codes and calendar files."""

    def __init__(
        self,
        restaurants: RestaurantService,
        reservations: ReservationService,
        links: GuestLinks,
        issuer: CodeIssuer,
        clock: Clock,
        base_url: str,
    ) -> None:
        self._restaurants = restaurants
        self._reservations = reservations
        self._links = links
        self._issuer = issuer
        self._clock = clock
        self._base_url = base_url

    def facts(self, restaurant_id: UUID) -> RestaurantFacts:
        """The house as its guests know it."""
        return restaurant_facts(self._restaurants.config(restaurant_id))

    def enclosures(self, restaurant_id: UUID, card: Card, locale: str) -> Enclosures | None:
        """As the booking is now: a code only while it is good for something, else the calendar entry taken back."""
        view = self._reservations.queries.by_code(restaurant_id, card.code)
        if view is None:
            return None
        one = view.reservation
        stands = one.status in TAKES_CAPACITY
        png = qr_png(self._issuer.code(one.id, one.restaurant_id, one.date, one.qr)) if stands else None
        facts = booking_facts(
            view,
            urls=self._links.urls(one, self._base_url),
            base_url=self._base_url,
            locale=locale,
            now=self._clock.now(),
            qr_png=png,
        )
        method: Literal["PUBLISH", "CANCEL"] = "PUBLISH" if stands else "CANCEL"
        return Enclosures(one.code, png, calendar_file(facts, method, one.version, locale), method)
