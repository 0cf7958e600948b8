"""Sends what is due: confirmations, changes, cancellations, reminders, no-shows. Called by the worker and staff screens.

A message is written down in the transaction of its cause's handler and rendered when it goes out, so it always says what is true
then. A mail is sent inside the transaction that marks it sent: a worker killed in between sends the same message id again, which
mail programs take as the same message. What providers carry goes another way (`by_provider`). The folder's door for others of the
server: a booking's facts are imported from here.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from backend.checkin.service import CodeIssuer
from backend.notifications.by_provider import CARRIED, ProviderMessages
from backend.notifications.facts_of import booking_facts, directions, restaurant_facts, said
from backend.notifications.ports import GuestPost, Notice, Ways
from backend.notifications.store import EVERY, MessageStore
from backend.notifications.writing import Writer
from backend.platform.clock import Clock
from backend.platform.database import Database, Row, Tx
from backend.platform.events.deliveries import backoff
from backend.platform.senders import MessageSender, PermanentSendError, TemporarySendError
from backend.reservations.service import Desk, GuestLinks, Waitlist

__all__ = [
    "GuestPost",
    "Notice",
    "NotificationService",
    "Ways",
    "booking_facts",
    "directions",
    "restaurant_facts",
    "said",
]

from backend.platform.defects import without_words

log = logging.getLogger(__name__)

_ATTEMPTS = 10


class NotificationService:
    """Renders and sends messages. Without a `post` all of them go to `sender`."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        store: MessageStore,
        desk: Desk,
        waitlist: Waitlist,
        links: GuestLinks,
        issuer: CodeIssuer,
        sender: MessageSender,
        base_url: str,
        mail_from: str,
        post: GuestPost | None = None,
        doubt_after: timedelta = timedelta(seconds=90),
    ) -> None:
        self._database = database
        self._store = store
        self._sender = sender
        self.writer = Writer(
            store=store,
            desk=desk,
            waitlist=waitlist,
            links=links,
            issuer=issuer,
            base_url=base_url,
            mail_from=mail_from,
            post=post,
        )
        self._by_provider = (
            ProviderMessages(
                database=database,
                clock=clock,
                store=store,
                writer=self.writer,
                post=post,
                sender=sender,
                doubt_after=doubt_after,
                attempts=_ATTEMPTS,
            )
            if post
            else None
        )
        self._ours = [each for each in EVERY if each not in CARRIED] if post else list(EVERY)

    def send_due(self, now: datetime, limit: int = 50) -> int:
        """Sends what may go out now, but for what providers carry; how many messages were tried."""
        with self._database.platform() as tx:
            due = self._store.due(tx, now, limit, self._ours)
        return sum(self._send(row["restaurant_id"], row["id"], now) for row in due)

    def send_by_providers(self, now: datetime, limit: int = 50) -> int:
        """Sends what providers carry; how many messages were tried."""
        return self._by_provider.send_due(now, limit) if self._by_provider else 0

    def report(
        self,
        restaurant_id: UUID,
        channel: str,
        provider_id: str,
        state: str,
        now: datetime,
        *,
        error: str | None = None,
        ref: UUID | None = None,
    ) -> bool:
        """What a provider says of a message: whether it is one of these. One that failed goes on over the next channel."""
        if self._by_provider is None:
            return False
        return self._by_provider.report(restaurant_id, channel, provider_id, state, now, error=error, ref=ref)

    def messages(self, restaurant_id: UUID, reservation_id: UUID) -> Sequence[Row]:
        """What was written to the guest about a booking."""
        with self._database.tenant(restaurant_id) as tx:
            return self._store.of_reservation(tx, reservation_id)

    def dead(self, limit: int = 200) -> list[Row]:
        """Messages that were given up, oldest first; on the worker's role."""
        with self._database.platform() as tx:
            return self._store.dead(tx, limit)

    def replay(self, now: datetime, message_id: UUID | None = None) -> int:
        """Puts one of them back, or all; how many."""
        with self._database.platform() as tx:
            return self._store.replay(tx, message_id, now)

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
            reason = f"{type(problem).__name__}: {problem}"
            self._failed(restaurant_id, message_id, reason, now, final=final)
        except Exception as problem:  # noqa: BLE001 -- told below, without words that an exception may quote
            reason = without_words(problem, 3)
            log.error("message failed", extra={"messageId": str(message_id), "problem": reason})
            self._failed(restaurant_id, message_id, reason, now, final=False)
        return True

    def _send_one(self, tx: Tx, row: Row, now: datetime) -> None:
        written = self.writer.write(tx, row, now)
        if isinstance(written, str):
            self._store.close(tx, row["id"], "skipped", now, written)
            return
        self._sender.send(written.outgoing)
        self._store.close(tx, row["id"], "sent", now)

    def _failed(
        self, restaurant_id: UUID, message_id: UUID, reason: str, now: datetime, *, final: bool
    ) -> None:
        with self._database.tenant(restaurant_id) as tx:
            attempts = self._store.attempts(tx, message_id)
            self._store.failed(
                tx,
                message_id,
                reason,
                now + backoff(attempts, 5.0, 3600.0),
                most=_ATTEMPTS,
                final=final,
            )
            if self._by_provider is not None:
                self._by_provider.after_mail(tx, message_id, now)
