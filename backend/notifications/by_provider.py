"""Sends messages about bookings by WhatsApp and SMS, and moves to the guest's next channel when one fails. Called by the
notification service.

Providers do not know our message again when it is sent twice. So a message is marked as being sent before they are asked, and
one found so later is looked into first. The next channel's message is written in the transaction in which the failure is: a
message is never on its way over two channels at once.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from uuid import UUID

from backend.notifications.ports import GuestPost, Notice
from backend.notifications.store import MessageStore
from backend.notifications.writing import Writer, Written
from backend.platform.clock import Clock
from backend.platform.database import Database, Row, Tx
from backend.platform.defects import without_words
from backend.platform.events.deliveries import backoff
from backend.platform.senders import (
    AccountSendError,
    InDoubtSendError,
    MessageSender,
    PermanentSendError,
    SendError,
    TemporarySendError,
)

log = logging.getLogger(__name__)

CARRIED = ("whatsapp", "sms")
_FIRST_WAIT_S = 5.0
_LONGEST_WAIT_S = 1800.0
# An account that does not work is waited for no longer: the message goes over the next channel.
_PATIENCE = timedelta(minutes=15)


class ProviderMessages:
    """The queue of messages that providers carry. `sender` takes them where a restaurant has connected none."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        store: MessageStore,
        writer: Writer,
        post: GuestPost,
        sender: MessageSender,
        doubt_after: timedelta,
        attempts: int,
    ) -> None:
        self._database = database
        self._clock = clock
        self._store = store
        self._writer = writer
        self._post = post
        self._sender = sender
        self._doubt_after = doubt_after
        self._most = attempts

    def send_due(self, now: datetime, limit: int) -> int:
        """Sends what is due and looks into what is in doubt; how many messages were tried."""
        with self._database.platform() as tx:
            due = self._store.due(tx, now, limit, CARRIED)
            doubtful = self._store.doubtful(tx, now - self._doubt_after, limit)
        tried = sum(self._send(row["restaurant_id"], row["id"], now) for row in due)
        return tried + sum(self._resolve(row["restaurant_id"], row["id"], now) for row in doubtful)

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
        """Whether the message is one of these; its state moves on, never back. One that failed goes on over the next channel."""
        with self._database.tenant(restaurant_id) as tx:
            row = self._store.reported(tx, channel, provider_id, ref, state, error, now)
            if row is not None:
                if state == "failed":
                    self._go_on(tx, row, now)
                return True
            return self._store.is_known(tx, channel, provider_id, ref)

    def _send(self, restaurant_id: UUID, message_id: UUID, now: datetime) -> bool:
        with self._database.tenant(restaurant_id) as tx:
            row = self._store.claim(tx, message_id, now)
            if row is None:
                return False
            written = self._writer.write(tx, row, now)
            if isinstance(written, str):
                self._store.close(tx, message_id, "skipped", now, written)
                return True
            carried = self._post.carries(tx, row["channel"])
        try:
            provider_id = self._handed_over(restaurant_id, row, written, carried=carried)
        except SendError as problem:
            self._not_sent(restaurant_id, row, problem, now)
        except Exception as problem:  # noqa: BLE001 -- told below, without words that an exception may quote
            reason = without_words(problem, 3)
            log.error("message failed", extra={"messageId": str(message_id), "problem": reason})
            self._doubt(restaurant_id, message_id, reason)
        else:
            with self._database.tenant(restaurant_id) as tx:
                self._store.sent(tx, message_id, provider_id, self._clock.now())
        return True

    def _handed_over(self, restaurant_id: UUID, row: Row, written: Written, *, carried: bool) -> str | None:
        if not carried:
            if row["channel"] != "sms":
                raise PermanentSendError("the channel is not connected any more")
            self._sender.send(written.outgoing)
            return None
        return self._post.send(_notice(restaurant_id, row, written))

    def _not_sent(self, restaurant_id: UUID, row: Row, problem: SendError, now: datetime) -> None:
        reason = f"{type(problem).__name__}: {problem}"
        log.warning("message not taken", extra={"messageId": str(row["id"]), "problem": reason})
        if isinstance(problem, InDoubtSendError):
            self._doubt(restaurant_id, row["id"], reason)
            return
        with self._database.tenant(restaurant_id) as tx:
            if isinstance(problem, PermanentSendError) or self._is_hopeless(row, problem, now):
                self._store.ended(tx, row["id"], "failed", reason)
                self._go_on(tx, row, now)
                return
            wished = problem.retry_after if isinstance(problem, TemporarySendError) else None
            wait = backoff(row["attempts"] - 1, _FIRST_WAIT_S, _LONGEST_WAIT_S)
            self._store.again(tx, row["id"], reason, now + max(wait, timedelta(seconds=wished or 0)))

    def _is_hopeless(self, row: Row, problem: SendError, now: datetime) -> bool:
        waited = now - row["created_at"] > _PATIENCE
        return row["attempts"] >= self._most or (isinstance(problem, AccountSendError) and waited)

    def after_mail(self, tx: Tx, message_id: UUID, now: datetime) -> None:
        """A mail could not be sent: where it was given up, the guest's next channel has it."""
        row = self._store.given_up(tx, message_id)
        if row is not None and self._written_on(tx, row, now):
            self._store.moved_on(tx, message_id)

    def _go_on(self, tx: Tx, row: Row, now: datetime) -> None:
        """Writes the message of the next channel; the last failure is for the operator."""
        if not self._written_on(tx, row, now):
            self._store.bury(tx, row["id"])

    def _written_on(self, tx: Tx, row: Row, now: datetime) -> bool:
        """Whether there is a next channel. Its message is written once, however often this is called."""
        channel = self._writer.next_way(tx, row)
        if channel is None:
            return False
        self._store.add(
            tx,
            reservation_id=row["reservation_id"],
            waitlist_entry_id=row["waitlist_entry_id"],
            guest_id=row["guest_id"],
            kind=row["kind"],
            channel=channel,
            priority=row["priority"],
            cause_id=row["cause_id"],
            facts=row["facts"],
            now=now,
        )
        return True

    def _doubt(self, restaurant_id: UUID, message_id: UUID, reason: str) -> None:
        with self._database.tenant(restaurant_id) as tx:
            self._store.doubt(tx, message_id, reason)

    def _resolve(self, restaurant_id: UUID, message_id: UUID, now: datetime) -> bool:
        with self._database.tenant(restaurant_id) as tx:
            row = self._store.reclaim(tx, message_id, now - self._doubt_after, now)
            if row is None:
                return False
            written = self._writer.write(tx, row, now)
            if isinstance(written, str):
                self._store.close(tx, message_id, "skipped", now, written)
                return True
            carried = self._post.carries(tx, row["channel"])
        try:
            found = self._post.find(_notice(restaurant_id, row, written)) if carried else None
        except SendError as problem:
            log.warning("provider cannot be asked", extra={"messageId": str(message_id), "why": str(problem)})
            return True
        with self._database.tenant(restaurant_id) as tx:
            if found is not None:
                self._store.sent(tx, message_id, found, now)
            elif row["attempts"] >= self._most:
                self._store.ended(tx, message_id, "failed", "whether the provider has it is not known")
                self._go_on(tx, row, now)
            else:
                self._store.again(tx, message_id, "it was in doubt and the provider reported nothing", now)
        return True


def _notice(restaurant_id: UUID, row: Row, written: Written) -> Notice:
    outgoing = written.outgoing
    return Notice(
        restaurant_id=restaurant_id,
        message_id=row["id"],
        channel=row["channel"],
        phone=str(outgoing.to.get("phone", "")),
        kind=row["kind"],
        language=outgoing.language,
        text=outgoing.rendered.short_text,
        since=row["created_at"],
        words=outgoing.rendered.words,
        qr_url=written.qr_url,
    )
