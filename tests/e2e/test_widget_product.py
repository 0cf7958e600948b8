"""The widget on a hostile page under a strict policy, against the whole product: booked by chat and by calendar, es and en."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from browser import DESKTOP, PHONE, keep_picture, page_errors
from playwright.sync_api import Locator, Page, expect
from running import ONE_PROCESS, Saveit
from widget_form import FORM_NAMES
from widget_hostile import HostileSite

pytestmark = [pytest.mark.slow, ONE_PROCESS]

SIZES = [pytest.param({"viewport": DESKTOP}, id="desktop"), pytest.param(PHONE, id="phone")]
CHATS = {
    "es": ["Quiero reservar para 2 personas pasado mañana", "Me llamo Lucía García", "600 111 222"],
    "en": ["A table for 2 the day after tomorrow", "My name is Lucía García", "+34 600 111 222"],
}
TIMES = {"es": re.compile(r"^\d\d:\d\d$"), "en": re.compile(r"^\d{1,2}:\d\d [ap]m$")}
WORDS = {
    "es": {
        "launcher": "Reservar mesa",
        "field": "Mensaje",
        "more": "Una persona más",
        "yes": re.compile("Sí|Acepto|Confirmar"),
    },
    "en": {
        "launcher": "Book a table",
        "field": "Message",
        "more": "One person more",
        "yes": re.compile("Yes|I accept|Confirm"),
    },
}


@contextmanager
def hostile(saveit: Saveit, page: Page, language: str) -> Iterator[None]:
    """The hostile page with the demonstration restaurant's widget in it, its panel open."""
    site = HostileSite(saveit.base_url, saveit.demo["slug"], saveit.demo["publishableKey"], language)
    page.add_init_script("""
      window.booked = [];
      document.addEventListener("saveit-booked", (event) => booked.push(event.detail));
    """)
    page.goto(site.address)
    page.get_by_role("button", name=WORDS[language]["launcher"]).click()
    try:
        yield
    finally:
        site.close()


def booked_code(saveit: Saveit, page: Page) -> str:
    """The code that the page heard of, which must be a confirmed booking of the restaurant."""
    page.wait_for_function("() => booked.length > 0")
    [detail] = page.evaluate("booked")
    kept = saveit.value("SELECT status FROM reservations WHERE code = %(code)s", code=detail["code"])
    assert kept == "confirmed"
    return str(detail["code"])


def log_of(page: Page) -> Locator:
    return page.get_by_role("log")


def say(page: Page, language: str, text: str) -> None:
    field = page.get_by_role("textbox", name=WORDS[language]["field"])
    answers = page.locator("saveit-chat .house").count()
    field.fill(text)
    field.press("Enter")
    expect(page.locator("saveit-chat .house").nth(answers)).to_be_visible()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", ["es", "en"])
def test_a_booking_by_calendar_on_a_hostile_page(
    saveit: Saveit, new_page: Callable[..., Page], language: str, size: dict[str, Any]
) -> None:
    page = new_page(reduced_motion="reduce", **size)
    names, name = FORM_NAMES[language], f"{language}-{'phone' if 'is_mobile' in size else 'desktop'}"
    with hostile(saveit, page, language):
        page.get_by_role("tab", name=names["tab"]).click()
        page.get_by_role("button", name=WORDS[language]["more"]).click()
        free = page.locator("saveit-chat .day.free")
        free.first.wait_for()
        keep_picture(page, f"widget-calendar-{name}")
        free.nth(2).click()
        page.locator("saveit-chat .times .chip").first.wait_for()
        keep_picture(page, f"widget-times-{name}")
        page.locator("saveit-chat .times .chip").last.click()
        page.get_by_label(names["name"], exact=True).fill("Lucía García")
        page.get_by_label(names["email"], exact=True).fill("lucia@example.com")
        page.get_by_label(names["privacy"]).check()
        keep_picture(page, f"widget-details-{name}")
        page.get_by_role("button", name=names["book"], exact=True).click()

        expect(page.locator("saveit-chat .step-title")).to_contain_text(names["done"])
        code = booked_code(saveit, page)
        expect(page.locator("saveit-chat .card .code").last).to_contain_text(code)
        picture = page.locator("saveit-chat .form .qr img")
        page.wait_for_function(
            "(image) => image.complete && image.naturalWidth > 0", arg=picture.element_handle()
        )
        keep_picture(page, f"widget-booked-by-calendar-{name}")
        assert saveit.value("SELECT count(*) FROM reservations WHERE code = %(code)s", code=code) == 1
        assert page_errors(page) == []


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("language", ["es", "en"])
def test_a_booking_by_chat_on_a_hostile_page(
    saveit: Saveit, new_page: Callable[..., Page], language: str, size: dict[str, Any]
) -> None:
    page = new_page(reduced_motion="reduce", **size)
    with hostile(saveit, page, language):
        talk(page, language)

        code = booked_code(saveit, page)
        expect(log_of(page)).to_contain_text(code)
        keep_picture(
            page, f"widget-booked-by-chat-{language}-{'phone' if 'is_mobile' in size else 'desktop'}"
        )
        assert page_errors(page) == []


def talk(page: Page, language: str) -> None:
    """Answers whatever the assistant asks, as a guest would, until the card is there."""
    first, name, phone = CHATS[language]
    say(page, language, first)
    left = [name, phone]
    for _ in range(10):
        if page.locator("saveit-chat .card").count():
            return
        answer_next(page, language, left)
    raise AssertionError(log_of(page).inner_text())


def answer_next(page: Page, language: str, left: list[str]) -> None:
    """A time to tap, a yes to tap, or the next thing a guest has to say."""
    buttons = page.locator("saveit-chat :is(.chip, .option)")
    for wanted in (TIMES[language], WORDS[language]["yes"]):
        choice = buttons.filter(has_text=wanted)
        if choice.count():
            answers = page.locator("saveit-chat .house").count()
            choice.first.click()
            expect(page.locator("saveit-chat .house").nth(answers)).to_be_visible()
            return
    assert left, log_of(page).inner_text()
    say(page, language, left.pop(0))


def test_a_conversation_is_there_again_after_a_reload_of_a_hostile_page(
    saveit: Saveit, new_page: Callable[..., Page]
) -> None:
    page = new_page()
    with hostile(saveit, page, "es"):
        say(page, "es", "¿Cuál es el horario?")
        said = log_of(page).inner_text()

        page.reload()

        expect(log_of(page)).to_contain_text("¿Cuál es el horario?")
        assert log_of(page).inner_text() == said


def test_a_person_answers_from_the_inbox_and_the_guest_reads_it_live(
    saveit: Saveit, new_page: Callable[..., Page]
) -> None:
    page = new_page()
    host = saveit.staff("host")
    with hostile(saveit, page, "es"):
        say(page, "es", "Quiero hablar con una persona")
        expect(page.get_by_role("dialog")).to_contain_text("Responde el equipo")
        query = f"restaurantId={saveit.restaurant_id}&handler=staff"
        threads = host.get(f"/api/v1/conversations?{query}").json()["conversations"]

        body = {"messageId": "s-1", "text": "Hola, soy Ana. ¿En qué te ayudo?"}
        answered = host.post(f"/api/v1/conversations/{threads[0]['id']}/messages", body)

        assert answered.status == 201, answered.json()
        expect(log_of(page)).to_contain_text("Hola, soy Ana.")
        keep_picture(page, "widget-person")


def test_a_key_for_another_site_is_told_to_the_pages_author_and_the_guest_gets_an_answer(
    saveit: Saveit, new_page: Callable[..., Page]
) -> None:
    manager = saveit.staff("manager")
    body = {"kind": "publishable", "name": "Otra web", "origins": ["https://www.casalucia.example"]}
    key = manager.post("/api/v1/api-keys", body).json()["key"]
    page = new_page()
    warnings: list[str] = []
    page.on("console", lambda message: warnings.append(message.text))
    site = HostileSite(saveit.base_url, saveit.demo["slug"], key)
    page.goto(site.address)
    page.get_by_role("button", name="Reservar mesa").click()

    say_without_answer(page, "hola")

    expect(log_of(page)).to_contain_text("Las reservas en línea no están disponibles en este momento.")
    assert any("origin_not_allowed" in warning for warning in warnings)
    site.close()


def say_without_answer(page: Page, text: str) -> None:
    field = page.get_by_role("textbox", name="Mensaje")
    field.fill(text)
    field.press("Enter")
