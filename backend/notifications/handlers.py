"""Which events make which messages, and the reminders. Called by the worker.

Each handler decides by what the booking is now, not by what the event said then, so a late or repeated event
writes nothing untrue.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid5

from backend.notifications.domain.kinds import MessageKind, priority
from backend.notifications.domain.reminders import ReminderRules, schedule
from backend.notifications.store import MessageStore
from backend.notifications.writing import Writer
from backend.platform.clock import Clock
from backend.platform.database import Tx
from backend.platform.events import Event, Handler
from backend.platform.jobs import Jobs
from backend.reservations.domain import Status
from backend.reservations.service import Desk

# Removes sent messages of a restaurant (by slug) from where we keep them ourselves.
EraseSent = Callable[[str, Sequence[str]], object]
_REMINDERS = (MessageKind.REMINDER_24H, MessageKind.REMINDER_3H)
# What the record says of a booking that was made or changed in a conversation whose answer holds all that the message would.
_IN_THREAD = frozenset(f"conversation:{channel}" for channel in ("email", "whatsapp", "sms"))
# Messages that follow from nothing the guest or the house has just done: not to who wants none.
_UNASKED = frozenset({*_REMINDERS, MessageKind.NO_SHOW})


class NotificationHandlers:
    """Writes messages down and plans reminders."""

    def __init__(
        self, desk: Desk, store: MessageStore, writer: Writer, jobs: Jobs, clock: Clock, erase: EraseSent
    ) -> None:
        self._erase = erase
        self._writer = writer
        self._waitlist = writer.waitlist
        self._desk = desk
        self._store = store
        self._jobs = jobs
        self._clock = clock
        for kind in _REMINDERS:
            jobs.register(job_kind(kind), self._reminder(kind))

    def handlers(self) -> list[Handler]:
        """What to call on which events."""
        return [
            Handler(
                "notifications.write",
                frozenset(
                    {
                        "reservation.created",
                        "reservation.updated",
                        "reservation.cancelled",
                        "no-show.detected",
                    }
                ),
                self.write,
            ),
            Handler(
                "notifications.remind",
                frozenset(
                    {"reservation.created", "reservation.updated", "reservation.cancelled", "qr.validated"}
                ),
                self.plan_reminders,
            ),
            Handler("notifications.offer", frozenset({"waitlist.offered"}), self.offer),
            Handler("notifications.forget", frozenset({"guest.erased"}), self.forget_guest),
        ]

    def forget_guest(self, tx: Tx, event: Event) -> None:
        """A guest was erased: what still lies in a mailbox of ours goes too."""
        slug = self._desk.reader.current(tx).profile.slug
        self._erase(slug, [str(each) for each in self._store.of_guest(tx, event.subject_id)])

    def write(self, tx: Tx, event: Event) -> None:
        """The message of an event, if it makes one."""
        kind = message_of(event)
        if kind is not None and not self._is_told(tx, event):
            self._add(tx, event.subject_id, kind, event.id, facts_to_remember(event))

    def offer(self, tx: Tx, event: Event) -> None:
        """A table came free for somebody who waits: they are told, if they may be written to, and the entry says so."""
        waits, now = self._waitlist.view(tx, event.subject_id), self._clock.now()
        if waits is None or self._waitlist.still_free(tx, waits.entry, now) is None:
            return
        guest_id = waits.entry.guest_id
        guests, chain = self._desk.guests, self._writer.chain_of(tx, waits.guest, waits.entry.channel)
        # Whom the staff put on the list by telephone is theirs to call.
        if not (guests.has_agreed(tx, guest_id, "waitlist") and guests.wants_messages(tx, guest_id)):
            return
        if not chain:
            return
        if not self._waitlist.tell(tx, event.subject_id, now):
            return
        kind = MessageKind.WAITLIST_OFFER
        self._store.add(
            tx,
            waitlist_entry_id=event.subject_id,
            guest_id=guest_id,
            kind=kind.value,
            channel=chain[0],
            priority=int(priority(kind)),
            cause_id=event.id,
            facts={},
            now=now,
        )

    def _is_told(self, tx: Tx, event: Event) -> bool:
        """Whether the guest has it already: the answer in their thread by mail, WhatsApp or SMS holds the code and the links, and
        each message more costs."""
        if event.type != "reservation.created" and event.data.get("change") != "changed":
            return False
        trail = self._desk.store.audit(tx, event.subject_id)
        return any(row["actor"] in _IN_THREAD and row["at"] == event.occurred_at for row in trail)

    def plan_reminders(self, tx: Tx, event: Event) -> None:
        """Moves the booking's reminders to where they belong now, or takes them off."""
        now = self._clock.now()
        reservation = self._desk.store.get(tx, event.subject_id)
        planned: dict[MessageKind, datetime] = {}
        # Who has said that they are coming is not reminded again.
        if reservation is not None and reservation.guest_confirmed_at is None:
            rules = ReminderRules(timezone=self._desk.reader.current(tx).profile.timezone)
            planned = dict(schedule(reservation, rules, event.occurred_at))
        for kind in _REMINDERS:
            if kind in planned and planned[kind] > now:
                starts_at = reservation.starts_at.isoformat() if reservation else ""
                self._jobs.plan(tx, job_kind(kind), event.subject_id, planned[kind], {"startsAt": starts_at})
            else:
                self._jobs.drop(tx, job_kind(kind), event.subject_id, now)

    def _reminder(self, kind: MessageKind) -> Any:
        def remind(tx: Tx, subject_id: UUID, payload: Mapping[str, Any], now: datetime) -> None:
            # One reminder a kind and start, however often the job is planned or run.
            cause = uuid5(NAMESPACE_OID, f"{subject_id}:{kind}:{payload.get('startsAt')}")
            self._add(tx, subject_id, kind, cause, {})

        return remind

    def _add(
        self, tx: Tx, reservation_id: UUID, kind: MessageKind, cause: UUID, facts: Mapping[str, Any]
    ) -> None:
        reservation = self._desk.store.get(tx, reservation_id)
        if reservation is None or reservation.guest_id is None:
            return
        if kind in _UNASKED and not self._desk.guests.wants_messages(tx, reservation.guest_id):
            return
        chain = self._writer.chain(tx, self._desk.view(tx, reservation))
        if not chain:
            return
        self._store.add(
            tx,
            reservation_id=reservation_id,
            guest_id=reservation.guest_id,
            kind=kind.value,
            channel=chain[0],
            priority=int(priority(kind)),
            cause_id=cause,
            facts=facts,
            now=self._clock.now(),
        )


def job_kind(kind: MessageKind) -> str:
    """The name of a reminder's scheduled work."""
    return f"notifications.{kind.value}"


def message_of(event: Event) -> MessageKind | None:
    """The message an event makes, or None."""
    change, status = event.data.get("change"), event.data["reservation"]["status"]
    if event.type == "reservation.created":
        return MessageKind.PENDING if status == Status.PENDING.value else MessageKind.CONFIRMATION
    if event.type == "reservation.cancelled":
        return MessageKind.CANCELLATION
    if event.type == "no-show.detected":
        return MessageKind.NO_SHOW
    if change == "changed":
        return MessageKind.CHANGE
    if change == "confirmed":
        return MessageKind.CONFIRMATION
    if change == "expired":
        return MessageKind.CANCELLATION
    return None


def facts_to_remember(event: Event) -> dict[str, Any]:
    """What the message needs of its cause that the booking does not say any more."""
    facts: dict[str, Any] = {}
    if event.data.get("previous"):
        facts["previous"] = event.data["previous"]
    if event.type == "reservation.cancelled":
        facts["cancelledBy"] = "guest" if event.data.get("by") == "guest" else "restaurant"
    return facts
