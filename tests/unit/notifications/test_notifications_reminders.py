"""When reminders are due: the ladder, quiet hours, short lead times, clock changes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from backend.notifications.domain.kinds import MessageKind, Priority, priority
from backend.notifications.domain.reminders import ReminderRules, in_quiet_hours, schedule

ZONES = ("Europe/Madrid", "America/New_York", "America/Santiago", "America/Mexico_City", "Atlantic/Canary")
MADRID = ZoneInfo("Europe/Madrid")
RULES = ReminderRules(timezone="Europe/Madrid")


@dataclass(frozen=True)
class Booking:
    starts_at: datetime
    status: str = "confirmed"


def madrid(day: int, hour: int, minute: int = 0, month: int = 12) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=MADRID)


def due(starts_at: datetime, now: datetime, rules: ReminderRules = RULES) -> dict[MessageKind, datetime]:
    return dict(schedule(Booking(starts_at), rules, now))


def test_a_dinner_booked_days_ahead_is_reminded_a_day_and_three_hours_before() -> None:
    assert due(madrid(18, 20), now=madrid(10, 12)) == {
        MessageKind.REMINDER_24H: madrid(17, 20),
        MessageKind.REMINDER_3H: madrid(18, 17),
    }


def test_a_day_before_falling_late_in_the_evening_is_sent_before_quiet_hours() -> None:
    assert due(madrid(18, 23), now=madrid(10, 12))[MessageKind.REMINDER_24H] == madrid(17, 22)


def test_a_day_before_falling_early_in_the_morning_is_sent_after_quiet_hours() -> None:
    assert due(madrid(18, 8), now=madrid(10, 12))[MessageKind.REMINDER_24H] == madrid(17, 9)


def test_three_hours_before_brunch_waits_for_the_end_of_quiet_hours() -> None:
    assert due(madrid(18, 11), now=madrid(10, 12))[MessageKind.REMINDER_3H] == madrid(18, 9)


def test_three_hours_before_an_early_breakfast_is_sent_the_evening_before() -> None:
    assert due(madrid(18, 9, 30), now=madrid(10, 12))[MessageKind.REMINDER_3H] == madrid(17, 22)


def test_a_booking_for_tonight_gets_only_the_short_reminder() -> None:
    assert list(due(madrid(18, 20), now=madrid(18, 10))) == [MessageKind.REMINDER_3H]


def test_a_booking_two_hours_ahead_gets_no_reminder() -> None:
    assert due(madrid(18, 20), now=madrid(18, 18)) == {}


@pytest.mark.parametrize("status", ["pending", "cancelled", "seated", "no_show"])
def test_a_booking_that_is_not_confirmed_gets_no_reminder(status: str) -> None:
    assert schedule(Booking(madrid(18, 20), status), RULES, madrid(10, 12)) == []


def test_a_restaurant_that_does_not_remind_plans_nothing() -> None:
    assert (
        schedule(Booking(madrid(18, 20)), ReminderRules("Europe/Madrid", enabled=False), madrid(10, 12)) == []
    )


def test_no_quiet_hours_leave_every_reminder_at_its_moment() -> None:
    rules = ReminderRules("Europe/Madrid", quiet_from=time(0, 0), quiet_until=time(0, 0))
    assert due(madrid(18, 4), now=madrid(10, 12), rules=rules)[MessageKind.REMINDER_3H] == madrid(18, 1)


def test_a_day_before_is_elapsed_time_when_the_clock_changes_in_between() -> None:
    starts_at = madrid(29, 20, month=3)  # the night before skips 02:00 to 03:00
    assert due(starts_at, now=madrid(20, 12, month=3))[MessageKind.REMINDER_24H] == madrid(28, 19, month=3)


def test_quiet_hours_whose_end_the_spring_change_skips_end_at_the_first_moment_after_it() -> None:
    rules = ReminderRules("Europe/Madrid", quiet_from=time(22, 0), quiet_until=time(2, 30))
    planned = due(madrid(29, 5, month=3), now=madrid(20, 12, month=3), rules=rules)  # 3 h before is 01:00
    assert planned[MessageKind.REMINDER_3H].astimezone(MADRID).time() == time(3, 30)


def test_someone_who_waits_is_written_to_before_someone_who_is_reminded() -> None:
    assert priority(MessageKind.CONFIRMATION) < priority(MessageKind.REMINDER_24H)
    assert priority(MessageKind.CANCELLATION) == Priority.HIGH


def test_every_kind_has_a_priority() -> None:
    assert all(priority(kind) in Priority for kind in MessageKind)


instants = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
clock_times = st.times().map(lambda at: at.replace(second=0, microsecond=0))


@given(
    instants,
    st.timedeltas(timedelta(0), timedelta(days=40)),
    st.sampled_from(ZONES),
    clock_times,
    clock_times,
)
def test_whatever_the_booking_reminders_are_quiet_ordered_and_in_between(
    now: datetime, ahead: timedelta, zone: str, quiet_from: time, quiet_until: time
) -> None:
    rules = ReminderRules(zone, quiet_from=quiet_from, quiet_until=quiet_until)
    starts_at = now + ahead
    planned = schedule(Booking(starts_at), rules, now)
    moments = [at for _, at in planned]
    assert not any(in_quiet_hours(at, rules) for at in moments)
    assert all(now + rules.least_gap <= at <= starts_at - rules.useful_before for at in moments)
    assert all(later - sooner >= rules.least_gap for sooner, later in pairwise(moments))
    assert len({kind for kind, _ in planned}) == len(planned)


@given(instants, st.integers(28, 500), st.sampled_from(ZONES))
def test_a_moment_outside_quiet_hours_is_never_moved(now: datetime, hours: int, zone: str) -> None:
    rules = ReminderRules(zone)
    starts_at = now + timedelta(hours=hours)
    target = starts_at - timedelta(hours=24)
    assume(not in_quiet_hours(target, rules))
    assert dict(schedule(Booking(starts_at), rules, now)).get(MessageKind.REMINDER_24H) == target
