"""The inbox with everything real: a guest in the web chat asks for a person, and a host answers in the window by touch and keys;
with the network and without it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import requests
from host_house import House, house
from host_network import network
from host_window import LANDSCAPE, PORTRAIT, HostWindow, Seen, host_window
from servers import wait_until

pytestmark = pytest.mark.slow

BOTH_SHAPES = pytest.mark.parametrize(
    ("size", "language"), [(PORTRAIT, "es"), (LANDSCAPE, "en")], ids=["portrait-es", "landscape-en"]
)
UNNAMED = {"es": "Cliente sin nombre", "en": "Guest without a name"}
WAITING = {"es": "Espera", "en": "Waiting"}
ANSWERED = {"es": "Contestada", "en": "Answered"}
ASSISTANT = {"es": "Asistente", "en": "Assistant"}
UNSENT = {"es": "1 respuesta sin enviar", "en": "1 answer not sent"}


@pytest.fixture(scope="module")
def restaurant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with house(tmp_path_factory.mktemp("house") / "console.log") as one:
        yield one


@pytest.fixture
def window(size: tuple[int, int], language: str, tmp_path: Path) -> Iterator[HostWindow]:
    with host_window(tmp_path / "window", size, language) as one:
        yield one


class Guest:
    """A guest's page: one session of the web chat."""

    def __init__(self, restaurant: House) -> None:
        demo = restaurant.demo
        self._session = f"page-{uuid4().hex}"
        self._chat = f"{restaurant.url}/api/v1/chat/{demo['restaurantId']}/messages"
        self._key = {"Authorization": f"Bearer {demo['publishableKey']}"}

    def say(self, text: str) -> None:
        body = {"sessionId": self._session, "messageId": uuid4().hex, "text": text}
        answer = requests.post(self._chat, json=body, headers=self._key, timeout=20)
        assert answer.ok, answer.text

    def page(self) -> dict[str, Any]:
        """What the page fetches: who has the conversation and what was said."""
        headers = {**self._key, "X-SaveIt-Session": self._session}
        answer = requests.get(self._chat, headers=headers, timeout=20)
        assert answer.ok, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def heard(self) -> list[str]:
        """What the team said, in order."""
        return [each["text"] for each in self.page()["messages"] if each["author"] == "staff"]

    def leave(self, restaurant: House) -> None:
        """Nothing of this guest is left waiting for the next test."""
        for each in restaurant.conversations():
            restaurant.hand_back(each)


@pytest.fixture
def guest(restaurant: House) -> Iterator[Guest]:
    one = Guest(restaurant)
    yield one
    one.leave(restaurant)


def at_work(window: HostWindow, restaurant: House, url: str = "") -> None:
    window.start("--server", url or restaurant.url, "--enrol", restaurant.enrolment()["code"])
    window.until(lambda seen: seen["screen"] == "scan" and seen["connection"] == "online", "the scanner")


def said(seen: Seen) -> list[tuple[str, str]]:
    return [(each["side"], each["text"]) for each in seen["inbox"]["bubbles"]]


def to_composer(window: HostWindow) -> None:
    window.tap("composer")
    window.until(lambda seen: seen["focus"] == ["composer"], "the composer to be ready")


def opened(window: HostWindow) -> None:
    window.go("inbox")
    window.tap(f"thread.{UNNAMED[window.language]}")
    window.until(lambda seen: seen["inbox"]["open"] and seen["inbox"]["bubbles"], "the conversation")


@BOTH_SHAPES
def test_a_guest_who_asks_for_a_person_is_answered_by_hand_and_handed_back(
    window: HostWindow, restaurant: House, guest: Guest
) -> None:
    language = window.language
    at_work(window, restaurant)
    guest.say("Quiero hablar con una persona")
    window.until(lambda seen: seen["inbox"]["badge"] == 1, "the badge, wherever the host is looking")
    window.go("inbox")
    seen = window.until(lambda seen: seen["inbox"]["threads"], "the thread in the list")
    assert seen["inbox"]["threads"][0]["word"].startswith(WAITING[language])
    window.keep_picture(f"inbox-list-{language}")

    opened(window)
    window.until(lambda seen: seen["inbox"]["badge"] == 0, "the badge to go, because it was read")
    to_composer(window)
    window.type("Hola, soy Marta.")
    window.press("shift+Return")
    window.type("Dime.")
    window.until(lambda seen: seen["fields"]["composer"] == "Hola, soy Marta.\nDime.", "two lines")
    window.press("Return")
    wait_until(lambda: guest.heard() == ["Hola, soy Marta.\nDime."], "the guest to have the answer")
    seen = window.until(
        lambda seen: ("staff", "Hola, soy Marta.\nDime.") in said(seen), "the answer as it was said"
    )
    assert said(seen).count(("staff", "Hola, soy Marta.\nDime.")) == 1
    assert seen["inbox"]["word"] == ANSWERED[language]

    guest.say("¿Tenéis terraza con sombra para un perro grande?")
    window.until(lambda seen: said(seen)[-1][0] == "guest", "what the guest says next, by itself")
    window.keep_picture(f"inbox-thread-{language}")

    window.tap("hand")
    window.until(lambda seen: seen["inbox"]["word"] == ASSISTANT[language], "the assistant to have it")
    assert guest.page()["handler"] == "bot"
    window.until(lambda seen: seen["inbox"]["threads"] == [], "nobody left waiting")


@pytest.mark.parametrize(("size", "language"), [(PORTRAIT, "es")])
def test_an_answer_written_without_the_network_is_kept_in_sight_and_goes_once_when_it_is_back(
    window: HostWindow, restaurant: House, guest: Guest
) -> None:
    with network(restaurant.port) as line:
        at_work(window, restaurant, line.url)
        guest.say("Quiero hablar con una persona")
        window.until(lambda seen: seen["inbox"]["badge"] == 1, "the badge")
        opened(window)
        with line.gone():
            window.tap("composer")
            window.type("Te guardo la mesa.")
            window.press("Return")
            seen = window.until(lambda seen: seen["inbox"]["unsent"], "the answer marked as not sent")
            assert seen["inbox"]["unsent"] == UNSENT["es"]
            assert said(seen)[-1] == ("own", "Te guardo la mesa.")
            window.keep_picture("inbox-offline-es")
        wait_until(lambda: guest.heard(), "the answer to go by itself", 60)
        window.until(lambda seen: ("staff", "Te guardo la mesa.") in said(seen), "the answer as it was said")

    assert guest.heard() == ["Te guardo la mesa."]
