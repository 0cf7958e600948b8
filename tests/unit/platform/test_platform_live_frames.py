"""Frames, messages and requests of the live feed, as bytes and text."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wsproto.frame_protocol import FrameProtocol, Opcode

from backend.platform.events import Event
from backend.platform.ids import uuid7
from backend.platform.live import frames, messages, requests
from backend.platform.live.requests import Authenticate, Ping, Subscribe, Unsubscribe


def as_client(data: bytes) -> list[Any]:
    """What a client's reader makes of the bytes."""
    protocol = FrameProtocol(client=True, extensions=[])
    protocol.receive_bytes(data)
    return list(protocol.received_frames())


@given(
    st.one_of(
        st.text(max_size=300), st.sampled_from([0, 125, 126, 127, 65_535, 65_536, 70_000]).map("x".__mul__)
    )
)
def test_a_text_frame_is_read_as_the_text(text: str) -> None:
    read = as_client(frames.text_frame(text.encode()))
    assert "".join(str(frame.payload) for frame in read) == text
    assert read[-1].message_finished


@given(st.integers(1000, 1003) | st.integers(3000, 4999), st.text(max_size=80))
def test_a_close_frame_is_read_with_its_code(code: int, reason: str) -> None:
    reason = reason.encode()[:100].decode(errors="ignore")
    (read,) = as_client(frames.close_frame(code, reason))
    assert read.opcode is Opcode.CLOSE
    assert (int(read.payload[0]), read.payload[1]) == (code, reason)


@given(st.binary(max_size=125))
def test_a_pong_carries_the_pings_payload(payload: bytes) -> None:
    (read,) = as_client(frames.pong_frame(payload))
    assert (read.opcode, read.payload) == (Opcode.PONG, payload)


def test_the_accept_token_is_the_standards_own_example() -> None:
    assert frames.accept_token("dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="


def event() -> Event:
    at = datetime(2026, 12, 18, 19, 30, tzinfo=UTC)
    return Event("reservation.created", uuid7(), uuid7(), at, {"partySize": 4, "notes": "¿Terraza?"})


def test_an_announcement_is_read_as_the_event_it_tells_of() -> None:
    told = event()
    assert messages.read_announcement(json.loads(messages.announcement(42, told))) == (42, told)


@pytest.mark.parametrize("said", [b"", b"[]", b"{}", b"null", b'{"sequence": 1, "restaurantId": 5}', b"\xff"])
def test_what_is_no_announcement_is_said_to_be_none(said: bytes) -> None:
    with pytest.raises((ValueError, KeyError, TypeError, AttributeError)):
        messages.read_announcement(json.loads(said))


def test_an_event_without_additions_is_one_frame_for_all() -> None:
    told = event()
    frame = messages.event_frame(1, told, told)
    assert frame.house is frame.partner
    shown = json.loads(as_client(frame.house)[0].payload)
    assert shown["event"]["occurredAt"] == "2026-12-18T19:30:00+00:00"
    assert shown["event"]["data"] == told.data


RESTAURANT = UUID("0193a0c2-8c1e-7000-8000-00000000000a")  # fixed: parallel runs must name the tests alike


@pytest.mark.parametrize(
    ("text", "ask"),
    [
        ('{"action": "ping"}', Ping()),
        ('{"action": "ping", "more": 1}', Ping()),
        ('{"action": "authenticate", "token": "t"}', Authenticate("t")),
        (f'{{"action": "subscribe", "restaurantId": "{RESTAURANT}"}}', Subscribe(RESTAURANT, None)),
        (
            f'{{"action": "subscribe", "restaurantId": "{RESTAURANT}", "lastEventId": null}}',
            Subscribe(RESTAURANT, None),
        ),
        (
            f'{{"action": "subscribe", "restaurantId": "{RESTAURANT}", "lastEventId": 0}}',
            Subscribe(RESTAURANT, 0),
        ),
        (
            f'{{"action": "unsubscribe", "restaurantId": "{str(RESTAURANT).upper()}"}}',
            Unsubscribe(RESTAURANT),
        ),
    ],
)
def test_requests_are_read(text: str, ask: object) -> None:
    assert requests.read(text) == ask


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    assert requests.read(text) is None or requests.read(text)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


@given(
    st.fixed_dictionaries(
        {"action": st.sampled_from(["ping", "authenticate", "subscribe", "unsubscribe"]) | JSON},
        optional={"token": JSON, "restaurantId": JSON | st.just(str(RESTAURANT)), "lastEventId": JSON},
    )
)
def test_any_members_are_read_or_refused(message: dict[str, Any]) -> None:
    ask = requests.read(json.dumps(message))
    if isinstance(ask, Subscribe) and ask.after is not None:
        assert 0 <= ask.after == message["lastEventId"]
