"""Who may look at the live feed, for how long, and what a client that misbehaves gets."""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
import time
from collections.abc import Iterator

import pytest
from live_stand import Stand, handshake, hear, hear_events, masked, say, stand, upgrade_headers
from servers import PostgresServer, wait_until
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection

from backend.platform.ids import uuid7


@pytest.fixture(scope="module")
def live(postgres: PostgresServer, redis_url: str) -> Iterator[Stand]:
    with stand(
        postgres.new_database(),
        redis_url,
        web_workers=1,
        live_heartbeat_s=1,
        live_authenticate_s=2,
        live_recheck_s=1,
        live_screens=20,
    ) as running:
        yield running


@pytest.fixture(autouse=True)
def _hang_up(live: Stand) -> Iterator[None]:
    yield
    live.hang_up()


@pytest.fixture
def client(live: Stand) -> ClientConnection:
    return live.connect()


def read_to_the_end(connection: ClientConnection) -> None:
    """Skips what the server still says; raises ConnectionClosed."""
    while True:
        connection.recv(10)


def close_code(connection: ClientConnection) -> int:
    """The code with which the server ends the connection."""
    with pytest.raises(ConnectionClosed) as closed:
        read_to_the_end(connection)
    assert closed.value.rcvd is not None
    return closed.value.rcvd.code


def subscription(last: str) -> str:
    """A subscription with that JSON as its last id."""
    return f'{{"action": "subscribe", "restaurantId": "{uuid7()}", "lastEventId": {last}}}'


def still_answers(connection: ClientConnection) -> bool:
    say(connection, action="ping")
    return hear(connection) == {"type": "pong"}


def test_a_ping_needs_no_authentication(client: ClientConnection) -> None:
    assert still_answers(client)


def test_subscribing_before_authenticating_is_refused(live: Stand, client: ClientConnection) -> None:
    say(client, action="subscribe", restaurantId=str(live.house))
    assert hear(client) == {"type": "error", "code": "unauthenticated"}


def test_a_wrong_token_is_refused_and_a_right_one_may_follow(live: Stand, client: ClientConnection) -> None:
    say(client, action="authenticate", token="nonsense")
    assert hear(client) == {"type": "error", "code": "unauthenticated"}
    say(client, action="authenticate", token=f"host:{live.house}")
    say(client, action="subscribe", restaurantId=str(live.house))
    assert hear(client)["type"] == "subscribed"


def test_guessing_tokens_ends_the_connection(client: ClientConnection) -> None:
    for number in range(3):
        say(client, action="authenticate", token=f"guess-{number}")
    assert close_code(client) == 4401


@pytest.mark.parametrize("kind", ["publishable", "guest", "anyone"])
def test_diners_may_not_look(live: Stand, client: ClientConnection, kind: str) -> None:
    say(client, action="authenticate", token=f"{kind}:{live.house}")
    say(client, action="subscribe", restaurantId=str(live.house))
    assert [hear(client), hear(client)] == [{"type": "error", "code": "forbidden"}] * 2


def test_another_restaurant_does_not_exist_for_the_caller(live: Stand, client: ClientConnection) -> None:
    say(client, action="authenticate", token=f"owner:{live.house}")
    say(client, action="subscribe", restaurantId=str(live.restaurants[1]))
    say(client, action="unsubscribe", restaurantId=str(uuid7()))
    assert [hear(client), hear(client)] == [{"type": "error", "code": "not_found"}] * 2


def test_whoever_does_not_say_who_it_is_is_sent_away(client: ClientConnection) -> None:
    assert close_code(client) == 4401


def test_a_diner_is_sent_away_like_somebody_unknown(live: Stand, client: ClientConnection) -> None:
    say(client, action="authenticate", token=f"publishable:{live.house}")
    assert close_code(client) == 4401


def test_a_revoked_device_loses_its_screen(live: Stand) -> None:
    revoked, other = live.screen(kind="device"), live.screen(kind="host")
    hear(revoked), hear(other)
    (live.settings.data_dir / "revoked").write_text(f"device:{live.house}")
    try:
        assert close_code(revoked) == 4401
        live.tell()
        assert hear(other)["type"] == "event"
    finally:
        (live.settings.data_dir / "revoked").unlink()


def test_a_screen_may_show_a_fresh_token_and_keeps_its_subscription(live: Stand) -> None:
    screen = live.screen(kind="host")
    last = hear(screen)["lastEventId"]
    say(screen, action="authenticate", token=f"manager:{live.house}")
    (live.settings.data_dir / "revoked").write_text(f"host:{live.house}")
    try:
        time.sleep(2 * live.settings.live_recheck_s)  # the old token would have been looked at by now
        live.tell()
        assert hear_events(screen, 1) == [last + 1]
    finally:
        (live.settings.data_dir / "revoked").unlink()


def test_a_token_of_another_restaurant_ends_the_subscription_to_the_first(live: Stand) -> None:
    screen = live.screen()
    hear(screen)
    say(screen, action="authenticate", token=f"host:{live.restaurants[1]}")
    assert still_answers(screen)
    live.tell()
    assert still_answers(screen)


MALFORMED = {
    "not JSON": "hello",
    "empty": "",
    "a list": "[1]",
    "a number": "7",
    "null": "null",
    "no action": "{}",
    "unknown action": '{"action": "dance"}',
    "action that is a list": '{"action": ["ping"]}',
    "authenticate without token": '{"action": "authenticate"}',
    "token that is a number": '{"action": "authenticate", "token": 7}',
    "token with emoji": '{"action": "authenticate", "token": "🔑"}',
    "empty token": '{"action": "authenticate", "token": ""}',
    "subscribe without restaurant": '{"action": "subscribe"}',
    "restaurant that is no id": '{"action": "subscribe", "restaurantId": "casa"}',
    "restaurant that is a number": '{"action": "subscribe", "restaurantId": 5}',
    "last id that is text": subscription('"x"'),
    "last id below zero": subscription("-1"),
    "last id that is true": subscription("true"),
    "last id with a fraction": subscription("1.5"),
    "last id beyond numbers": subscription("1e999"),
    "last id of 5,000 digits": subscription("9" * 5000),
    "nested too deeply": "[" * 4000,
    "too large": json.dumps({"action": "ping", "filling": "x" * 100_000}),
    "a lone surrogate": '{"action": "\\ud800"}',
}


@pytest.mark.parametrize("message", MALFORMED.values(), ids=MALFORMED.keys())
def test_a_message_that_makes_no_sense_is_answered_and_does_no_harm(
    client: ClientConnection, message: str
) -> None:
    client.send(message)
    assert hear(client) == {"type": "error", "code": "malformed"}
    assert still_answers(client)


def test_binary_is_malformed_and_does_no_harm(client: ClientConnection) -> None:
    client.send(b'{"action": "ping"}')
    assert hear(client) == {"type": "error", "code": "malformed"}
    assert still_answers(client)


def test_a_message_in_many_pieces_is_one_message(client: ClientConnection) -> None:
    client.send(iter(['{"act', 'ion": ', '"ping"}']))
    assert hear(client) == {"type": "pong"}


def test_a_huge_message_ends_the_connection_and_not_the_server(live: Stand, client: ClientConnection) -> None:
    with contextlib.suppress(ConnectionClosed):
        client.send("x" * 20_000_000)
    assert close_code(client) == 1009
    assert still_answers(live.connect())


def test_bytes_that_are_no_frames_end_the_connection_with_a_reason(client: ClientConnection) -> None:
    client.socket.sendall(b"\xff\xff garbage that no WebSocket client would send")
    assert hear(client) == {"type": "error", "code": "malformed"}
    assert close_code(client) == 1002


def test_text_that_is_no_utf8_ends_the_connection_with_a_reason(client: ClientConnection) -> None:
    client.socket.sendall(b"\x81\x82\x00\x00\x00\x00\xc3\x28")
    assert hear(client) == {"type": "error", "code": "malformed"}
    assert close_code(client) == 1007


def test_more_questions_at_once_than_can_wait_are_refused(live: Stand, client: ClientConnection) -> None:
    for _ in range(200):
        say(client, action="subscribe", restaurantId=str(live.house))
    answers = [hear(client)["code"] for _ in range(200)]
    assert set(answers) <= {"unauthenticated", "too_many"}
    assert still_answers(client)


def test_a_flood_of_messages_ends_the_connection(client: ClientConnection) -> None:
    with contextlib.suppress(ConnectionClosed):
        for _ in range(5_000):
            say(client, action="ping")
    assert close_code(client) == 1008


def test_a_client_that_says_goodbye_is_answered(live: Stand) -> None:
    connection = live.connect()
    connection.close(1000)
    assert connection.protocol.close_code == 1000


def test_the_server_pings(live: Stand) -> None:
    with handshake(live) as raw:
        assert raw.recv(2) == b"\x89\x00"


def test_a_client_that_has_gone_silent_is_dropped(live: Stand) -> None:
    with handshake(live) as raw:
        raw.sendall(masked(json.dumps({"action": "authenticate", "token": f"host:{live.house}"})))
        began = time.monotonic()
        while received(raw):
            pass
        assert time.monotonic() - began < 10


def received(raw: socket.socket) -> bytes:
    try:
        return raw.recv(4096)
    except ConnectionResetError:
        return b""


def test_the_process_holds_no_more_screens_than_it_may(live: Stand) -> None:
    held = [live.connect() for _ in range(live.settings.live_screens)]
    answer = ask(live, upgrade_headers())
    assert (answer.status, json.loads(answer.read())["code"]) == (503, "unavailable")
    held[0].close()
    wait_until(lambda: admitted(live), "the place of the one that left")


def admitted(live: Stand) -> bool:
    try:
        return still_answers(live.connect())
    except InvalidStatus:
        return False


@pytest.mark.parametrize(
    "wrong",
    [{"Sec-WebSocket-Version": "8"}, {"Sec-WebSocket-Key": "short"}, {"Sec-WebSocket-Key": "ñ"}],
    ids=["old version", "short key", "key that is no base64"],
)
def test_a_wrong_handshake_is_a_problem_document(live: Stand, wrong: dict[str, str]) -> None:
    answer = ask(live, upgrade_headers() | wrong)
    assert (answer.status, json.loads(answer.read())["code"]) == (400, "malformed_request")


def test_a_plain_request_is_a_problem_document(live: Stand) -> None:
    answer = ask(live, {})
    assert (answer.status, answer.headers["Content-Type"]) == (400, "application/problem+json")


def ask(live: Stand, headers: dict[str, str]) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("127.0.0.1", live.settings.port, timeout=5)
    connection.putrequest("GET", "/ws")
    for name, value in headers.items():
        connection.putheader(name, value.encode())
    connection.endheaders()
    return connection.getresponse()
