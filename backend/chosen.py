"""Adapters and limits that settings alone decide. Called by `backend.wiring`, which puts everything together."""

from __future__ import annotations

from datetime import timedelta

import gevent
from gevent import monkey

from backend.access.authenticator import CallerLimits
from backend.access.passwords import Passwords
from backend.access.service import AccessOptions
from backend.platform.clock import Clock, OffsetClock, SystemClock
from backend.platform.senders import (
    MailboxFolderSender,
    MessageSender,
    SenderByChannel,
    SmtpSender,
    SmtpSettings,
)
from backend.settings import Settings


def clock(settings: Settings) -> Clock:
    """The machine's, or one put forward by a setting."""
    return (
        OffsetClock(timedelta(seconds=settings.clock_offset_s)) if settings.clock_offset_s else SystemClock()
    )


def passwords() -> Passwords:
    """A password costs tens of milliseconds of work: where greenlets share a thread, it is done beside it."""
    if not monkey.is_module_patched("threading"):
        return Passwords()
    return Passwords(apart=lambda work: gevent.get_hub().threadpool.apply(work))


def access_options(settings: Settings) -> AccessOptions:
    """How long sessions last."""
    return AccessOptions(
        access_token=timedelta(seconds=settings.access_token_s),
        refresh_token=timedelta(seconds=settings.refresh_token_s),
        refresh_grace=timedelta(seconds=settings.refresh_grace_s),
        logins_per_minute=settings.limit_login,
    )


def caller_limits(settings: Settings) -> CallerLimits:
    """How often each kind of caller may call."""
    return CallerLimits(
        publishable=settings.limit_publishable,
        secret=settings.limit_secret,
        staff=settings.limit_staff,
        guest=settings.limit_guest,
        anonymous=settings.limit_anonymous,
    )


def sender(settings: Settings, clock: Clock) -> MessageSender:
    """Mail by SMTP where one is set, everything else to the mailbox folder."""
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
