"""A week of bookings around now, made through the very use cases a restaurant uses, on a clock that walks through the days.

Past days are finished, with some who cancelled and some who never came; today is as far as its clock; the days ahead fill up.
"""

from __future__ import annotations

import random
from datetime import date, datetime, time, timedelta
from uuid import UUID

from backend.availability.domain import Ask
from backend.demo.people import PEOPLE, Person
from backend.platform.refusals import Refusal
from backend.reservations.booking import BookingRequest
from backend.reservations.desk import By
from backend.reservations.domain import Status
from backend.restaurants.domain import RestaurantConfig
from backend.wiring import Services, build

_STAFF = By("system:demo", "staff")
_GUEST = By("system:demo", "guest")
_CHANNELS = ("web", "web", "whatsapp", "whatsapp", "instagram", "email", "phone")
_LUNCH = (time(13, 0), time(13, 30), time(14, 0), time(14, 30), time(15, 0))
_DINNER = (time(20, 0), time(20, 30), time(21, 0), time(21, 0), time(21, 30), time(22, 0))
_BOOKED = timedelta(days=4)


class WalkingClock:
    """A clock that stands where it is put."""

    def __init__(self, now: datetime) -> None:
        self.at = now

    def now(self) -> datetime:
        return self.at


def fill_week(services: Services, config: RestaurantConfig) -> None:
    """Books and plays three days back, today, and seven days ahead. The same week for the same day."""
    now = services.clock.now()
    today = now.astimezone(config.zone).date()
    clock = WalkingClock(now)
    played = build(services.settings, services.database.engine, services.secrets, clock=clock)
    week = _Week(played, config, clock, now, random.Random(today.toordinal()))  # noqa: S311 - a demonstration's dice
    for offset in range(-3, 8):
        week.day(today + timedelta(days=offset))
    clock.at = now


class _Week:
    def __init__(
        self,
        services: Services,
        config: RestaurantConfig,
        clock: WalkingClock,
        now: datetime,
        dice: random.Random,
    ) -> None:
        self._services = services
        self._config = config
        self._clock = clock
        self._now = now
        self._dice = dice
        self._people = list(PEOPLE)
        self._next = 0

    def day(self, day: date) -> None:
        """Books a day's lunch and dinner, then plays what has happened of it by now."""
        booked = []
        busy = day.weekday() in (4, 5)
        for times, parties in ((_LUNCH, 5), (_DINNER, 13 if busy else 9)):
            for _ in range(parties):
                reservation = self._book(day, self._dice.choice(times))
                if reservation is not None:
                    booked.append(reservation)
        for place, reservation_id in enumerate(booked):
            self._play(reservation_id, place)
        if day < self._now.astimezone(self._config.zone).date():
            self._clean()

    def _clean(self) -> None:
        """What the team does before it goes home."""
        restaurants = self._services.restaurants
        for table in restaurants.tables(self._config.restaurant_id):
            if table["state"] == "dirty":
                restaurants.set_table_state(
                    self._config.restaurant_id, table["id"], "free", None, _STAFF.label
                )

    def _book(self, day: date, at: time) -> UUID | None:
        start = datetime.combine(day, at, self._config.zone)
        self._clock.at = min(start - _BOOKED + timedelta(minutes=self._dice.randrange(2000)), self._now)
        person = self._person()
        request = BookingRequest(
            restaurant_id=self._config.restaurant_id,
            ask=Ask(day, at, self._dice.choice((2, 2, 2, 3, 4, 4, 5, 6)), channel="staff"),
            name=person.name,
            phone=person.phone,
            email=person.email,
            locale=person.locale,
            notes=person.notes,
            occasion=person.occasion,
            channel=self._dice.choice(_CHANNELS),
            privacy_accepted=True,
            by=_STAFF,
        )
        try:
            answer = self._services.reservations.booking.book(request)
        except Refusal:
            return None  # the house is full at that time, as it happens
        reservation_id = UUID(answer["reservation"]["id"])
        guest_id = UUID(answer["reservation"]["guestId"])
        if person.allergies or person.tags:
            self._services.guests.update(
                self._config.restaurant_id,
                guest_id,
                "system:demo",
                allergies=person.allergies,
                tags=list(person.tags) or None,
            )
        return reservation_id

    def _person(self) -> Person:
        person = self._people[self._next % len(self._people)]
        self._next += 1
        return person

    def _play(self, reservation_id: UUID, place: int) -> None:
        view = self._services.reservations.queries.get(self._config.restaurant_id, reservation_id)
        one = view.reservation
        if place % 9 == 4:
            self._at(min(one.starts_at - timedelta(hours=30), self._now))
            self._services.reservations.moves.cancel(
                one.restaurant_id, one.id, _GUEST, reason="Cambio de planes"
            )
            return
        if place % 11 == 7 and one.starts_at + timedelta(minutes=40) < self._now:
            self._at(one.starts_at + timedelta(minutes=35))
            self._move(one.id, Status.NO_SHOW)
            return
        self._arrive(one.id, one.starts_at, one.ends_at)

    def _arrive(self, reservation_id: UUID, starts_at: datetime, ends_at: datetime) -> None:
        arrives = starts_at + timedelta(minutes=self._dice.randrange(-8, 12))
        sits = arrives + timedelta(minutes=4)
        for instant, status in (
            (arrives, Status.CHECKED_IN),
            (sits, Status.SEATED),
            (ends_at, Status.COMPLETED),
        ):
            if instant > self._now:
                return
            self._at(instant)
            self._move(reservation_id, status)

    def _move(self, reservation_id: UUID, to: Status) -> None:
        self._services.reservations.moves.move(self._config.restaurant_id, reservation_id, to, _STAFF)

    def _at(self, instant: datetime) -> None:
        self._clock.at = instant
