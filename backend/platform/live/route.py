"""`GET /ws` and `GET /ws/chat`: the handshake, after which the socket belongs to the hub or to the guests' pages. `backend.app`
calls `LiveFeed.mount` and `mount_chats` once.
"""

from __future__ import annotations

import base64
import binascii
import socket
from collections.abc import Callable
from typing import Any

from flask import Flask, Request, Response, request

from backend.platform.database import Database
from backend.platform.http.caller import ANYONE
from backend.platform.live.chats import Chats, Page
from backend.platform.live.frames import accept_token
from backend.platform.live.hub import AuthenticateToken, Hub
from backend.platform.live.memory import OutboxMemory
from backend.platform.live.messages import Enrich
from backend.platform.live.visitors import Visitors
from backend.platform.redis import Redis
from backend.platform.refusals import Refusal
from backend.platform.telemetry import Telemetry
from backend.platform.webserver.handover import HANDED_OVER
from backend.settings import Settings

# Enough for a burst; more would only hide a slow screen in the kernel's memory.
_SEND_BUFFER = 64 * 1024


class LiveFeed:
    """The live feed of one web process. `enrich` adds what only screens of the house may see."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        redis: Redis,
        telemetry: Telemetry,
        *,
        authenticate_token: AuthenticateToken,
        enrich: Enrich = lambda _restaurant_id, events: events,
    ) -> None:
        self._hub = Hub(settings, OutboxMemory(database), authenticate_token, enrich, telemetry, redis.url)
        self._telemetry = telemetry

    def mount(self, app: Flask, path: str = "/ws") -> None:
        """Adds the route, and the goodbye at the process's stop."""

        def live() -> Response:
            return self._accept(request)

        # Whoever connects says who they are in the first message; the hub ends the connection otherwise.
        live.access = frozenset({ANYONE})  # type: ignore[attr-defined]
        app.add_url_rule(
            path, "live.ws", live, methods=["GET"], websocket=True, provide_automatic_options=False
        )
        app.extensions.setdefault("saveit.on_stop", []).append(self._hub.stop)

    def mount_chats(self, app: Flask, chats: Chats, path: str = "/ws/chat") -> None:
        """Adds the route of guests' pages, which share the feed's eyes and ears."""
        visitors = Visitors(self._hub, chats, self._telemetry)

        def chat() -> Response:
            page = Page(request.headers.get("Origin"), request.host_url, request.remote_addr or "")
            return _take_over(
                request, visitors.has_room(page.address), lambda fd: visitors.admit_socket(fd, page)
            )

        chat.access = frozenset({ANYONE})  # type: ignore[attr-defined]  # the first message says who it is, as above
        app.add_url_rule(
            path, "live.chat", chat, methods=["GET"], websocket=True, provide_automatic_options=False
        )

    def _accept(self, asked: Request) -> Response:
        return _take_over(asked, not self._hub.is_full, self._hub.admit)


def _take_over(asked: Request, has_room: bool, admit: Callable[[int], None]) -> Response:
    """Answers the handshake and hands the socket over."""
    key = asked.headers.get("Sec-WebSocket-Key", "")
    if not _is_key(key) or asked.headers.get("Sec-WebSocket-Version") != "13":
        raise Refusal("malformed_request", headers={"Sec-WebSocket-Version": "13"})
    sock = asked.environ.get("gunicorn.socket")
    if sock is None or not has_room:
        raise Refusal("unavailable", headers={"Retry-After": "5"})
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER)
    sock.sendall(
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: " + accept_token(key).encode() + b"\r\n\r\n"
    )
    admit(sock.detach())
    return _Taken(status=101)


class _Taken(Response):
    """Tells the web process that the connection is no longer its own."""

    def __call__(self, environ: Any, start_response: Any) -> Any:
        return HANDED_OVER


def _is_key(key: str) -> bool:
    try:
        return len(base64.b64decode(key, validate=True)) == 16
    except (binascii.Error, ValueError):
        return False
