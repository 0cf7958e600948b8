"""The mail channel put together from the settings, for one process: its door, its collectors, its sender, its webhook.

Called by the wiring; nothing is opened before it is used.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol
from uuid import UUID

from backend.checkin.service import CodeIssuer
from backend.conversations.channels.accounts.kinds import AccountKind
from backend.conversations.channels.accounts.store import AccountStore
from backend.conversations.channels.email.door import DoorRules, MailDoor, known_senders
from backend.conversations.channels.email.hosts import is_public
from backend.conversations.channels.email.house import HouseForMail
from backend.conversations.channels.email.imap import ImapCollector, Mailbox
from backend.conversations.channels.email.kinds import mail_kind, mailbox_of, smtp_of
from backend.conversations.channels.email.maildir import Maildir, MaildirRules
from backend.conversations.channels.email.sending import EmailSender, Post
from backend.conversations.channels.email.sns import SnsVerifier
from backend.conversations.channels.email.store import MailStore
from backend.conversations.channels.email.threads import Threads
from backend.conversations.channels.email.webhook import PATH, SesParts, ses_api
from backend.conversations.channels.ports import Feedback, Intake
from backend.conversations.channels.registry import Channel
from backend.platform.clock import Clock
from backend.platform.database import Database
from backend.platform.http import Api
from backend.platform.keys import SecretStore, derive
from backend.platform.senders import AccountSendError, MailboxFolderSender, SmtpSender, SmtpSettings
from backend.platform.telemetry import Telemetry
from backend.platform.worker import Errand
from backend.reservations.service import GuestLinks, ReservationService
from backend.restaurants.service import RestaurantService
from backend.settings import Settings

if TYPE_CHECKING:
    from backend.conversations.channels.email.receiver import Receiver

log = logging.getLogger(__name__)

_LISTEN_AGAIN_S: Final = 30.0
_MOST_OF_A_PAUSE: Final = 0.8  # so that the lane's next round never comes a moment too early


class Lent(Protocol):
    """What the rest of SaveIt lends; the wiring's `Services` is it."""

    @property
    def settings(self) -> Settings: ...
    @property
    def database(self) -> Database: ...
    @property
    def clock(self) -> Clock: ...
    @property
    def secrets(self) -> SecretStore: ...
    @property
    def telemetry(self) -> Telemetry: ...
    @property
    def links(self) -> GuestLinks: ...
    @property
    def restaurants(self) -> RestaurantService: ...
    @property
    def reservations(self) -> ReservationService: ...


class Shared(Protocol):
    """What all channels share; `ChannelParts` is it."""

    @property
    def intake(self) -> Intake: ...
    @property
    def feedback(self) -> Feedback: ...
    @property
    def accounts(self) -> AccountStore: ...


class MailChannel:
    """All of it."""

    def __init__(self, lent: Lent, shared: Shared) -> None:
        self._lent = lent
        self._shared = shared
        self._settings = lent.settings
        self._receiver: Receiver | None = None

    @cached_property
    def threads(self) -> Threads:
        """Names threads; the key never rotates, as letters are answered after months."""
        return Threads(derive(self._lent.secrets.ring("index").keys[1], b"saveit/mail/threads"))

    @cached_property
    def store(self) -> MailStore:
        """Look-ups."""
        return MailStore(self._lent.database, self._only_restaurant)

    @cached_property
    def door(self) -> MailDoor:
        """Takes letters in."""
        settings = self._settings
        return MailDoor(
            intake=self._shared.intake,
            feedback=self._shared.feedback,
            store=self.store,
            threads=self.threads,
            telemetry=self._lent.telemetry,
            rules=DoorRules(
                trusted=known_senders(settings.mail_trusted_servers.split(",")),
                ours=known_senders([settings.mail_from]),
                per_hour=settings.mail_per_hour,
                house_per_hour=settings.mail_house_per_hour,
                largest=settings.mail_bytes,
            ),
        )

    @cached_property
    def maildir(self) -> Maildir:
        """The folder."""
        settings = self._settings
        kept, aside = timedelta(hours=settings.mail_keep_hours), timedelta(days=settings.conversation_days)
        rules = MaildirRules(self._folder, kept, aside)
        return Maildir(rules, self.door)

    @cached_property
    def imap(self) -> ImapCollector:
        """Mailboxes at providers."""
        rest = timedelta(seconds=_MOST_OF_A_PAUSE * self._settings.imap_poll_s)
        return ImapCollector(self._mailboxes, self.store, self.door, pause=rest)

    @cached_property
    def channel(self) -> Channel:
        """As the registry takes it; answers need no account of the restaurant's own."""
        post = _server_post(self._settings, self._lent.clock)
        sender = EmailSender(self._house, self.threads, post, self._own_post, self._settings.mail_from)
        return Channel("email", sender, self.api, needs_account=False)

    @property
    def api(self) -> Api | None:
        """The webhook; None while no topic may write to it."""
        settings = self._settings
        topics = [each.strip() for each in settings.ses_topics.split(",") if each.strip()]
        if not topics:
            return None
        # boto3 takes eight megabytes and half a second: only where it is used.
        from backend.conversations.channels.email.aws import AmazonSns, S3Letters

        aws = AmazonSns()
        parts = SesParts(
            verifier=SnsVerifier(aws, topics, timedelta(seconds=settings.sns_oldest_s)),
            aws=aws,
            letters=S3Letters(settings.ses_region, settings.s3_endpoint_url),
            door=self.door,
            feedback=self._shared.feedback,
            store=self.store,
            clock=self._lent.clock,
            buckets=[each.strip() for each in settings.ses_buckets.split(",") if each.strip()],
            restaurants=self._every_restaurant,
        )
        return ses_api(parts)

    @property
    def kind(self) -> AccountKind:
        """What an account of a restaurant consists of."""

        def greet(smtp: Any) -> None:
            SmtpSender(smtp, self._lent.clock).greet()

        return mail_kind(self.imap, greet, {"sns": self._settings.base_url + PATH}, self._may_name)

    @property
    def errands(self) -> Sequence[Errand]:
        """What the worker does: collect, and listen if it is to."""
        found = [
            Errand("maildir", self.maildir.collect),
            Errand("imap", self.imap.collect, pause_s=self._settings.imap_poll_s),
        ]
        if self._settings.mail_listen:
            found.append(Errand("mail-receiver", self._keep_listening, pause_s=_LISTEN_AGAIN_S))
        return found

    @property
    def keepers(self) -> Mapping[str, Callable[[datetime], int]]:
        """What is forgotten once a day."""
        return {"letters": self.maildir.forget}

    def _keep_listening(self, now: datetime, limit: int) -> int:
        """Starts the receiver unless it runs; on a machine with several workers one of them has the address."""
        if self._receiver is None:
            from backend.conversations.channels.email.receiver import Receiver  # only where somebody listens

            host, _, port = self._settings.mail_listen.rpartition(":")
            receiver = Receiver(
                self._folder,
                lambda address: self.store.restaurant_of((address,)) is not None,
                self._lent.clock,
                host=host.strip("[]"),
                port=int(port),
                largest=self._settings.mail_bytes,
                protocol=self._settings.mail_listen_protocol,
            )
            try:
                receiver.start()
            except OSError as taken:
                log.warning("cannot take mail at its address", extra={"reason": taken.strerror})
                return 0
            self._receiver = receiver
        return 0

    @property
    def _house(self) -> HouseForMail:
        lent = self._lent
        issuer = CodeIssuer(lent.secrets)
        return HouseForMail(
            lent.restaurants, lent.reservations, lent.links, issuer, lent.clock, lent.settings.base_url
        )

    def _every_restaurant(self) -> list[UUID]:
        return [row["id"] for row in self._lent.restaurants.all()]

    @property
    def _folder(self) -> Path:
        settings = self._settings
        return Path(settings.mail_dir) if settings.mail_dir else settings.data_dir / "maildir"

    def _may_name(self, host: str) -> bool:
        """On a machine of the restaurant's own its servers may be anywhere."""
        return self._settings.mode == "embedded" or is_public(host)

    def _own_post(self, account: Mapping[str, Any]) -> Post | None:
        smtp = smtp_of(account)
        if smtp is None:
            return None
        if not self._may_name(smtp.host):
            raise AccountSendError("the account's server is not on the open Internet")
        return SmtpSender(smtp, self._lent.clock)

    def _only_restaurant(self) -> UUID | None:
        every = self._every_restaurant()
        return every[0] if len(every) == 1 else None

    def _mailboxes(self) -> list[Mailbox]:
        """The server's own, and those of the restaurants' accounts."""
        settings = self._settings
        found = []
        if settings.imap_host:
            found.append(
                Mailbox(
                    host=settings.imap_host,
                    port=settings.imap_port,
                    tls=settings.imap_tls,
                    user=settings.imap_user,
                    password=settings.imap_password,
                    folder=settings.imap_folder,
                )
            )
        for restaurant_id in self.store.with_mailboxes():
            with self._lent.database.tenant(restaurant_id) as tx:
                account = self._shared.accounts.opened(tx, "email")
            own = mailbox_of(account) if account else None
            if own is not None and self._may_name(own.host):
                found.append(own)
        return found


def _server_post(settings: Settings, clock: Clock) -> Post:
    """The way out for restaurants that name no server of their own."""
    if not settings.smtp_host:
        return MailboxFolderSender(settings.data_dir, clock)
    smtp = SmtpSettings(
        host=settings.smtp_host,
        port=settings.smtp_port,
        tls=settings.smtp_tls,
        username=settings.smtp_user or None,
        password=settings.smtp_password or None,
    )
    return SmtpSender(smtp, clock)
