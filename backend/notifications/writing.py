"""Writes a message about a booking as it is true now: looks the booking up, decides whether there is still something to say and to
whom, renders it. Called by both ways of sending.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from backend.checkin.service import CodeIssuer, qr_png
from backend.guests.domain import Guest
from backend.notifications.domain.facts import BookingFacts
from backend.notifications.domain.kinds import MessageKind
from backend.notifications.facts_of import booking_facts, offer_facts
from backend.notifications.overrides import Override
from backend.notifications.ports import GuestPost, Ways
from backend.notifications.rendering import render
from backend.notifications.store import MessageStore
from backend.platform.database import Row, Tx
from backend.platform.senders import Outgoing, Recipient
from backend.reservations.domain import Status
from backend.reservations.service import Desk, GuestLinks, View, Waitlist
from backend.restaurants.domain import Profile

log = logging.getLogger(__name__)

# What a message may still say; a reminder of a booking that was cancelled meanwhile is not sent.
_STILL_TRUE = {
    MessageKind.CONFIRMATION: frozenset({Status.CONFIRMED, Status.CHECKED_IN, Status.SEATED}),
    MessageKind.PENDING: frozenset({Status.PENDING}),
    MessageKind.CHANGE: frozenset({Status.PENDING, Status.CONFIRMED}),
    MessageKind.CANCELLATION: frozenset({Status.CANCELLED, Status.EXPIRED}),
    MessageKind.REMINDER_24H: frozenset({Status.CONFIRMED}),
    MessageKind.REMINDER_3H: frozenset({Status.CONFIRMED}),
    MessageKind.NO_SHOW: frozenset({Status.NO_SHOW}),
}


@dataclass(frozen=True, slots=True)
class Written:
    """A message ready to go, and where its code is to be seen."""

    outgoing: Outgoing
    qr_url: str | None


class Writer:
    """Makes messages of rows."""

    def __init__(
        self,
        *,
        store: MessageStore,
        desk: Desk,
        waitlist: Waitlist,
        links: GuestLinks,
        issuer: CodeIssuer,
        base_url: str,
        mail_from: str,
        post: GuestPost | None = None,
    ) -> None:
        self._store = store
        self._desk = desk
        self.waitlist = waitlist
        self._links = links
        self._issuer = issuer
        self._base_url = base_url
        self._mail_from = mail_from
        self._post = post

    def write(self, tx: Tx, row: Row, now: datetime) -> Written | str:
        """The message, or why nothing is to be sent."""
        kind = MessageKind(row["kind"])
        if kind is MessageKind.WAITLIST_OFFER:
            return self._offer(tx, row, now)
        reservation = self._desk.store.get(tx, row["reservation_id"])
        if reservation is None or reservation.status not in _STILL_TRUE[kind]:
            return "no longer true"
        view = self._desk.view(tx, reservation)
        to = recipient(view.guest, row["channel"])
        if to is None:
            return "no address any more"
        return self._written(tx, row, view, to, now)

    def _offer(self, tx: Tx, row: Row, now: datetime) -> Written | str:
        """A table came free for somebody who waits: told as long as it is."""
        view = self.waitlist.view(tx, row["waitlist_entry_id"])
        free = None if view is None else self.waitlist.still_free(tx, view.entry, now)
        if view is None or free is None:
            return "no longer true"
        to = recipient(view.guest, row["channel"])
        if to is None:
            return "no address any more"
        locale = view.guest.locale if view.guest else view.config.profile.locale
        heard = self._is_heard(tx, row["channel"])
        facts = offer_facts(view, free, base_url=self._base_url, locale=locale, now=now, answers_heard=heard)
        return Written(self._outgoing(tx, row, facts, locale, to, view.config.profile), None)

    def _is_heard(self, tx: Tx, channel: str) -> bool:
        """Whether the assistant reads what is answered to a message over that channel."""
        if self._post is None:
            return False
        return (
            self._post.mail_address(tx) is not None if channel == "email" else self._post.carries(tx, channel)
        )

    def chain(self, tx: Tx, view: View) -> list[str]:
        """The channels for a guest, the first first; a message goes over one only when those before it failed."""
        return self.chain_of(tx, view.guest, view.reservation.channel)

    def chain_of(self, tx: Tx, guest: Guest | None, came_by: str) -> list[str]:
        """The same for a guest who came over that channel."""
        if guest is None or guest.erased_at is not None:
            return []
        ways = self._post.ways(tx, guest.phone, came_by) if self._post else Ways()
        mail = ["email"] if guest.email else []
        found = [*ways.first, *ways.after, *mail] if ways.first else [*mail, *ways.after]
        # Without a provider the mailbox of this machine takes what would go by SMS.
        return found or (["sms"] if guest.phone else [])

    def next_way(self, tx: Tx, row: Row) -> str | None:
        """The channel after the one that failed; None when there is none, or nothing to say any more."""
        tried = self._store.tried(tx, row["cause_id"], row["kind"])
        return next((each for each in self._ways_of(tx, row) if each not in tried), None)

    def _ways_of(self, tx: Tx, row: Row) -> list[str]:
        if row["waitlist_entry_id"] is not None:
            waits = self.waitlist.view(tx, row["waitlist_entry_id"])
            return [] if waits is None else self.chain_of(tx, waits.guest, waits.entry.channel)
        reservation = self._desk.store.get(tx, row["reservation_id"])
        if reservation is None or reservation.status not in _STILL_TRUE[MessageKind(row["kind"])]:
            return []
        return self.chain(tx, self._desk.view(tx, reservation))

    def _written(self, tx: Tx, row: Row, view: View, to: Recipient, now: datetime) -> Written:
        one, profile = view.reservation, view.config.profile
        locale = view.guest.locale if view.guest else profile.locale
        code = self._issuer.code(one.id, one.restaurant_id, one.date, one.qr)
        urls = self._links.urls(one, self._base_url)
        facts = booking_facts(
            view,
            urls=urls,
            base_url=self._base_url,
            locale=locale,
            now=now,
            qr_png=qr_png(code),
            extra=row["facts"],
        )
        outgoing = self._outgoing(tx, row, facts, locale, to, profile)
        shows_code = any(each.content_type == "image/png" for each in outgoing.rendered.attachments)
        return Written(outgoing, urls["imageUrl"] if shows_code else None)

    def _outgoing(
        self, tx: Tx, row: Row, facts: BookingFacts, locale: str, to: Recipient, profile: Profile
    ) -> Outgoing:
        kind = MessageKind(row["kind"])
        return Outgoing(
            message_id=row["id"],
            restaurant=profile.slug,
            channel=row["channel"],
            to=to,
            rendered=render(kind, facts, locale, overrides=self._overrides(tx), report=_report),
            sender_name=profile.name,
            sender_address=self._mail_from,
            reply_to=(self._post.mail_address(tx) if self._post else None) or profile.email or None,
            language=locale.split("-")[0],
        )

    def _overrides(self, tx: Tx) -> list[Override]:
        return [
            Override(MessageKind(row["kind"]), row["language"], row["part"], row["body"])
            for row in self._store.templates(tx)
        ]


def recipient(guest: Guest | None, channel: str) -> Recipient | None:
    """Where the message goes; None when the guest has no such address (any more)."""
    if guest is None:
        return None
    address: dict[str, Any] = {"email": guest.email, "sms": guest.phone, "whatsapp": guest.phone}
    value = address.get(channel)
    if not value:
        return None
    key = "email" if channel == "email" else "phone"
    return {"name": guest.name or "", key: value}  # type: ignore[return-value]


def _report(override: Override, problem: str) -> None:
    log.warning(
        "a restaurant's own words could not be used", extra={"kind": str(override.kind), "problem": problem}
    )
