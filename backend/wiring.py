"""The only module that chooses adapters, with `chosen` for those that settings alone decide. Called by `backend.app`, the worker
and the command line.

Each part is made once a process, when it is first asked for, and handed over by constructor.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import cached_property, partial
from uuid import UUID

from sqlalchemy import Engine

from backend import chosen
from backend.access.authenticator import AccessAuthenticator
from backend.access.last_seen import LastSeen
from backend.access.service import AccessService
from backend.availability.service import HOLD_EXPIRY, AvailabilityService
from backend.availability.store import AllocationStore
from backend.checkin.handlers import CheckinHandlers
from backend.checkin.issuer import CodeIssuer
from backend.checkin.service import CheckinService
from backend.checkin.store import CheckinStore
from backend.conversations.channels.email.configured import MailChannel
from backend.conversations.channels.parts import ChannelNeeds, ChannelParts
from backend.conversations.engines.configured import reader
from backend.conversations.forgetting.store import GuestTraces, OldConversations
from backend.conversations.house import HouseAvailability, HouseFacts, HouseReservations
from backend.conversations.house_coming import HouseComing
from backend.conversations.inbox.service import InboxService
from backend.conversations.inbox.store import ThreadStore
from backend.conversations.outlet import ThreadOutlet
from backend.conversations.ports import Ports
from backend.conversations.service import SESSION_LIFE, ConversationService
from backend.conversations.store import StaffInbox, TurnStore
from backend.conversations.web_chat import WebChat
from backend.conversations.wishes.service import HouseWishes
from backend.conversations.wishes.store import ThreadStops
from backend.guests.service import GuestService
from backend.guests.store import GuestStore
from backend.guests.wishes import ERASE as ERASE_GUEST
from backend.guests.wishes import GuestWishes
from backend.notifications.handlers import NotificationHandlers
from backend.notifications.own_words import OwnWords
from backend.notifications.service import NotificationService
from backend.notifications.store import MessageStore
from backend.pages.adapter import HousePages
from backend.platform.audit import Audit
from backend.platform.cache import DayCache
from backend.platform.ciphers import Cipher
from backend.platform.clock import Clock
from backend.platform.database import Database
from backend.platform.events import Handler, Outbox
from backend.platform.jobs import Jobs
from backend.platform.keys import SecretStore
from backend.platform.limits import RateLimiter
from backend.platform.live import RedisWhispers
from backend.platform.locks import RedisSlotLocks
from backend.platform.redis import Redis
from backend.platform.senders import erase_from_mailbox
from backend.platform.telemetry import Telemetry
from backend.platform.worker.errand import Errand
from backend.platform.worker.upkeep import Keeper
from backend.reservations.desk import Desk
from backend.reservations.exporting import ExportedBookings
from backend.reservations.handlers import ReservationHandlers
from backend.reservations.links import GuestLinks
from backend.reservations.screens import GuestsOnScreens
from backend.reservations.service import ReservationService, reservation_service
from backend.reservations.store import ReservationStore
from backend.reservations.stranding import StrandedBookings
from backend.reservations.waitlist.store import WaitlistStore
from backend.restaurants.service import ConfigReader, RestaurantService
from backend.restaurants.store import RestaurantStore
from backend.settings import Settings


class Services:
    """Everything a process may call, on one database role. A part that nobody asks for is never made."""

    def __init__(self, settings: Settings, engine: Engine, secrets: SecretStore, clock: Clock) -> None:
        self.settings = settings
        self.secrets = secrets
        self.clock = clock
        self.database = Database(engine)
        self.redis = Redis(settings.redis_url, settings.redis_timeout_ms)
        self.telemetry = Telemetry()
        self.outbox = Outbox(self.redis)
        self.limiter = RateLimiter(self.redis, enabled=settings.rate_limits == "on")
        self.links = GuestLinks(secrets)
        self._audit = Audit()
        self._cipher = Cipher(secrets)
        self._jobs = Jobs(attempts=settings.handler_attempts)
        self._cache = DayCache(self.redis, settings.availability_cache_s)
        self._locks = RedisSlotLocks(self.redis, wait_ms=settings.lock_wait_ms, ttl_ms=settings.lock_ttl_ms)
        self._issuer = CodeIssuer(secrets)
        self._allocations = AllocationStore()
        self._guests = GuestStore(self._cipher)
        self._checkins = CheckinStore(self._cipher)
        self._messages = MessageStore()
        self._reservations = ReservationStore(self._cipher)
        self._waitlist = WaitlistStore(self._cipher)
        self._restaurants = RestaurantStore()
        self._reader = ConfigReader(self._restaurants)

    # the house -------------------------------------------------------------------------------------------

    @cached_property
    def restaurants(self) -> RestaurantService:
        """Profile, floor, rules."""
        return RestaurantService(
            database=self.database,
            clock=self.clock,
            store=self._restaurants,
            reader=self._reader,
            outbox=self.outbox,
            audit=self._audit,
            cache=self._cache,
            stranding=StrandedBookings(self._reservations),
        )

    @cached_property
    def availability(self) -> AvailabilityService:
        """What is free."""
        return AvailabilityService(
            database=self.database,
            clock=self.clock,
            store=self._allocations,
            reader=self._reader,
            cache=self._cache,
            locks=self._locks,
            outbox=self.outbox,
            jobs=self._jobs,
            telemetry=self.telemetry,
        )

    @cached_property
    def _desk(self) -> Desk:
        return Desk(
            database=self.database,
            clock=self.clock,
            store=self._reservations,
            allocations=self._allocations,
            guests=self._guests,
            availability=self.availability,
            restaurants=self.restaurants,
            reader=self._reader,
            outbox=self.outbox,
            audit=self._audit,
            issuer=self._issuer,
            telemetry=self.telemetry,
            privacy_version=self.settings.privacy_version,
            undo_window=timedelta(minutes=self.settings.undo_minutes),
        )

    @cached_property
    def reservations(self) -> ReservationService:
        """Book, change, move, read."""
        return reservation_service(self._desk, self._locks, self._waitlist)

    @cached_property
    def screens(self) -> GuestsOnScreens:
        """Who the guests of events are, for the screens of the house."""
        return GuestsOnScreens(self._desk, self.reservations.queries)

    @cached_property
    def checkin(self) -> CheckinService:
        """The door."""
        return CheckinService(self.reservations, self._checkins, self._issuer)

    @cached_property
    def guests(self) -> GuestService:
        """Guests' data."""
        return GuestService(
            self.database,
            self.clock,
            self._guests,
            ExportedBookings(self._reservations, self._waitlist),
            self._audit,
            self.outbox,
            GuestTraces(self._cipher, self._forget_sent),
        )

    @cached_property
    def guest_wishes(self) -> GuestWishes:
        """What guests decide about their own data."""
        return GuestWishes(
            self.database,
            self.clock,
            self._guests,
            self.guests,
            self._jobs,
            self.settings.privacy_version,
        )

    # messages and talk -----------------------------------------------------------------------------------

    @cached_property
    def notifications(self) -> NotificationService:
        """What is sent to guests."""
        return NotificationService(
            database=self.database,
            clock=self.clock,
            store=self._messages,
            desk=self._desk,
            waitlist=self.reservations.waitlist,
            links=self.links,
            issuer=self._issuer,
            sender=chosen.sender(self.settings, self.clock),
            base_url=self.settings.base_url,
            mail_from=self.settings.mail_from,
            post=self.channels.post,
            doubt_after=timedelta(seconds=self.settings.sending_doubt_s),
        )

    @cached_property
    def own_words(self) -> OwnWords:
        """A restaurant's own words in messages."""
        return OwnWords(self.database, self.clock, self._messages, self._audit)

    @cached_property
    def conversations(self) -> ConversationService:
        """The chat."""
        bookings = HouseReservations(self.reservations, self.links, self.clock)
        ports = Ports(
            restaurants=HouseFacts(self.restaurants, self.settings.base_url),
            availability=HouseAvailability(self.availability),
            reservations=bookings,
            coming=HouseComing(self.reservations, bookings, self.guests),
            wishes=HouseWishes(
                self.guest_wishes,
                self.reservations,
                self.restaurants,
                ThreadStops(self.database),
                self.clock,
            ),
            handover=StaffInbox(self.database, self.clock, self.outbox),
            turns=TurnStore(self.database, self._cipher, self.outbox),
        )
        read_by = reader(self.settings, self.redis, self.telemetry, self.clock.now)
        return ConversationService(ports, self.clock, reader=read_by)

    @cached_property
    def outlet(self) -> ThreadOutlet:
        """The way out of a thread."""
        return ThreadOutlet(self._cipher, self.outbox)

    @cached_property
    def channels(self) -> ChannelParts:
        """WhatsApp, SMS, Instagram and mail."""
        facts = HouseFacts(self.restaurants, self.settings.base_url).facts
        return ChannelParts(
            ChannelNeeds(
                settings=self.settings,
                database=self.database,
                cipher=self._cipher,
                clock=self.clock,
                secrets=self.secrets,
                outbox=self.outbox,
                audit=self._audit,
                talk=lambda: self.conversations,
                outlet=lambda: self.outlet,
                handover=lambda: StaffInbox(self.database, self.clock, self.outbox),
                notifications=lambda: self.notifications,
                facts=facts,
                restaurants=self._every_restaurant,
                joined=lambda parts: [MailChannel(self, parts)],
            )
        )

    @property
    def errands(self) -> Sequence[Errand]:
        """What the worker does on lanes of their own, beside events, messages and scheduled work."""
        return self.channels.errands

    def _forget_sent(self, restaurant_id: UUID, messages: list[str]) -> None:
        slug = self.restaurants.config(restaurant_id).profile.slug
        erase_from_mailbox(self.settings.data_dir, slug, messages)

    def _every_restaurant(self) -> list[UUID]:
        return [row["id"] for row in self.restaurants.all()]

    @cached_property
    def inbox(self) -> InboxService:
        """The staff's side of conversations."""
        return InboxService(
            database=self.database,
            clock=self.clock,
            store=ThreadStore(self._cipher),
            outlet=self.outlet,
            outbox=self.outbox,
            audit=self._audit,
            names=self.access.people,
            whispers=RedisWhispers(self.redis),
        )

    @cached_property
    def web_chat(self) -> WebChat:
        """What guests' pages see of their threads."""
        return WebChat(
            self.database,
            ThreadStore(self._cipher),
            self.authenticator,
            self.restaurants,
            RedisWhispers(self.redis),
        )

    def count_message(self, restaurant_id: UUID, session_id: str) -> None:
        """Counts a chat message of a guest's page; raises Refusal('rate_limited')."""
        self.limiter.pass_or_refuse(f"chat:{restaurant_id}:{session_id}", self.settings.limit_visitor)

    @cached_property
    def keepers(self) -> Mapping[str, Keeper]:
        """What is forgotten once a day."""
        old = OldConversations(
            self.database,
            lambda: [row["id"] for row in self.restaurants.all()],
            timedelta(days=self.settings.conversation_days),
            SESSION_LIFE,
        )
        waiting = partial(
            self.reservations.waitlist.forget_old, timedelta(days=self.settings.conversation_days)
        )
        return {"conversations": old.forget, "waitlist": waiting, **self.channels.keepers}

    @cached_property
    def pages(self) -> HousePages:
        """What a browser is shown."""
        return HousePages(
            clock=self.clock,
            secrets=self.secrets,
            restaurants=self.restaurants,
            availability=self.availability,
            reservations=self.reservations,
            access=self.access,
            links=self.links,
        )

    # access ----------------------------------------------------------------------------------------------

    @cached_property
    def access(self) -> AccessService:
        """Who may come in."""
        return AccessService(
            self.database,
            self.secrets,
            self._cipher,
            self.limiter,
            self.clock,
            options=chosen.access_options(self.settings),
            passwords=chosen.passwords(),
        )

    @cached_property
    def authenticator(self) -> AccessAuthenticator:
        """Finds out who calls."""
        return AccessAuthenticator(
            self.database,
            self.secrets,
            self.access.tokens,
            self.limiter,
            self.clock,
            cache=self.access.cache,
            last_seen=LastSeen(self.database),
            limits=chosen.caller_limits(self.settings),
            public_url=self.settings.public_url,
        )

    # the worker ------------------------------------------------------------------------------------------

    @cached_property
    def handlers(self) -> Sequence[Handler]:
        """What is done on events; making them also says who does which scheduled work."""
        self._jobs.register(HOLD_EXPIRY, self.availability.expire_hold)
        self._jobs.register(ERASE_GUEST, self.guest_wishes.erase)
        erase = partial(erase_from_mailbox, self.settings.data_dir)
        return [
            *ReservationHandlers(self.reservations, self._jobs, self._cache, self.clock).handlers(),
            *CheckinHandlers(self._checkins, self.restaurants, self.redis, self.clock).handlers(),
            *NotificationHandlers(
                self._desk, self._messages, self.notifications.writer, self._jobs, self.clock, erase
            ).handlers(),
        ]

    @property
    def jobs(self) -> Jobs:
        """Scheduled work, with everybody who does it."""
        assert self.handlers  # noqa: S101 - made first: they register who does what
        return self._jobs


def build(
    settings: Settings, engine: Engine, secrets: SecretStore, *, clock: Clock | None = None
) -> Services:
    """The services of one process; `clock` other than the machine's only for the demonstration and tests."""
    return Services(settings, engine, secrets, clock or chosen.clock(settings))
