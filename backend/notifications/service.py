"""Sends what is due: confirmations, changes, cancellations, reminders, no-shows. Called by the worker and staff screens.

A message is written down in the transaction of its cause's handler and rendered when it goes out, so it always says what is true
then. It is sent inside the transaction that marks it sent: a worker killed in between sends the same message id again, which the
channel takes as the same message. The folder's door for others of the server: a booking's facts are imported from here.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from backend.checkin.service import CodeIssuer, qr_png
from backend.notifications.domain.kinds import MessageKind
from backend.notifications.facts_of import booking_facts, directions, restaurant_facts, said
from backend.notifications.overrides import Override
from backend.notifications.rendering import render
from backend.notifications.store import MessageStore
from backend.platform.clock import Clock
from backend.platform.database import Database, Row, Tx
from backend.platform.events.deliveries import backoff
from backend.platform.senders import (
    MessageSender,
    Outgoing,
    PermanentSendError,
    Recipient,
    TemporarySendError,
)
from backend.reservations.domain import Status
from backend.reservations.service import Desk, GuestLinks, View

__all__ = ["NotificationService", "booking_facts", "channel_for", "directions", "restaurant_facts", "said"]

log = logging.getLogger(__name__)

_ATTEMPTS = 10
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


class NotificationService:
    """Renders and sends messages."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        store: MessageStore,
        desk: Desk,
        links: GuestLinks,
        issuer: CodeIssuer,
        sender: MessageSender,
        base_url: str,
        mail_from: str,
    ) -> None:
        self._database = database
        self._clock = clock
        self._store = store
        self._desk = desk
        self._links = links
        self._issuer = issuer
        self._sender = sender
        self._base_url = base_url
        self._mail_from = mail_from

    def send_due(self, now: datetime, limit: int = 50) -> int:
        """Sends what may go out now; how many messages were tried."""
        with self._database.platform() as tx:
            due = self._store.due(tx, now, limit)
        return sum(self._send(row["restaurant_id"], row["id"], now) for row in due)

    def messages(self, restaurant_id: UUID, reservation_id: UUID) -> Sequence[Row]:
        """What was written to the guest about a booking."""
        with self._database.tenant(restaurant_id) as tx:
            return self._store.of_reservation(tx, reservation_id)

    def _send(self, restaurant_id: UUID, message_id: UUID, now: datetime) -> bool:
        try:
            with self._database.tenant(restaurant_id) as tx:
                row = self._store.take(tx, message_id, now)
                if row is None:
                    return False
                self._send_one(tx, row, now)
        except (TemporarySendError, PermanentSendError) as problem:
            final = isinstance(problem, PermanentSendError)
            log.warning(
                "message not taken",
                extra={"messageId": str(message_id), "problem": str(problem), "final": final},
            )
            self._failed(restaurant_id, message_id, problem, now, final=final)
        except Exception as problem:
            log.exception("message failed", extra={"messageId": str(message_id)})
            self._failed(restaurant_id, message_id, problem, now, final=False)
        return True

    def _send_one(self, tx: Tx, row: Row, now: datetime) -> None:
        kind = MessageKind(row["kind"])
        reservation = self._desk.store.get(tx, row["reservation_id"])
        if reservation is None or reservation.status not in _STILL_TRUE[kind]:
            self._store.close(tx, row["id"], "skipped", now, "no longer true")
            return
        view = self._desk.view(tx, reservation)
        to = recipient(view, row["channel"])
        if to is None:
            self._store.close(tx, row["id"], "skipped", now, "no address any more")
            return
        self._sender.send(self._outgoing(tx, row, kind, view, to, now))
        self._store.close(tx, row["id"], "sent", now)

    def _outgoing(
        self, tx: Tx, row: Row, kind: MessageKind, view: View, to: Recipient, now: datetime
    ) -> Outgoing:
        one, profile = view.reservation, view.config.profile
        locale = view.guest.locale if view.guest else profile.locale
        code = self._issuer.code(one.id, one.restaurant_id, one.date, one.qr)
        facts = booking_facts(
            view,
            urls=self._links.urls(one, self._base_url),
            base_url=self._base_url,
            locale=locale,
            now=now,
            qr_png=qr_png(code),
            extra=row["facts"],
        )
        rendered = render(kind, facts, locale, overrides=self._overrides(tx), report=_report)
        return Outgoing(
            message_id=row["id"],
            restaurant=profile.slug,
            channel=row["channel"],
            to=to,
            rendered=rendered,
            sender_name=profile.name,
            sender_address=self._mail_from,
            reply_to=profile.email or None,
            language=locale.split("-")[0],
        )

    def _overrides(self, tx: Tx) -> list[Override]:
        return [
            Override(MessageKind(row["kind"]), row["language"], row["part"], row["body"])
            for row in self._store.templates(tx)
        ]

    def _failed(
        self, restaurant_id: UUID, message_id: UUID, problem: Exception, now: datetime, *, final: bool
    ) -> None:
        with self._database.tenant(restaurant_id) as tx:
            attempts = self._store.attempts(tx, message_id)
            self._store.failed(
                tx,
                message_id,
                f"{type(problem).__name__}: {problem}",
                now + backoff(attempts, 5.0, 3600.0),
                most=_ATTEMPTS,
                final=final,
            )


def channel_for(view: View) -> str | None:
    """How a guest is written to: by mail if there is an address, else by SMS; None without either."""
    if view.guest is None or view.guest.erased_at is not None:
        return None
    if view.guest.email:
        return "email"
    return "sms" if view.guest.phone else None


def recipient(view: View, channel: str) -> Recipient | None:
    """Where the message goes; None when the guest has no such address (any more)."""
    guest = view.guest
    if guest is None:
        return None
    address: dict[str, Any] = {"email": guest.email, "sms": guest.phone}
    value = address.get(channel)
    if not value:
        return None
    key = "email" if channel == "email" else "phone"
    return {"name": guest.name or "", key: value}  # type: ignore[return-value]


def _report(override: Override, problem: str) -> None:
    log.warning(
        "a restaurant's own words could not be used", extra={"kind": str(override.kind), "problem": problem}
    )
