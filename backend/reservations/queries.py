"""Reading reservations: one, a day, a guest, a search, a trail. Called by routes, check-in, dialogue and pages."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from backend.guests import email_address, phone_number, search_form
from backend.guests.domain import Contact, Guest
from backend.platform.database import Row, Tx
from backend.platform.refusals import Refusal, field_refusal
from backend.reservations.desk import Desk, View, shown_guest
from backend.reservations.domain import TAKES_CAPACITY
from backend.reservations.record import Reservation

_SEARCHED = 2000
Place = tuple[date, str, UUID]


@dataclass(frozen=True, slots=True)
class Page:
    """A part of a list; `next_cursor` asks for the next one."""

    views: list[View]
    next_cursor: str | None


class Queries:
    """Reads reservations."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def get(self, restaurant_id: UUID, reservation_id: UUID) -> View:
        """One reservation; raises Refusal('not_found')."""
        with self._desk.database.tenant(restaurant_id) as tx:
            reservation = self._desk.store.get(tx, reservation_id)
            if reservation is None:
                raise Refusal("not_found")
            return self._desk.view(tx, reservation)

    def day(
        self,
        restaurant_id: UUID,
        *,
        day: date | None,
        statuses: Sequence[str] | None,
        search: str | None,
        cursor: str | None,
        limit: int,
    ) -> Page:
        """By day and time. Without a day, every day; with a search, what matches it (from yesterday on without a day)."""
        after = read_cursor(cursor) if cursor else None
        with self._desk.database.tenant(restaurant_id) as tx:
            if search:
                return Page(self._search(tx, day, statuses, search)[:limit], None)
            found = self._desk.store.page(tx, day=day, statuses=statuses, after=after, limit=limit + 1)
            views = self.views(tx, found[:limit])
        return Page(views, _cursor_after(found, limit))

    def by_guest(self, restaurant_id: UUID, guest_id: UUID, cursor: str | None, limit: int) -> Page:
        """A guest's reservations, newest made first."""
        before = read_cursor(cursor)[2] if cursor else None
        with self._desk.database.tenant(restaurant_id) as tx:
            found = self._desk.store.by_guest(tx, guest_id, before, limit + 1)
            views = self.views(tx, found[:limit])
        return Page(views, _cursor_after(found, limit))

    def coming_of(self, restaurant_id: UUID, phone: str | None, email: str | None) -> list[View]:
        """What the person with that phone or e-mail has coming, soonest first; the caller has proven that it is them."""
        with self._desk.database.tenant(restaurant_id) as tx:
            config = self._desk.reader.current(tx)
            number = phone_number(phone, config.profile.locale) if phone else None
            address = email_address(email) if email else None
            guest = self._desk.guests.find(tx, Contact("", number, address, config.profile.locale))
            if guest is None:
                return []
            return self.views(tx, self._desk.store.active_by_guests(tx, [guest.id], self._desk.clock.now()))

    def by_code(self, restaurant_id: UUID, code: str) -> View | None:
        """The booking with that short code, the latest of several."""
        with self._desk.database.tenant(restaurant_id) as tx:
            found = self._desk.store.by_code(tx, code.strip().upper()[:20])
            active = [each for each in found if each.status in TAKES_CAPACITY] or found
            return self._desk.view(tx, active[0]) if active else None

    def trail(self, restaurant_id: UUID, reservation_id: UUID) -> Sequence[Row]:
        """Who did what to it, oldest first."""
        with self._desk.database.tenant(restaurant_id) as tx:
            if self._desk.store.get(tx, reservation_id) is None:
                raise Refusal("not_found")
            return self._desk.store.audit(tx, reservation_id)

    def views(self, tx: Tx, reservations: Sequence[Reservation]) -> list[View]:
        """The reservations with their guests; one query for all guests."""
        config = self._desk.reader.current(tx)
        guests = self._desk.guests.by_ids(tx, [each.guest_id for each in reservations if each.guest_id])
        return [
            View(each, config, shown_guest(each, guests.get(each.guest_id) if each.guest_id else None))
            for each in reservations
        ]

    def on(self, tx: Tx, days: Sequence[date], statuses: Sequence[str]) -> list[View]:
        """All reservations of these service dates in these statuses."""
        found = [
            each
            for day in days
            for each in self._desk.store.page(tx, day=day, statuses=statuses, after=None, limit=_SEARCHED)
        ]
        return self.views(tx, found)

    def _search(self, tx: Tx, day: date | None, statuses: Sequence[str] | None, search: str) -> list[View]:
        if day is not None:
            found = self._desk.store.page(tx, day=day, statuses=statuses, after=None, limit=_SEARCHED)
        else:
            yesterday: datetime = self._desk.clock.now() - timedelta(days=1)
            after = (yesterday.date(), "00:00", UUID(int=0))
            found = self._desk.store.page(tx, day=None, statuses=statuses, after=after, limit=_SEARCHED)
        wanted = search_form(search).split()
        digits = re.sub(r"\D", "", search)
        return [view for view in self.views(tx, found) if _matches(view, wanted, digits)]


def _matches(view: View, wanted: Sequence[str], digits: str) -> bool:
    guest: Guest | None = view.guest
    if len(digits) >= 3 and guest is not None and guest.phone is not None and digits in guest.phone:
        return True
    texts = [view.reservation.code, view.reservation.name or ""]
    if guest is not None:
        texts += [guest.name or "", guest.email or ""]
    words = search_form(" ".join(texts))
    return bool(wanted) and all(each in words for each in wanted)


def _cursor_after(found: Sequence[Reservation], limit: int) -> str | None:
    """Where the next page begins; None when these, read one past the limit, were the last."""
    if len(found) <= limit:
        return None
    last = found[limit - 1]
    return write_cursor((last.date, last.time.isoformat(), last.id))


def write_cursor(place: Place) -> str:
    """The place after which a list goes on, as an opaque text."""
    return base64.urlsafe_b64encode("|".join(str(each) for each in place).encode()).decode().rstrip("=")


def read_cursor(cursor: str) -> Place:
    """The place again; raises Refusal naming the field for anything else."""
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        day, at, identity = base64.urlsafe_b64decode(padded).decode().split("|")
        datetime.strptime(at, "%H:%M:%S")  # noqa: DTZ007 - a wall-clock time has no zone
        return date.fromisoformat(day), at, UUID(identity)
    except (ValueError, UnicodeError, binascii.Error):
        raise field_refusal("cursor", "bad_cursor") from None
