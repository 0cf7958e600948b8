"""The chat's WebSocket on real web processes: what the staff say arrives on the guest's page, wherever both are connected."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from chat_stand import ChatStand, chat_stand, hear, hear_kind, say
from servers import PostgresServer, RedisServer
from stage import make_ground
from talking import SESSION, answer, do, resume
from talking import say as speak
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection

from backend.platform.http.caller import OWNER, PUBLISHABLE, Caller

HUMAN = "quiero hablar con una persona"


@pytest.fixture(scope="module")
def running(
    postgres: PostgresServer, redis_cache: RedisServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ChatStand]:
    """A server for the tests of this module; each has sessions of its own."""
    ground = make_ground(postgres.new_database(), redis_cache.url, tmp_path_factory.mktemp("chat"))
    with chat_stand(
        ground, live_authenticate_s=2, live_heartbeat_s=1, live_recheck_s=1, chat_visitors_address=12
    ) as made:
        yield made


@pytest.fixture
def stand(running: ChatStand) -> Iterator[ChatStand]:
    yield running
    running.hang_up()


@pytest.fixture
def session(request: pytest.FixtureRequest) -> str:
    """A session of the test's own."""
    return f"{SESSION}-{abs(hash(request.node.name)):x}"


def talk_of(stand: ChatStand, session: str) -> str:
    """The id of a session's conversation."""
    with stand.stage.services.database.tenant(stand.stage.restaurant_id) as tx:
        return str(tx.value("SELECT id FROM conversations WHERE session_id = :session", session=session))


def ended(connection: ClientConnection) -> int:
    """The code with which the server ends the connection, after whatever it still says."""
    try:
        while True:
            connection.recv(10)
    except ConnectionClosed as closed:
        return 0 if closed.rcvd is None else closed.rcvd.code


def refused(connection: ClientConnection) -> tuple[str, int]:
    """What the server says is wrong, and the code with which it ends the connection."""
    return hear_kind(connection, "error")["code"], ended(connection)


def test_from_the_hand_over_to_the_staffs_answer_and_back(stand: ChatStand, session: str) -> None:
    page, screen = stand.opened(session), stand.screen()

    speak(stand.stage, HUMAN, session=session)
    conversation = talk_of(stand, session)
    told = hear_kind(screen, "event")["event"]
    assert (told["type"], told["data"]["conversationId"]) == ("conversation.message", conversation)
    assert hear(page) == {"type": "handler", "handler": "staff"}

    said = answer(stand.stage, "¡Hola, soy Marta!", conversation=conversation)
    arrived = hear(page)
    assert (arrived["type"], arrived["message"]["text"]) == ("message", "¡Hola, soy Marta!")
    assert (arrived["message"]["id"], arrived["message"]["author"]) == (said["id"], "staff")

    shown = resume(stand.stage, session).get_json()
    assert shown["handler"] == "staff"
    assert [each["author"] for each in shown["messages"]] == ["guest", "assistant", "staff"]
    assert shown["messages"][-1] == arrived["message"]

    do(stand.stage, "release", conversation)
    assert hear(page) == {"type": "handler", "handler": "bot"}
    assert speak(stand.stage, "mesa para 2 mañana a las 20:00", session=session).startswith(
        "Tengo mesa para 2"
    )


def test_a_page_of_a_thread_that_the_staff_have_is_told_so_at_once(stand: ChatStand, session: str) -> None:
    speak(stand.stage, HUMAN, session=session)

    assert hear(stand.page(session)) == {"type": "opened", "handler": "staff"}


def test_every_page_of_a_session_hears_the_staff_on_whichever_process_it_is(
    stand: ChatStand, session: str
) -> None:
    pages = [
        stand.opened(session) for _ in range(8)
    ]  # the chance that all are on one of two processes: 1 in 128
    speak(stand.stage, HUMAN, session=session)

    for number in range(3):
        answer(stand.stage, f"Mensaje {number}", conversation=talk_of(stand, session))

    for page in pages:
        texts = [hear_kind(page, "message")["message"]["text"] for _ in range(3)]
        assert texts == ["Mensaje 0", "Mensaje 1", "Mensaje 2"]


def test_other_sessions_hear_nothing_of_it(stand: ChatStand, session: str) -> None:
    other, page = stand.opened(session + "-other"), stand.opened(session)
    speak(stand.stage, HUMAN, session=session)
    answer(stand.stage, "Solo para ti", conversation=talk_of(stand, session))
    hear_kind(page, "message")

    say(other, action="ping")

    assert hear(other) == {"type": "pong"}


def test_the_guest_sees_that_the_staff_are_writing(stand: ChatStand, session: str) -> None:
    page = stand.opened(session)
    speak(stand.stage, HUMAN, session=session)
    assert hear(page)["type"] == "handler"

    assert do(stand.stage, "typing", talk_of(stand, session)).status_code == 204

    assert hear(page) == {"type": "typing", "author": "staff"}


def test_the_staff_see_that_the_guest_is_writing_in_a_thread_of_theirs(
    stand: ChatStand, session: str
) -> None:
    page, screen = stand.opened(session), stand.screen()
    speak(stand.stage, HUMAN, session=session)
    hear_kind(page, "handler")

    say(page, action="typing")

    told = hear_kind(screen, "typing")
    assert (told["conversationId"], told["author"]) == (talk_of(stand, session), "guest")


def test_nobody_is_told_that_a_guest_writes_to_the_assistant(stand: ChatStand, session: str) -> None:
    page, screen = stand.opened(session), stand.screen()
    speak(stand.stage, "hola", session=session)

    say(page, action="typing")
    say(page, action="ping")
    hear_kind(page, "pong")
    speak(stand.stage, HUMAN, session=session)

    assert hear(screen)["type"] == "event"


def test_a_wrong_key_is_sent_away(stand: ChatStand, session: str) -> None:
    assert refused(stand.page(session, key="pk_" + "x" * 40)) == ("unauthenticated", 4401)


def test_a_restaurant_that_is_not_the_keys_is_not_there(stand: ChatStand, session: str) -> None:
    page = stand.connect("/ws/chat")
    key = stand.stage.publishable["X-Api-Key"]
    say(page, action="open", restaurant="casa-otra", key=key, sessionId=session)

    assert refused(page)[0] == "not_found"


def test_a_page_of_a_site_that_the_key_is_not_for_is_sent_away(stand: ChatStand, session: str) -> None:
    keys = stand.stage.services.access.api_keys
    owner = Caller(OWNER, stand.stage.restaurant_id)
    made = keys.create(owner, kind=PUBLISHABLE, name="una web", origins=("https://casa.example",))

    assert hear(stand.page(session, key=made.key, origin="https://casa.example"))["type"] == "opened"
    assert (
        refused(stand.page(session, key=made.key, origin="https://otra.example"))[0] == "origin_not_allowed"
    )


def test_a_key_that_is_revoked_ends_the_open_chat(stand: ChatStand, session: str) -> None:
    keys, owner = stand.stage.services.access.api_keys, Caller(OWNER, stand.stage.restaurant_id)
    made = keys.create(owner, kind=PUBLISHABLE, name="una web")
    page = stand.opened(session, key=made.key)

    keys.revoke(owner, made.record.id)

    assert refused(page) == ("unauthenticated", 4401)


@pytest.mark.parametrize(
    "said",
    [
        "no",
        "[]",
        "{}",
        json.dumps({"action": "dance"}),
        json.dumps({"action": "open", "restaurant": "a", "key": "pk_a", "sessionId": "short"}),
        json.dumps({"action": "open", "restaurant": 1, "key": "pk_a", "sessionId": SESSION}),
    ],
)
def test_who_begins_with_nonsense_is_sent_away(stand: ChatStand, said: str) -> None:
    page = stand.connect("/ws/chat")
    page.send(said)

    assert refused(page) == ("malformed", 1008)


def test_who_says_nothing_is_sent_away(stand: ChatStand) -> None:
    assert refused(stand.connect("/ws/chat")) == ("unauthenticated", 4401)


def test_a_second_opening_is_refused_and_the_first_goes_on(stand: ChatStand, session: str) -> None:
    page = stand.opened(session)
    key = stand.stage.publishable["X-Api-Key"]
    say(page, action="open", restaurant=str(stand.stage.restaurant_id), key=key, sessionId=session)

    assert hear(page) == {"type": "error", "code": "malformed"}
    say(page, action="ping")
    assert hear(page) == {"type": "pong"}


def test_one_address_may_not_take_all_the_room(stand: ChatStand) -> None:
    both = 2 * 12  # processes, pages of an address on each
    with pytest.raises(InvalidStatus) as full:
        [stand.connect("/ws/chat") for _ in range(both + 1)]

    assert full.value.response.status_code == 503


def test_what_was_said_while_redis_is_deaf_arrives_within_a_look_at_the_database(
    stand: ChatStand, session: str
) -> None:
    page = stand.opened(session)
    speak(stand.stage, HUMAN, session=session)
    hear_kind(page, "handler")
    lines = stand.stage.services.redis.client
    lines.client_kill_filter(_type="pubsub")

    answer(stand.stage, "¿Me oyes?", conversation=talk_of(stand, session))

    assert hear_kind(page, "message")["message"]["text"] == "¿Me oyes?"
