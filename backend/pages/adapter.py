"""The guest pages' port over the use cases: what a guest's link opens, and booking without a chat.

Chosen in `backend.wiring`. A link's token is verified here; everything else is the same use case as
everyone's.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from backend.access import GuestLink, guest_link_key, read_guest_link
from backend.access.service import AccessService
from backend.availability.domain import Alternative as FreeTime
from backend.availability.domain import Ask, Offer
from backend.availability.service import AvailabilityService
from backend.checkin.service import qr_png, qr_svg
from backend.notifications.service import booking_facts, directions, restaurant_facts, said
from backend.pages.locales import Reader
from backend.pages.records import (
    Alternative,
    AreaOption,
    BookingLimits,
    Contact,
    DayOptions,
    GuestBooking,
    RestaurantView,
    SlotOption,
    SpecialDay,
    WeekHours,
    Wish,
)
from backend.platform.clock import Clock
from backend.platform.keys import SecretStore
from backend.platform.refusals import Refusal
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
from backend.restaurants.domain import RestaurantConfig, Shift, SpecialDate, service_date_of
from backend.restaurants.service import RestaurantService

_SHOWN_SPECIAL_DAYS = timedelta(days=60)
_BEFORE_ANY_LINK = datetime.fromtimestamp(0, UTC)  # when no link had expired yet


class HousePages:
    """Fulfils `pages.ports.GuestPages`."""

    def __init__(
        self,
        *,
        clock: Clock,
        secrets: SecretStore,
        restaurants: RestaurantService,
        availability: AvailabilityService,
        reservations: ReservationService,
        access: AccessService,
        links: GuestLinks,
    ) -> None:
        self._clock = clock
        self._secrets = secrets
        self._restaurants = restaurants
        self._availability = availability
        self._reservations = reservations
        self._access = access
        self._links = links

    # a guest's own booking -------------------------------------------------------------------------------

    def load(self, token: str, reader: Reader) -> GuestBooking:
        """The booking behind a link."""
        view, now = self._view(token), self._clock.now()
        one = view.reservation
        locale = reader.locale(view.guest.locale if view.guest else None, view.config.profile.locale)
        code = self._reservations.desk.issuer.code(one.id, one.restaurant_id, one.date, one.qr)
        facts = booking_facts(
            view,
            urls=self._links.urls(one, ""),
            base_url="",
            locale=locale,
            now=now,
            qr_png=qr_png(code),
        )
        open_still = one.status in CHANGEABLE and now < one.starts_at
        return GuestBooking(
            facts=facts,
            locale=locale,
            may_change=open_still,
            may_cancel=open_still,
        )

    def code_drawing(self, token: str) -> str:
        """The booking's code as SVG."""
        one = self._view(token).reservation
        return qr_svg(self._reservations.desk.issuer.code(one.id, one.restaurant_id, one.date, one.qr))

    def limits(self, token: str, locale: str) -> BookingLimits:
        """What the booking may become."""
        return self._limits(self._view(token).config, locale)

    def change_options(
        self, token: str, day: date, party_size: int, area: str | None, locale: str
    ) -> DayOptions:
        """Where the booking could be moved to; its own table counts as free."""
        view = self._view(token)
        return self._day(view.config, day, party_size, area, locale, frozenset({view.reservation.id}))

    def change(self, token: str, wish: Wish, version: int) -> None:
        """Moves the booking."""
        link = self._link(token)
        before = self._view(token).reservation
        self._reservations.changes.change(
            ChangeRequest(
                restaurant_id=link.restaurant_id,
                reservation_id=link.reservation_id,
                by=_guest(link),
                channel="web",
                version=version,
                date=wish.day,
                time=wish.time,
                party_size=wish.party_size,
                area=wish.area if wish.area is not None else before.area,
            )
        )

    def cancel(self, token: str) -> None:
        """Cancels the booking."""
        link = self._link(token)
        self._reservations.moves.cancel(link.restaurant_id, link.reservation_id, _guest(link))

    # the restaurant --------------------------------------------------------------------------------------

    def restaurant(self, slug: str, reader: Reader) -> RestaurantView:
        """The public face."""
        config = self._config(slug)
        profile, today = config.profile, self._today(config)
        locale = reader.locale(None, profile.locale)
        return RestaurantView(
            facts=restaurant_facts(config),
            locale=locale,
            publishable_key=self._publishable_key(config.restaurant_id),
            limits=self._limits(config, locale),
            hours=tuple(WeekHours(weekday, _spans(config, weekday)) for weekday in range(7)),
            special_days=tuple(
                SpecialDay(special.date, _special_spans(special))
                for special in sorted(config.rules.special_dates, key=lambda each: each.date)
                if today <= special.date <= today + _SHOWN_SPECIAL_DAYS and special.type != "high_demand"
            ),
            description=said(profile.description, locale),
            parking=said(profile.parking, locale),
            pets=said(profile.pets, locale),
            menu=said(profile.menu, locale),
            website=profile.website,
            directions=directions(config),
        )

    def day(self, slug: str, day: date, party_size: int, area: str | None, locale: str) -> DayOptions:
        """The times a guest may book."""
        return self._day(self._config(slug), day, party_size, area, locale, frozenset())

    def book(self, slug: str, wish: Wish, contact: Contact, locale: str, idempotency_key: str) -> str:
        """Books; the token of the guest's link."""
        config = self._config(slug)
        body = {"wish": str(wish), "name": contact.name, "phone": contact.phone, "email": contact.email}
        answer = self._reservations.booking.book(
            BookingRequest(
                restaurant_id=config.restaurant_id,
                ask=Ask(wish.day, wish.time, wish.party_size, wish.area),
                name=contact.name,
                phone=contact.phone,
                email=contact.email,
                locale=locale,
                notes=contact.notes,
                channel="web",
                privacy_accepted=contact.privacy_accepted,
                by=By("page:book", "guest"),
                replay_key=idempotency_key,
                body_hash=hash_of(body),
            )
        )
        return self._links.of_answer(answer, "")["manageUrl"].removeprefix("/g/")

    # parts -----------------------------------------------------------------------------------------------

    def _link(self, token: str) -> GuestLink:
        key = guest_link_key(self._secrets)
        link = read_guest_link(key, token, self._clock.now())
        if link is None:
            was_ours = read_guest_link(key, token, _BEFORE_ANY_LINK) is not None
            raise Refusal("gone" if was_ours else "not_found")
        return link

    def _view(self, token: str) -> View:
        link = self._link(token)
        return self._reservations.queries.get(link.restaurant_id, link.reservation_id)

    def _config(self, slug: str) -> RestaurantConfig:
        return self._restaurants.config(self._restaurants.find(slug)["id"])

    def _today(self, config: RestaurantConfig) -> date:
        return service_date_of(config, self._clock.now())

    def _limits(self, config: RestaurantConfig, locale: str) -> BookingLimits:
        window, today = config.rules.reservation_window, self._today(config)
        first = today if window.allow_same_day else today + timedelta(days=1)
        size = config.rules.party_size
        return BookingLimits(
            smallest=size.min,
            largest=size.max,
            first_day=first,
            last_day=today + timedelta(days=window.max_days_advance),
            areas=tuple(AreaOption(area.id, said(area.name, locale)) for area in config.areas),
        )

    def _day(
        self,
        config: RestaurantConfig,
        day: date,
        party_size: int,
        area: str | None,
        locale: str,
        own: frozenset[UUID],
    ) -> DayOptions:
        _, slots = self._availability.day(config.restaurant_id, day, party_size, area, "web", own)
        shifts = {shift.id: shift for shift in config.rules.shifts}
        free = tuple(
            SlotOption(slot.time, slot.starts_at, _shift_name(shifts.get(slot.shift or ""), locale))
            for slot in slots
            if slot.available
        )
        if free:
            return DayOptions(day, party_size, area, free)
        reason, params, others = self._why(
            config, day, party_size, area, slots[0].time if slots else time(20, 0)
        )
        return DayOptions(day, party_size, area, (), reason, tuple(params.items()), others)

    def _why(
        self, config: RestaurantConfig, day: date, party_size: int, area: str | None, at: time
    ) -> tuple[str | None, Mapping[str, Any], tuple[Alternative, ...]]:
        """Why a day has no free time, by asking for its first one."""
        decision, others = self._availability.check(config.restaurant_id, Ask(day, at, party_size, area))
        if isinstance(decision.outcome, Offer):
            return None, {}, ()
        return decision.outcome.code, decision.outcome.params, tuple(_other(each) for each in others)

    def _publishable_key(self, restaurant_id: UUID) -> str:
        """A publishable key that is good; '' when the restaurant has none and so no chat on its page."""
        return self._access.api_keys.publishable(restaurant_id) or ""


def _guest(link: GuestLink) -> By:
    return By(f"guest:{link.reservation_id}", "guest", link.reservation_id)


def _other(each: FreeTime) -> Alternative:
    return Alternative(each.date, each.time, each.area)


def _shift_name(shift: Shift | None, locale: str) -> str:
    return said(shift.name, locale) if shift else ""


def _spans(config: RestaurantConfig, weekday: int) -> tuple[tuple[time, time], ...]:
    span = config.rules.business_hours[weekday].span
    return (span,) if span else ()


def _special_spans(special: SpecialDate) -> tuple[tuple[time, time], ...]:
    if special.type == "closed" or special.custom_hours is None:
        return ()
    return (special.custom_hours,)
