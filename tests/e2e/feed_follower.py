"""A screen of the house that is never put off: whenever it is thrown out it comes back with the last event id
it saw. Used by the crash tests and the main job's.
"""

from __future__ import annotations

import json
import threading
import time
from typing import Any

from running import Saveit
from servers import wait_until
from websockets.exceptions import WebSocketException
from websockets.sync.client import ClientConnection, connect

_PAUSE_S = 0.1
_LOOK_S = 0.2


class Follower:
    """Follows the live feed in a thread, from now on. Use it as a context manager.

    `events` are those shown, in the order they came; `wrong` is whatever a screen must never be told.
    """

    def __init__(self, saveit: Saveit, role: str = "manager") -> None:
        self._saveit = saveit
        self._token = saveit.sign_in(role)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._follow)
        self.first: int | None = None
        self.last = 0
        self.comebacks = -1
        self.events: list[dict[str, Any]] = []
        self.wrong: list[dict[str, Any]] = []

    def __enter__(self) -> Follower:
        self._thread.start()
        wait_until(lambda: self.first is not None, "the live feed to answer", 30)
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def ids(self) -> list[int]:
        """The events' ids in the order they came."""
        return [event["id"] for event in self.events]

    def until(self, last: int) -> None:
        """Until it has seen that event."""
        wait_until(lambda: self.last >= last, f"event {last} on the live feed", 60)

    def _follow(self) -> None:
        while not self._over.is_set():
            try:
                self._look()
            except (WebSocketException, OSError):
                time.sleep(_PAUSE_S)

    def _look(self) -> None:
        url = f"ws://127.0.0.1:{self._saveit.port}/ws"
        with connect(url, compression=None, proxy=None, open_timeout=10, close_timeout=2) as screen:
            say(screen, action="authenticate", token=self._token)
            asked = {} if self.first is None else {"lastEventId": self.last}
            say(screen, action="subscribe", restaurantId=self._saveit.restaurant_id, **asked)
            while not self._over.is_set():
                try:
                    told = json.loads(screen.recv(_LOOK_S))
                except TimeoutError:
                    continue
                if told == {"type": "error", "code": "unavailable"}:
                    return  # the database is away; it comes back, and so do we
                self._hear(told)

    def _hear(self, told: dict[str, Any]) -> None:
        if told["type"] == "event":
            self.events.append(told)
            self.last = told["id"]
        elif told["type"] == "subscribed":
            self.comebacks += 1
            if self.first is None:
                self.first = self.last = told["lastEventId"]
        else:
            self.wrong.append(told)


def say(screen: ClientConnection, **message: object) -> None:
    """Sends a message."""
    screen.send(json.dumps(message))
