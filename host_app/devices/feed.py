"""The live feed: one WebSocket to the server that stays up, and says what happened while it was down.

Called by the runtime, which gives it the callbacks. Runs in its own thread; comes back by itself with
growing, jittered pauses, and resubscribes from the last event it saw.
"""

from __future__ import annotations

import json
import logging
import random
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

import websocket

from host_app.core.records import Enrolment

log = logging.getLogger(__name__)

_CONNECT_SECONDS = 5.0
_PING_SECONDS = 10.0
_SILENCE_SECONDS = 25.0  # two pings without any answer: the connection is dead though nobody said so
_FIRST_PAUSE_SECONDS = 0.5
_LONGEST_PAUSE_SECONDS = 15.0

Event = Mapping[str, Any]


class LiveFeed:
    """Keeps one subscription alive. Callbacks run on the feed's thread and must be quick."""

    def __init__(
        self,
        enrolment: Enrolment,
        *,
        last_event_id: int | None,
        on_event: Callable[[Event], None],
        on_typing: Callable[[Event], None],
        on_reload: Callable[[], None],
        on_up: Callable[[], None],
        on_down: Callable[[], None],
    ) -> None:
        self._enrolment = enrolment
        self.last_event_id = last_event_id
        self._on_event = on_event
        self._on_typing = on_typing
        self._on_reload = on_reload
        self._on_up = on_up
        self._on_down = on_down
        self._stopping = threading.Event()
        self._newest = 0  # the newest event when the subscription began
        self._socket: websocket.WebSocket | None = None
        self._thread = threading.Thread(target=self._run, name="live-feed", daemon=True)

    def start(self) -> None:
        """Begins to connect."""
        self._thread.start()

    def stop(self) -> None:
        """Ends the connection and the thread."""
        self._stopping.set()
        if self._socket is not None:
            self._socket.abort()  # type: ignore[no-untyped-call]
        self._thread.join(_CONNECT_SECONDS)

    def _run(self) -> None:
        pause = _FIRST_PAUSE_SECONDS
        while not self._stopping.is_set():
            was_up = self._live_once()
            if self._stopping.is_set():
                return
            self._on_down()
            pause = _FIRST_PAUSE_SECONDS if was_up else min(pause * 2, _LONGEST_PAUSE_SECONDS)
            self._stopping.wait(pause * random.uniform(0.5, 1.0))  # noqa: S311 - spreads reconnects, no secret

    def _live_once(self) -> bool:
        """One connection from its opening to its end; whether it was ever subscribed."""
        subscribed = False
        try:
            self._socket = websocket.create_connection(
                _ws_url(self._enrolment.server_url), timeout=_CONNECT_SECONDS
            )
            self._send({"action": "authenticate", "token": self._enrolment.token})
            self._subscribe()
            self._socket.settimeout(1.0)
            heard = pinged = time.monotonic()
            while not self._stopping.is_set():
                text = self._received()
                now = time.monotonic()
                if text is not None:
                    heard = now
                    subscribed = self._handle(json.loads(text)) or subscribed
                elif now - heard > _SILENCE_SECONDS:
                    return subscribed
                if now - pinged > _PING_SECONDS:
                    self._send({"action": "ping"})
                    pinged = now
        except (OSError, websocket.WebSocketException) as lost:
            log.info("the live feed ended: %s", lost)
        except (ValueError, KeyError, TypeError):
            # The way back is the next connection, whatever broke this one.
            log.exception("the live feed said what cannot be read")
        finally:
            if self._socket is not None:
                self._socket.close()
                self._socket.shutdown()  # type: ignore[no-untyped-call] # close() leaves the socket open when the server was quicker
        return subscribed

    def _received(self) -> str | None:
        try:
            text = self._socket.recv() if self._socket else ""
        except websocket.WebSocketTimeoutException:
            return None
        if not text:
            raise websocket.WebSocketConnectionClosedException("the server closed the feed")
        return str(text)

    def _handle(self, message: Mapping[str, Any]) -> bool:
        """Acts on one message; True when it says that we are subscribed."""
        kind = message.get("type")
        if kind == "subscribed":
            self._newest = int(message.get("lastEventId") or 0)
            if self.last_event_id is None:
                self.last_event_id = self._newest
            self._on_up()
            return True
        if kind == "event":
            self.last_event_id = int(message["id"])
            self._on_event(message["event"])
        elif kind == "typing":
            self._on_typing(message)
        elif kind == "reload":
            self.last_event_id = self._newest  # we are subscribed; only the past is to be fetched as a list
            self._on_reload()
        elif kind == "error":
            raise websocket.WebSocketException(f"the feed refuses us: {message.get('code')}")
        return False

    def _subscribe(self) -> None:
        message: dict[str, Any] = {"action": "subscribe", "restaurantId": str(self._enrolment.restaurant_id)}
        if self.last_event_id is not None:
            message["lastEventId"] = self.last_event_id
        self._send(message)

    def _send(self, message: Mapping[str, Any]) -> None:
        if self._socket is not None:
            self._socket.send(json.dumps(message))


def _ws_url(server_url: str) -> str:
    return "ws" + server_url.removeprefix("http") + "/ws"
