"""The guest pages in a real browser:

Readable, reachable by keyboard, whole on a small phone, and the code can be scanned.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, time

import cv2
import numpy as np
import pytest
import zxingcpp
from browser import PHONE, chromium, keep_picture, new_page, page_errors  # noqa: F401
from page_fakes import FRIDAY, TOKEN, FakePages, facts, house
from playwright.sync_api import Page, expect
from werkzeug.serving import make_server

from backend.pages.records import GuestBooking, Wish
from backend.platform.refusals import Refusal

pytestmark = pytest.mark.slow
OpenPage = Callable[..., Page]
PATHS = {
    "booking": f"/g/{TOKEN}?done=booked",
    "change": f"/g/{TOKEN}/change",
    "cancel": f"/g/{TOKEN}/cancel",
    "restaurant": "/r/la-marea",
    "book": "/r/la-marea/book?party=2&date=2026-12-18",
    "privacy": "/r/la-marea/privacy",
    "lost": "/g/none",
}
# Every text that can be seen, with its own colour and the nearest ground behind it, as WCAG counts contrast.
TOO_FAINT = """() => {
  const light = (c) => { const v = c / 255; return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; };
  const parse = (text) => (text.match(/[\\d.]+/g) || []).map(Number);
  const lum = ([r, g, b]) => 0.2126 * light(r) + 0.7152 * light(g) + 0.0722 * light(b);
  const ground = (node) => {
    for (; node; node = node.parentElement) {
      const c = parse(getComputedStyle(node).backgroundColor);
      if (c.length === 3 || c[3] === 1) return c;
    }
    return [255, 255, 255];
  };
  const faint = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const node = walk.currentNode.parentElement;
    if (!walk.currentNode.textContent.trim() || !node.checkVisibility() || node.closest(".skip, .first")) continue;
    const [a, b] = [lum(parse(getComputedStyle(node).color)), lum(ground(node))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) faint.push(`${walk.currentNode.textContent.trim()}: ${ratio.toFixed(2)}`);
  }
  return faint;
}"""
TOO_SMALL = """() => [...document.querySelectorAll('.button, .time, select, input:not([type=hidden]), .switch, .home')]
  .filter((node) => node.checkVisibility() && !node.closest('.time input, .check'))
  .filter((node) => node.getBoundingClientRect().height < 44 && node.type !== 'radio')
  .map((node) => node.outerHTML.slice(0, 80))"""


@pytest.fixture
def serve() -> Iterator[Callable[[FakePages], str]]:
    """Serves the pages over a fake on a free port; gives the address."""
    running = []

    def start(pages: FakePages) -> str:
        server = make_server("127.0.0.1", 0, house(pages), threaded=True)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        running.append((server, thread))
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server, thread in running:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", PATHS)
def test_a_page_can_be_read_and_pressed_on_a_phone(
    serve: Callable[[FakePages], str],
    new_page: OpenPage,  # noqa: F811
    name: str,
    scheme: str,
) -> None:
    locale = "es-ES" if scheme == "light" else "en-GB"
    page = new_page(**PHONE, color_scheme=scheme, locale=locale)
    page.goto(serve(FakePages()) + PATHS[name])
    keep_picture(page, f"page-{name}-{scheme}")
    assert page.evaluate(TOO_FAINT) == []
    assert page.evaluate(TOO_SMALL) == []
    assert not any("Content Security" in error or "Refused" in error for error in page_errors(page))


@pytest.mark.parametrize("width", [320, 640, 1280])
@pytest.mark.parametrize("name", PATHS)
def test_a_page_never_scrolls_sideways_also_enlarged(
    serve: Callable[[FakePages], str],
    new_page: OpenPage,  # noqa: F811
    name: str,
    width: int,
) -> None:
    page = new_page(viewport={"width": width, "height": 800})
    page.goto(serve(FakePages()) + PATHS[name])
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("colour", ["#F2C200", "#000000", "#FFFFFF", "#7A1FA2"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_any_restaurants_colour_can_be_read(
    serve: Callable[[FakePages], str],
    new_page: OpenPage,  # noqa: F811
    colour: str,
    scheme: str,
) -> None:
    one = facts()
    one = replace(one, restaurant=replace(one.restaurant, primary_colour=colour))
    page = new_page(color_scheme=scheme)
    page.goto(serve(FakePages(GuestBooking(one, "es", True, True))) + f"/g/{TOKEN}/change")
    assert page.evaluate(TOO_FAINT) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_code_on_the_screen_can_be_scanned(
    serve: Callable[[FakePages], str],
    new_page: OpenPage,  # noqa: F811
    scheme: str,
) -> None:
    page = new_page(**PHONE, color_scheme=scheme)
    page.goto(serve(FakePages()) + f"/g/{TOKEN}")
    picture = cv2.imdecode(np.frombuffer(page.screenshot(), np.uint8), cv2.IMREAD_COLOR)
    assert [found.text for found in zxingcpp.read_barcodes(picture)] == ["SI1" + "AB2C" * 27]


def test_a_change_can_be_made_with_the_keyboard_alone(
    serve: Callable[[FakePages], str],
    new_page: OpenPage,  # noqa: F811
) -> None:
    pages = FakePages()
    page = new_page()
    page.goto(serve(pages) + f"/g/{TOKEN}/change")
    page.keyboard.press("Tab")
    expect(page.get_by_text("Ir al contenido")).to_be_focused()
    _tab_to(page, "20:00")
    page.keyboard.press("ArrowRight")
    expect(page.get_by_label("20:30")).to_be_checked()
    _tab_to(page, "Guardar el cambio")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_have_text("Reserva cambiada.")
    assert pages.changes == [(Wish(FRIDAY, time(20, 30), 4, "terraza"), 3)]


def test_booking_works_without_javascript_from_the_restaurants_page(
    serve: Callable[[FakePages], str],
    new_page: OpenPage,  # noqa: F811
) -> None:
    pages = FakePages()
    page = new_page(**PHONE, java_script_enabled=False)
    page.goto(serve(pages) + "/r/la-marea")
    page.get_by_label("Personas").select_option("4")
    page.get_by_label("Día").fill("2026-12-19")
    page.get_by_role("button", name="Ver horas libres").click()
    page.get_by_label("21:00").check()
    page.get_by_label("Nombre").fill("Lucía Pérez")
    page.get_by_label("Teléfono").fill("600 111 222")
    page.get_by_label("He leído").check()
    page.get_by_role("button", name="Reservar", exact=True).click()
    expect(page.get_by_role("status")).to_have_text("¡Listo! La mesa es tuya.")
    assert [wish for wish, *_ in pages.booked] == [Wish(date(2026, 12, 19), time(21), 4, None)]


def test_enter_in_a_field_sends_the_chosen_time_and_never_an_alternative(
    serve: Callable[[FakePages], str],
    new_page: OpenPage,  # noqa: F811
) -> None:
    offer = [{"date": "2026-12-19", "time": "13:00"}]
    pages = FakePages(refuse=Refusal("slot_unavailable", params={"partySize": 2}, alternatives=offer))
    page = new_page()
    page.goto(serve(pages) + PATHS["book"])
    page.get_by_label("20:30").check()
    page.get_by_label("Nombre").fill("Lucía")
    page.get_by_label("Teléfono").fill("600111222")
    page.get_by_label("He leído").check()
    page.get_by_role("button", name="Reservar", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("Estas están libres")
    pages.refuse = None
    page.get_by_label("21:00").check()
    page.get_by_label("Nombre").press("Enter")
    expect(page.get_by_role("status")).to_be_visible()
    assert pages.booked[0][0] == Wish(FRIDAY, time(21), 2, None)


def _tab_to(page: Page, name: str) -> None:
    """Presses Tab until what has that name has the focus; fails when the keyboard cannot reach it."""
    target = page.get_by_label(name, exact=True).or_(page.locator("button.main", has_text=name)).first
    for _ in range(60):
        if target.evaluate("node => node === document.activeElement"):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"{name} cannot be reached with Tab")
