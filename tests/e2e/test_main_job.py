"""The main job, whole and real: a Spanish sentence typed in the chat of the restaurant's page becomes a booking, its code
is held up to the camera of the host app, and the arrival is on every screen.

What people would have seen lies in artefacts/ afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from browser import keep_picture
from feed_follower import Follower
from host_window import PORTRAIT, HostWindow, host_window
from playwright.sync_api import Locator, Page, expect
from running import ONE_PROCESS, Saveit, running_saveit
from servers import wait_until

pytestmark = [pytest.mark.slow, ONE_PROCESS]

GUEST = "Carmen Quiroga"
SENTENCE = "Quiero reservar para 4 personas mañana a las 20:00"
ANSWER_MS = 30_000


@pytest.fixture
def house() -> Iterator[Saveit]:
    """A SaveIt as a restaurant starts it, with its rate limits."""
    with running_saveit(SAVEIT_RATE_LIMITS="on") as one:
        yield one


@pytest.fixture
def window(tmp_path: Path) -> Iterator[HostWindow]:
    with host_window(tmp_path / "window", PORTRAIT, "es") as one:
        yield one


class Chat:
    """The widget on the restaurant's page, as a guest uses it."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._answers = page.locator("saveit-chat .house .bubble")
        page.get_by_role("button", name="Reservar mesa", exact=True).click()

    @property
    def card(self) -> Locator:
        """The card of the booking."""
        return self._page.locator("saveit-chat .card")

    def say(self, text: str) -> str:
        """Types it and sends it; what the restaurant answers."""
        heard = self._answers.count()
        field = self._page.get_by_role("textbox", name="Mensaje")
        field.press_sequentially(text)
        field.press("Enter")
        expect(self._answers.nth(heard)).to_be_visible(timeout=ANSWER_MS)
        return " ".join(self._answers.all_text_contents()[heard:])


def book_in_the_chat(page: Page, house: Saveit) -> Locator:
    """The whole conversation; the card it ends with."""
    page.goto(f"{house.base_url}/r/{house.demo['slug']}")
    chat = Chat(page)
    offered = chat.say(SENTENCE)
    assert "Tengo mesa para 4" in offered
    assert "20:00" in offered
    read_back = chat.say(f"{GUEST}, 600 111 222")
    assert GUEST in read_back
    assert "¿La confirmo?" in read_back
    assert "¡Listo, Carmen!" in chat.say("sí")
    expect(chat.card.locator(".qr img")).to_be_in_viewport()
    chat.card.locator(".qr img").evaluate("image => image.decode()")
    return chat.card


def picture_of(card: Locator, page: Page) -> bytes:
    """The code as the guest's phone would save it."""
    address = card.locator(".qr img").get_attribute("src")
    assert address is not None
    answer = page.request.get(address)
    assert answer.headers["content-type"] == "image/png"
    return answer.body()


def stored(house: Saveit, code: str) -> dict[str, Any]:
    """The reservation with that code as the house sees it."""
    found = house.rows("SELECT id FROM reservations WHERE code = %(code)s", code=code)
    assert len(found) == 1, "one booking has the code on the card"
    shown: dict[str, Any] = house.staff("host").get(f"/api/v1/reservations/{found[0]['id']}").json()
    return {**shown["reservation"], "guest": shown["guest"]}


def start_again_at(house: Saveit, instant: datetime) -> None:
    """Stops it in order and starts it again, the same data on a clock that stands at that instant."""
    assert house.stop() == 0
    offset = instant - datetime.now(instant.tzinfo)
    house.begin(SAVEIT_CLOCK_OFFSET_S=str(round(offset.total_seconds())))


def look(window: HostWindow, *arguments: str) -> None:
    """Opens the host app and waits until its camera shows a picture and the server is there."""
    window.start(*arguments)
    window.until(
        lambda seen: (seen["screen"], seen["camera"], seen["connection"]) == ("scan", "running", "online"),
        "the scanner",
    )


def state_of(window: HostWindow) -> list[str]:
    """What the list says of the guest's party."""
    seen = window.seen() or {"lines": []}
    return [
        line["word"] for line in seen["lines"] if (line.get("name"), line.get("time")) == (GUEST, "20:00")
    ]


def test_a_spanish_sentence_in_the_chat_becomes_an_arrival_on_every_screen(
    house: Saveit, new_page: Callable[..., Page], window: HostWindow
) -> None:
    page = new_page()
    tomorrow = {_tomorrow(house)}
    card = book_in_the_chat(page, house)
    tomorrow.add(_tomorrow(house))  # midnight may have passed
    card.locator(".code").scroll_into_view_if_needed()
    pictures = [keep_picture(page, "main-job-chat")]
    booked = stored(house, card.locator(".code strong").inner_text())
    assert (booked["time"], booked["partySize"], booked["status"]) == ("20:00", 4, "confirmed")
    assert date.fromisoformat(booked["date"]) in tomorrow
    assert (booked["guest"]["name"], booked["guest"]["phone"]) == (GUEST, "+34600111222")
    png = picture_of(card, page)
    page.goto(card.locator("a.action").first.get_attribute("href") or "")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    pictures.append(keep_picture(page, "main-job-booking"))

    # Today it is the wrong day: the host is told so, and that it is theirs to decide.
    look(window, "--server", house.base_url, "--enrol", house.demo["enrolmentCode"])
    verdict = window.scan(png)
    pictures.append(window.keep_picture("main-job-wrong-day"))
    assert (verdict["reason"], verdict["name"]) == ("wrong_day", GUEST)
    window.until(lambda seen: "verdict.override" in seen["targets"], "the way to let them in all the same")
    window.kill()

    # Tomorrow, eight minutes before.
    start_again_at(house, datetime.fromisoformat(booked["startsAt"]) - timedelta(minutes=8))
    look(window)
    with Follower(house, "host") as screen:
        verdict = window.scan(png)
        pictures.append(window.keep_picture("main-job-verdict"))
        assert (verdict["reason"], verdict["name"]) == ("ok", GUEST)
        window.until(lambda seen: seen["verdict"] is None, "the verdict to go by itself")
        window.go("arrivals")
        window.until(lambda seen: state_of(window) == ["Ha llegado"], "the arrival in the list")
        pictures.append(window.keep_picture("main-job-arrivals"))
        wait_until(lambda: bool(arrivals(screen, booked["id"])), "the arrival on the live feed")

    [told] = arrivals(screen, booked["id"])
    assert told["data"]["guest"]["name"] == GUEST
    assert (told["data"]["reservation"]["status"], told["data"]["reservation"]["arrivedCount"]) == (
        "checked_in",
        4,
    )
    assert stored(house, booked["code"])["status"] == "checked_in"
    print("pictures:", *pictures, sep="\n")  # noqa: T201 - seen with -s and on failure


def arrivals(screen: Follower, reservation_id: str) -> list[dict[str, Any]]:
    """The arrivals of that booking that a screen of the house was shown."""
    told = [each["event"] for each in screen.events if each["event"]["type"] == "qr.validated"]
    return [event for event in told if event["data"]["reservation"]["id"] == reservation_id]


def _tomorrow(house: Saveit) -> date:
    return house.now().date() + timedelta(days=1)
