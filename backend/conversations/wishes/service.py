"""Stop, start, erase: carries a guest's wish to the thread they write in and to the guest they are. Fulfils `ports.Wishes`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Protocol
from uuid import UUID

from backend.conversations.ports import Conversation, Sender, WishAnswer
from backend.conversations.wishes.store import ThreadStops
from backend.platform.clock import Clock
from backend.reservations.service import ReservationService
from backend.restaurants.service import RestaurantService

# Where the guest fetches what is said to them, so that stopping the thread would stop nothing.
_FETCHED: Final = "web"


class Guests(Protocol):
    """What guests' data can do; `guests.wishes.GuestWishes` is it."""

    def of(self, restaurant_id: UUID, phone: str | None, email: str | None, locale: str) -> list[UUID]:
        """The guests with that phone and with that address."""
        ...

    def messages(self, restaurant_id: UUID, guest_ids: Sequence[UUID], channel: str, *, wanted: bool) -> bool:
        """Records the consent; whether it was news."""
        ...

    def erase_soon(self, restaurant_id: UUID, guest_ids: Sequence[UUID]) -> None:
        """Has them erased in some minutes."""
        ...


class HouseWishes:
    """Keeps what guests wish."""

    def __init__(
        self,
        guests: Guests,
        reservations: ReservationService,
        restaurants: RestaurantService,
        stops: ThreadStops,
        clock: Clock,
    ) -> None:
        self._guests = guests
        self._reservations = reservations
        self._restaurants = restaurants
        self._stops = stops
        self._clock = clock

    def messages(
        self, conversation: Conversation, sender: Sender, booked: tuple[str, ...], *, wanted: bool
    ) -> WishAnswer:
        """Of the thread itself where we could write in it, of the sender, and of who made the thread's bookings.

        Who writes from an address need not prove it to stop what is written there; to start it again they must.
        """
        restaurant = conversation.restaurant_id
        believed = sender.proven or not wanted
        guests = self._guests_of(restaurant, sender) if believed else []
        guests += self._bookers(restaurant, booked)
        writes = conversation.channel != _FETCHED
        news = self._stops.set(conversation, self._clock.now(), wanted=wanted) if writes else False
        told = self._guests.messages(restaurant, guests, conversation.channel, wanted=wanted)
        return WishAnswer(known=(writes and believed) or bool(guests), news=news or told)

    def erase(self, conversation: Conversation, sender: Sender) -> bool:
        """Has the sender erased, whom the channel proves; False when there is no such guest."""
        guests = self._guests_of(conversation.restaurant_id, sender) if sender.proven else []
        self._guests.erase_soon(conversation.restaurant_id, guests)
        return bool(guests)

    def _guests_of(self, restaurant_id: UUID, sender: Sender) -> list[UUID]:
        if sender.phone is None and sender.email is None:
            return []
        locale = self._restaurants.config(restaurant_id).profile.locale
        return self._guests.of(restaurant_id, sender.phone, sender.email, locale)

    def _bookers(self, restaurant_id: UUID, booked: tuple[str, ...]) -> list[UUID]:
        """Who made the bookings of a thread may stop what is written about them, from that thread."""
        found = [self._reservations.queries.get(restaurant_id, UUID(each)).reservation for each in booked]
        return [each.guest_id for each in found if each.guest_id is not None]
