"""A connection's bytes: never mixed, never waiting, bounded. Over a real socket pair, the other end read by hand."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import gevent
import pytest

from backend.platform.live import frames
from backend.platform.live.connection import Connection, Limits

LIMITS = Limits(backlog=50_000, message=1_000)


class Heard:
    """What the connection told its owner."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.malformed = 0
        self.floods = 0
        self.gone: list[str] = []

    def on_text(self, text: str) -> None:
        self.texts.append(text)

    def on_malformed(self) -> None:
        self.malformed += 1

    def on_flood(self) -> None:
        self.floods += 1

    def on_gone(self, why: str) -> None:
        self.gone.append(why)


class Pair:
    def __init__(self, limits: Limits = LIMITS) -> None:
        mine, self.peer = socket.socketpair()
        mine.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        self.peer.setblocking(False)
        self.heard = Heard()
        self.connection = Connection(mine.detach(), limits)
        self.connection.start(self.heard)

    def read(self, size: int = 1 << 20) -> bytes:
        """What has arrived at the other end, after the loop has turned."""
        data = b""
        for _ in range(5):
            gevent.sleep(0.001)
            try:
                data += self.peer.recv(size - len(data))
            except BlockingIOError:
                continue
            if len(data) >= size:
                break
        return data

    def write(self, *parts: bytes) -> None:
        for part in parts:
            self.peer.sendall(part)
            gevent.sleep(0.001)


@pytest.fixture
def pair() -> Iterator[Pair]:
    made = Pair()
    yield made
    made.connection.abort("test")
    made.peer.close()


def masked(text: str) -> bytes:
    payload = text.encode()
    head = (
        bytes((0x81, 0x80 | len(payload)))
        if len(payload) < 126
        else bytes((0x81, 0xFE)) + len(payload).to_bytes(2, "big")
    )
    return head + bytes(4) + payload


def test_what_the_socket_does_not_take_follows_in_order_when_there_is_room(pair: Pair) -> None:
    sent = b"".join(frames.text_frame(bytes([65 + number]) * 900) for number in range(40))
    for number in range(40):
        pair.connection.send(frames.text_frame(bytes([65 + number]) * 900))
    received = b""
    while len(received) < len(sent):
        received += pair.read(3_000)
    assert received == sent
    assert pair.connection.is_open


def test_a_peer_that_does_not_read_is_cut_off_once_the_backlog_is_full(pair: Pair) -> None:
    for _ in range(200):
        pair.connection.send(b"x" * 1_000)
    assert pair.heard.gone == ["slow"]
    assert not pair.connection.is_open


def test_a_replay_may_be_larger_than_the_backlog_and_counts_only_until_it_is_out(pair: Pair) -> None:
    pair.connection.send(b"r" * 300_000, replay=True)
    assert pair.connection.is_catching_up
    assert pair.connection.is_open
    received = b""
    while len(received) < 300_000:
        received += pair.read()
    gevent.sleep(0.01)
    assert not pair.connection.is_catching_up
    for _ in range(200):
        pair.connection.send(b"x" * 1_000)
    assert pair.heard.gone == ["slow"]


def test_a_message_that_arrives_byte_by_byte_is_one_message(pair: Pair) -> None:
    pair.write(*(bytes([byte]) for byte in masked('{"action": "ping"}')))
    assert pair.heard.texts == ['{"action": "ping"}']


def test_several_messages_in_one_piece_are_several(pair: Pair) -> None:
    pair.write(masked("one") + masked("two") + masked("three"))
    assert pair.heard.texts == ["one", "two", "three"]


def test_a_ping_is_answered_with_its_payload(pair: Pair) -> None:
    pair.write(b"\x89\x83" + bytes(4) + b"hoy")
    assert pair.read() == b"\x8a\x03hoy"


def test_the_largest_message_is_heard_and_one_byte_more_is_not(pair: Pair) -> None:
    pair.write(masked("x" * 1_000), masked("x" * 1_001), masked("after"))
    assert [len(text) for text in pair.heard.texts] == [1_000, 5]
    assert pair.heard.malformed == 1


def test_more_than_the_limit_many_times_over_ends_the_connection(pair: Pair) -> None:
    head = bytes((0x81, 0xFF)) + (10_000_000).to_bytes(8, "big") + bytes(4)
    pair.write(head, *(b"x" * 4_000 for _ in range(20)))
    assert pair.heard.malformed == 1
    assert pair.read() == frames.close_frame(frames.TOO_BIG)


def test_a_close_is_answered_and_ends_the_connection(pair: Pair) -> None:
    pair.write(b"\x88\x82" + bytes(4) + b"\x03\xe8")
    assert pair.read() == frames.close_frame(1000)
    assert pair.heard.gone == ["closed"]


def test_a_close_without_a_code_is_a_normal_one(pair: Pair) -> None:
    pair.write(b"\x88\x80" + bytes(4))
    assert pair.read() == frames.close_frame(1000)


def test_the_end_of_the_stream_ends_the_connection(pair: Pair) -> None:
    pair.peer.close()
    gevent.sleep(0.01)
    assert pair.heard.gone == ["lost"]


def test_after_a_goodbye_nothing_more_is_sent(pair: Pair) -> None:
    pair.connection.close(frames.GOING_AWAY, "restarting")
    pair.connection.send(b"late")
    pair.connection.close(1000)
    assert pair.read() == frames.close_frame(frames.GOING_AWAY, "restarting")


def test_a_goodbye_waits_for_what_is_still_on_its_way(pair: Pair) -> None:
    pair.connection.send(b"x" * 40_000)
    pair.connection.close(1000)
    received = b""
    while len(received) < 40_004:
        received += pair.read()
    assert received == b"x" * 40_000 + frames.close_frame(1000)


def test_unmasked_bytes_are_no_clients_frames(pair: Pair) -> None:
    pair.write(b"\x81\x02hi")
    assert pair.heard.malformed == 1
    assert pair.read() == frames.close_frame(frames.PROTOCOL_ERROR)


def test_a_flood_is_told_and_a_heartbeat_forgives(pair: Pair) -> None:
    pair.write(masked("x") * 500)
    assert pair.heard.floods == 0
    pair.connection.rest()
    pair.write(masked("x") * 500)
    assert pair.heard.floods == 0
    pair.write(masked("x"))
    assert pair.heard.floods == 1


def test_the_end_is_told_once(pair: Pair) -> None:
    pair.connection.abort("silent")
    pair.connection.abort("again")
    pair.connection.close(1000)
    pair.connection.send(b"x")
    assert pair.heard.gone == ["silent"]
