"""The mail channel's sender: answers as proper replies in the guest's own thread. Fulfils `channels.ports.ChannelSender`.

Chosen in the wiring, called by the worker's sending. It writes from the restaurant's own address over the restaurant's own server
when its account names one (a provider signs only what it sends itself), else over the server's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol
from uuid import UUID

from backend.conversations.channels.email.rendering import Answer, Enclosures, render_answer
from backend.conversations.channels.email.threads import Threads
from backend.conversations.channels.records import Outbound, Receipt
from backend.conversations.dialogue.render import Card
from backend.notifications import RestaurantFacts
from backend.platform.senders import MailHead, Outgoing, PermanentSendError


class Post(Protocol):
    """Something that takes mail: an SMTP server or the mailbox folder."""

    def post(self, outgoing: Outgoing) -> str | None:
        """The server's own name of it, if it gives one. Raises TemporarySendError and PermanentSendError."""


class MailHouse(Protocol):
    """What a mail tells of the house and of its booking."""

    def facts(self, restaurant_id: UUID) -> RestaurantFacts:
        """Name, address, colour."""

    def enclosures(self, restaurant_id: UUID, card: Card, locale: str) -> Enclosures | None:
        """The booking's code and calendar file; None when the booking is not there any more."""


class EmailSender:
    """Writes and posts answers. `own_post` makes the restaurant's own server of its account, None without one."""

    def __init__(
        self,
        house: MailHouse,
        threads: Threads,
        post: Post,
        own_post: Callable[[Mapping[str, Any]], Post | None],
        mail_from: str,
    ) -> None:
        self._house = house
        self._threads = threads
        self._post = post
        self._own_post = own_post
        self._mail_from = mail_from

    def send(self, account: dict[str, Any], message: Outbound) -> Receipt:
        outgoing = self.outgoing(account, message)
        post = self._own_post(account) or self._post
        name = post.post(outgoing)
        assert outgoing.head is not None  # noqa: S101 - made below
        return Receipt(name or outgoing.head.message_id)

    def outgoing(self, account: Mapping[str, Any], message: Outbound) -> Outgoing:
        """The mail of a message; the same message makes the same Message-ID, so a repeat can be known as one."""
        if "@" not in message.address:
            raise PermanentSendError("there is no mail address")
        restaurant_id = UUID(str(account["restaurantId"]))
        facts = self._house.facts(restaurant_id)
        thread = message.thread
        sender = str(account.get("account") or self._mail_from)
        written_to = thread.get("to", "")
        return Outgoing(
            message_id=UUID(message.message_id),
            restaurant=facts.slug,
            channel="email",
            to={"email": message.address},
            rendered=render_answer(self._answer(restaurant_id, facts, message)),
            sender_name=facts.name,
            sender_address=sender,
            reply_to=written_to if written_to and written_to != sender else None,
            language=message.language,
            head=self._head(message, sender),
        )

    def _answer(self, restaurant_id: UUID, facts: RestaurantFacts, message: Outbound) -> Answer:
        card = message.reply.card
        return Answer(
            reply=message.reply,
            house=facts,
            language=message.language,
            subject=message.thread.get("subject", ""),
            quote=message.thread.get("quote", ""),
            enclosures=self._house.enclosures(restaurant_id, card, message.language) if card else None,
        )

    def _head(self, message: Outbound, sender: str) -> MailHead:
        thread = message.thread
        domain = sender.rpartition("@")[2]
        return MailHead(
            message_id=self._threads.our_id(message.message_id, thread.get("session", ""), domain),
            in_reply_to=thread.get("messageId"),
            references=tuple(thread.get("references", "").split()),
            automatic="auto-replied",
        )
