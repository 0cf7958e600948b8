"""The live feed and the server client on real sockets: what they do when the other side misbehaves."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
from stand_in_server import StandInServer

from host_app.core.ports import RejectedError, ServerFailedError, UnreachableError
from host_app.core.records import CheckIn, Enrolment
from host_app.core.server_clock import ServerClock, system_now
from host_app.devices.feed import LiveFeed
from host_app.devices.server import AT_THE_DOOR_SECONDS, HttpServer


@pytest.fixture
def server() -> Iterator[StandInServer]:
    with StandInServer().running() as server:
        yield server


class Heard:
    """What a feed told."""

    def __init__(self) -> None:
        self.events: list[Any] = []
        self.calls: list[str] = []

    def feed(
        self, server: StandInServer, last_event_id: int | None = None, token: str | None = None
    ) -> LiveFeed:
        enrolment = Enrolment(server.url, "d", "Door", server.restaurant_id, token or server.token)
        feed = LiveFeed(
            enrolment,
            last_event_id=last_event_id,
            on_event=self.events.append,
            on_typing=self.events.append,
            on_reload=lambda: self.calls.append("reload"),
            on_up=lambda: self.calls.append("up"),
            on_down=lambda: self.calls.append("down"),
        )
        feed.start()
        return feed


def eventually(happened: Callable[[], bool], seconds: float = 15.0) -> bool:
    deadline = time.monotonic() + seconds
    while not happened() and time.monotonic() < deadline:
        time.sleep(0.01)
    return happened()


def test_an_event_arrives_while_the_feed_is_up(server: StandInServer) -> None:
    heard = Heard()
    feed = heard.feed(server)
    assert eventually(lambda: "up" in heard.calls)
    lucia = server.book("Lucía")

    assert eventually(lambda: len(heard.events) == 1)
    assert heard.events[0]["data"]["reservationId"] == str(lucia.id)
    feed.stop()


def test_what_happened_before_is_told_from_the_last_event_that_was_seen(server: StandInServer) -> None:
    for name in ("A", "B", "C"):
        server.book(name)
    heard = Heard()
    feed = heard.feed(server, last_event_id=1)

    assert eventually(lambda: len(heard.events) == 2)
    assert feed.last_event_id == 3
    feed.stop()


def test_after_too_long_an_absence_the_list_is_reloaded_and_the_feed_goes_on(server: StandInServer) -> None:
    server.history_kept = 2
    for name in "ABCDE":
        server.book(name)
    heard = Heard()
    feed = heard.feed(server, last_event_id=1)
    assert eventually(lambda: "reload" in heard.calls)
    server.book("New")

    assert eventually(lambda: len(heard.events) == 1)
    feed.stop()


def test_a_cut_connection_comes_back_and_says_so(server: StandInServer) -> None:
    heard = Heard()
    feed = heard.feed(server)
    assert eventually(lambda: heard.calls == ["up"])
    server.drop_sockets()

    assert eventually(lambda: heard.calls == ["up", "down", "up"])
    feed.stop()


def test_a_feed_that_is_turned_away_keeps_trying_without_ever_being_up(server: StandInServer) -> None:
    heard = Heard()
    feed = heard.feed(server, token="wrong")

    assert eventually(lambda: heard.calls.count("down") >= 2)
    assert "up" not in heard.calls
    feed.stop()


# the server client


def a_client(server: StandInServer) -> HttpServer:
    client = HttpServer(ServerClock(), language=lambda: "es")
    client.use(Enrolment(server.url, "d", "Door", server.restaurant_id, server.token))
    return client


def an_act() -> CheckIn:
    return CheckIn(event_id=str(uuid4()), scanned_at=system_now(), reservation_id=uuid4())


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, RejectedError),
        (401, RejectedError),
        (404, RejectedError),
        (429, UnreachableError),
        (500, ServerFailedError),
        (503, ServerFailedError),
    ],
)
def test_every_status_is_one_of_three_outcomes(
    server: StandInServer, status: int, error: type[Exception]
) -> None:
    server.fail_with = status

    with pytest.raises(error):
        a_client(server).manifest(None)


def test_a_guest_does_not_wait_longer_than_the_limit(server: StandInServer) -> None:
    server.delay = 30
    began = time.monotonic()
    with pytest.raises(UnreachableError):
        a_client(server).check_in(an_act())

    assert time.monotonic() - began < AT_THE_DOOR_SECONDS + 5


def test_an_answer_that_is_not_the_contracts_is_the_servers_failure_never_a_no(server: StandInServer) -> None:
    server.answers = {"e1": {"result": "perhaps", "reason": "ok"}}
    act = CheckIn(event_id="e1", scanned_at=system_now(), reservation_id=uuid4())

    with pytest.raises(ServerFailedError):
        a_client(server).check_in(act)


def test_a_page_instead_of_an_answer_is_the_servers_failure(server: StandInServer) -> None:
    client = a_client(server)
    client.use(Enrolment(f"{server.url}/portal", "d", "Door", server.restaurant_id, server.token))

    with pytest.raises((RejectedError, UnreachableError)):
        client.manifest(None)


def test_the_servers_clock_is_learned_from_the_list(server: StandInServer) -> None:
    clock = ServerClock()
    client = HttpServer(clock, language=lambda: "es")
    client.use(Enrolment(server.url, "d", "Door", server.restaurant_id, server.token))
    client.manifest(None)

    assert abs(clock.skew.total_seconds()) < 5
