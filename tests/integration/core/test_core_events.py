"""What follows a booking: events in order, messages once, retries, dead letters, repeats."""

from __future__ import annotations

import threading
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.exc import ProgrammingError
from stage import TOMORROW, Stage

from backend.platform.database import Tx
from backend.platform.events import Event, Handler
from backend.platform.events.deliveries import Deliveries
from backend.platform.events.relay import Relay

WITH_MAIL = {"name": "Ana Ríos", "email": "ana@example.com", "locale": "es"}


def kinds(stage: Stage) -> list[str]:
    with stage.worker.database.tenant(stage.restaurant_id) as tx:
        return [row["kind"] for row in tx.all("SELECT kind FROM messages WHERE state = 'sent' ORDER BY id")]


def test_every_event_gets_the_next_number_of_its_restaurants_feed(stage: Stage) -> None:
    for time in ("14:00", "20:00", "22:00"):
        stage.booked(time=time)
    stage.work()

    numbers = [number for number, event in stage.live.published if event.restaurant_id == stage.restaurant_id]
    assert numbers == list(range(1, len(numbers) + 1))


def test_events_hold_no_personal_data(stage: Stage) -> None:
    stage.booked(guest={**WITH_MAIL, "phone": "600 111 222"}, notes="alergia al marisco")
    with stage.worker.database.platform() as tx:
        rows = tx.all(
            "SELECT data::text AS data FROM outbox WHERE restaurant_id = :id", id=stage.restaurant_id
        )

    for secret in ("Ana", "ana@", "600111222", "marisco"):
        assert all(secret not in row["data"] for row in rows)


def test_a_booking_is_confirmed_by_one_mail_with_code_and_calendar(stage: Stage) -> None:
    stage.booked(guest=WITH_MAIL)
    stage.work()
    stage.work()

    (mail,) = stage.mails()
    assert mail["to"]["email"] == "ana@example.com"
    assert "17 de diciembre" in mail["text"]
    assert "20:00" in mail["text"]


def test_a_guest_without_mail_is_written_to_by_sms(stage: Stage) -> None:
    stage.booked()
    stage.work()

    (sms,) = stage.mails()
    assert (sms["channel"], sms["to"]["phone"]) == ("sms", "+34600111222")


def test_an_english_guest_of_a_spanish_house_is_written_to_in_english(stage: Stage) -> None:
    stage.booked(guest={**WITH_MAIL, "locale": "en-GB"})
    stage.work()

    assert "Thursday 17 December" in stage.mails()[0]["text"]


def test_change_cancellation_and_reminders_are_sent_once_each_and_in_order(stage: Stage) -> None:
    booked = stage.booked(guest=WITH_MAIL, date="2026-12-19")
    path = f"/reservations/{booked['reservation']['id']}"
    stage.work()
    stage.call("PUT", path, stage.guest(booked), json={"time": "21:00"})
    stage.work()
    stage.at("2026-12-18 21:05")
    stage.work()
    stage.at("2026-12-19 18:05")
    stage.work()
    stage.call("DELETE", path, stage.staff["host"])
    stage.work()

    assert kinds(stage) == ["confirmation", "change", "reminder_24h", "reminder_3h", "cancellation"]


def test_a_cancelled_booking_is_not_reminded(stage: Stage) -> None:
    booked = stage.booked(guest=WITH_MAIL, date="2026-12-19")
    stage.work()
    stage.call("DELETE", f"/reservations/{booked['reservation']['id']}", stage.guest(booked))
    stage.work()
    stage.at("2026-12-19 18:30")
    stage.work()

    assert kinds(stage) == ["confirmation", "cancellation"]


class Shaky:
    """A handler that fails as often as told, and leaves a figure each time it works."""

    def __init__(self, failures: int) -> None:
        self.failures = failures
        self.seen: list[str] = []

    def run(self, tx: Tx, event: Event) -> None:
        tx.run(
            "INSERT INTO daily_figures (restaurant_id, service_date, figure, value) VALUES (:id, :day, 'shaky', 1)"
            " ON CONFLICT (restaurant_id, service_date, figure) DO UPDATE SET value = daily_figures.value + 1",
            id=event.restaurant_id,
            day=TOMORROW,
        )
        if self.failures:
            self.failures -= 1
            raise RuntimeError("not this time")
        self.seen.append(event.data["reservation"]["time"])


def figure(stage: Stage) -> int:
    with stage.worker.database.tenant(stage.restaurant_id) as tx:
        return tx.value("SELECT value FROM daily_figures WHERE figure = 'shaky'") or 0


def turn(stage: Stage, shaky: Shaky, attempts: int = 8) -> Deliveries:
    handlers = [Handler("test.shaky", frozenset({"reservation.created"}), shaky.run)]
    Relay(stage.worker.database, handlers, stage.live).run_once(stage.clock.now())
    return Deliveries(stage.worker.database, handlers, attempts=attempts)


def test_a_handler_that_failed_is_tried_again_later_and_its_effect_is_there_once(stage: Stage) -> None:
    shaky = Shaky(failures=2)
    stage.booked()
    deliveries = turn(stage, shaky)
    for _ in range(6):
        deliveries.run_due(stage.clock.now())
        stage.later(minutes=6)

    assert figure(stage) == 1
    assert shaky.seen == ["20:00"]


def test_events_of_one_booking_wait_for_each_other_while_others_go_on(stage: Stage) -> None:
    seen: list[tuple[Any, str]] = []
    stuck: list[Any] = []

    def run(tx: Tx, event: Event) -> None:
        if event.subject_id in stuck:
            raise RuntimeError("stuck")
        seen.append((event.subject_id, event.type))

    handlers = [Handler("test.order", frozenset({"reservation.created", "reservation.cancelled"}), run)]
    one, other = stage.booked(), stage.booked()
    first = one["reservation"]["id"]
    stage.call("DELETE", f"/reservations/{first}", stage.guest(one))
    stuck.append(UUID(first))
    Relay(stage.worker.database, handlers, stage.live).run_once(stage.clock.now())
    deliveries = Deliveries(stage.worker.database, handlers)
    deliveries.run_due(stage.clock.now())
    assert seen == [(UUID(other["reservation"]["id"]), "reservation.created")]

    stuck.clear()
    for _ in range(3):
        stage.later(minutes=6)
        deliveries.run_due(stage.clock.now())
    assert seen[1:] == [(UUID(first), "reservation.created"), (UUID(first), "reservation.cancelled")]


def test_a_handler_that_never_works_ends_in_the_dead_letters_and_can_be_replayed(stage: Stage) -> None:
    shaky = Shaky(failures=3)
    stage.booked()
    deliveries = turn(stage, shaky, attempts=3)
    for _ in range(5):
        deliveries.run_due(stage.clock.now())
        stage.later(minutes=6)

    mine = [row for row in deliveries.dead() if row["restaurant_id"] == stage.restaurant_id]
    assert [(row["handler"], row["last_error"]) for row in mine] == [
        ("test.shaky", "RuntimeError: not this time")
    ]
    assert deliveries.replay(stage.clock.now(), mine[0]["event_id"]) == 1
    deliveries.run_due(stage.clock.now())
    assert shaky.seen == ["20:00"]


def test_two_workers_share_the_queue_without_doing_anything_twice(stage: Stage) -> None:
    shaky = Shaky(failures=0)
    for time in ("13:00", "14:00", "15:00", "20:00", "21:00", "22:00"):
        stage.booked(time=time)
    deliveries = turn(stage, shaky)
    now = stage.clock.now()
    threads = [threading.Thread(target=deliveries.run_due, args=(now,)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert figure(stage) == 6
    assert sorted(shaky.seen) == ["13:00", "14:00", "15:00", "20:00", "21:00", "22:00"]


@pytest.mark.parametrize("table", ["audit", "consents", "restaurant_configs"])
def test_history_cannot_be_rewritten_by_the_application(stage: Stage, table: str) -> None:
    stage.booked()
    with (
        pytest.raises(ProgrammingError, match="permission denied"),
        stage.services.database.tenant(stage.restaurant_id) as tx,
    ):
        tx.run(f"DELETE FROM {table}")
