"""Use cases of the waiting list: join it, look at it, say what became of an entry, and notice that a table came free.

Called by its routes, by the dialogue with the guest's consent, and by the worker on events. An entry holds no table: the first
whom a freed table fits is shown to the staff and told by a message, if they may be written to; who answers first books as everyone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from uuid import UUID

from backend.availability.domain import Ask, Offer, Refused
from backend.guests import email_address, person_name, phone_number
from backend.guests.domain import Contact, booked_as
from backend.platform.contention import UNIQUE, until_settled
from backend.platform.database import Tx
from backend.platform.events import Event
from backend.platform.ids import uuid7
from backend.platform.refusals import Refusal, field_refusal
from backend.platform.texts import has_language
from backend.reservations.desk import By, Desk
from backend.reservations.waitlist.record import OPEN, Entry, EntryView, WaitlistState, entry_json
from backend.reservations.waitlist.store import WaitlistStore
from backend.restaurants.domain import RestaurantConfig, service_date_of

# A table may be missing for these reasons and come free later; no waiting helps against any other rule.
MAY_COME_FREE = frozenset({"slot_unavailable", "pacing_limit"})
_MAY_BECOME = {
    WaitlistState.WAITING: frozenset(WaitlistState),
    WaitlistState.NOTIFIED: frozenset(WaitlistState),
    # A slip of the finger is taken back by putting the entry where it was.
    WaitlistState.SEATED: frozenset(OPEN),
    WaitlistState.CANCELLED: frozenset(OPEN),
}


@dataclass(frozen=True, slots=True)
class WaitRequest:
    """Who would like which table. `phone` and `email` as typed, one of them needed; `privacy_accepted` is the guest's consent."""

    restaurant_id: UUID
    date: date
    time: time
    party_size: int
    name: str
    channel: str
    by: By
    area: str | None = None
    phone: str | None = None
    email: str | None = None
    locale: str | None = None
    privacy_accepted: bool = False


class Waitlist:
    """Who waits for a table."""

    def __init__(self, desk: Desk, store: WaitlistStore) -> None:
        self._desk = desk
        self._store = store

    def join(self, request: WaitRequest) -> EntryView:
        """The guest's entry; the same guest for the same moment has one, however often they ask.

        Raises Refusal: privacy_not_accepted, invalid_request naming the field, a rule that no waiting helps against.
        """
        if not request.privacy_accepted and request.by.actor != "staff":
            raise Refusal("privacy_not_accepted")
        # Two requests may add the same new guest at once: the second then finds them.
        return until_settled(lambda: self._join(request), also=[UNIQUE])

    def _join(self, request: WaitRequest) -> EntryView:
        desk, now = self._desk, self._desk.clock.now()
        with desk.database.tenant(request.restaurant_id) as tx:
            config = desk.reader.current(tx)
            self._may_wait(tx, config, request, now)
            contact = _contact(request, config)
            known = desk.guests.find(tx, contact)
            if known is None:
                guest_id = desk.guests.add(tx, contact, desk.guests.indexes(tx, contact), now)
            else:
                guest_id = known.id
                desk.guests.complete(tx, known, contact, now)
            if request.privacy_accepted:
                desk.guests.consent(
                    tx, guest_id, "waitlist", desk.privacy_version, request.channel, given=True, now=now
                )
            entry = self._store.same(tx, _entry(request, contact, guest_id, now))
            if entry is None:
                entry = _entry(request, contact, guest_id, now)
                self._store.add(tx, entry)
                self._tell(tx, config, entry, "waitlist.joined", request.by, now)
            elif (
                entry.state is WaitlistState.NOTIFIED
            ):  # the table they were told of is gone, and they wait for another
                entry = self._moved(tx, config, entry, WaitlistState.WAITING, request.by, now)
            return self._view(tx, entry, config)

    def _may_wait(self, tx: Tx, config: RestaurantConfig, request: WaitRequest, now: datetime) -> None:
        channel = "staff" if request.by.actor == "staff" else request.channel
        ask = Ask(request.date, request.time, request.party_size, request.area, channel)
        outcome = self._desk.availability.decide(tx, config, ask, now).outcome
        if isinstance(outcome, Refused) and outcome.code not in MAY_COME_FREE:
            if outcome.code == "unknown_area":
                raise field_refusal("area", outcome.code)
            raise Refusal(outcome.code, params=outcome.params)

    def day(
        self, restaurant_id: UUID, day: date | None, states: Sequence[WaitlistState], limit: int
    ) -> list[EntryView]:
        """Of one service date, or of tonight's and all to come; first come first."""
        now = self._desk.clock.now()
        with self._desk.database.tenant(restaurant_id) as tx:
            config = self._desk.reader.current(tx)
            first = day or service_date_of(config, now)
            entries = self._store.page(tx, first, day, states, limit)
            guests = self._desk.guests.by_ids(tx, [each.guest_id for each in entries])
        views, ahead = [], dict[date, int]()
        for entry in entries:
            guest = guests.get(entry.guest_id)
            count = ahead.get(entry.date, 0)
            views.append(EntryView(entry, config, guest and booked_as(guest, entry.name), count))
            ahead[entry.date] = count + (entry.state in OPEN)
        return views

    def set_state(
        self, restaurant_id: UUID, entry_id: UUID, state: WaitlistState, by: By, version: int | None = None
    ) -> EntryView:
        """What became of it. Raises Refusal: not_found, version_conflict, invalid_transition."""
        return until_settled(
            lambda: self._set_state(restaurant_id, entry_id, state, by, version), also=[UNIQUE]
        )

    def _set_state(
        self, restaurant_id: UUID, entry_id: UUID, state: WaitlistState, by: By, version: int | None
    ) -> EntryView:
        now = self._desk.clock.now()
        with self._desk.database.tenant(restaurant_id) as tx:
            entry = self._store.lock(tx, entry_id)
            if entry is None:
                raise Refusal("not_found")
            if version is not None and version != entry.version:
                raise Refusal("version_conflict", params={"version": entry.version})
            config = self._desk.reader.current(tx)
            if state is entry.state:
                return self._view(tx, entry, config)
            reopened = entry.state not in OPEN and self._store.same(tx, entry) is not None
            if reopened or state not in _MAY_BECOME[entry.state]:
                raise Refusal("invalid_transition", params={"from": entry.state.value, "to": state.value})
            return self._view(tx, self._moved(tx, config, entry, state, by, now), config)

    def leave(
        self, restaurant_id: UUID, ids: Sequence[UUID], phone: str | None, email: str | None, by: By
    ) -> int:
        """Gives up the open ones of these entries and of the person with that phone or e-mail, who is proven to ask; how many."""
        now = self._desk.clock.now()
        with self._desk.database.tenant(restaurant_id) as tx:
            config = self._desk.reader.current(tx)
            locale = config.profile.locale
            guest = self._desk.guests.find(tx, _reached(phone, email, locale))
            entries = self._store.open_of(tx, ids, guest.id if guest else None)
            for entry in entries:
                self._moved(tx, config, entry, WaitlistState.CANCELLED, by, now)
        return len(entries)

    def table_came_free(
        self, tx: Tx, restaurant_id: UUID, days: Sequence[date], now: datetime
    ) -> Entry | None:
        """Shows the staff the first who waits for these service dates and could be booked now, unless that was done a moment ago.

        Called in a handler's transaction. None when nobody who waits has room now.
        """
        config = self._desk.reader.current(tx)
        for entry in self._store.waiting(tx, days):
            if entry.offered_at is not None and now - entry.offered_at < _SHOWN_AGAIN:
                continue
            ask = Ask(entry.date, entry.time, entry.party_size, entry.area, "web")
            if isinstance(self._desk.availability.decide(tx, config, ask, now).outcome, Offer):
                offered = replace(entry, offered_at=now, version=entry.version + 1, updated_at=now)
                self._store.save(tx, offered)
                self._tell(tx, config, offered, "waitlist.offered", By("system:waitlist", "system"), now)
                return offered
        return None

    def view(self, tx: Tx, entry_id: UUID) -> EntryView | None:
        """An open entry as it is in this transaction; None when it is no longer."""
        entry = self._store.lock(tx, entry_id)
        if entry is None or entry.state not in OPEN:
            return None
        return self._view(tx, entry, self._desk.reader.current(tx))

    def still_free(self, tx: Tx, entry: Entry, now: datetime) -> Offer | None:
        """The table that the entry waits for, while there is one."""
        ask = Ask(entry.date, entry.time, entry.party_size, entry.area, "web")
        outcome = self._desk.availability.decide(tx, self._desk.reader.current(tx), ask, now).outcome
        return outcome if isinstance(outcome, Offer) else None

    def tell(self, tx: Tx, entry_id: UUID, now: datetime) -> bool:
        """Marks an entry that waits as told of a table, in the transaction that writes the message; False when it does not wait."""
        entry = self._store.lock(tx, entry_id)
        if entry is None or entry.state is not WaitlistState.WAITING:
            return False
        config, by = self._desk.reader.current(tx), By("system:waitlist", "system")
        self._moved(tx, config, entry, WaitlistState.NOTIFIED, by, now)
        return True

    def told_of(self, restaurant_id: UUID, phone: str | None, email: str | None) -> EntryView | None:
        """Of the person with that phone or e-mail, who is proven to ask, the entry that was told of a table last, not long ago and
        for an evening to come; None without."""
        now = self._desk.clock.now()
        with self._desk.database.tenant(restaurant_id) as tx:
            config = self._desk.reader.current(tx)
            guest = self._desk.guests.find(tx, _reached(phone, email, config.profile.locale))
            if guest is None:
                return None
            told = [
                each
                for each in self._store.open_of(tx, [], guest.id)
                if each.state is WaitlistState.NOTIFIED
                and each.offered_at is not None
                and now - each.offered_at < _ANSWERED_WITHIN
                and each.date >= service_date_of(config, now)
            ]
            last = max(told, key=lambda each: (each.offered_at, each.id), default=None)
            return None if last is None else self._view(tx, last, config)

    def forget_old(self, life: timedelta, now: datetime) -> int:
        """Deletes the entries of evenings longer ago than that, of every restaurant: they name people. Once a day; how many."""
        gone = 0
        for row in self._desk.restaurants.all():
            with self._desk.database.tenant(row["id"]) as tx:
                gone += self._store.forget_old(tx, now - life)
        return gone

    def _moved(
        self, tx: Tx, config: RestaurantConfig, entry: Entry, state: WaitlistState, by: By, now: datetime
    ) -> Entry:
        moved = replace(entry, state=state, version=entry.version + 1, updated_at=now)
        self._store.save(tx, moved)
        self._tell(tx, config, moved, "waitlist.changed", by, now)
        return moved

    def _view(self, tx: Tx, entry: Entry, config: RestaurantConfig) -> EntryView:
        guest = self._desk.guests.by_ids(tx, [entry.guest_id]).get(entry.guest_id)
        return EntryView(entry, config, guest and booked_as(guest, entry.name), self._store.before(tx, entry))

    def _tell(self, tx: Tx, config: RestaurantConfig, entry: Entry, kind: str, by: By, now: datetime) -> None:
        shown = entry_json(entry, config)
        self._desk.outbox.add(tx, [Event(kind, entry.restaurant_id, entry.id, now, {"entry": shown})])
        self._desk.audit.write(tx, by.label, kind, "waitlist", entry.id, after=shown, now=now)


# Somebody who was shown a freed table and was not told yet is not shown again for each further change of the evening.
_SHOWN_AGAIN = timedelta(minutes=30)
# A bare yes after that answers something else.
_ANSWERED_WITHIN = timedelta(hours=12)


def _reached(phone: str | None, email: str | None, locale: str) -> Contact:
    return Contact(
        "",
        phone_number(phone, locale) if phone else None,
        email_address(email) if email else None,
        locale,
    )


def _contact(request: WaitRequest, config: RestaurantConfig) -> Contact:
    name = person_name(request.name)
    if not name:
        raise field_refusal("guest.name", "required")
    phone = phone_number(request.phone, config.profile.locale) if request.phone else None
    if request.phone and phone is None:
        raise field_refusal("guest.phone", "not_a_phone")
    email = email_address(request.email) if request.email else None
    if request.email and email is None:
        raise field_refusal("guest.email", "not_an_email")
    if phone is None and email is None:
        raise field_refusal("guest.phone", "required")
    locale = request.locale if has_language(request.locale) else config.profile.locale
    return Contact(name, phone, email, locale)


def _entry(request: WaitRequest, contact: Contact, guest_id: UUID, now: datetime) -> Entry:
    return Entry(
        id=uuid7(),
        restaurant_id=request.restaurant_id,
        date=request.date,
        time=request.time,
        party_size=request.party_size,
        area=request.area,
        guest_id=guest_id,
        name=contact.name,
        channel=request.channel,
        state=WaitlistState.WAITING,
        offered_at=None,
        version=1,
        created_at=now,
        updated_at=now,
    )
