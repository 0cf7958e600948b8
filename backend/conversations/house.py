"""The conversation's ports over the use cases of the house: the same answers and the same bookings as every other way in.

Chosen in `backend.wiring`; the dialogue itself knows only `ports`.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time
from uuid import UUID

from backend.availability.domain import Ask, Offer
from backend.availability.service import AvailabilityService, alternative_json
from backend.conversations.dialogue.records import (
    AreaFact,
    BookingSeen,
    DayTimes,
    FreeSlot,
    HoldTaken,
    OpeningDay,
    RestaurantFacts,
    SlotAsk,
)
from backend.conversations.ports import Cancellation, ChatBooking, Conversation, Sender
from backend.platform.clock import Clock
from backend.platform.refusals import Refusal
from backend.platform.wording import money
from backend.reservations.domain import cancellation, no_show_penalty
from backend.reservations.service import (
    CHANGEABLE,
    BookingRequest,
    By,
    ChangeRequest,
    GuestLinks,
    ReservationService,
    View,
    hash_of,
)
from backend.restaurants.domain import FAQ_TOPICS, Bilingual, Money, OpenHours, RestaurantConfig, opening
from backend.restaurants.service import RestaurantService

_TOPICS = ("parking", "pets", "menu")
_PLAIN = ("address", "phone", "email")
_FIRST, _LAST = date(2000, 1, 1), date(2199, 12, 31)  # as of dates in requests


class HouseFacts:
    """What may be said about a restaurant."""

    def __init__(self, restaurants: RestaurantService, base_url: str) -> None:
        self._restaurants = restaurants
        self._base_url = base_url

    def facts(self, restaurant_id: UUID) -> RestaurantFacts:
        """From the configuration that holds."""
        config = self._restaurants.config(restaurant_id)
        profile = config.profile
        return RestaurantFacts(
            name=profile.name,
            timezone=profile.timezone,
            locale=profile.locale,
            formality=profile.formality,
            areas=tuple(AreaFact(area.id, area.name.es, area.name.en) for area in config.areas),
            opening=tuple(OpeningDay(weekday, _spans(config, weekday)) for weekday in range(7)),
            answers=_answers(config),
            hold_minutes=config.rules.hold_minutes,
            staff_hours=_staff_hours(config),
            privacy_url=f"{self._base_url}/r/{profile.slug}/privacy",
            wording={key: {"es": text.es, "en": text.en} for key, text in profile.wording},
            largest_party=config.rules.party_size.max,
            free_cancellation_hours=int(config.rules.cancellation_policy.free_cancellation_hours),
            grace_minutes=config.rules.late_grace_minutes,
        )


class HouseAvailability:
    """Which slots are free, and keeping one."""

    def __init__(self, availability: AvailabilityService) -> None:
        self._availability = availability

    def check(self, restaurant_id: UUID, ask: SlotAsk, channel: str) -> FreeSlot:
        """Nothing is taken. Raises Refusal with alternatives when the slot is not free."""
        return FreeSlot(ask, _offered(self._availability, restaurant_id, _ask(ask, channel)).ends_at)

    def day(
        self, restaurant_id: UUID, day: date, party_size: int, area: str | None, channel: str
    ) -> DayTimes:
        """The free times of a day, or why there are none."""
        within = _bookable(day)
        config, slots = self._availability.day(restaurant_id, within, party_size, area, channel)
        hours = opening(config.rules, within)
        service = _clock_spans(hours) if isinstance(hours, OpenHours) else ()
        free = tuple(slot.time for slot in slots if slot.available)
        if free:
            return DayTimes(day, free, service=service)
        at = slots[0].time if slots else time(20, 0)
        decision, _ = self._availability.check(restaurant_id, Ask(within, at, party_size, area, channel))
        if isinstance(decision.outcome, Offer):
            return DayTimes(day, (decision.outcome.time,), service=service)
        return DayTimes(day, (), decision.outcome.code, decision.outcome.params, service)

    def hold(self, restaurant_id: UUID, ask: SlotAsk, channel: str, instead_of: str | None) -> HoldTaken:
        """Keeps the slot, and gives `instead_of` back in the same transaction."""
        previous = UUID(instead_of) if instead_of else None
        held = self._availability.hold(restaurant_id, _ask(ask, channel), previous)
        return HoldTaken(str(held.id), held.expires_at, ask, held.offer.ends_at, held.offer.area)

    def release(self, restaurant_id: UUID, hold_id: str) -> None:
        """Gives a hold back; one that is gone already is fine."""
        try:
            self._availability.release(restaurant_id, UUID(hold_id))
        except Refusal as refusal:
            if refusal.code != "not_found":
                raise


class HouseReservations:
    """Booking, finding, changing and cancelling as everyone does."""

    def __init__(self, reservations: ReservationService, links: GuestLinks, clock: Clock) -> None:
        self._reservations = reservations
        self._links = links
        self._clock = clock

    def book(self, booking: ChatBooking, key: str) -> BookingSeen:
        """The booking; the same key gives the same one again."""
        talk = booking.conversation
        slot = booking.slot
        answer = self._reservations.booking.book(
            BookingRequest(
                restaurant_id=talk.restaurant_id,
                ask=_ask(slot, talk.channel),
                name=booking.name,
                phone=booking.phone,
                email=booking.email,
                locale=booking.locale,
                notes=booking.notes,
                occasion=booking.occasion,
                channel=talk.channel,
                hold_id=UUID(booking.hold_id) if booking.hold_id else None,
                privacy_accepted=True,
                by=by_of(talk.channel),
                replay_key=key,
                body_hash=hash_of({"slot": str(slot), "name": booking.name}),
            )
        )
        return self.seen(
            self._reservations.queries.get(talk.restaurant_id, UUID(answer["reservation"]["id"]))
        )

    def find(
        self, conversation: Conversation, sender: Sender, ids: tuple[str, ...], code: str | None
    ) -> list[BookingSeen]:
        """The booking with the code, else those made in this conversation and of the sender the channel has proven."""
        queries, restaurant = self._reservations.queries, conversation.restaurant_id
        if code:
            view = queries.by_code(restaurant, code)
            return [self.seen(view)] if view else []
        views: dict[UUID, View] = {}
        for each in ids:
            view = queries.get(restaurant, UUID(each))
            views[view.reservation.id] = view
        if sender.proven and (sender.phone or sender.email):
            for view in queries.coming_of(restaurant, sender.phone, sender.email):
                views[view.reservation.id] = view
        return [
            self.seen(view) for view in sorted(views.values(), key=lambda view: view.reservation.starts_at)
        ]

    def cancel(self, restaurant_id: UUID, booking_id: str, key: str) -> Cancellation:
        """Cancels with the policy; a repeat answers the same."""
        done = self._reservations.moves.cancel(restaurant_id, UUID(booking_id), by_of("chat"))
        return Cancellation(self.seen(done.view), done.late, _in_words(done.penalty, done.view))

    def check_change(self, restaurant_id: UUID, booking: BookingSeen, ask: SlotAsk, channel: str) -> None:
        """What `change` would say to it now, but for a change of the booking meanwhile; takes nothing."""
        one = self._reservations.queries.get(restaurant_id, UUID(booking.id)).reservation
        if one.status not in CHANGEABLE:
            raise Refusal("invalid_transition", params={"from": one.status.value, "to": "changed"})
        if self._clock.now() >= one.starts_at:
            raise Refusal("window_passed")
        moved = replace(_ask(ask, channel), ignore=frozenset({one.id}))
        _offered(self._reservations.desk.availability, restaurant_id, moved)

    def change(
        self, restaurant_id: UUID, booking: BookingSeen, ask: SlotAsk, channel: str, key: str
    ) -> BookingSeen:
        """Moves the booking in one step; one that is there already is answered as it is."""
        view = self._reservations.queries.get(restaurant_id, UUID(booking.id))
        one = view.reservation
        wanted = (ask.date, ask.time, ask.party_size, ask.area or one.area)
        if (one.date, one.time, one.party_size, one.area) == wanted:
            return self.seen(view)
        return self.seen(
            self._reservations.changes.change(
                ChangeRequest(
                    restaurant_id=restaurant_id,
                    reservation_id=one.id,
                    by=by_of(channel),
                    channel=channel,
                    version=booking.version,
                    date=_bookable(ask.date),
                    time=ask.time,
                    party_size=ask.party_size,
                    area=ask.area,
                )
            )
        )

    def seen(self, view: View) -> BookingSeen:
        """The booking as its guest may see it."""
        one, config = view.reservation, view.config
        urls = self._links.urls(one, "")
        cost = cancellation(config, one.date, one.starts_at, one.status, self._clock.now())
        return BookingSeen(
            id=str(one.id),
            code=one.code,
            version=one.version,
            status=one.status.value,
            date=one.date,
            time=one.time,
            party_size=one.party_size,
            name=one.name or (view.guest.name if view.guest else "") or "",
            area=one.area,
            image_url=urls["imageUrl"],
            manage_url=urls["manageUrl"],
            calendar_url=urls["calendarUrl"],
            late_now=cost.late,
            free_cancellation_hours=int(config.rules.cancellation_policy.free_cancellation_hours),
            penalty=_in_words(no_show_penalty(config, one.date), view),
            lacking=tuple(sorted(each.value for each in one.unsettled)),
            ends=one.ends_at.astimezone(config.zone).time(),
            guest_confirmed=one.guest_confirmed_at is not None,
        )


def by_of(channel: str) -> By:
    return By(f"conversation:{channel}", "guest")


def _offered(availability: AvailabilityService, restaurant_id: UUID, ask: Ask) -> Offer:
    """The offer for it; raises Refusal with alternatives when there is none."""
    decision, others = availability.check(restaurant_id, ask)
    if isinstance(decision.outcome, Offer):
        return decision.outcome
    raise Refusal(
        decision.outcome.code,
        params=decision.outcome.params,
        alternatives=[alternative_json(each) for each in others],
    )


def _ask(ask: SlotAsk, channel: str) -> Ask:
    return Ask(_bookable(ask.date), ask.time, ask.party_size, ask.area, channel)


def _bookable(day: date) -> date:
    """The day, or the last (first) one that any rule can refuse: next to 31/12/9999 there is no other to look at."""
    return min(max(day, _FIRST), _LAST)


def _in_words(amount: Money | None, view: View) -> str | None:
    if amount is None:
        return None
    locale = view.guest.locale if view.guest else view.config.profile.locale
    return money(float(amount.amount), amount.currency, locale)


def _answers(config: RestaurantConfig) -> dict[str, dict[str, str]]:
    profile = config.profile
    answers: dict[str, dict[str, str]] = {}
    said: dict[str, Bilingual | None] = {topic: getattr(profile, topic) for topic in _TOPICS}
    said |= {topic: getattr(profile.faq, topic) for topic in FAQ_TOPICS}
    said |= {topic: Bilingual(getattr(profile, topic)) for topic in _PLAIN}
    for topic, text in said.items():
        if text is not None and text.es:
            answers[topic] = {"es": text.es, "en": text.in_language("en")}
    return answers


def _spans(config: RestaurantConfig, weekday: int) -> tuple[tuple[time, time], ...]:
    span = config.rules.business_hours[weekday].span
    return (span,) if span else ()


def _staff_hours(config: RestaurantConfig) -> tuple[time, time] | None:
    """When somebody of the team is there to answer: the hours most days have."""
    spans = [span for weekday in range(7) for span in _spans(config, weekday)]
    return max(spans, key=spans.count) if spans else None


def _clock_spans(hours: OpenHours) -> tuple[tuple[time, time], ...]:
    return ((time.fromisoformat(hours.clock(hours.open)), time.fromisoformat(hours.clock(hours.close))),)
