"""What guests say of a booking before they come, over the use cases of the house. Fulfils `ports.Coming`, chosen in wiring."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from backend.conversations.dialogue.records import BookingSeen, SlotAsk, TableOffer, WaitSeen
from backend.conversations.house import HouseReservations, by_of
from backend.conversations.ports import ChatWait, Conversation, Lateness, Sender
from backend.guests import email_address, phone_number
from backend.guests.domain import Guest
from backend.guests.service import GuestService
from backend.platform.refusals import Refusal
from backend.reservations.service import ReservationService, View, WaitlistState, WaitRequest


class HouseComing:
    """Lateness, a word that they are coming, notes, the waiting list."""

    def __init__(
        self, reservations: ReservationService, bookings: HouseReservations, guests: GuestService
    ) -> None:
        self._reservations = reservations
        self._bookings = bookings
        self._guests = guests

    def late(self, restaurant_id: UUID, booking_id: str, minutes: int, channel: str) -> Lateness:
        """Writes that they come so many elapsed minutes after the start."""
        identity = UUID(booking_id)
        start = self._reservations.queries.get(restaurant_id, identity).reservation.starts_at
        told = self._reservations.coming.late(
            restaurant_id, identity, start + timedelta(minutes=minutes), by_of(channel)
        )
        until = told.kept_until.astimezone(told.view.config.zone).time()
        return Lateness(self._bookings.seen(told.view), told.kept, until)

    def attend(self, restaurant_id: UUID, booking_id: str, channel: str) -> BookingSeen:
        """Writes that the guest is coming."""
        return self._bookings.seen(
            self._reservations.coming.confirm(restaurant_id, UUID(booking_id), by_of(channel))
        )

    def note(
        self, conversation: Conversation, sender: Sender, booking_id: str, words: str, *, is_allergy: bool
    ) -> BookingSeen:
        """Adds words for the team to the booking. An allergy is kept with the guest too, but only when it is they who say it."""
        restaurant, by = conversation.restaurant_id, by_of(conversation.channel)
        view = self._reservations.coming.note(restaurant, UUID(booking_id), words, by)
        guest = view.guest
        if is_allergy and guest is not None and _is_sender(guest, sender, view):
            known = guest.allergies or ""
            if words not in known:
                joined = f"{known}; {words}" if known else words
                self._guests.update(restaurant, guest.id, by.label, allergies=joined[:1000])
        return self._bookings.seen(view)

    def wait(self, wish: ChatWait) -> WaitSeen:
        """Puts the guest on the waiting list."""
        talk, slot = wish.conversation, wish.slot
        joined = self._reservations.waitlist.join(
            WaitRequest(
                restaurant_id=talk.restaurant_id,
                date=slot.date,
                time=slot.time,
                party_size=slot.party_size,
                area=slot.area,
                name=wish.name,
                phone=wish.phone,
                email=wish.email,
                locale=wish.locale,
                channel=talk.channel,
                by=by_of(talk.channel),
                privacy_accepted=True,
            )
        )
        entry = joined.entry
        return WaitSeen(
            str(entry.id), SlotAsk(entry.party_size, entry.date, entry.time, entry.area), joined.before
        )

    def offered(self, conversation: Conversation, sender: Sender) -> TableOffer | None:
        """What the proven sender was told of last, with the name and contact they gave when they joined."""
        if not sender.proven or not (sender.phone or sender.email):
            return None
        told = self._reservations.waitlist.told_of(conversation.restaurant_id, sender.phone, sender.email)
        if told is None:
            return None
        entry, guest = told.entry, told.guest
        slot = SlotAsk(entry.party_size, entry.date, entry.time, entry.area)
        name = entry.name or (guest.name if guest else None)
        return TableOffer(
            str(entry.id), slot, name, guest.phone if guest else None, guest.email if guest else None
        )

    def taken_up(self, conversation: Conversation, place: str) -> None:
        """The entry is done with."""
        by = by_of(conversation.channel)
        try:
            self._reservations.waitlist.set_state(
                conversation.restaurant_id, UUID(place), WaitlistState.SEATED, by
            )
        except Refusal as refusal:
            if refusal.code not in {"not_found", "invalid_transition"}:
                raise

    def leave(self, conversation: Conversation, sender: Sender, waits: tuple[str, ...]) -> int:
        """Gives up these places and those of the proven sender."""
        phone, email = (sender.phone, sender.email) if sender.proven else (None, None)
        return self._reservations.waitlist.leave(
            conversation.restaurant_id,
            [UUID(each) for each in waits],
            phone,
            email,
            by_of(conversation.channel),
        )


def _is_sender(guest: Guest, sender: Sender, view: View) -> bool:
    """Whether the channel proves that the guest themselves write."""
    if not sender.proven:
        return False
    locale = view.config.profile.locale
    phone = phone_number(sender.phone, locale) if sender.phone else None
    email = email_address(sender.email) if sender.email else None
    return (phone is not None and phone == guest.phone) or (email is not None and email == guest.email)
