"""The widget for people who use a keyboard, a screen reader, little motion or high contrast."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from browser import DESKTOP, PHONE
from playwright.sync_api import Page, expect
from widget_page import WidgetOnPage
from widget_stand_in import ChatStandIn, Planned, booking_card, problem, replies

pytestmark = pytest.mark.slow

CHOICE = {"text": "¿A qué hora?", "quickReplies": [{"title": "20:00", "value": "20:00"}]}
BOOKED = {"text": "¡Listo!", "card": booking_card()}
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]}


def findings(page: Page, part: str = ".bubble") -> list[str]:
    """What axe objects to; fails when axe did not look at that part of the widget at all."""
    response = Axe().run(page, options=RULES).response
    looked_at = {str(node["target"]) for rule in response["passes"] for node in rule["nodes"]}
    assert any("saveit-chat" in target and part in target for target in looked_at), looked_at
    return [
        f"{rule['id']}: {node['target']} {node['failureSummary']}"
        for rule in response["violations"]
        for node in rule["nodes"]
    ]


def test_a_booking_needs_no_more_than_a_keyboard(page: Page, widget: WidgetOnPage, chat: ChatStandIn) -> None:
    chat.plan(replies(CHOICE), replies(BOOKED))
    widget.open_on(page)
    keys = page.keyboard

    keys.press("Tab")  # the page's own button
    keys.press("Tab")
    assert widget.focused() == "launcher"
    keys.press("Enter")
    assert widget.focused() == "field"
    keys.type("Mesa para cuatro mañana")
    keys.press("Enter")
    expect(widget.button("20:00")).to_be_visible()
    keys.press("Shift+Tab")
    assert widget.focused() == "chip"
    keys.press("Enter")
    expect(widget.log).to_contain_text("K7QF2M")
    assert widget.focused() == "field"
    keys.press("Shift+Tab")
    keys.press("Shift+Tab")
    assert widget.focused() == "action"

    assert [message["text"] for message in chat.messages()] == ["Mesa para cuatro mañana", "20:00"]


def test_an_answer_to_tap_keeps_the_focus_while_the_widget_has_news_to_show(
    page: Page, widget: WidgetOnPage, chat: ChatStandIn
) -> None:
    chat.plan(replies(CHOICE))
    widget.opened_on(page)
    widget.say("Mesa para cuatro mañana")
    widget.button("20:00").focus()

    page.context.set_offline(True)

    expect(widget.dialog).to_contain_text("Sin conexión")
    assert widget.focused() == "chip"


def test_escape_closes_and_gives_the_focus_back_to_the_launcher(page: Page, widget: WidgetOnPage) -> None:
    widget.opened_on(page)

    page.keyboard.press("Escape")

    expect(widget.dialog).to_be_hidden()
    assert widget.focused() == "launcher"
    expect(widget.launcher).to_have_attribute("aria-expanded", "false")


def test_focus_returns_to_the_pages_own_button_that_opened_the_chat(page: Page, widget: WidgetOnPage) -> None:
    widget.open_on(page)
    page.evaluate("own.addEventListener('click', () => document.querySelector('saveit-chat').open())")
    page.locator("#own").focus()

    page.keyboard.press("Enter")
    assert widget.focused() == "field"
    page.keyboard.press("Escape")

    assert widget.focused() == "own"


def test_closing_by_script_does_not_take_the_focus_from_the_page(page: Page, widget: WidgetOnPage) -> None:
    widget.opened_on(page)
    page.locator("#own").focus()

    widget.element.evaluate("(chat) => chat.close()")

    assert widget.focused() == "own"


def test_a_panel_that_a_reload_opens_again_leaves_the_focus_alone(page: Page, widget: WidgetOnPage) -> None:
    widget.opened_on(page)

    page.reload()

    expect(widget.dialog).to_be_visible()
    assert widget.focused() == ""


def test_keys_typed_in_the_chat_are_not_the_pages_shortcuts(page: Page, widget: WidgetOnPage) -> None:
    widget.opened_on(page)
    page.evaluate("window.keys = 0; document.addEventListener('keydown', () => { keys += 1 })")

    widget.field.press_sequentially("abc")

    assert page.evaluate("keys") == 0


def test_a_screen_reader_finds_a_named_dialog_with_its_parts_in_order(
    page: Page, widget: WidgetOnPage, chat: ChatStandIn
) -> None:
    chat.plan(replies(BOOKED))
    widget.opened_on(page, 'restaurant-name="Casa Lucía"')
    widget.say("Mesa para 4")
    expect(widget.log).to_contain_text("20:00 · 4 personas")

    expect(widget.dialog).to_match_aria_snapshot("""
      - dialog "Reservas, Casa Lucía":
        - heading "Casa Lucía" [level=2]
        - paragraph: Asistente de reservas
        - button "Sonido de los mensajes"
        - button "Cerrar las reservas"
        - tablist "Cómo reservar":
          - tab "Chat" [selected]
          - tab "Calendario"
        - status
        - tabpanel "Chat":
          - log "Conversación":
            - text: "Casa Lucía:"
            - paragraph: /Soy el asistente de reservas de Casa Lucía/
            - text: "Yo:"
            - paragraph: Mesa para 4
            - text: "Casa Lucía:"
            - paragraph: ¡Listo!
            - heading "Mesa para 4" [level=3]
            - img "Código QR de la reserva K7QF2M"
            - paragraph:
              - text: Código
              - strong: K7QF2M
            - list:
              - listitem: Viernes 18 de diciembre
              - listitem: 20:00 · 4 personas
              - listitem: Lucía
              - listitem: Terraza
            - link "Ver la reserva (se abre en otra pestaña)"
            - link "Añadir al calendario (se abre en otra pestaña)"
          - textbox "Mensaje"
          - button "Enviar"
    """)


def test_the_browser_hands_the_live_region_and_the_dialog_to_assistive_technology(
    page: Page, widget: WidgetOnPage
) -> None:
    widget.opened_on(page)

    tree = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")["nodes"]

    seen = {
        (node["role"]["value"], node.get("name", {}).get("value")): node
        for node in tree
        if not node["ignored"]
    }
    log = seen["log", "Conversación"]
    assert {"name": "live", "value": {"type": "token", "value": "polite"}} in log["properties"]
    assert ("dialog", "Reservas") in seen
    assert ("textbox", "Mensaje") in seen


def test_each_message_is_added_to_the_live_region_once(
    page: Page, widget: WidgetOnPage, chat: ChatStandIn
) -> None:
    chat.plan(replies({"text": "primera"}), replies({"text": "segunda"}))
    widget.opened_on(page)
    widget.log.evaluate("""(log) => {
      window.announced = [];
      const record = (changes) => announced.push(...changes.flatMap((change) => [...change.addedNodes]));
      new MutationObserver(record).observe(log, { childList: true, subtree: true });
    }""")

    widget.say("uno")
    expect(widget.log).to_contain_text("primera")
    widget.say("dos")
    expect(widget.log).to_contain_text("segunda")

    texts = page.evaluate("announced.map((node) => node.textContent)")
    assert [text for text in texts if text] == [
        "Yo: uno",
        "Restaurante: primera",
        "Yo: dos",
        "Restaurante: segunda",
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [{"viewport": DESKTOP}, PHONE], ids=["desktop", "phone"])
def test_axe_finds_nothing_in_a_conversation_with_everything_in_it(
    new_page: Callable[..., Page], widget: WidgetOnPage, chat: ChatStandIn, scheme: str, size: dict[str, Any]
) -> None:
    chat.plan(
        replies(BOOKED),
        problem(422, "invalid", "Ese mensaje no vale."),
        problem(429, "rate_limited", "Despacio", Retry_After="600"),
        replies({"text": "Mira https://example.com/carta"}, CHOICE),
    )
    page = new_page(color_scheme=scheme, reduced_motion="reduce", **size)
    widget.opened_on(page, 'restaurant-name="Casa Lucía"')
    widget.say("hola")
    widget.say("???")
    widget.say("ya")
    expect(widget.button("Reintentar")).to_be_visible()
    assert findings(page) == []

    page.context.set_offline(True)
    expect(page.get_by_role("status")).to_contain_text("Sin conexión")
    assert findings(page) == []
    page.context.set_offline(False)
    widget.button("Reintentar").click()
    expect(widget.button("20:00")).to_be_visible()
    assert findings(page) == []


@pytest.mark.parametrize("size", [{"viewport": DESKTOP}, PHONE], ids=["desktop", "phone"])
def test_everything_to_press_is_at_least_44_pixels_high_and_wide(
    new_page: Callable[..., Page], widget: WidgetOnPage, chat: ChatStandIn, size: dict[str, Any]
) -> None:
    chat.plan(replies(BOOKED), problem(429, "rate_limited", "Despacio", Retry_After="600"))
    page = new_page(**size)
    widget.open_on(page)
    sizes = "(all) => all.map((one) => [one.className, one.offsetWidth, one.offsetHeight])"
    pressable = page.locator("saveit-chat").locator("button:visible, .action:visible, textarea:visible")
    small = [row for row in pressable.evaluate_all(sizes) if min(row[1:]) < 44]
    widget.launcher.click()
    small += [row for row in pressable.evaluate_all(sizes) if min(row[1:]) < 44]
    widget.say("hola")
    widget.say("ya")
    expect(widget.button("Reintentar")).to_be_visible()
    rows = pressable.evaluate_all(sizes)

    assert small + [row for row in rows if min(row[1:]) < 44] == []
    assert {row[0] for row in rows} == {"close", "sound", "tab", "action", "retry", "field", "send"}


def test_focus_is_visible_on_everything_that_takes_it(
    page: Page, widget: WidgetOnPage, chat: ChatStandIn
) -> None:
    chat.plan(replies(BOOKED, CHOICE))
    widget.opened_on(page)
    widget.say("hola")
    expect(widget.button("20:00")).to_be_visible()
    page.locator("#own").focus()

    outlines = {}
    for _ in range(10):
        page.keyboard.press("Tab")
        inside = "document.querySelector('saveit-chat').shadowRoot.activeElement"
        outlines[widget.focused()] = page.evaluate(f"getComputedStyle({inside} ?? document.body).outline")

    assert set(outlines) >= {"close", "sound", "tab", "scroll", "action", "chip", "field", "send"}
    unseen = {name: outline for name, outline in outlines.items() if name and "2px" not in outline}
    assert unseen == {}


def test_nothing_moves_when_reduced_motion_is_asked_for(
    new_page: Callable[..., Page], widget: WidgetOnPage, chat: ChatStandIn
) -> None:
    gate = threading.Event()
    chat.plan(Planned(body={"replies": []}, gate=gate))
    page = new_page(reduced_motion="reduce")
    widget.opened_on(page)
    widget.say("hola")
    expect(page.locator("saveit-chat .typing")).to_be_visible()

    moving = page.evaluate(
        "document.querySelector('saveit-chat').shadowRoot.getAnimations({ subtree: true }).length"
    )
    scrolling = widget.log.evaluate("(log) => getComputedStyle(log).scrollBehavior")

    assert (moving, scrolling) == (0, "auto")
    gate.set()


def test_the_dots_do_move_otherwise(
    new_page: Callable[..., Page], widget: WidgetOnPage, chat: ChatStandIn
) -> None:
    gate = threading.Event()
    chat.plan(Planned(body={"replies": []}, gate=gate))
    page = new_page(reduced_motion="no-preference")
    widget.opened_on(page)
    widget.say("hola")
    expect(page.locator("saveit-chat .typing")).to_be_visible()

    assert page.locator("saveit-chat .dot").first.evaluate("(dot) => dot.getAnimations().length") == 1
    gate.set()


def test_buttons_keep_an_edge_when_the_system_forces_its_colours(
    new_page: Callable[..., Page], widget: WidgetOnPage
) -> None:
    page = new_page(forced_colors="active")
    widget.open_on(page)

    edge = widget.launcher.evaluate("(button) => getComputedStyle(button).borderTopStyle")

    assert edge == "solid"


def test_messages_carry_the_language_they_were_written_in(
    page: Page, widget: WidgetOnPage, chat: ChatStandIn
) -> None:
    chat.plan(replies({"text": "¿Qué día?"}), replies({"text": "Which day?"}))
    widget.opened_on(page)
    widget.say("hola")
    expect(widget.log).to_contain_text("¿Qué día?")
    widget.element.evaluate("(chat) => chat.setLocale('en')")
    widget.language = "en"

    widget.say("hello")
    expect(widget.log).to_contain_text("Which day?")

    languages = page.locator("saveit-chat .message[lang]").evaluate_all("(all) => all.map((one) => one.lang)")
    assert languages == ["es", "es", "en", "en"]
    expect(page.locator("saveit-chat .root")).to_have_attribute("lang", "en")
