"""The live feed on bad days: processes and servers killed in the middle, clients that are slow. No event is lost or shown twice."""

from __future__ import annotations

import json
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from live_stand import Stand, handshake, hear, hear_events, masked, say, stand
from servers import PostgresServer, RedisServer, postgres_server, redis_server, wait_until
from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.sync.client import ClientConnection

EVENTS = 300


@pytest.fixture
def redis_of_its_own() -> Iterator[RedisServer]:
    with redis_server() as server:
        yield server


@contextmanager
def telling(live: Stand, count: int, pause: float = 0.005) -> Iterator[None]:
    """Commits and relays `count` events beside the block; ends with it."""

    def tell_all() -> None:
        for _ in range(count):
            live.tell()
            time.sleep(pause)

    thread = threading.Thread(target=tell_all)
    thread.start()
    try:
        yield
    finally:
        thread.join()


def collect(screen: ClientConnection, last: int, timeout: float = 15) -> list[int]:
    """The ids that a screen is shown, up to `last`."""
    ids: list[int] = []
    while not ids or ids[-1] < last:
        ids += hear_events(screen, 1, timeout)
    return ids


def test_killing_redis_in_the_middle_loses_and_doubles_nothing(
    postgres: PostgresServer, redis_of_its_own: RedisServer
) -> None:
    with stand(postgres.new_database(), redis_of_its_own.url) as live:
        screens = [live.screen() for _ in range(10)]
        first = {hear(screen)["lastEventId"] for screen in screens}
        assert first == {0}
        with telling(live, EVENTS):
            hear_events(screens[0], 20)
            redis_of_its_own.kill()
            hear_events(screens[0], 100)  # the feed goes on without Redis
            redis_of_its_own.start()
            rest = collect(screens[0], EVENTS)
        assert rest == list(range(121, EVENTS + 1))
        for screen in screens[1:]:
            assert collect(screen, EVENTS) == list(range(1, EVENTS + 1))


def test_with_redis_back_events_come_at_once_again(
    postgres: PostgresServer, redis_of_its_own: RedisServer
) -> None:
    with stand(postgres.new_database(), redis_of_its_own.url) as live:
        screen = live.screen()
        hear(screen)
        redis_of_its_own.restart()

        def takes() -> float:
            began = time.monotonic()
            live.tell()
            hear(screen)
            return time.monotonic() - began

        # By polling alone five in a row would take seconds.
        wait_until(lambda: sum(takes() for _ in range(5)) < 0.5, "announcements instead of polls")


def test_a_screen_that_comes_while_redis_is_down_misses_nothing(
    postgres: PostgresServer, redis_of_its_own: RedisServer
) -> None:
    with stand(postgres.new_database(), redis_of_its_own.url) as live:
        live.tell(5)
        redis_of_its_own.kill()
        screen = live.screen(after=2)
        assert hear(screen)["lastEventId"] == 5
        live.tell(3)
        assert collect(screen, 8) == [3, 4, 5, 6, 7, 8]
        redis_of_its_own.start()


def test_killing_postgres_in_the_middle_delays_and_loses_nothing(redis_url: str) -> None:
    with postgres_server(durable=True) as server, stand(server.new_database(), redis_url) as live:
        screens = [live.screen() for _ in range(4)]
        for screen in screens:
            hear(screen)
        live.tell(10)
        server.kill()
        elsewhere = live.restaurants[1]  # nobody has asked for it yet, so nothing of it is in memory
        late = live.screen(after=0, restaurant=elsewhere)
        assert hear(late) == {"type": "error", "code": "unavailable"}
        server.start()
        live.reconnect()
        live.tell(10)
        live.tell(3, elsewhere)

        for screen in screens:
            assert collect(screen, 20) == list(range(1, 21))
        say(late, action="subscribe", restaurantId=str(elsewhere), lastEventId=0)
        assert hear(late) == {"type": "subscribed", "lastEventId": 3}
        assert collect(late, 3) == [1, 2, 3]


def follow(live: Stand, until: int, died: Callable[[], None]) -> list[int]:
    """Like a tablet: comes back with the last id it saw, however often it is thrown out."""
    ids: list[int] = []
    while not ids or ids[-1] < until:
        try:
            screen = live.screen(after=ids[-1] if ids else 0)
            assert hear(screen)["type"] == "subscribed"
            while not ids or ids[-1] < until:
                ids += hear_events(screen, 1)
        except (WebSocketException, OSError):
            died()
    return ids


def test_killing_the_web_processes_in_the_middle_loses_nothing_for_clients_that_come_back(
    postgres: PostgresServer, redis_url: str
) -> None:
    with stand(postgres.new_database(), redis_url) as live:
        deaths: list[None] = []
        results: list[list[int]] = []
        followers = [
            threading.Thread(target=lambda: results.append(follow(live, EVENTS, lambda: deaths.append(None))))
            for _ in range(6)
        ]
        with telling(live, EVENTS):
            for follower in followers:
                follower.start()
            for _ in range(2):
                time.sleep(0.4)
                for pid in live.web_processes():
                    os.kill(pid, signal.SIGKILL)
            for follower in followers:
                follower.join(30)
        assert len(deaths) >= 6
        assert results == [list(range(1, EVENTS + 1))] * 6


def test_a_slow_client_is_cut_off_and_the_others_do_not_wait(
    postgres: PostgresServer, redis_url: str
) -> None:
    size = 20_000
    with stand(postgres.new_database(), redis_url, web_workers=1, live_backlog_bytes=100_000) as live:
        slow, quick = stalled(live), live.screen()
        hear(quick)
        slowest = 0.0
        for number in range(1, 201):
            began = time.monotonic()
            live.tell(size=size)
            assert hear_events(quick, 1) == [number]
            slowest = max(slowest, time.monotonic() - began)
        assert slowest < 5
        with pytest.raises(ConnectionResetError):
            read_to_the_end(slow)


def read_to_the_end(slow: socket.socket) -> None:
    while slow.recv(65536):
        pass


def stalled(live: Stand) -> socket.socket:
    """A subscribed client that reads nothing."""
    raw = handshake(live)
    raw.sendall(masked(json.dumps({"action": "authenticate", "token": f"host:{live.house}"})))
    raw.sendall(masked(json.dumps({"action": "subscribe", "restaurantId": str(live.house)})))
    return raw


def test_a_stop_tells_every_screen_to_come_back(postgres: PostgresServer, redis_url: str) -> None:
    with stand(postgres.new_database(), redis_url) as live:
        screens = [live.screen() for _ in range(10)]
        for screen in screens:
            hear(screen)
        assert live.stop() == 0
        codes = set()
        for screen in screens:
            with pytest.raises(ConnectionClosed) as closed:
                hear(screen)
            codes.add(closed.value.rcvd and closed.value.rcvd.code)
        assert codes == {1001}


def test_a_crowd_that_comes_back_at_once_gets_all_it_missed(postgres: PostgresServer, redis_url: str) -> None:
    with stand(postgres.new_database(), redis_url) as live:
        live.tell(150)
        screens = [live.connect() for _ in range(60)]
        for number, screen in enumerate(screens):
            say(screen, action="authenticate", token=f"host:{live.house}")
            say(screen, action="subscribe", restaurantId=str(live.house), lastEventId=number)
        for number, screen in enumerate(screens):
            assert hear(screen) == {"type": "subscribed", "lastEventId": 150}
            assert collect(screen, 150) == list(range(number + 1, 151))


def test_screens_that_join_in_the_middle_of_a_burst_see_no_gap_and_nothing_twice(
    postgres: PostgresServer, redis_url: str
) -> None:
    with stand(postgres.new_database(), redis_url) as live:
        joined: list[tuple[int, ClientConnection]] = []
        with telling(live, EVENTS, pause=0.001):
            while len(joined) < 25:
                after = len(joined) * 3
                joined.append((after, live.screen(after=after)))
        for after, screen in joined:
            messages = [hear(screen)]
            assert messages[0]["type"] == "subscribed"
            if messages[0]["lastEventId"] < after:
                continue  # came before its time and was told to reload
            assert collect(screen, EVENTS) == list(range(after + 1, EVENTS + 1))


def test_announcements_of_two_relays_in_the_wrong_order_are_shown_in_the_right_one(
    postgres: PostgresServer, redis_url: str
) -> None:
    with stand(postgres.new_database(), redis_url) as live:
        screens = [live.screen() for _ in range(8)]
        for screen in screens:
            hear(screen)
        live.write(6)
        live.relay(backwards=True)
        for screen in screens:
            assert hear_events(screen, 6) == [1, 2, 3, 4, 5, 6]
