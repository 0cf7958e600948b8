"""When a booking's reminders are due, so that nobody is woken and nobody is reminded of what they did an hour
ago.

Pure. Called when a booking is made, changed or confirmed; the caller replaces what was planned before.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from backend.notifications.domain.kinds import MessageKind

_LADDER = (
    (MessageKind.REMINDER_24H, timedelta(hours=24)),
    (MessageKind.REMINDER_3H, timedelta(hours=3)),
)


class Remindable(Protocol):
    """What scheduling needs of a booking: its start (aware) and its state."""

    @property
    def starts_at(self) -> datetime: ...
    @property
    def status(self) -> str: ...


@dataclass(frozen=True, slots=True)
class ReminderRules:
    """How a restaurant reminds.

    Nothing is sent between `quiet_from` and `quiet_until` of the wall clock in `timezone` (both ends may be
    used; equal ends mean no quiet hours). `least_gap` separates a reminder from the message before it;
    `useful_before` is how long before the table a moved reminder still helps.
    """

    timezone: str
    enabled: bool = True
    quiet_from: time = time(22, 0)
    quiet_until: time = time(9, 0)
    least_gap: timedelta = timedelta(hours=3)
    useful_before: timedelta = timedelta(minutes=90)


def schedule(
    reservation: Remindable, rules: ReminderRules, now: datetime
) -> list[tuple[MessageKind, datetime]]:
    """The reminders to plan, earliest first, each with its instant in UTC.

    `now` is when the guest last heard from us about this booking. A reminder that would come within
    `least_gap` of that, or of the next reminder, is left out; only confirmed bookings are reminded.
    """
    if not rules.enabled or reservation.status != "confirmed":
        return []
    starts_at = reservation.starts_at.astimezone(UTC)
    earliest = now.astimezone(UTC) + rules.least_gap
    planned = [
        (kind, due)
        for kind, ahead in _LADDER
        if (due := _due(starts_at - ahead, starts_at, earliest, rules)) is not None
    ]
    if len(planned) == 2 and planned[1][1] - planned[0][1] < rules.least_gap:
        return planned[1:]
    return planned


def in_quiet_hours(instant: datetime, rules: ReminderRules) -> bool:
    """Whether a message at this instant would disturb; the two ends themselves do not."""
    at = instant.astimezone(ZoneInfo(rules.timezone)).time()
    if rules.quiet_from <= rules.quiet_until:
        return rules.quiet_from < at < rules.quiet_until
    return at > rules.quiet_from or at < rules.quiet_until


def _due(target: datetime, starts_at: datetime, earliest: datetime, rules: ReminderRules) -> datetime | None:
    if not in_quiet_hours(target, rules):
        return target if target >= earliest else None
    latest = starts_at - rules.useful_before
    fitting = [edge for edge in _edges(target, rules) if earliest <= edge <= latest]
    return min(fitting, key=lambda edge: abs(edge - target), default=None)


def _edges(target: datetime, rules: ReminderRules) -> tuple[datetime, datetime]:
    """The last undisturbing instant before the target's quiet hours, and the first one after them.

    Both readings of a wall-clock time are tried, because a clock change can skip it or make it happen twice.
    """
    zone = ZoneInfo(rules.timezone)
    today = target.astimezone(zone).date()
    edges = [
        edge
        for days in (-1, 0, 1)
        for at in (rules.quiet_from, rules.quiet_until)
        for fold in (0, 1)
        if not in_quiet_hours(edge := _instant(today + timedelta(days=days), at, zone, fold), rules)
    ]
    return max(edge for edge in edges if edge <= target), min(edge for edge in edges if edge >= target)


def _instant(day: date, at: time, zone: ZoneInfo, fold: int) -> datetime:
    return datetime.combine(day, at, zone).replace(fold=fold).astimezone(UTC)
