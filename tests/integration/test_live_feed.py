"""The live feed as a screen meets it: replay, order, who may look, and what bad input does."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from live_stand import Stand, hear, hear_events, say, stand
from servers import PostgresServer


@pytest.fixture(scope="module")
def live(postgres: PostgresServer, redis_url: str) -> Iterator[Stand]:
    with stand(
        postgres.new_database(),
        redis_url,
        live_memory=50,
        live_heartbeat_s=1,
        live_authenticate_s=2,
        live_recheck_s=1,
    ) as running:
        yield running


def test_an_event_reaches_a_screen_in_the_shape_of_the_contract(live: Stand) -> None:
    screen = live.screen(kind="secret")
    last = hear(screen)["lastEventId"]
    live.tell()

    message = hear(screen)
    assert set(message) == {"type", "id", "event"}
    assert (message["type"], message["id"]) == ("event", last + 1)
    assert set(message["event"]) == {"type", "restaurantId", "occurredAt", "data"}
    assert message["event"]["type"] == "reservation.updated"
    assert message["event"]["restaurantId"] == str(live.house)
    assert message["event"]["occurredAt"].endswith("+00:00")


def test_staff_and_devices_see_the_guest_and_a_partners_server_does_not(live: Stand) -> None:
    screens = {kind: live.screen(kind=kind) for kind in ("owner", "manager", "host", "device", "secret")}
    for screen in screens.values():
        hear(screen)
    live.tell()

    shown = {kind: "guest" in hear(screen)["event"]["data"] for kind, screen in screens.items()}
    assert shown == {"owner": True, "manager": True, "host": True, "device": True, "secret": False}


def test_events_are_enriched_once_for_all_screens_of_a_process(live: Stand) -> None:
    screens = [live.screen() for _ in range(12)]
    for screen in screens:
        hear(screen)
    live.tell()

    guests = [hear(screen)["event"]["data"]["guest"] for screen in screens]
    assert {guest["times"] for guest in guests} == {1}
    assert {guest["process"] for guest in guests} == set(live.web_processes())


def test_without_a_last_id_a_screen_gets_only_what_comes(live: Stand) -> None:
    live.tell(3)
    screen = live.screen()
    last = hear(screen)["lastEventId"]
    live.tell(2)

    assert hear_events(screen, 2) == [last + 1, last + 2]


def test_with_a_last_id_a_screen_gets_what_it_missed_and_then_what_comes(live: Stand) -> None:
    first = hear(live.screen())["lastEventId"]
    live.tell(5)
    screen = live.screen(after=first + 2)
    assert hear(screen) == {"type": "subscribed", "lastEventId": first + 5}
    live.tell(2)

    assert hear_events(screen, 5) == [first + number for number in (3, 4, 5, 6, 7)]


def test_a_replay_shows_the_same_as_the_live_event(live: Stand) -> None:
    screen = live.screen()
    last = hear(screen)["lastEventId"]
    live.tell()
    shown = hear(screen)
    again = live.screen(after=last)
    hear(again)
    replayed = hear(again)

    for message in (shown, replayed):  # a replay may come from another process, or be read again
        assert message["event"]["data"]["guest"].pop("process")
        assert message["event"]["data"]["guest"].pop("times")
    assert replayed == shown


def test_a_screen_that_missed_too_much_is_told_to_reload_and_goes_on_from_now(live: Stand) -> None:
    first = hear(live.screen())["lastEventId"]
    live.tell(live.settings.live_memory + 1)
    screen = live.screen(after=first)
    last = hear(screen)["lastEventId"]
    assert last == first + live.settings.live_memory + 1
    assert hear(screen) == {"type": "reload"}
    live.tell()

    assert hear_events(screen, 1) == [last + 1]


def test_a_screen_that_missed_exactly_what_is_remembered_gets_it_all(live: Stand) -> None:
    first = hear(live.screen())["lastEventId"]
    live.tell(live.settings.live_memory)
    screen = live.screen(after=first)
    hear(screen)

    assert hear_events(screen, live.settings.live_memory) == list(
        range(first + 1, first + live.settings.live_memory + 1)
    )


def test_a_last_id_from_the_future_means_another_history_and_a_reload(live: Stand) -> None:
    screen = live.screen(after=10**9)
    last = hear(screen)["lastEventId"]
    assert hear(screen) == {"type": "reload"}
    live.tell()

    assert hear_events(screen, 1) == [last + 1]


def test_a_screen_sees_no_other_restaurants_events(live: Stand) -> None:
    here, there = live.restaurants
    screen = live.screen(restaurant=here)
    last = hear(screen)["lastEventId"]
    live.tell(restaurant=there)
    live.tell(restaurant=here)

    message = hear(screen)
    assert (message["id"], message["event"]["restaurantId"]) == (last + 1, str(here))


def test_after_unsubscribing_nothing_comes_until_the_next_subscription(live: Stand) -> None:
    screen = live.screen()
    hear(screen)
    say(screen, action="unsubscribe", restaurantId=str(live.house))
    say(screen, action="ping")
    assert hear(screen) == {"type": "pong"}
    live.tell()
    say(screen, action="ping")

    assert hear(screen) == {"type": "pong"}


def test_subscribing_again_with_a_last_id_replays_on_the_same_connection(live: Stand) -> None:
    screen = live.screen()
    last = hear(screen)["lastEventId"]
    live.tell(2)
    assert hear_events(screen, 2) == [last + 1, last + 2]
    say(screen, action="subscribe", restaurantId=str(live.house), lastEventId=last + 1)
    assert hear(screen)["type"] == "subscribed"
    live.tell()

    assert hear_events(screen, 2) == [last + 2, last + 3]
