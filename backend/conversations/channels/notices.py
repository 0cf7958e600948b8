"""Messages about bookings by WhatsApp and SMS, through the same senders and accounts as conversations: fulfils
`notifications.GuestPost`. Called by the notification service, on the worker.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from backend.conversations.channels.accounts.store import AccountStore
from backend.conversations.channels.outbound.store import OutboundQueue
from backend.conversations.channels.records import Outbound, Receipt
from backend.conversations.channels.registry import Channel, Channels, Finding
from backend.conversations.dialogue.render import Card, Reply
from backend.notifications.service import Notice, Ways
from backend.platform.ciphers import Cipher
from backend.platform.clock import Clock
from backend.platform.database import Database, Tx
from backend.platform.senders import (
    AccountSendError,
    OptedOutError,
    PermanentSendError,
    SendError,
    TemporarySendError,
)
from backend.platform.senders.circuit import Circuits

_CARRIED = ("whatsapp", "sms")
_MARGIN = timedelta(minutes=2)  # providers count the window from their own clock


class ChannelPost:
    """The post of bookings on every account."""

    def __init__(
        self,
        *,
        database: Database,
        cipher: Cipher,
        queue: OutboundQueue,
        accounts: AccountStore,
        channels: Callable[[], Channels],
        circuits: Circuits[tuple[UUID, str]],
        clock: Clock,
    ) -> None:
        self._database = database
        self._cipher = cipher
        self._queue = queue
        self._accounts = accounts
        self._channels = channels
        self._circuits = circuits
        self._clock = clock

    def ways(self, tx: Tx, phone: str | None, came_by: str) -> Ways:
        """Preferred is the channel that the guest came by, or one that the restaurant wants for all."""
        if not phone or tx.restaurant_id is None:
            return Ways()
        index = self._cipher.blind(tx.restaurant_id, "phone", phone)
        first, after = [], []
        for channel in _CARRIED:
            account = self._accounts.get(tx, channel)
            if account is None or self._queue.standing(tx, channel, index)["stopped"]:
                continue
            notices = account["settings"].get("notices", "came_by")
            if notices == "always" or (notices == "came_by" and came_by == channel):
                first.append(channel)
            elif notices != "never" and channel == "sms":
                after.append(channel)
        return Ways(tuple(first), tuple(after))

    def carries(self, tx: Tx, channel: str) -> bool:
        """Whether the restaurant has connected it."""
        return self._accounts.get(tx, channel) is not None

    def mail_address(self, tx: Tx) -> str | None:
        """The mail account's address."""
        account = self._accounts.get(tx, "email")
        return None if account is None else str(account["account"])

    def send(self, notice: Notice) -> str | None:
        """The provider's name of it. An account that is left alone raises TemporarySendError without being asked."""
        key = (notice.restaurant_id, notice.channel)
        wait = self._circuits.wait_s(key)
        if wait > 0:
            raise AccountSendError("the account is left alone for now", retry_after=wait)
        channel, account, message, index = self._prepared(notice)
        try:
            receipt = channel.sender.send(account, message)
        except SendError as problem:
            self._learn(key, index, problem)
            raise
        self._circuits.succeeded(key)
        return receipt.provider_id

    def find(self, notice: Notice) -> str | None:
        """What the provider says of a message in doubt, where it can be asked."""
        channel, account, message, _ = self._prepared(notice)
        if not isinstance(channel.sender, Finding):
            return None
        found: Receipt | None = channel.sender.find(account, message)
        return found.provider_id if found else None

    def _prepared(self, notice: Notice) -> tuple[Channel, dict[str, Any], Outbound, bytes | None]:
        now = self._clock.now()
        channel = self._channels().get(notice.channel)
        index = self._cipher.blind(notice.restaurant_id, "phone", notice.phone)
        with self._database.tenant(notice.restaurant_id) as tx:
            account = self._accounts.opened(tx, notice.channel)
            standing = self._queue.standing(tx, notice.channel, index)
        if channel is None or account is None:
            raise PermanentSendError("the channel is not connected any more")
        if standing["stopped"]:
            raise OptedOutError("the guest stopped messages")
        message = Outbound(
            channel=channel.name,
            address=notice.phone,
            reply=_reply(notice),
            language=notice.language,
            message_id=str(notice.message_id),
            window_open=_is_open(channel, standing["heard_at"], now),
            template=notice.kind,
            words=notice.words,
            since=notice.since,
        )
        return channel, account, message, index

    def _learn(self, key: tuple[UUID, str], index: bytes | None, problem: SendError) -> None:
        """What a failure says of the account, and of the guest."""
        if isinstance(problem, OptedOutError):
            with self._database.tenant(key[0]) as tx:
                self._queue.stop(tx, key[1], index, "told the provider", self._clock.now())
        elif isinstance(problem, PermanentSendError):
            self._circuits.succeeded(key)  # the provider answered: the account works
        elif isinstance(problem, TemporarySendError) and problem.retry_after:
            self._circuits.hold(key, problem.retry_after)
        else:
            self._circuits.failed(key, at_once=isinstance(problem, AccountSendError))


def _reply(notice: Notice) -> Reply:
    """The text, which names the link, and the code as a picture where the channel shows one."""
    if notice.qr_url is None or notice.channel == "sms":
        return Reply(notice.text)
    card = Card("", notice.qr_url, notice.words.get("code", ""), "", "", ())
    return Reply(notice.text, card=card)


def _is_open(channel: Channel, heard_at: datetime | None, now: datetime) -> bool:
    if channel.window_hours is None:
        return True
    return heard_at is not None and now - heard_at < timedelta(hours=channel.window_hours) - _MARGIN
