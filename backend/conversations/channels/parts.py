"""The channels of one process put together: accounts, the door, the worker's chats and sending, what each channel brings along.

Made by the wiring, which lends what belongs to other folders; a part that nobody asks for is never made. A channel of its own
kind (mail) joins through `joined`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Protocol
from uuid import UUID

from backend.conversations.channels.accounts.kinds import AccountKind
from backend.conversations.channels.accounts.service import AccountService
from backend.conversations.channels.accounts.store import AccountStore
from backend.conversations.channels.etiquette import HouseEtiquette
from backend.conversations.channels.inbound.chats import Chats, Talk
from backend.conversations.channels.inbound.intake import DatabaseIntake, OldInbound
from backend.conversations.channels.inbound.store import InboundStore
from backend.conversations.channels.joining import Providers, account_kinds, join
from backend.conversations.channels.letters import DeadLetters
from backend.conversations.channels.meta.kinds import VerifyTokens
from backend.conversations.channels.notices import ChannelPost
from backend.conversations.channels.outbound.feedback import DeliveryFeedback
from backend.conversations.channels.outbound.sending import Sending
from backend.conversations.channels.outbound.store import OutboundQueue
from backend.conversations.channels.ports import Outlet
from backend.conversations.channels.registry import Channel, Channels
from backend.conversations.channels.webhooks import Doorway
from backend.conversations.dialogue.records import RestaurantFacts
from backend.conversations.ports import Handover
from backend.notifications.service import NotificationService
from backend.platform.audit import Audit
from backend.platform.ciphers import Cipher
from backend.platform.clock import Clock
from backend.platform.database import Database
from backend.platform.events import Outbox
from backend.platform.keys import SecretStore
from backend.platform.senders.circuit import Circuits
from backend.platform.worker.errand import Errand
from backend.settings import Settings

_KNOWN_DAYS = 8  # Meta repeats a delivery for seven


class Joined(Protocol):
    """A channel that brings its own parts."""

    @property
    def channel(self) -> Channel: ...
    @property
    def kind(self) -> AccountKind: ...
    @property
    def errands(self) -> Sequence[Errand]: ...
    @property
    def keepers(self) -> Mapping[str, Callable[[datetime], int]]: ...


@dataclass(frozen=True, slots=True)
class ChannelNeeds:
    """What the rest of SaveIt lends. Functions, where a part needs the channels itself."""

    settings: Settings
    database: Database
    cipher: Cipher
    clock: Clock
    secrets: SecretStore
    outbox: Outbox
    audit: Audit
    talk: Callable[[], Talk]
    outlet: Callable[[], Outlet]
    handover: Callable[[], Handover]
    notifications: Callable[[], NotificationService]
    facts: Callable[[UUID], RestaurantFacts]
    restaurants: Callable[[], Iterable[UUID]]
    joined: Callable[[ChannelParts], Sequence[Joined]] = lambda parts: ()


class ChannelParts:
    """All of it."""

    def __init__(self, needs: ChannelNeeds) -> None:
        self._needs = needs
        self.accounts = AccountStore(needs.cipher)
        self.queue = OutboundQueue(needs.cipher)
        self._circuits: Circuits[tuple[UUID, str]] = Circuits()
        self._tokens = VerifyTokens(needs.secrets)

    @cached_property
    def intake(self) -> DatabaseIntake:
        """The door for what guests write."""
        return DatabaseIntake(self._needs.database, self._needs.cipher, self._needs.outbox)

    @cached_property
    def feedback(self) -> DeliveryFeedback:
        """What providers report of messages."""
        needs = self._needs
        return DeliveryFeedback(needs.database, self.queue, needs.notifications(), needs.outbox)

    @cached_property
    def registry(self) -> Channels:
        """Which channels there are."""
        needs, channels = self._needs, Channels()
        door = Doorway(needs.database, needs.cipher, needs.clock, self.intake, self.feedback)
        join(channels, self._providers, door, self._tokens)
        for each in self._joined:
            channels.add(each.channel)
        return channels

    @cached_property
    def account_service(self) -> AccountService:
        """Connects restaurants' accounts."""
        needs = self._needs
        kinds: dict[str, Sequence[AccountKind]] = {
            **account_kinds(self._providers),
            **{each.channel.name: [each.kind] for each in self._joined},
        }
        return AccountService(
            database=needs.database,
            clock=needs.clock,
            store=self.accounts,
            audit=needs.audit,
            kinds=kinds,
            token=self._tokens.of,
        )

    @cached_property
    def post(self) -> ChannelPost:
        """Messages about bookings by WhatsApp and SMS."""
        needs = self._needs
        return ChannelPost(
            database=needs.database,
            cipher=needs.cipher,
            queue=self.queue,
            accounts=self.accounts,
            channels=lambda: self.registry,
            circuits=self._circuits,
            clock=needs.clock,
        )

    @cached_property
    def chats(self) -> Chats:
        """Works on what guests wrote."""
        needs = self._needs
        return Chats(
            database=needs.database,
            store=InboundStore(needs.cipher),
            talk=needs.talk(),
            outlet=needs.outlet(),
            handover=needs.handover(),
            etiquette=HouseEtiquette(needs.facts),
            late_after=timedelta(hours=needs.settings.chat_late_hours),
            attempts=needs.settings.handler_attempts,
        )

    @cached_property
    def sending(self) -> Sending:
        """Sends what goes out."""
        needs = self._needs
        return Sending(
            database=needs.database,
            queue=self.queue,
            accounts=self.accounts,
            channels=self.registry,
            circuits=self._circuits,
            clock=needs.clock,
            base_url=needs.settings.base_url,
            doubt_after=timedelta(seconds=needs.settings.sending_doubt_s),
            attempts=needs.settings.sending_attempts,
        )

    @cached_property
    def errands(self) -> Sequence[Errand]:
        """What the worker does on lanes of their own."""
        settings = self._needs.settings
        sending = [f"sending-{number + 1}" for number in range(settings.sending_lanes)]
        chats = [f"chats-{number + 1}" for number in range(settings.chat_lanes)]
        by_providers = self._needs.notifications().send_by_providers
        return [
            *(each for joined in self._joined for each in joined.errands),
            *(Errand(name, self.chats.run_due, on_wake=True, then=tuple(sending)) for name in chats),
            *(Errand(name, self.sending.run_due, after_events=True) for name in sending),
            Errand("notices", by_providers, after_events=True),
        ]

    @cached_property
    def keepers(self) -> Mapping[str, Callable[[datetime], int]]:
        """What is forgotten once a day."""
        needs = self._needs
        life = timedelta(days=max(needs.settings.done_days, _KNOWN_DAYS))
        inbound = OldInbound(needs.database, needs.cipher, needs.restaurants, life)
        joined = {name: keep for each in self._joined for name, keep in each.keepers.items()}
        return {"inbound": inbound.forget, **joined}

    @cached_property
    def dead_letters(self) -> DeadLetters:
        """What was given up."""
        return DeadLetters(self._needs.database, self.queue, self._needs.notifications())

    @cached_property
    def _joined(self) -> Sequence[Joined]:
        return self._needs.joined(self)

    @property
    def _providers(self) -> Providers:
        settings = self._needs.settings
        return Providers(
            base_url=settings.base_url,
            twilio_url=settings.twilio_base_url,
            meta_url=settings.meta_base_url,
            instagram_url=settings.instagram_base_url,
            meta_version=settings.meta_version,
            meta_app_secret=settings.meta_app_secret,
            timeout_s=settings.provider_timeout_s,
        )
