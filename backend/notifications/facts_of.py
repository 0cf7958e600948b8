"""From stored rows to the facts a message or a guest page is written from.

Pure; called by the service and the guest pages.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from backend.availability.domain import Offer
from backend.guests.domain import first_name
from backend.notifications.domain.facts import (
    BookingFacts,
    EarlierFacts,
    LinkFacts,
    PolicyFacts,
    RestaurantFacts,
)
from backend.platform.texts import language_of
from backend.reservations.domain import Status, no_show_penalty, pending_deadline
from backend.reservations.service import EntryView, View
from backend.restaurants.domain import Bilingual, RestaurantConfig


def said(text: Bilingual | None, locale: str) -> str:
    """A bilingual text in the reader's language; '' when there is none."""
    return "" if text is None else text.in_language(language_of(locale))


def restaurant_facts(config: RestaurantConfig) -> RestaurantFacts:
    """The house as its guests know it."""
    profile = config.profile
    return RestaurantFacts(
        id=config.restaurant_id,
        name=profile.name,
        slug=profile.slug,
        timezone=profile.timezone,
        locale=profile.locale,
        currency=profile.currency,
        primary_colour=profile.primary_colour,
        formality=profile.formality,
        address=profile.address,
        phone=profile.phone or None,
        email=profile.email or None,
    )


def directions(config: RestaurantConfig) -> str | None:
    """A link to a map of the address."""
    return config.profile.map_url


def booking_facts(
    view: View,
    *,
    urls: Mapping[str, str],
    base_url: str,
    locale: str,
    now: datetime,
    qr_png: bytes | None,
    extra: Mapping[str, Any] | None = None,
) -> BookingFacts:
    """The booking at the moment a text about it is written; `extra` is what a message remembers of its cause."""
    one, config, more = view.reservation, view.config, extra or {}
    area = config.area(one.area) if one.area else None
    penalty = no_show_penalty(config, one.date)
    deposit = one.requirements.get("deposit", {}).get("amount")
    pending = one.status is Status.PENDING
    return BookingFacts(
        restaurant=restaurant_facts(config),
        reservation_id=one.id,
        code=one.code,
        version=one.version,
        status=one.status.value,
        service_date=one.date,
        starts_at=one.starts_at,
        ends_at=one.ends_at,
        party_size=one.party_size,
        links=LinkFacts(
            manage=urls["manageUrl"],
            calendar=urls["calendarUrl"],
            qr_image=urls["imageUrl"],
            directions=directions(config),
            restaurant=f"{base_url}/r/{config.profile.slug}",
        ),
        written_at=now,
        guest_first_name=first_name(view.guest.name if view.guest else one.name) or None,
        area_name=said(area.name, locale) if area else None,
        table_numbers=tuple(
            table.number for each in one.table_ids if (table := config.table(each)) is not None
        ),
        notes=one.notes,
        policy=PolicyFacts(
            free_until=one.starts_at
            - timedelta(hours=config.rules.cancellation_policy.free_cancellation_hours),
            penalty=penalty.amount if penalty else None,
        ),
        qr_png=qr_png,
        requirements=tuple(sorted(each.value for each in one.unsettled)),
        deposit=Decimal(deposit) if deposit else None,
        settle_by=pending_deadline(config, one.unsettled, one.created_at, one.starts_at) if pending else None,
        earlier=_earlier(more, config),
        cancelled_by=more.get("cancelledBy"),
        cancellation_reason=None,
        late_cancellation=one.late_cancellation,
        penalty_charged=one.penalty_amount,
    )


def offer_facts(
    waits: EntryView, free: Offer, *, base_url: str, locale: str, now: datetime, answers_heard: bool
) -> BookingFacts:
    """A table that came free for somebody who waits. It has no code yet; it is booked where `manage` leads."""
    entry, config = waits.entry, waits.config
    area = config.area(entry.area) if entry.area else None
    page = f"{base_url}/r/{config.profile.slug}"
    asked = {"date": entry.date.isoformat(), "party": str(entry.party_size)}
    if entry.area:
        asked["area"] = entry.area
    return BookingFacts(
        restaurant=restaurant_facts(config),
        reservation_id=entry.id,
        code="",
        version=entry.version,
        status="waiting",
        service_date=entry.date,
        starts_at=free.starts_at,
        ends_at=free.ends_at,
        party_size=entry.party_size,
        links=LinkFacts(manage=f"{page}?{urlencode(asked)}", calendar="", restaurant=page),
        written_at=now,
        guest_first_name=first_name(waits.guest.name if waits.guest else entry.name) or None,
        area_name=said(area.name, locale) if area else None,
        answers_heard=answers_heard,
    )


def _earlier(more: Mapping[str, Any], config: RestaurantConfig) -> EarlierFacts | None:
    before = more.get("previous")
    if not before or "startsAt" not in before:
        return None
    return EarlierFacts(datetime.fromisoformat(before["startsAt"]), before["partySize"], None)
