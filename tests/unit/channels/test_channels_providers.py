"""Provider clients against loopback servers: what each answer, silence and broken connection means for a message."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from channel_examples import EXAMPLES
from providers import (
    GRAPH_TOKEN,
    SID,
    TOKEN,
    Dropped,
    Provider,
    Refused,
    Slow,
    meta_server,
    twilio_server,
)

from backend.conversations.channels.meta.instagram import InstagramSender
from backend.conversations.channels.meta.whatsapp import CloudSender
from backend.conversations.channels.records import Outbound
from backend.conversations.dialogue.render import Reply
from backend.platform.senders import (
    AccountSendError,
    InDoubtSendError,
    OptedOutError,
    PermanentSendError,
    TemporarySendError,
    WindowClosedError,
)
from backend.platform.senders.circuit import Circuits
from backend.platform.senders.meta import GraphApi, sent_id
from backend.platform.senders.twilio import TwilioApi, TwilioMessage

ACCOUNT = {"accountSid": SID, "authToken": TOKEN}
MESSAGE = TwilioMessage(to="whatsapp:+34600111222", sender="whatsapp:+34910000000", body="hola")
BODY = {"messaging_product": "whatsapp", "to": "34600111222", "type": "text", "text": {"body": "hola"}}
TIMEOUT_S = 0.5


@pytest.fixture
def twilio() -> Iterator[Provider]:
    with twilio_server() as server:
        yield server


@pytest.fixture
def meta() -> Iterator[Provider]:
    with meta_server() as server:
        yield server


def to_twilio(server: Provider, **account: str) -> str:
    return TwilioApi(server.url, TIMEOUT_S).send({**ACCOUNT, **account}, MESSAGE)


def to_meta(server: Provider, token: str = GRAPH_TOKEN) -> dict[str, Any]:
    return GraphApi(server.url, "v26.0", TIMEOUT_S).post("1065/messages", token, BODY)


def test_twilio_gives_its_name_of_a_message_it_takes(twilio: Provider) -> None:
    assert to_twilio(twilio) == twilio.taken[0]["sid"]


@pytest.mark.parametrize(
    ("refused", "error"),
    [
        (Refused(400, 21211), PermanentSendError),
        (Refused(400, 63024), PermanentSendError),
        (Refused(400, 21610), OptedOutError),
        (Refused(400, 63016), WindowClosedError),
        (Refused(429, 20429), TemporarySendError),
        (Refused(400, 63018), TemporarySendError),
        (Refused(401, 20003), AccountSendError),
        (Refused(403, 20006), AccountSendError),
        (Refused(503, 20503), TemporarySendError),
        (Refused(500, 20500), TemporarySendError),
        (Refused(502, html=True), InDoubtSendError),
        (Refused(504), InDoubtSendError),
    ],
)
def test_twilios_refusal_is_told_by_its_code(
    twilio: Provider, refused: Refused, error: type[Exception]
) -> None:
    twilio.script = [refused]

    with pytest.raises(error) as told:
        to_twilio(twilio)

    assert type(told.value) is error
    assert "+34" not in str(told.value)


def test_twilios_wish_for_a_pause_is_heard(twilio: Provider) -> None:
    twilio.script = [Refused(429, 20429, retry_after=7)]

    with pytest.raises(TemporarySendError) as told:
        to_twilio(twilio)

    assert told.value.retry_after == 7


def test_wrong_credentials_are_the_accounts_fault(twilio: Provider) -> None:
    with pytest.raises(AccountSendError):
        to_twilio(twilio, authToken="another")


@pytest.mark.parametrize("act", [Slow(1.0), Dropped(taken=True), Dropped(taken=False)])
def test_silence_after_the_message_was_sent_leaves_it_in_doubt(twilio: Provider, act: Any) -> None:
    twilio.script = [act]

    with pytest.raises(InDoubtSendError):
        to_twilio(twilio)


def test_a_server_that_is_not_there_has_not_taken_it(free_port: int) -> None:
    with pytest.raises(TemporarySendError) as told:
        TwilioApi(f"http://127.0.0.1:{free_port}", TIMEOUT_S).send(ACCOUNT, MESSAGE)

    assert type(told.value) is TemporarySendError


def test_a_message_in_doubt_is_found_by_its_words(twilio: Provider) -> None:
    twilio.script = [Dropped(taken=True)]
    with pytest.raises(InDoubtSendError):
        to_twilio(twilio)
    since = datetime.now(UTC) - timedelta(minutes=1)

    api = TwilioApi(twilio.url, TIMEOUT_S)

    assert (
        api.find(ACCOUNT, to=MESSAGE.to, sender=MESSAGE.sender, body="hola", since=since)
        == twilio.taken[0]["sid"]
    )
    assert api.find(ACCOUNT, to=MESSAGE.to, sender=MESSAGE.sender, body="adiós", since=since) is None


def test_meta_gives_its_name_of_a_message_it_takes(meta: Provider) -> None:
    assert sent_id(to_meta(meta)) == meta.taken[0]["sid"]


@pytest.mark.parametrize(
    ("refused", "error"),
    [
        (Refused(400, 131026), PermanentSendError),
        (Refused(400, 100), PermanentSendError),
        (Refused(400, 132001), PermanentSendError),
        (Refused(400, 551), PermanentSendError),
        (Refused(400, 131047), WindowClosedError),
        (Refused(403, 10, 2018278), WindowClosedError),
        (Refused(403, 10, 2534022), WindowClosedError),
        (Refused(403, 10), AccountSendError),
        (Refused(403, 200), AccountSendError),
        (Refused(401, 190, 463), AccountSendError),
        (Refused(400, 131050), OptedOutError),
        (Refused(429, 130429), TemporarySendError),
        (Refused(400, 4), TemporarySendError),
        (Refused(400, 613), TemporarySendError),
        (Refused(400, 80007), TemporarySendError),
        (Refused(500, 131000), TemporarySendError),
        (Refused(500, 2), TemporarySendError),
        (Refused(502, html=True), InDoubtSendError),
        (Refused(503, html=True), TemporarySendError),
        (Refused(404, html=True), PermanentSendError),
    ],
)
def test_metas_refusal_is_told_by_its_code(meta: Provider, refused: Refused, error: type[Exception]) -> None:
    meta.script = [refused]

    with pytest.raises(error) as told:
        to_meta(meta)

    assert type(told.value) is error


def test_an_expired_token_is_the_accounts_fault(meta: Provider) -> None:
    with pytest.raises(AccountSendError):
        to_meta(meta, "expired")


@pytest.mark.parametrize("act", [Slow(1.0), Dropped(taken=True)])
def test_silence_of_meta_leaves_a_message_in_doubt(meta: Provider, act: Any) -> None:
    meta.script = [act]

    with pytest.raises(InDoubtSendError):
        to_meta(meta)


class Watch:
    """A clock that is set."""

    def __init__(self) -> None:
        self.at = 100.0

    def __call__(self) -> float:
        return self.at


def test_a_circuit_shuts_after_failures_in_a_row_and_lets_one_try_later() -> None:
    watch = Watch()
    circuits: Circuits[str] = Circuits(failures=3, pause_s=10, clock=watch)

    waits = [circuits.failed("a") for _ in range(3)]
    watch.at += 10

    assert waits == [0, 0, 10]
    assert circuits.wait_s("a") == 0
    assert circuits.failed("a") == 20


def test_a_success_opens_a_circuit() -> None:
    circuits: Circuits[str] = Circuits(failures=1, pause_s=10)
    circuits.failed("a")

    circuits.succeeded("a")

    assert circuits.wait_s("a") == 0


def test_wrong_credentials_shut_a_circuit_at_once() -> None:
    assert Circuits(failures=3, pause_s=10).failed("a", at_once=True) == 10


def test_one_accounts_circuit_is_none_of_anothers() -> None:
    circuits: Circuits[str] = Circuits(failures=1)
    circuits.failed("a")

    assert circuits.wait_s("b") == 0


def test_a_pause_that_a_provider_asks_for_is_bounded() -> None:
    watch = Watch()
    circuits: Circuits[str] = Circuits(longest_s=60, clock=watch)

    circuits.hold("a", 10_000)

    assert circuits.wait_s("a") == 60


@pytest.mark.parametrize(
    ("wished", "heard"), [("inf", 86_400.0), ("1e300", 86_400.0), ("-5", 0.0), ("nan", None), ("soon", None)]
)
def test_a_pause_past_all_bounds_is_a_day_and_nonsense_none(
    meta: Provider, wished: Any, heard: float | None
) -> None:
    meta.script = [Refused(503, 2, retry_after=wished)]

    with pytest.raises(TemporarySendError) as refused:
        to_meta(meta)

    assert refused.value.retry_after == heard


def test_a_picture_that_is_uploaded_goes_by_its_id_and_one_given_by_link_as_messengers_take_it(
    meta: Provider,
) -> None:
    read: list[str] = []

    def picture(url: str) -> bytes:
        read.append(url)
        return b"png"

    sender = CloudSender(GraphApi(meta.url, "v26.0", TIMEOUT_S), picture)
    account = {"account": "1065", "accessToken": GRAPH_TOKEN}
    message = Outbound("whatsapp", "+34600111222", EXAMPLES["card"], "es", "m1")

    sender.send({**account, "media": "upload"}, message)
    sender.send({**account, "media": "link"}, message)

    assert read == ["https://book.example/g/abc/qr.png?colours=rgb"]
    assert [each["image"].get("id", each["image"].get("link")) for each in meta.taken] == ["media-1", read[0]]


def test_a_guest_who_hides_their_number_is_named_as_recipient(meta: Provider) -> None:
    sender = CloudSender(GraphApi(meta.url, "v26.0", TIMEOUT_S), lambda url: b"")
    hidden = Outbound("whatsapp", "ES.13491208655302741918", Reply("hola"), "es", "m1")

    sender.send({"account": "1065", "accessToken": GRAPH_TOKEN}, hidden)

    assert (meta.taken[0]["recipient"], "to" in meta.taken[0]) == ("ES.13491208655302741918", False)


@pytest.mark.parametrize(
    ("account", "kind"),
    [
        ({}, {"messaging_type": "RESPONSE"}),
        ({"humanAgent": True}, {"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"}),
    ],
)
def test_on_instagram_people_may_answer_for_a_week_where_meta_allows_it(
    meta: Provider, account: dict[str, Any], kind: dict[str, str]
) -> None:
    graph = GraphApi(meta.url, "v26.0", TIMEOUT_S)
    sender = InstagramSender({"instagram": graph})
    message = Outbound("instagram", "9001", Reply("hola"), "es", "m1", window_open=not account)

    sender.send({"accessToken": GRAPH_TOKEN, **account}, message)

    assert {name: meta.taken[0][name] for name in kind} == kind


def test_on_instagram_nothing_is_sent_after_a_day_otherwise(meta: Provider) -> None:
    sender = InstagramSender({"instagram": GraphApi(meta.url, "v26.0", TIMEOUT_S)})
    message = Outbound("instagram", "9001", Reply("hola"), "es", "m1", window_open=False)

    with pytest.raises(WindowClosedError):
        sender.send({"accessToken": GRAPH_TOKEN}, message)
    assert meta.asked == []


def test_a_long_answer_goes_in_pieces_one_a_call(meta: Provider) -> None:
    sender = InstagramSender({"instagram": GraphApi(meta.url, "v26.0", TIMEOUT_S)})
    message = Outbound("instagram", "9001", Reply("una frase larga. " * 130), "es", "m1")
    account = {"accessToken": GRAPH_TOKEN}

    more = [sender.send(account, replace(message, part=part)).more for part in range(3)]

    assert more == [True, True, False]
    assert "".join(each["words"].replace(" ", "") for each in meta.taken) == "unafraselarga." * 130
