"""Sends what goes out in threads: in order within a thread, once a message, each channel by its own sender.

Called by the worker's lanes "sending". Three steps, each its own transaction: marked as being sent; the provider asked, with no
connection held; the outcome written down. A worker killed between them leaves a message in doubt, which is not sent again before
the provider was asked or given time to report (docs/decisions/013). An account that fails is left alone for a while, and one
account keeps one lane at most, so that it cannot hold up the others.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from backend.conversations.channels.accounts.store import AccountStore
from backend.conversations.channels.outbound.store import OutboundQueue
from backend.conversations.channels.records import Outbound
from backend.conversations.channels.registry import Channel, Channels, Finding
from backend.conversations.dialogue.render import Reply
from backend.platform.clock import Clock
from backend.platform.database import Database, Row, Tx
from backend.platform.defects import without_words
from backend.platform.events.deliveries import backoff
from backend.platform.senders import (
    AccountSendError,
    InDoubtSendError,
    OptedOutError,
    PermanentSendError,
    SendError,
    TemporarySendError,
)
from backend.platform.senders.circuit import Circuits

log = logging.getLogger(__name__)

_FIRST_WAIT_S = 2.0
_LONGEST_WAIT_S = 900.0
_WINDOW_MARGIN = timedelta(minutes=2)  # providers count from their own clock
_Key = tuple[UUID, str]


class Sending:
    """The queue of messages that go out. `stale_after`: an answer older than that is not sent any more, whatever held it up."""

    def __init__(
        self,
        *,
        database: Database,
        queue: OutboundQueue,
        accounts: AccountStore,
        channels: Channels,
        circuits: Circuits[tuple[UUID, str]],
        clock: Clock,
        base_url: str,
        doubt_after: timedelta = timedelta(seconds=90),
        stale_after: timedelta = timedelta(hours=24),
        attempts: int = 8,
    ) -> None:
        self._database = database
        self._queue = queue
        self._accounts = accounts
        self._channels = channels
        self._circuits = circuits
        self._clock = clock
        self._base_url = base_url
        self._doubt_after = doubt_after
        self._stale_after = stale_after
        self._most = attempts
        self._lock = threading.Lock()
        self._busy: set[_Key] = set()

    def run_due(self, now: datetime, limit: int = 20) -> int:
        """Sends what is due and finds out about what is in doubt; how many messages were tried."""
        with self._database.platform() as tx:
            due = self._queue.due(tx, now, 4 * limit, self._left_alone())
            doubtful = self._queue.doubtful(tx, now - self._doubt_after, limit)
        tried = 0
        for row in due:
            if tried < limit:
                tried += self._apart(row, now, doubtful=False)
        return tried + sum(self._apart(row, now, doubtful=True) for row in doubtful)

    def _apart(self, due: Row, now: datetime, *, doubtful: bool) -> bool:
        """One message, unless its account is left alone or another lane is at it; whether it was tried."""
        key = (due["restaurant_id"], due["channel"])
        if self._circuits.wait_s(key) > 0:
            return False
        with self._alone(key) as mine:
            if not mine:
                return False
            return self._resolve(due, key, now) if doubtful else self._send(due, key, now)

    def _left_alone(self) -> set[_Key]:
        """Accounts whose circuit is shut or that another lane is at."""
        with self._lock:
            return self._busy | set(self._circuits.shut())

    @contextmanager
    def _alone(self, key: _Key) -> Iterator[bool]:
        with self._lock:
            mine = key not in self._busy
            self._busy.add(key)
        try:
            yield mine
        finally:
            if mine:
                with self._lock:
                    self._busy.discard(key)

    def _send(self, due: Row, key: _Key, now: datetime) -> bool:
        with self._database.tenant(due["restaurant_id"]) as tx:
            row = self._queue.claim(tx, due["id"], now)
            if row is None:
                return False
            made = self._prepared(tx, row, now)
            if isinstance(made, str):
                self._queue.ended(tx, row["id"], "failed", made)
                return True
        channel, account, message, guest_index = made
        try:
            self._deliver(key, row["id"], channel, account, message)
        except SendError as problem:
            self._not_sent(key, row, guest_index, problem, now)
        except Exception as problem:  # noqa: BLE001 -- told below, without words that an exception may quote
            # Whether the provider has it cannot be told: it stays in doubt, and finding out counts as a try.
            reason = without_words(problem, 3)
            log.error("sending failed", extra={"outbound": str(row["id"]), "problem": reason})
            self._circuits.failed(key)
            self._in_doubt(key, row["id"], reason)
        else:
            self._circuits.succeeded(key)
        return True

    def _prepared(
        self, tx: Tx, row: Row, now: datetime
    ) -> tuple[Channel, dict[str, Any], Outbound, bytes | None] | str:
        """All that is needed to send it, or why it cannot be sent."""
        channel = self._channels.get(row["channel"])
        thread = self._queue.thread(tx, row)
        if channel is None or thread is None:
            return "there is no sender for this channel"
        account = self._accounts.opened(tx, channel.name)
        if account is None and channel.needs_account:
            return "the channel is not connected any more"
        address = self._queue.address(tx, thread)
        if address is None:
            return "the guest's address is not known any more"
        if now - row["created_at"] > self._stale_after:
            return "too late to be an answer"
        message = Outbound(
            channel=channel.name,
            address=address,
            reply=absolute(self._queue.reply(tx, row), self._base_url),
            language=thread["language"] or "es",
            message_id=str(row["id"]),
            thread=self._queue.way_back(tx, thread),
            window_open=_is_open(channel, thread["heard_at"], now),
            part=row["parts_sent"],
            since=row["taken_at"],
        )
        return channel, account or {"restaurantId": str(tx.restaurant_id)}, message, thread["guest_index"]

    def _deliver(
        self, key: _Key, identity: UUID, channel: Channel, account: dict[str, Any], message: Outbound
    ) -> None:
        """All pieces of it; each that the provider took is written down before the next."""
        while True:
            receipt = channel.sender.send(account, message)
            with self._database.tenant(key[0]) as tx:
                if not receipt.more:
                    self._queue.sent(tx, identity, receipt.provider_id, self._clock.now())
                    return
                self._queue.progress(tx, identity, self._clock.now())
            message = replace(message, part=message.part + 1)

    def _not_sent(
        self, key: _Key, row: Row, guest_index: bytes | None, problem: SendError, now: datetime
    ) -> None:
        identity, reason = row["id"], f"{type(problem).__name__}: {problem}"
        log.warning("message not sent", extra={"outbound": str(identity), "problem": reason})
        if isinstance(problem, InDoubtSendError):
            self._circuits.failed(key)
            self._in_doubt(key, identity, reason)
            return
        with self._database.tenant(key[0]) as tx:
            if isinstance(problem, PermanentSendError):
                self._queue.ended(tx, identity, "failed", reason)
                if isinstance(problem, OptedOutError):
                    self._queue.stop(tx, key[1], guest_index, "told the provider", now)
            elif isinstance(problem, AccountSendError):
                wait = timedelta(seconds=self._circuits.failed(key, at_once=True))
                self._queue.again(tx, identity, reason, now + wait, counts=False)
            else:
                self._later(tx, key, row, problem, reason, now)

    def _later(self, tx: Tx, key: _Key, row: Row, problem: SendError, reason: str, now: datetime) -> None:
        wished = problem.retry_after if isinstance(problem, TemporarySendError) else None
        if wished:
            self._circuits.hold(key, wished)
        else:
            self._circuits.failed(key)
        if row["attempts"] >= self._most:
            self._queue.ended(tx, row["id"], "dead", reason)
            return
        wait = max(
            backoff(row["attempts"] - 1, _FIRST_WAIT_S, _LONGEST_WAIT_S), timedelta(seconds=wished or 0)
        )
        self._queue.again(tx, row["id"], reason, now + wait)

    def _in_doubt(self, key: _Key, identity: UUID, reason: str) -> None:
        with self._database.tenant(key[0]) as tx:
            self._queue.doubt(tx, identity, reason)

    def _resolve(self, due: Row, key: _Key, now: datetime) -> bool:
        """Asks the provider about a message in doubt. One that it does not know, or that cannot be asked about, is sent again:
        time enough has passed for a report."""
        with self._database.tenant(due["restaurant_id"]) as tx:
            row = self._queue.reclaim(tx, due["id"], now - self._doubt_after, now)
            if row is None:
                return False
            made = self._prepared(tx, row, now)
            if isinstance(made, str) or row["attempts"] >= self._most:
                self._queue.ended(tx, row["id"], "dead", "whether the provider has it is not known")
                return True
        channel, account, message, _ = made
        try:
            receipt = channel.sender.find(account, message) if isinstance(channel.sender, Finding) else None
        except SendError as problem:
            self._circuits.failed(key)
            log.warning("provider cannot be asked", extra={"outbound": str(row["id"]), "why": str(problem)})
            with self._database.tenant(key[0]) as tx:
                self._queue.still_in_doubt(tx, row["id"], row["taken_at"])
            return True
        with self._database.tenant(key[0]) as tx:
            if receipt is None:
                self._queue.again(tx, row["id"], "it was in doubt and the provider reported nothing", now)
            elif receipt.more:
                self._queue.progress(tx, row["id"], now)
                self._queue.again(tx, row["id"], "it was in doubt; pieces are left", now)
            else:
                self._queue.sent(tx, row["id"], receipt.provider_id, now)
        return True


def _is_open(channel: Channel, heard_at: datetime | None, now: datetime) -> bool:
    if channel.window_hours is None:
        return True
    return heard_at is not None and now - heard_at < timedelta(hours=channel.window_hours) - _WINDOW_MARGIN


def absolute(reply: Reply, base_url: str) -> Reply:
    """The reply with addresses that work outside of our own pages."""
    card = reply.card
    if card is None:
        return reply
    image, manage, calendar = (
        base_url + each if each.startswith("/") else each
        for each in (card.image_url, card.manage_url, card.calendar_url)
    )
    return replace(reply, card=replace(card, image_url=image, manage_url=manage, calendar_url=calendar))
