"""A worker that is killed at any of its commits loses nothing and doubles nothing: neither a booking nor an answer."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from channel_house import ChannelHouse
from stage import TOMORROW, Ground, connected

from backend.wiring import Services


class Killed(BaseException):
    """The worker is gone: nothing that handles failures runs."""


class Killer:
    """Kills at the n-th transaction, before its commit or after it."""

    def __init__(self, services: Services, step: int, *, before: bool) -> None:
        self._open = services.database._open
        self._left = step
        self._before = before
        services.database._open = self.open  # type: ignore[method-assign]

    @contextmanager
    def open(self, *given: Any, **more: Any) -> Iterator[Any]:
        self._left -= 1
        mine = self._left == 0
        with self._open(*given, **more) as tx:
            yield tx
            if mine and self._before:
                raise Killed
        if mine:
            raise Killed


def new_worker(house: ChannelHouse, ground: Ground) -> None:
    """Another worker process: it remembers nothing."""
    stage = house.stage
    old = stage.worker
    _, stage.worker = connected(
        ground,
        "worker",
        stage.clock,
        public_url="https://book.example",
        twilio_base_url=house.twilio.url,
        provider_timeout_s=1.0,
    )
    old.database.engine.dispose()


def work_until_killed(house: ChannelHouse) -> bool:
    """Whether it was killed."""
    try:
        house.work()
    except Killed:
        return True
    return False


@pytest.mark.slow
@pytest.mark.parametrize("before", [True, False], ids=["before_commit", "after_commit"])
def test_a_worker_killed_at_any_commit_books_once_and_answers_once(
    house: ChannelHouse, channel_ground: Ground, before: bool
) -> None:
    house.connect_twilio()
    step = 0
    while True:
        step += 1
        guest = f"whatsapp:+346{step:08d}"
        for text in ("mesa para 2 mañana a las 20:00", "Ana Gil"):
            house.write_twilio(text, From=guest)
            house.work()
        answers = len(house.sent())
        house.write_twilio("sí", From=guest)

        Killer(house.stage.worker, step, before=before)
        killed = work_until_killed(house)
        new_worker(house, channel_ground)
        house.stage.later(minutes=3)
        house.work()

        path = f"/reservations?restaurantId={house.stage.restaurant_id}&date={TOMORROW.isoformat()}"
        booked = house.stage.call("GET", path, house.stage.staff["host"]).get_json()["reservations"]
        live = [each for each in booked if each["status"] == "confirmed"]
        assert len(live) == 1, f"killed at {step}"
        assert len(house.sent()) - answers == 1, f"killed at {step}: {house.sent()[answers:]}"
        assert set(house.states("inbound_messages")) == {"done"}, f"killed at {step}"
        assert set(house.states("outbound_messages")) == {"sent"}, f"killed at {step}"
        cancelled = house.stage.call(
            "DELETE", f"/reservations/{live[0]['id']}", house.stage.staff["host"], json={}
        )
        assert cancelled.status_code == 200
        house.work()
        if not killed:
            break
    assert step > 5  # it was killed, and not only once


def test_a_message_that_kills_the_worker_each_time_is_given_up_and_the_thread_goes_to_the_staff(
    house: ChannelHouse, channel_ground: Ground
) -> None:
    house.connect_twilio()
    house.write_twilio("hola")

    for _ in range(9):
        house.stage.worker.channels.chats._talk = _Deadly()
        work_until_killed(house)
        new_worker(house, channel_ground)
        house.stage.later(minutes=1)
    house.work()

    assert house.states("inbound_messages") == ["dead"]
    assert [row["handler"] for row in house.rows("SELECT handler FROM conversations")] == ["staff"]


class _Deadly:
    def receive(self, *given: Any, **more: Any) -> Any:
        raise Killed


class _Broken:
    def receive(self, *given: Any, **more: Any) -> Any:
        raise RuntimeError("a defect")


def test_a_message_that_meets_a_defect_is_tried_again_with_pauses_and_then_shown_to_the_operator(
    house: ChannelHouse,
) -> None:
    house.connect_twilio()
    house.write_twilio("hola")
    house.write_twilio("hola?")
    chats = house.stage.worker.channels.chats
    sound, chats._talk = chats._talk, _Broken()

    for _ in range(8):
        house.work()
        house.stage.later(minutes=6)
    dead = [
        each
        for each in house.stage.worker.channels.dead_letters.dead()
        if each["restaurant_id"] == house.stage.restaurant_id
    ]
    assert [(each["kind"], each["attempts"]) for each in dead] == [("inbound", 8)]
    assert re.fullmatch(r"RuntimeError at test_channels_crash\.py:\d+", dead[0]["last_error"])

    chats._talk = sound
    house.work()
    assert house.states("inbound_messages") == ["dead", "done"]


class _Quoting:
    """A defect whose words, and whose cause's, are the guest's."""

    def receive(self, *given: Any, **more: Any) -> Any:
        try:
            raise ValueError(f"cannot read {given[3]!r}")
        except ValueError as problem:
            raise RuntimeError(f"no answer to {given[3]}") from problem


def test_what_is_kept_and_logged_of_a_defect_has_its_kind_and_place_and_no_word_of_the_guest(
    house: ChannelHouse, caplog: pytest.LogCaptureFixture
) -> None:
    house.connect_twilio()
    house.write_twilio("me llamo Zoraida y soy celíaca")
    house.stage.worker.channels.chats._talk = _Quoting()

    with caplog.at_level(logging.DEBUG):
        house.work()

    [kept] = house.rows("SELECT last_error FROM inbound_messages")
    place = r"at test_channels_crash\.py:\d+"
    assert re.fullmatch(f"RuntimeError {place} from ValueError {place}", kept["last_error"])
    [told] = [each for each in caplog.records if each.getMessage() == "message not worked on"]
    assert told.reason == kept["last_error"]
    formatter = logging.Formatter()
    assert not any(
        "Zoraida" in f"{formatter.format(each)} {each.__dict__}"
        for each in caplog.records
        if each.name.startswith("backend.conversations")
    )
