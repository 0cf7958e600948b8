"""A guest asks for a person, and gets one: with the real worker, over the screens of the house and the guest's open page, across a
web process that is killed in between.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from feed_follower import Follower
from running import ONE_PROCESS, Saveit, kill, running_saveit
from servers import wait_until
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

pytestmark = [pytest.mark.slow, ONE_PROCESS]


@pytest.fixture
def house() -> Iterator[Saveit]:
    """A SaveIt of its own: processes are killed in it."""
    with running_saveit(SAVEIT_RATE_LIMITS="on") as one:
        yield one


class Page:
    """A guest's page: says things over HTTP, hears on its socket, comes back when that ends."""

    def __init__(self, house: Saveit) -> None:
        self._house = house
        self._chat = f"/api/v1/chat/{house.demo['slug']}/messages"
        self.session = str(uuid4())
        self.socket = self.open()

    def open(self) -> ClientConnection:
        """A socket that is heard."""
        socket = connect(
            f"ws{self._house.base_url.removeprefix('http')}/ws/chat", compression=None, proxy=None
        )
        key, slug = self._house.demo["publishableKey"], self._house.demo["slug"]
        asked = {"action": "open", "restaurant": slug, "key": key, "sessionId": self.session, "locale": "es"}
        socket.send(json.dumps(asked))
        assert json.loads(socket.recv(10))["type"] == "opened"
        return socket

    def say(self, text: str) -> list[str]:
        """The texts of the answers."""
        said = {"sessionId": self.session, "messageId": str(uuid4()), "text": text, "locale": "es"}
        answer = self._house.publishable().post(self._chat, said).json()
        return [each["text"] for each in answer["replies"]]

    def resume(self) -> dict[str, Any]:
        """What a reload shows."""
        headers = {"X-SaveIt-Session": self.session}
        shown: dict[str, Any] = self._house.publishable().call("GET", self._chat, headers=headers).json()
        return shown

    def hear(self, kind: str) -> dict[str, Any]:
        """The next message of that kind."""
        while True:
            told: dict[str, Any] = json.loads(self.socket.recv(30))
            if told["type"] == kind:
                return told


def test_a_guest_who_asks_for_a_person_is_answered_by_one(house: Saveit) -> None:
    page, host = Page(house), house.staff("host")
    with Follower(house) as screen:
        assert "Te paso con el equipo" in page.say("Quiero hablar con una persona")[0]
        assert page.hear("handler")["handler"] == "staff"
        wait_until(lambda: bool(threads_on(screen)), "the thread on the screens", 30)
        answers = f"/api/v1/conversations/{threads_on(screen)[0]}/messages"
        inbox = f"/api/v1/conversations?restaurantId={house.restaurant_id}&handler=staff"
        assert [each["id"] for each in host.get(inbox).json()["conversations"]] == threads_on(screen)[:1]

        host.post(answers, {"messageId": "1", "text": "Hola, soy Marta. ¿Qué necesitas?"})
        assert page.hear("message")["message"]["text"] == "Hola, soy Marta. ¿Qué necesitas?"
        assert page.say("Una mesa tranquila, si puede ser") == []

        for process in house.web_processes():
            kill(process)
        with pytest.raises(ConnectionClosed):
            page.hear("message")
        wait_until(house.is_well, "the web server to be back", 60)
        host.post(answers, {"messageId": "2", "text": "Os guardo la del rincón."})
        page.socket = page.open()

        shown = page.resume()
        assert shown["handler"] == "staff"
        assert [each["text"] for each in shown["messages"]][-2:] == [
            "Una mesa tranquila, si puede ser",
            "Os guardo la del rincón.",
        ]
        host.post(f"/api/v1/conversations/{threads_on(screen)[0]}/release", {})
        assert page.hear("handler")["handler"] == "bot"
        assert page.say("hola") != []
        assert screen.wrong == []
    page.socket.close()


def threads_on(screen: Follower) -> list[str]:
    """The conversations of the events that a screen has seen."""
    seen = [each["event"] for each in screen.events if each["event"]["type"] == "conversation.message"]
    return [each["data"]["conversationId"] for each in seen]
