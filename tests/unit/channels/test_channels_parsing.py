"""What providers tell us, taken apart: the documented forms, and no stumbling over any other."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from backend.conversations.channels.meta import parsing as meta
from backend.conversations.channels.records import Inbound
from backend.conversations.channels.twilio import parsing as twilio

NOW = datetime(2026, 12, 16, 9, 0, tzinfo=UTC)
STAMP = str(int((NOW - timedelta(minutes=1)).timestamp()))


def cloud(**item: Any) -> meta.Read:
    """A Cloud API message, its common members given."""
    told = {"from": "34600111222", "id": "wamid.1", "timestamp": STAMP, **item}
    return read(told)


def read(*items: Any, statuses: Any = (), contacts: Any = ()) -> meta.Read:
    value = {
        "metadata": {"phone_number_id": "106540352242922"},
        "messages": list(items),
        "statuses": list(statuses),
        "contacts": list(contacts),
    }
    change = {"field": "messages", "value": value}
    body = {"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [change]}]}
    (piece,) = meta.pieces(body)
    return meta.read(piece, lambda address: f"s-{address}", NOW)


def instagram(**event: Any) -> meta.Read:
    told = {"sender": {"id": "9001"}, "recipient": {"id": "17841"}, "timestamp": 1_781_600_000_000, **event}
    (piece,) = meta.pieces({"object": "instagram", "entry": [{"id": "17841", "messaging": [told]}]})
    return meta.read(piece, lambda address: f"s-{address}", NOW)


def only(found: meta.Read) -> Inbound:
    assert found.malformed == 0
    (message,) = found.messages
    return message


@pytest.mark.parametrize(
    ("item", "text", "media"),
    [
        ({"type": "text", "text": {"body": "hola"}}, "hola", ()),
        ({"type": "button", "button": {"text": "Sí", "payload": "sí"}}, "sí", ()),
        ({"type": "button", "button": {"text": "Sí"}}, "Sí", ()),
        (
            {
                "type": "interactive",
                "interactive": {
                    "type": "button_reply",
                    "button_reply": {"id": "a las 20:30", "title": "20:30"},
                },
            },
            "a las 20:30",
            (),
        ),
        (
            {
                "type": "interactive",
                "interactive": {
                    "type": "list_reply",
                    "list_reply": {"id": "K7M2QX", "title": "Viernes", "description": "x"},
                },
            },
            "K7M2QX",
            (),
        ),
        ({"type": "image", "image": {"id": "1", "caption": "somos 4"}}, "somos 4", ("image",)),
        ({"type": "audio", "audio": {"id": "1", "voice": True}}, "", ("audio",)),
        ({"type": "location", "location": {"latitude": 1, "longitude": 2}}, "", ("location",)),
        ({"type": "contacts", "contacts": [{"name": {}}]}, "", ("contacts",)),
        ({"type": "unsupported", "errors": [{"code": 131051}]}, "", ("unsupported",)),
    ],
)
def test_a_cloud_api_message_says_what_the_guest_said(item: Any, text: str, media: tuple[str, ...]) -> None:
    message = only(cloud(**item))

    assert (message.text, message.media) == (text, media)


def test_a_cloud_api_message_proves_the_phone_and_knows_the_name() -> None:
    contacts = [{"wa_id": "34600111222", "profile": {"name": "Lucía"}}]
    told = {"from": "34600111222", "id": "w1", "timestamp": STAMP, "type": "text", "text": {"body": "hola"}}

    message = only(read(told, contacts=contacts))

    assert (message.address, message.sender.phone, message.name) == ("+34600111222", "+34600111222", "Lucía")
    assert message.at == NOW - timedelta(minutes=1)


def test_a_guest_who_hides_their_number_is_answered_by_the_name_that_stands_for_it() -> None:
    told = {
        "from_user_id": "ES.13491208655302741918",
        "id": "w1",
        "timestamp": STAMP,
        "type": "text",
        "text": {"body": "x"},
    }

    message = only(read(told))

    assert (message.address, message.sender.phone) == ("ES.13491208655302741918", None)


@pytest.mark.parametrize("kind", ["reaction", "system"])
def test_what_says_nothing_is_no_message(kind: str) -> None:
    found = cloud(type=kind, **{kind: {}})

    assert (found.messages, found.malformed) == ([], 0)


def test_one_malformed_item_does_not_lose_the_others() -> None:
    good = {"from": "34600111222", "id": "w1", "timestamp": STAMP, "type": "text", "text": {"body": "hola"}}

    found = read({"type": "text"}, "nonsense", {**good, "timestamp": "soon"}, good)

    assert [each.text for each in found.messages] == ["hola"]
    assert found.malformed == 3


def test_a_status_carries_our_own_name_of_the_message_and_metas_code() -> None:
    ref = "01a20d56-942d-7636-ae36-339d42328e95"
    told = {
        "id": "wamid.9",
        "status": "failed",
        "timestamp": STAMP,
        "recipient_id": "34600111222",
        "biz_opaque_callback_data": ref,
        "errors": [{"code": 131047, "title": "Re-engagement message"}],
    }

    (status,) = read(statuses=[told]).statuses

    assert (status.provider_id, status.state, status.error, str(status.ref)) == (
        "wamid.9",
        "failed",
        131047,
        ref,
    )


def test_an_instagram_text_is_the_guests_message() -> None:
    message = only(instagram(message={"mid": "m1", "text": "hola"}))

    assert (message.channel, message.address, message.text, message.sender.phone) == (
        "instagram",
        "9001",
        "hola",
        None,
    )


@pytest.mark.parametrize(
    ("event", "text", "media"),
    [
        (
            {"message": {"mid": "m1", "text": "20:30", "quick_reply": {"payload": "a las 20:30"}}},
            "a las 20:30",
            (),
        ),
        (
            {"postback": {"mid": "m1", "title": "Reservar", "payload": "quiero reservar"}},
            "quiero reservar",
            (),
        ),
        ({"message": {"mid": "m1", "attachments": [{"type": "audio", "payload": {}}]}}, "", ("audio",)),
        ({"message": {"mid": "m1", "is_unsupported": True}}, "", ("other",)),
    ],
)
def test_an_instagram_event_says_what_the_guest_did(event: Any, text: str, media: tuple[str, ...]) -> None:
    message = only(instagram(**event))

    assert (message.text, message.media) == (text, media)


@pytest.mark.parametrize(
    "event",
    [
        {"message": {"mid": "m1", "text": "hola", "is_deleted": True}},
        {"reaction": {"mid": "m1", "action": "react"}},
        {"sender": {"id": "17841"}, "message": {"mid": "m1", "text": "our own"}},
        {"delivery": {"mids": ["m1"]}},
    ],
)
def test_instagram_events_that_say_nothing_are_no_messages(event: Any) -> None:
    found = instagram(**event)

    assert (found.messages, found.malformed) == ([], 0)


def test_an_echo_is_our_own_message_and_none_of_the_guests() -> None:
    found = instagram(
        sender={"id": "17841"},
        recipient={"id": "9001"},
        message={"mid": "m1", "text": "hola", "is_echo": True},
    )

    assert found.messages == []
    assert found.echoes == [meta.Echo("m1", "9001", "hola")]


def test_a_guest_who_reads_on_instagram_is_a_report() -> None:
    (status,) = instagram(read={"mid": "m1"}).statuses

    assert (status.provider_id, status.state) == ("m1", "read")


scalars = some.none() | some.booleans() | some.integers() | some.floats() | some.text(max_size=10)
anything = some.recursive(
    scalars,
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(some.text(max_size=6), inner, max_size=3),
)
items = some.dictionaries(
    some.sampled_from(
        ["type", "text", "id", "from", "timestamp", "message", "sender", "recipient", "interactive", "read"]
    ),
    anything,
    max_size=6,
)


@given(anything)
def test_no_json_whatever_makes_the_reader_of_deliveries_stumble(body: Any) -> None:
    assert isinstance(meta.pieces(body), list)


@given(some.lists(items | anything, max_size=3), some.lists(items | anything, max_size=3))
def test_no_item_whatever_makes_the_reader_of_messages_stumble(messages: Any, statuses: Any) -> None:
    found = read(*messages, statuses=statuses)

    assert len(found.messages) + found.malformed <= len(messages) + len(statuses)


@given(items)
def test_no_event_whatever_makes_the_reader_of_instagram_stumble(event: Any) -> None:
    found = instagram(**event)

    assert len(found.messages) + len(found.statuses) + len(found.echoes) + found.malformed <= 1


FORM = {
    "MessageSid": "SM1",
    "From": "whatsapp:+34600111222",
    "To": "whatsapp:+34910000000",
    "Body": "hola",
    "NumMedia": "0",
}


def from_twilio(**more: str) -> Inbound | None:
    form = {**FORM, **more}
    parties = twilio.addressed(form, "To", "From")
    assert parties is not None
    return twilio.inbound(form, parties, "s", NOW)


@pytest.mark.parametrize(
    ("more", "text", "media"),
    [
        ({}, "hola", ()),
        ({"Body": "Sí", "ButtonPayload": "sí", "ButtonText": "Sí"}, "sí", ()),
        ({"Body": "20:30", "ButtonPayload": "2", "ButtonText": "20:30"}, "20:30", ()),
        ({"Body": "", "NumMedia": "1", "MediaContentType0": "image/jpeg"}, "", ("image",)),
        ({"Body": "", "NumMedia": "1", "MediaContentType0": "application/pdf"}, "", ("document",)),
        ({"Body": "", "NumMedia": "1", "MediaContentType0": "text/vcard"}, "", ("contacts",)),
        ({"Body": "", "Latitude": "40.4", "Longitude": "-3.7"}, "", ("location",)),
        ({"Body": "x", "NumMedia": "many"}, "x", ()),
    ],
)
def test_twilios_form_says_what_the_guest_said(
    more: dict[str, str], text: str, media: tuple[str, ...]
) -> None:
    message = from_twilio(**more)

    assert message is not None
    assert (message.text, message.media) == (text, media)


def test_twilios_prefix_says_which_channel_it_is() -> None:
    assert twilio.addressed(FORM, "To", "From") == twilio.Addressed(
        "whatsapp", "+34910000000", "+34600111222"
    )
    plain = {"To": "+34910000000", "From": "+34600111222"}
    assert twilio.addressed(plain, "To", "From") == twilio.Addressed("sms", "+34910000000", "+34600111222")


@given(
    some.dictionaries(
        some.sampled_from([*FORM, "ButtonPayload", "MediaContentType0", "OptOutType"]), some.text()
    )
)
def test_no_form_whatever_makes_the_reader_of_twilio_stumble(form: dict[str, str]) -> None:
    parties = twilio.addressed(form, "To", "From")
    message = twilio.inbound(form, parties, "s", NOW) if parties else None

    assert message is None or message.message_id == form.get("MessageSid")
    assert twilio.opted(form) in (None, True, False)


@pytest.mark.parametrize(
    ("told", "state"),
    [
        ("sent", "sent"),
        ("delivered", "delivered"),
        ("read", "read"),
        ("undelivered", "failed"),
        ("failed", "failed"),
    ],
)
def test_twilios_status_moves_a_message_on(told: str, state: str) -> None:
    status = twilio.status({"MessageSid": "SM1", "MessageStatus": told, "ErrorCode": "63016"}, None)

    assert status is not None
    assert (status.state, status.error) == (state, "63016")


@pytest.mark.parametrize("told", ["queued", "sending", "accepted", "", "nonsense"])
def test_steps_on_the_way_say_nothing(told: str) -> None:
    assert twilio.status({"MessageSid": "SM1", "MessageStatus": told}, "not-an-id") is None
