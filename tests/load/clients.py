"""The load: a few HTTP/1.1 connections on the loopback, driven by one thread with epoll, so that measuring costs little.

Used by the benches that measure over HTTP. A client sends its next request when it has the whole answer of the last one.
"""

from __future__ import annotations

import json
import selectors
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

_ANSWER_S = 30.0  # longest wait for any answer; the server's own time-outs are shorter


@dataclass(slots=True)
class Answer:
    """One answered request: `seconds` from the first byte sent to the last byte received."""

    status: int
    seconds: float
    body: bytes


@dataclass(slots=True)
class Load:
    """What a load did: the answers in the order they came, and how long all of it took, seconds."""

    answers: list[Answer] = field(default_factory=list)
    seconds: float = 0.0

    def times(self, status: int) -> list[float]:
        """The seconds of the answers with a status."""
        return [each.seconds for each in self.answers if each.status == status]

    def rate(self, status: int) -> float:
        """Answers with a status a second."""
        return sum(each.status == status for each in self.answers) / self.seconds


def post(path: str, body: Any, headers: dict[str, str]) -> bytes:
    """The bytes of a POST with a JSON body."""
    payload = json.dumps(body).encode()
    lines = [f"POST {path} HTTP/1.1", "Host: localhost", "Content-Type: application/json"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, f"Content-Length: {len(payload)}", "", ""]).encode() + payload


def get(path: str, headers: dict[str, str]) -> bytes:
    """The bytes of a GET."""
    lines = [
        f"GET {path} HTTP/1.1",
        "Host: localhost",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    return "\r\n".join([*lines, "", ""]).encode()


class Client:
    """One kept-alive connection."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._got = bytearray()
        self._began = 0.0
        self.sock = self._connected()

    def _connected(self) -> socket.socket:
        sock = socket.create_connection(("127.0.0.1", self._port), timeout=_ANSWER_S)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return sock

    def send(self, request: bytes) -> None:
        """Sends a request; the clock of its answer starts."""
        self._got.clear()
        self._began = time.perf_counter()
        self.sock.sendall(request)

    def receive(self) -> Answer | None:
        """Takes what has come; the answer when it is whole. Raises ConnectionError when the server closed."""
        part = self.sock.recv(262_144)
        if not part:
            raise ConnectionError("the server closed the connection")
        self._got += part
        head = self._got.find(b"\r\n\r\n")
        if head < 0 or len(self._got) < head + 4 + _content_length(self._got, head):
            return None
        seconds = time.perf_counter() - self._began
        return Answer(int(self._got[9:12]), seconds, bytes(self._got[head + 4 :]))

    def ask(self, request: bytes) -> Answer:
        """One request and its answer, waited for."""
        self.send(request)
        while (answer := self.receive()) is None:
            pass
        return answer

    def close(self) -> None:
        """Ends the connection."""
        self.sock.close()


def _content_length(got: bytearray, head: int) -> int:
    at = got.lower().find(b"content-length:", 0, head)
    if at < 0:
        raise ValueError(f"an answer without a length: {bytes(got[:head])!r}")
    return int(got[at + 15 : got.find(b"\r\n", at)])


def run(
    port: int, clients: int, seconds: float, request_of: Callable[[int], bytes | None], keep: bool = False
) -> Load:
    """`clients` connections ask for `seconds` as fast as they are answered. `request_of(client)` is the next request of a client,
    or None to stop it. Bodies are kept only with `keep`, and those of unexpected answers always."""
    load = Load()
    everyone = [Client(port) for _ in range(clients)]
    selector = selectors.DefaultSelector()
    began = time.perf_counter()
    try:
        for number, client in enumerate(everyone):
            _next(selector, client, number, request_of)
        while selector.get_map():
            ready = selector.select(_ANSWER_S)
            if not ready:
                raise TimeoutError("the server has not answered for 30 s")
            for key, _ in ready:
                answer = key.data[1].receive()
                if answer is None:
                    continue
                if not keep and answer.status < 400:
                    answer.body = b""
                load.answers.append(answer)
                selector.unregister(key.fileobj)
                if time.perf_counter() - began < seconds:
                    _next(selector, key.data[1], key.data[0], request_of)
        load.seconds = time.perf_counter() - began
    finally:
        selector.close()
        for client in everyone:
            client.close()
    return load


def _next(
    selector: selectors.BaseSelector, client: Client, number: int, request_of: Callable[[int], bytes | None]
) -> None:
    request = request_of(number)
    if request is not None:
        client.send(request)
        selector.register(client.sock, selectors.EVENT_READ, (number, client))
