"""The only module that chooses adapters. Called by `backend.app`, the worker and the command line.

Everything is built here, in the order it depends on each other, and handed over by constructor.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import gevent
from gevent import monkey
from sqlalchemy import Engine

from backend.access.authenticator import AccessAuthenticator, CallerLimits
from backend.access.last_seen import LastSeen
from backend.access.passwords import Passwords
from backend.access.service import AccessOptions, AccessService
from backend.availability.service import HOLD_EXPIRY, AvailabilityService
from backend.availability.store import AllocationStore
from backend.checkin.handlers import CheckinHandlers
from backend.checkin.issuer import CodeIssuer
from backend.checkin.service import CheckinService
from backend.checkin.store import CheckinStore
from backend.conversations.house import HouseAvailability, HouseFacts, HouseReservations
from backend.conversations.ports import Ports
from backend.conversations.service import ConversationService
from backend.conversations.store import StaffInbox, TurnStore
from backend.guests.service import GuestService
from backend.guests.store import GuestStore
from backend.notifications.handlers import NotificationHandlers
from backend.notifications.own_words import OwnWords
from backend.notifications.service import NotificationService
from backend.notifications.store import MessageStore
from backend.pages.adapter import HousePages
from backend.platform.audit import Audit
from backend.platform.cache import DayCache
from backend.platform.ciphers import Cipher
from backend.platform.clock import Clock, OffsetClock, SystemClock
from backend.platform.database import Database
from backend.platform.events import Handler, Outbox
from backend.platform.jobs import Jobs
from backend.platform.keys import KeyFile, SecretStore
from backend.platform.limits import RateLimiter
from backend.platform.locks import RedisSlotLocks
from backend.platform.redis import Redis
from backend.platform.senders import (
    MailboxFolderSender,
    MessageSender,
    SenderByChannel,
    SmtpSender,
    SmtpSettings,
    erase_from_mailbox,
)
from backend.platform.telemetry import Telemetry
from backend.reservations.desk import Desk
from backend.reservations.exporting import ExportedBookings
from backend.reservations.handlers import ReservationHandlers
from backend.reservations.links import GuestLinks
from backend.reservations.screens import GuestsOnScreens
from backend.reservations.service import ReservationService, reservation_service
from backend.reservations.store import ReservationStore
from backend.reservations.stranding import StrandedBookings
from backend.restaurants.service import ConfigReader, RestaurantService
from backend.restaurants.store import RestaurantStore
from backend.settings import Settings


@dataclass(frozen=True, slots=True)
class Services:
    """Everything a process may call."""

    settings: Settings
    clock: Clock
    database: Database
    redis: Redis
    secrets: SecretStore
    telemetry: Telemetry
    outbox: Outbox
    jobs: Jobs
    handlers: Sequence[Handler]
    access: AccessService
    authenticator: AccessAuthenticator
    restaurants: RestaurantService
    availability: AvailabilityService
    reservations: ReservationService
    checkin: CheckinService
    guests: GuestService
    notifications: NotificationService
    links: GuestLinks
    conversations: ConversationService
    pages: HousePages
    screens: GuestsOnScreens
    own_words: OwnWords
    limiter: RateLimiter


def secret_store(settings: Settings) -> SecretStore:
    """The key file of this home, made at first use."""
    store = KeyFile(settings.key_file)
    store.ensure()
    return store


def build(
    settings: Settings, engine: Engine, secrets: SecretStore, *, clock: Clock | None = None
) -> Services:
    """All services of one process on one database role; `clock` other than the machine's only for the demonstration and tests."""
    clock = clock or _clock(settings)
    database, redis = Database(engine), Redis(settings.redis_url, settings.redis_timeout_ms)
    telemetry, cipher, audit = Telemetry(), Cipher(secrets), Audit()
    outbox, jobs = Outbox(redis), Jobs(attempts=settings.handler_attempts)
    cache = DayCache(redis, settings.availability_cache_s)
    locks = RedisSlotLocks(redis, wait_ms=settings.lock_wait_ms, ttl_ms=settings.lock_ttl_ms)
    limiter = RateLimiter(redis, enabled=settings.rate_limits == "on")

    restaurant_store, reservation_store = RestaurantStore(), ReservationStore(cipher)
    reader, allocations, guest_store = ConfigReader(restaurant_store), AllocationStore(), GuestStore(cipher)
    restaurants = RestaurantService(
        database=database,
        clock=clock,
        store=restaurant_store,
        reader=reader,
        outbox=outbox,
        audit=audit,
        cache=cache,
        stranding=StrandedBookings(reservation_store),
    )
    availability = AvailabilityService(
        database=database,
        clock=clock,
        store=allocations,
        reader=reader,
        cache=cache,
        locks=locks,
        outbox=outbox,
        jobs=jobs,
        telemetry=telemetry,
    )
    jobs.register(HOLD_EXPIRY, availability.expire_hold)
    issuer, links = CodeIssuer(secrets), GuestLinks(secrets)
    desk = Desk(
        database=database,
        clock=clock,
        store=reservation_store,
        allocations=allocations,
        guests=guest_store,
        availability=availability,
        restaurants=restaurants,
        reader=reader,
        outbox=outbox,
        audit=audit,
        issuer=issuer,
        telemetry=telemetry,
        privacy_version=settings.privacy_version,
        undo_window=timedelta(minutes=settings.undo_minutes),
    )
    reservations = reservation_service(desk, locks)
    checkin_store, message_store = CheckinStore(cipher), MessageStore()
    access = AccessService(
        database, secrets, cipher, limiter, clock, options=_access_options(settings), passwords=_passwords()
    )
    handlers = [
        *ReservationHandlers(reservations, jobs, cache, clock).handlers(),
        *CheckinHandlers(checkin_store, restaurants, redis, clock).handlers(),
        *NotificationHandlers(
            desk, message_store, jobs, clock, partial(erase_from_mailbox, settings.data_dir)
        ).handlers(),
    ]
    return Services(
        settings=settings,
        clock=clock,
        database=database,
        redis=redis,
        secrets=secrets,
        telemetry=telemetry,
        outbox=outbox,
        jobs=jobs,
        handlers=handlers,
        access=access,
        authenticator=_authenticator(settings, access, database, secrets, limiter, clock),
        restaurants=restaurants,
        availability=availability,
        reservations=reservations,
        checkin=CheckinService(reservations, checkin_store, issuer),
        guests=GuestService(database, clock, guest_store, ExportedBookings(reservation_store), audit, outbox),
        notifications=NotificationService(
            database=database,
            clock=clock,
            store=message_store,
            desk=desk,
            links=links,
            issuer=issuer,
            sender=_sender(settings, clock),
            base_url=settings.base_url,
            mail_from=settings.mail_from,
        ),
        links=links,
        conversations=ConversationService(
            Ports(
                restaurants=HouseFacts(restaurants, settings.base_url),
                availability=HouseAvailability(availability),
                reservations=HouseReservations(reservations, links, clock),
                handover=StaffInbox(database, clock, outbox),
                turns=TurnStore(database, cipher),
            ),
            clock,
        ),
        pages=HousePages(
            clock=clock,
            secrets=secrets,
            restaurants=restaurants,
            availability=availability,
            reservations=reservations,
            access=access,
            links=links,
        ),
        screens=GuestsOnScreens(desk, reservations.queries),
        limiter=limiter,
        own_words=OwnWords(database, clock, message_store, audit),
    )


def _clock(settings: Settings) -> Clock:
    return (
        OffsetClock(timedelta(seconds=settings.clock_offset_s)) if settings.clock_offset_s else SystemClock()
    )


def _passwords() -> Passwords:
    """A password costs tens of milliseconds of work: where greenlets share a thread, it is done beside it."""
    if not monkey.is_module_patched("threading"):
        return Passwords()
    return Passwords(apart=lambda work: gevent.get_hub().threadpool.apply(work))


def _access_options(settings: Settings) -> AccessOptions:
    return AccessOptions(
        access_token=timedelta(seconds=settings.access_token_s),
        refresh_token=timedelta(seconds=settings.refresh_token_s),
        refresh_grace=timedelta(seconds=settings.refresh_grace_s),
        logins_per_minute=settings.limit_login,
    )


def _authenticator(
    settings: Settings,
    access: AccessService,
    database: Database,
    secrets: SecretStore,
    limiter: RateLimiter,
    clock: Clock,
) -> AccessAuthenticator:
    limits = CallerLimits(
        publishable=settings.limit_publishable,
        secret=settings.limit_secret,
        staff=settings.limit_staff,
        guest=settings.limit_guest,
        anonymous=settings.limit_anonymous,
    )
    return AccessAuthenticator(
        database,
        secrets,
        access.tokens,
        limiter,
        clock,
        cache=access.cache,
        last_seen=LastSeen(database),
        limits=limits,
    )


def _sender(settings: Settings, clock: Clock) -> MessageSender:
    mailbox = MailboxFolderSender(settings.data_dir, clock)
    if not settings.smtp_host:
        return mailbox
    smtp = SmtpSender(
        SmtpSettings(
            host=settings.smtp_host,
            port=settings.smtp_port,
            tls=settings.smtp_tls,
            username=settings.smtp_user or None,
            password=settings.smtp_password or None,
        ),
        clock,
    )
    return SenderByChannel({"email": smtp, "sms": mailbox, "chat": mailbox})
