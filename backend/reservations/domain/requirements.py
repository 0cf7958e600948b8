"""What a guest must still bring before a booking is confirmed, and what is refused at once.

Called when a booking is made, when staff settle a requirement, and by the scheduler.
`docs/decisions/020-requirements.md` tells the whole story and which code arises where.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from backend.reservations.domain.policy import no_show_block
from backend.reservations.domain.status import Status
from backend.restaurants.domain import Money, Refused, RestaurantConfig

# A booking that waits for something the guest must do holds its table no longer than this.
PENDING_LASTS = timedelta(hours=24)


class Requirement(StrEnum):
    """Each is unsettled until staff (or, once connected, a service) settle it. In the order in which they are
    asked for."""

    PHONE_VERIFICATION = "phone_verification"
    DEPOSIT = "deposit"
    CARD = "card"
    IDENTIFICATION = "identification"


# A card is a guarantee of payment like a deposit and shares its code; the param `requirement` tells them
# apart.
_CODES = {
    Requirement.PHONE_VERIFICATION: "phone_verification_required",
    Requirement.DEPOSIT: "deposit_required",
    Requirement.CARD: "deposit_required",
    Requirement.IDENTIFICATION: "identification_required",
}


@dataclass(frozen=True, slots=True)
class Applicant:
    """What is known of who books.

    `no_shows` counts those within `policy.NO_SHOW_MEMORY`; `blocked` is the staff's own decision; `staff`:
    staff book for the guest.
    """

    has_phone: bool
    privacy_accepted: bool
    phone_verified: bool = False
    no_shows: int = 0
    blocked: bool = False
    staff: bool = False


def screen(config: RestaurantConfig, day: date, applicant: Applicant) -> Refused | None:
    """Who may not book at all: privacy_not_accepted, guest_blocked, phone_verification_required (no number to
    verify).

    Staff answer for what they write down themselves and are never refused here.
    """
    if applicant.staff:
        return None
    if not applicant.privacy_accepted:
        return Refused("privacy_not_accepted")
    blocked = no_show_block(config, applicant.no_shows, applicant.blocked)
    if blocked is not None:
        return blocked
    if Requirement.PHONE_VERIFICATION in requirements(config, day) and not applicant.has_phone:
        return _missing(Requirement.PHONE_VERIFICATION, None)
    return None


def requirements(config: RestaurantConfig, day: date) -> frozenset[Requirement]:
    """What the rules ask for on that service date, whoever books."""
    rules = config.rules.requirements
    asked = {
        Requirement.PHONE_VERIFICATION: rules.requires_phone_verification,
        Requirement.DEPOSIT: rules.requires_deposit,
        Requirement.CARD: rules.requires_credit_card,
        Requirement.IDENTIFICATION: rules.requires_identification,
    }
    return frozenset(requirement for requirement, wanted in asked.items() if wanted)


def unsettled(config: RestaurantConfig, day: date, applicant: Applicant) -> frozenset[Requirement]:
    """What a new booking lacks. A number verified once stays verified; staff vouch for what they book."""
    if applicant.staff:
        return frozenset()
    known = {Requirement.PHONE_VERIFICATION} if applicant.phone_verified else set()
    return requirements(config, day) - known


def first_status(lacking: Collection[Requirement]) -> Status:
    """A new booking is pending while anything is unsettled. A pending booking has its table like any
    other."""
    return Status.PENDING if lacking else Status.CONFIRMED


def refuse_unsettled(lacking: Collection[Requirement], amount: Money | None = None) -> Refused | None:
    """The refusal to confirm, by the first thing that is missing; `amount` is the deposit."""
    first = next((each for each in Requirement if each in lacking), None)
    return None if first is None else _missing(first, amount)


def deposit(config: RestaurantConfig, day: date) -> Money | None:
    """The deposit for a booking of that service date, times the multiplier of a high-demand date; None when
    none is set."""
    rules = config.rules.requirements
    if not rules.requires_deposit or rules.deposit_amount is None:
        return None
    return Money(rules.deposit_amount, config.profile.currency).times(config.rules.multiplier(day))


def pending_deadline(
    config: RestaurantConfig, lacking: Collection[Requirement], created_at: datetime, starts_at: datetime
) -> datetime:
    """When an unsettled booking expires and gives its table back.

    A day after it was made, and at the start at the latest. Identification is shown at the door: a booking
    that lacks nothing else waits until it would be a no-show.
    """
    if set(lacking) == {Requirement.IDENTIFICATION}:
        return starts_at + timedelta(minutes=config.rules.no_show_after_minutes)
    return max(min(created_at + PENDING_LASTS, starts_at), created_at)


def _missing(requirement: Requirement, amount: Money | None) -> Refused:
    params: dict[str, object] = {"requirement": requirement.value}
    if amount is not None and requirement is Requirement.DEPOSIT:
        params |= {"amount": str(amount.amount), "currency": amount.currency}
    return Refused(_CODES[requirement], params)
