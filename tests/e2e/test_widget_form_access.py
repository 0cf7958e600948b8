"""The widget's calendar for people who use a keyboard, a screen reader, a dark screen or large fingers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from browser import DESKTOP, PHONE
from playwright.sync_api import Page, expect
from test_widget_access import findings
from widget_form import FormOnPage
from widget_house_stand_in import refusal
from widget_page import ELEMENT, WidgetOnPage
from widget_stand_in import ChatStandIn

pytestmark = pytest.mark.slow

FRIDAY = {"es": "viernes 18 de diciembre, hay mesa", "en": "Friday 18 December, table available"}
FULL = {"es": "viernes 25 de diciembre, completo", "en": "Friday 25 December, full"}
TIME = {"es": "20:30", "en": "8:30 pm"}
SMALL = """(all) => all.map((one) => [one.className || one.id, one.offsetWidth, one.offsetHeight])
  .filter(([, width, height]) => width > 0 && Math.min(width, height) < 44)"""
PRESSABLE = ":is(button, select, input:not([type=checkbox]), textarea, .beside label, a)"


@pytest.mark.parametrize("language", ["es", "en"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [{"viewport": DESKTOP}, PHONE], ids=["desktop", "phone"])
def test_axe_finds_nothing_at_any_step_of_the_calendar(
    new_page: Callable[..., Page],
    widget: WidgetOnPage,
    chat: ChatStandIn,
    language: str,
    scheme: str,
    size: dict[str, Any],
) -> None:
    taken = refusal(409, "slot_unavailable", "Taken", alternatives=[{"date": "2026-12-18", "time": "21:00"}])
    chat.house.plan("/reservations", *taken)
    page = new_page(color_scheme=scheme, reduced_motion="reduce", **size)
    widget.language = language
    widget.opened_on(page, element=ELEMENT.replace('lang="es"', f'lang="{language}"'))
    form = FormOnPage(widget).choose()
    found = {"when": findings(page, "#tab-form")}
    form.day(FULL[language]).click()
    form.alert.get_by_role("button").first.wait_for()
    found["nothing free"] = findings(page, "#tab-form")
    form.node.locator(".back").click()
    form.day(FRIDAY[language]).click()
    form.button(TIME[language]).click()
    form.submit.click()
    found["lacking"] = findings(page, "#tab-form")
    form.fill()
    form.submit.click()
    form.alert.get_by_role("button").first.wait_for()
    found["refused"] = findings(page, "#tab-form")
    page.context.set_offline(True)
    found["offline"] = findings(page, "#tab-form")
    page.context.set_offline(False)
    form.alert.get_by_role("button").first.click()
    form.submit.click()
    expect(form.heading).to_contain_text(form.names["done"])
    found["done"] = findings(page, "#tab-form")

    assert {step: objections for step, objections in found.items() if objections} == {}


def test_a_booking_by_calendar_needs_no_more_than_a_keyboard(
    page: Page, widget: WidgetOnPage, chat: ChatStandIn
) -> None:
    widget.open_on(page)
    form, keys = FormOnPage(widget), page.keyboard

    def tab_to(name: str) -> None:
        for _ in range(12):
            if widget.focused().startswith(name):
                return
            keys.press("Tab")
        raise AssertionError(f"no way to {name}: at {widget.focused()}")

    tab_to("launcher")
    keys.press("Enter")
    keys.press("Shift+Tab")
    keys.press("Shift+Tab")
    keys.press("Shift+Tab")
    keys.press("Shift+Tab")
    tab_to("tab")
    keys.press("ArrowRight")
    expect(form.day("martes 1 de diciembre, hay mesa")).to_be_visible()
    tab_to("step")
    keys.press("Tab")
    keys.press("Enter")  # one person more
    chat.house.wait_for("/calendar", 2)
    expect(page.locator("saveit-chat .day.free").first).to_be_visible()
    tab_to("day")
    for key in ("ArrowDown", "ArrowDown", "End", "ArrowLeft", "ArrowLeft"):
        keys.press(key)
    keys.press("Enter")
    expect(form.heading).to_be_focused()
    expect(form.node.locator(".chip").first).to_be_visible()
    tab_to("chip")
    keys.press("Enter")
    expect(form.heading).to_be_focused()
    keys.press("Tab")
    keys.type("Lucía García")
    keys.press("Tab")
    keys.type("600 111 222")
    tab_to("check")
    keys.press("Space")
    tab_to("submit")
    keys.press("Enter")
    expect(form.heading).to_contain_text("¡Listo!")

    expect(form.heading).to_be_focused()
    body = chat.house.of("/reservations")[0].body
    assert (body["date"], body["partySize"], body["guest"]["name"]) == ("2026-12-18", 3, "Lucía García")


@pytest.mark.parametrize(
    ("keys", "day"),
    [
        (["ArrowRight"], "miércoles 2 de diciembre, hay mesa"),
        (["ArrowDown", "ArrowUp", "ArrowRight", "ArrowLeft"], "martes 1 de diciembre, hay mesa"),
        (["End"], "domingo 6 de diciembre, hay mesa"),
        (["ArrowDown", "Home"], "lunes 7 de diciembre, cerrado"),
        (["ArrowLeft"], "martes 1 de diciembre, hay mesa"),
        (["PageUp"], "martes 1 de diciembre, hay mesa"),
        (["PageDown"], "viernes 1 de enero de 2027, hay mesa"),
        (["PageDown", "PageDown"], "sábado 30 de enero de 2027, hay mesa"),
        (["PageDown", "ArrowLeft"], "jueves 31 de diciembre, hay mesa"),
    ],
)
def test_keys_move_in_the_grid_as_its_readers_know_it(
    page: Page, widget: WidgetOnPage, chat: ChatStandIn, keys: list[str], day: str
) -> None:
    widget.opened_on(page)
    form = FormOnPage(widget).choose()
    form.day("martes 1 de diciembre, hay mesa").focus()

    for key in keys:
        page.keyboard.press(key)

    expect(form.day(day)).to_be_focused()
    assert page.locator("saveit-chat .day[tabindex='0']").count() == 1


def test_the_months_buttons_keep_the_focus(page: Page, widget: WidgetOnPage) -> None:
    widget.opened_on(page)
    form = FormOnPage(widget).choose()
    form.button("Mes siguiente").focus()

    page.keyboard.press("Enter")

    expect(form.day("viernes 1 de enero de 2027, hay mesa")).to_be_visible()
    expect(form.button("Mes siguiente")).to_be_focused()


def test_a_screen_reader_finds_the_step_with_its_parts_in_order(page: Page, widget: WidgetOnPage) -> None:
    widget.opened_on(page)
    form = FormOnPage(widget).to_details()

    expect(form.node).to_match_aria_snapshot("""
      - button "Otra hora"
      - heading "¿A nombre de quién?" [level=3]
      - paragraph: viernes 18 de diciembre · 20:30 · 2 personas
      - paragraph:
        - timer: /Mesa guardada durante/
      - status
      - text: Nombre
      - textbox "Nombre"
      - text: Teléfono
      - textbox "Teléfono"
      - paragraph: /Basta el teléfono o el correo/
      - text: Correo electrónico
      - textbox "Correo electrónico"
      - text: Algo que debamos saber (opcional)
      - textbox "Algo que debamos saber (opcional)"
      - paragraph: /Alergias/
      - checkbox "Acepto que se usen mis datos para gestionar la reserva."
      - text: Acepto que se usen mis datos para gestionar la reserva.
      - link "Cómo se usan los datos (se abre en otra pestaña)"
      - button "Reservar"
    """)


@pytest.mark.parametrize("size", [{"viewport": DESKTOP}, PHONE], ids=["desktop", "phone"])
def test_everything_to_press_in_the_calendar_is_large_enough(
    new_page: Callable[..., Page], widget: WidgetOnPage, size: dict[str, Any]
) -> None:
    page = new_page(**size)
    widget.opened_on(page)
    form = FormOnPage(widget).choose()
    pressable = form.node.locator(PRESSABLE)
    small = pressable.evaluate_all(SMALL)
    form.day(FRIDAY["es"]).click()
    form.button("20:30").wait_for()
    small += pressable.evaluate_all(SMALL)
    form.button("20:30").click()
    form.submit.wait_for()
    small += [row for row in pressable.evaluate_all(SMALL) if row[2] > 0]

    assert small == []


def test_escape_closes_from_the_calendar_too_and_the_focus_goes_back(
    page: Page, widget: WidgetOnPage
) -> None:
    widget.opened_on(page)
    FormOnPage(widget).to_details().field("name").focus()

    page.keyboard.press("Escape")

    expect(widget.dialog).to_be_hidden()
    assert widget.focused() == "launcher"
