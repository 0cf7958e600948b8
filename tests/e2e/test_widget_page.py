"""The widget on other people's pages: strict, hostile, small, dark; in both languages; with bad content."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable

import pytest
from browser import PHONE, keep_picture, page_errors
from playwright.sync_api import Locator, Page, expect
from widget_page import ELEMENT, WidgetOnPage, box_of
from widget_stand_in import ChatStandIn, HostPage, booking_card, problem, replies

from widget.serving import ENTRY, widget_file

pytestmark = pytest.mark.slow

HOSTILE_STYLE = """
  * { all: unset !important; color: red !important; font: 40px serif !important; display: block !important;
      transform: rotate(3deg) !important; opacity: .5 !important; }
  div, button, dialog { position: static !important; visibility: hidden !important; }
"""
SCRIPT = "<img src=x onerror=hacked()><script>hacked()</script>"
HOSTILE_ADDRESSES = [
    "javascript:hacked()",
    " JaVaScRiPt:hacked()",
    "data:text/html,<script>hacked()</script>",
    "vbscript:hacked()",
    "file:///etc/passwd",
    "https://restaurante.example@evil.example/",
]


def colour(locator: Locator, name: str = "backgroundColor") -> str:
    value: str = locator.evaluate(f"(node) => getComputedStyle(node).{name}")
    return value


def test_nothing_of_the_widget_is_refused_by_the_documented_policy(
    page: Page, widget: WidgetOnPage, chat: ChatStandIn
) -> None:
    chat.plan(replies({"text": "Listo", "card": booking_card()}))
    widget.opened_on(page)
    page.evaluate(
        "window.refused = []; document.addEventListener('securitypolicyviolation', (e) => "
        "refused.push(e.violatedDirective))"
    )

    widget.say("hola")
    expect(widget.log).to_contain_text("K7QF2M")
    widget.element.evaluate("(chat) => chat.setAttribute('theme', 'dark')")
    widget.close_button.click()

    assert page.evaluate("refused") == []
    assert page_errors(page) == []


def test_a_nonce_is_enough_where_the_policy_trusts_no_address(
    page: Page, widget: WidgetOnPage, chat: ChatStandIn
) -> None:
    policy = (
        "default-src 'none'; script-src 'nonce-abc' 'strict-dynamic'; connect-src {chat} {socket}; "
        "img-src {chat}; base-uri 'none'"
    )
    widget.opened_on(page, policy=policy, script='nonce="abc"')

    widget.say("hola")

    expect(widget.log).to_contain_text("¿Para cuántas personas?")
    assert page_errors(page) == []


def test_the_entry_file_may_be_pinned_by_its_hash(page: Page, widget: WidgetOnPage) -> None:
    entry = widget_file(ENTRY)
    assert entry is not None
    digest = base64.b64encode(hashlib.sha384(entry.body).digest()).decode()

    widget.opened_on(page, script=f'integrity="sha384-{digest}" crossorigin')

    expect(widget.dialog).to_be_visible()
    assert page_errors(page) == []


def test_an_isolated_page_may_load_it(page: Page, widget: WidgetOnPage, chat: ChatStandIn) -> None:
    address = widget.host.embed("/", chat, ELEMENT.format(more=""))
    html, headers = widget.host.pages["/"]
    isolation = {"Cross-Origin-Embedder-Policy": "require-corp", "Cross-Origin-Opener-Policy": "same-origin"}
    widget.host.pages["/"] = (html, headers | isolation)

    page.goto(address)

    expect(page.get_by_role("button", name="Reservar mesa")).to_be_visible()
    assert page.evaluate("crossOriginIsolated") is True


def test_an_element_added_by_script_later_works_the_same(
    page: Page, widget: WidgetOnPage, chat: ChatStandIn
) -> None:
    widget.open_on(page)
    page.evaluate("""() => {
      document.querySelector('saveit-chat').remove();
      const late = document.createElement('saveit-chat');
      late.setAttribute('restaurant', 'casa-lucia');
      late.setAttribute('api-key', 'pk_test');
      document.body.append(late);
      late.open();
    }""")

    widget.say("hola")

    expect(widget.log).to_contain_text("¿Para cuántas personas?")


def test_a_page_that_moves_the_element_keeps_the_conversation(
    page: Page, widget: WidgetOnPage, chat: ChatStandIn
) -> None:
    widget.opened_on(page)
    widget.say("hola")
    expect(widget.log).to_contain_text("¿Para cuántas personas?")

    page.evaluate("document.querySelector('main').prepend(document.querySelector('saveit-chat'))")

    expect(widget.dialog).to_be_visible()
    widget.say("cuatro")
    first, second = chat.wait_for_messages(2)
    assert first["sessionId"] == second["sessionId"]
    assert widget.guest_said() == ["hola", "cuatro"]


def test_a_sandboxed_page_without_any_storage_can_still_chat(
    page: Page, widget: WidgetOnPage, chat: ChatStandIn
) -> None:
    widget.opened_on(page, extra_policy="; sandbox allow-scripts")
    assert page.evaluate(
        "() => { try { sessionStorage; return 'allowed' } catch (error) { return error.name } }"
    ) == ("SecurityError")

    widget.say("hola")

    expect(widget.log).to_contain_text("¿Para cuántas personas?")
    assert page_errors(page) == []


def test_full_storage_does_not_stop_the_conversation(
    page: Page, widget: WidgetOnPage, chat: ChatStandIn
) -> None:
    widget.open_on(page)
    page.evaluate("""() => {
      let chunk = 'x'.repeat(1024 * 1024);
      while (chunk.length > 0) {
        try { sessionStorage.setItem(`filler-${chunk.length}-${Math.random()}`, chunk) }
        catch { chunk = chunk.slice(chunk.length / 2 + 1) }
      }
    }""")
    widget.launcher.click()

    widget.say("hola")

    expect(widget.log).to_contain_text("¿Para cuántas personas?")
    assert page_errors(page) == []


def test_no_cookie_is_sent_or_kept(page: Page, widget: WidgetOnPage, chat: ChatStandIn) -> None:
    widget.opened_on(page)
    widget.say("uno")
    widget.say("dos")
    chat.wait_for_messages(2)

    assert [request for request in chat.received if "Cookie" in request.headers] == []
    assert page.context.cookies() == []


def test_a_page_without_https_can_chat_too(page: Page, chat: ChatStandIn) -> None:
    host = HostPage("casa.restaurant.test")
    widget = WidgetOnPage(chat, host).opened_on(page)
    assert page.evaluate("[isSecureContext, typeof crypto.randomUUID]") == [False, "undefined"]

    widget.say("hola")

    expect(widget.log).to_contain_text("¿Para cuántas personas?")
    host.close()


def test_the_pages_style_sheets_do_not_reach_into_the_widget(
    page: Page, widget: WidgetOnPage, chat: ChatStandIn
) -> None:
    page.emulate_media(reduced_motion="reduce")
    widget.open_on(page, extra_policy="; style-src 'unsafe-inline'")
    page.add_style_tag(content=HOSTILE_STYLE)
    widget.launcher.click()
    expect(widget.dialog).to_be_visible()

    bubble = page.locator("saveit-chat .bubble").first
    assert colour(bubble, "fontSize") == "16px"
    assert colour(bubble, "color") == "rgb(29, 35, 33)"
    assert colour(bubble, "textTransform") == "none"
    box = box_of(widget.dialog)
    assert (box["width"], box["height"]) == (400, 640)
    widget.say("hola")
    expect(widget.log).to_contain_text("¿Para cuántas personas?")
    keep_picture(page, "widget-hostile-page")


def test_the_page_may_give_its_own_colours_and_measures(page: Page, widget: WidgetOnPage) -> None:
    widget.opened_on(page, extra_policy="; style-src 'unsafe-inline'")
    page.add_style_tag(
        content="saveit-chat { --saveit-primary: #7A1E48; --saveit-on-primary: #FFF0F6; --saveit-width: 320px"
        "} saveit-chat::part(title) { text-transform: uppercase }"
    )

    assert colour(widget.send_button) == "rgb(122, 30, 72)"
    assert colour(widget.send_button, "color") == "rgb(255, 240, 246)"
    assert box_of(widget.dialog)["width"] == 320
    assert colour(page.locator("saveit-chat .title"), "textTransform") == "uppercase"


@pytest.mark.parametrize(
    ("system", "theme", "ground"),
    [
        ("light", "", "rgb(255, 251, 244)"),
        ("dark", "", "rgb(20, 25, 26)"),
        ("light", 'theme="dark"', "rgb(20, 25, 26)"),
        ("dark", 'theme="light"', "rgb(255, 251, 244)"),
    ],
)
def test_the_scheme_is_the_systems_unless_the_page_says_otherwise(
    new_page: Callable[..., Page], widget: WidgetOnPage, system: str, theme: str, ground: str
) -> None:
    page = new_page(color_scheme=system)

    widget.opened_on(page, theme)

    assert colour(widget.dialog) == ground


def test_the_code_to_scan_stays_on_white_in_the_dark(
    new_page: Callable[..., Page], widget: WidgetOnPage, chat: ChatStandIn
) -> None:
    chat.plan(replies({"text": "¡Listo!", "card": booking_card()}))
    page = new_page(color_scheme="dark", **PHONE)
    widget.opened_on(page)

    widget.say("hola")
    expect(widget.log).to_contain_text("K7QF2M")

    assert colour(page.locator("saveit-chat .qr")) == "rgb(255, 255, 255)"
    keep_picture(page, "widget-booked-phone-dark")


def test_on_a_phone_the_panel_is_a_sheet_that_fills_the_screen(
    new_page: Callable[..., Page], widget: WidgetOnPage
) -> None:
    page = new_page(reduced_motion="reduce", **PHONE)

    widget.opened_on(page)

    assert box_of(widget.dialog) == {"x": 0, "y": 0, "width": 390, "height": 844}
    assert widget.dialog.evaluate("(dialog) => dialog.matches(':modal')")
    assert widget.focused() == "close"  # not the field: its keyboard would cover the greeting
    keep_picture(page, "widget-open-phone")


def test_the_sheet_shrinks_with_the_room_that_a_keyboard_leaves(
    new_page: Callable[..., Page], widget: WidgetOnPage
) -> None:
    page = new_page(**PHONE)
    widget.opened_on(page)

    page.set_viewport_size({"width": 390, "height": 480})

    page.wait_for_function(
        "() => document.querySelector('saveit-chat').shadowRoot.querySelector('.panel').offsetHeight === 480"
    )
    assert box_of(widget.send_button)["y"] < 480


def test_a_tap_on_a_quick_reply_does_not_raise_the_keyboard(
    new_page: Callable[..., Page], widget: WidgetOnPage, chat: ChatStandIn
) -> None:
    page = new_page(**PHONE)
    widget.opened_on(page)

    widget.button("Horario").tap()

    chat.wait_for_messages(1)
    assert widget.focused() == "scroll"


def test_a_turned_phone_keeps_the_panel_open_and_what_was_written(
    new_page: Callable[..., Page], widget: WidgetOnPage
) -> None:
    page = new_page(**PHONE | {"is_mobile": False})
    widget.opened_on(page)
    widget.field.fill("a medias")

    page.set_viewport_size({"width": 1180, "height": 820})

    page.wait_for_function(
        "() => !document.querySelector('saveit-chat').shadowRoot.querySelector('dialog').matches(':modal')"
    )
    expect(widget.dialog).to_be_visible()
    expect(widget.field).to_have_value("a medias")
    assert widget.focused() == "field"


def test_the_phones_back_gesture_closes_the_sheet(
    new_page: Callable[..., Page], widget: WidgetOnPage
) -> None:
    page = new_page(**PHONE)
    widget.opened_on(page)

    widget.dialog.evaluate("(dialog) => dialog.requestClose()")  # what the gesture does

    expect(widget.dialog).to_be_hidden()
    expect(widget.launcher).to_be_visible()
    assert len(widget.heard("saveit-close")) == 1


def test_a_reload_on_a_phone_does_not_cover_the_page_again(
    new_page: Callable[..., Page], widget: WidgetOnPage
) -> None:
    page = new_page(**PHONE)
    widget.opened_on(page)

    page.reload()

    expect(widget.launcher).to_be_visible()
    expect(widget.dialog).to_be_hidden()


def test_an_inline_chat_is_a_region_of_the_page_that_is_always_there(
    page: Page, widget: WidgetOnPage, chat: ChatStandIn
) -> None:
    widget.open_on(page, "inline")
    region = page.get_by_role("region", name="Reservas")
    expect(region).to_be_visible()
    expect(widget.launcher).to_have_count(0)

    widget.say("hola")
    expect(widget.log).to_contain_text("¿Para cuántas personas?")
    page.keyboard.press("Escape")

    expect(region).to_be_visible()
    assert widget.heard("saveit-open") == []
    keep_picture(page, "widget-inline")


def test_the_chat_can_be_on_the_other_side(new_page: Callable[..., Page], widget: WidgetOnPage) -> None:
    page = new_page(reduced_motion="reduce")
    widget.open_on(page, 'side="start"')
    launcher_x = box_of(widget.launcher)["x"]

    widget.launcher.click()

    assert (launcher_x, box_of(widget.dialog)["x"]) == (24, 24)


def test_a_hidden_element_shows_nothing(page: Page, widget: WidgetOnPage) -> None:
    widget.open_on(page)

    widget.element.evaluate("(chat) => { chat.hidden = true }")

    expect(widget.launcher).to_be_hidden()


def test_the_launcher_does_not_cover_a_dialog_of_the_page(page: Page, widget: WidgetOnPage) -> None:
    widget.open_on(page, body="<dialog id=own-dialog><button>Aceptar</button></dialog>")

    page.evaluate("document.getElementById('own-dialog').showModal()")

    at_launcher = "([x, y]) => document.elementFromPoint(x, y).id"
    box = box_of(widget.launcher)
    assert page.evaluate(at_launcher, [box["x"] + 20, box["y"] + 20]) == "own-dialog"  # its backdrop


def test_an_open_attribute_opens_it_with_the_page(page: Page, widget: WidgetOnPage) -> None:
    widget.open_on(page, "open")

    expect(widget.dialog).to_be_visible()
    assert widget.focused() == ""


def test_english_is_spoken_throughout_and_sent_along(
    page: Page, widget: WidgetOnPage, chat: ChatStandIn
) -> None:
    widget.language = "en"
    widget.open_on(page, element=ELEMENT.replace('lang="es"', 'lang="en-GB"'))
    page.get_by_role("button", name="Book a table").click()
    expect(widget.log).to_contain_text("How many people, which day")

    widget.say("A table for two")

    assert chat.wait_for_messages(1)[0]["locale"] == "en-GB"
    keep_picture(page, "widget-english")


def test_a_change_of_language_rewrites_everything_at_once(
    page: Page, widget: WidgetOnPage, chat: ChatStandIn
) -> None:
    chat.plan(
        replies({"text": "¿Qué día?", "card": booking_card()}), problem(429, "x", "x", Retry_After="900")
    )
    widget.opened_on(page)
    widget.say("hola")
    widget.say("ya")
    expect(widget.button("Reintentar")).to_be_visible()

    widget.element.evaluate("(chat) => { chat.lang = 'en' }")

    widget.language = "en"
    shown = widget.dialog.inner_text()
    for sentence in (
        "Bookings",
        "Close",
        "How many people, which day",
        "Wait a moment and try again.",
        "Try again",
        "Code",
        "See the booking",
        "Add to calendar",
        "Send",
    ):
        assert sentence in shown
    assert widget.field.get_attribute("placeholder") == "Message"
    assert "¿Qué día?" in shown  # what was said stays as it was said


@pytest.mark.parametrize(
    ("element", "page_language", "browser", "expected"),
    [
        ("", "en", "es-ES", "Book a table"),
        ("", "es-MX", "en-US", "Reservar mesa"),
        ('lang="fr"', "fr", "en-US", "Book a table"),
        ("", "de", "de-DE", "Reservar mesa"),
    ],
)
def test_without_a_language_of_its_own_it_takes_the_pages_then_the_browsers(
    new_page: Callable[..., Page],
    widget: WidgetOnPage,
    element: str,
    page_language: str,
    browser: str,
    expected: str,
) -> None:
    page = new_page(locale=browser)
    bare = f'<saveit-chat restaurant="casa" api-key="pk" {element}></saveit-chat>'
    widget.open_on(page, element=f'<div lang="{page_language}">{bare}</div>')

    expect(page.get_by_role("button", name=expected)).to_be_visible()


def test_markup_from_the_server_is_shown_as_text(page: Page, widget: WidgetOnPage, chat: ChatStandIn) -> None:
    card = booking_card(title=SCRIPT, lines=[SCRIPT], code=SCRIPT)
    chat.plan(replies({"text": SCRIPT, "card": card, "quickReplies": [{"title": SCRIPT, "value": SCRIPT}]}))
    page.add_init_script("window.attacks = 0; window.hacked = () => { attacks += 1 }")
    widget.opened_on(page, f"restaurant-name='{SCRIPT}'")

    widget.say(SCRIPT)
    expect(widget.button(SCRIPT)).to_be_visible()
    widget.button(SCRIPT).click()
    chat.wait_for_messages(2)

    assert page.evaluate("attacks") == 0
    assert page.locator("saveit-chat script, saveit-chat [onerror]").count() == 0
    assert widget.guest_said() == [SCRIPT, SCRIPT]
    assert [message["text"] for message in chat.messages()] == [SCRIPT, SCRIPT]


@pytest.mark.parametrize("address", HOSTILE_ADDRESSES)
def test_only_web_addresses_become_links_or_pictures(
    page: Page, widget: WidgetOnPage, chat: ChatStandIn, address: str
) -> None:
    hostile = booking_card(imageUrl=address, calendarUrl=address)
    chat.plan(replies({"text": address, "card": hostile}))
    widget.opened_on(page)

    widget.say("hola")
    expect(widget.log).to_contain_text("K7QF2M")

    links = page.locator("saveit-chat a").evaluate_all("(all) => all.map((a) => [a.href, a.rel, a.target])")
    assert links == [[f"{chat.origin}/g/token", "noopener noreferrer", "_blank"]]
    assert page.locator("saveit-chat img").count() == 0


def test_an_address_in_the_text_becomes_a_safe_link_without_its_full_stop(
    page: Page, widget: WidgetOnPage, chat: ChatStandIn
) -> None:
    chat.plan(replies({"text": "Mira https://example.com/carta?a=1&b=<2>. ¡Hasta luego!"}))
    widget.opened_on(page)

    widget.say("la carta")

    link = page.get_by_role("link", name="https://example.com/carta?a=1&b=")
    expect(link).to_have_attribute("href", "https://example.com/carta?a=1&b=")
    expect(link).to_have_attribute("rel", "noopener noreferrer")
    assert widget.house_said()[-1] == "Mira https://example.com/carta?a=1&b=<2>. ¡Hasta luego!"


def test_history_that_another_script_tampered_with_is_read_as_text(
    page: Page, widget: WidgetOnPage, chat: ChatStandIn
) -> None:
    page.add_init_script("window.attacks = 0; window.hacked = () => { attacks += 1 }")
    widget.opened_on(page)
    widget.say("hola")
    expect(widget.log).to_contain_text("¿Para cuántas personas?")
    # Planted after the reload and before the widget runs: the page that goes could still write over it.
    page.add_init_script(
        f"const script = {json.dumps(SCRIPT)};"
        """{
      const key = Object.keys(sessionStorage).find((name) => name.startsWith('saveit-chat '));
      const stored = JSON.parse(sessionStorage.getItem(key));
      const url = 'javascript:hacked()';
      const card = { title: 'x', imageUrl: url, manageUrl: url };
      const planted = { id: 'y', from: 'restaurant', locale: 'es', text: script, card };
      stored.messages.push(null, 7, { id: 'x', from: 'guest' }, planted);
      sessionStorage.setItem(key, JSON.stringify(stored));
    }"""
    )

    page.reload()

    expect(widget.log).to_contain_text(SCRIPT)
    assert page.evaluate("attacks") == 0
    assert page.locator("saveit-chat :is(a, img)").count() == 0
    assert page_errors(page) == []


def test_without_script_the_link_inside_the_element_is_there(
    new_page: Callable[..., Page], widget: WidgetOnPage
) -> None:
    page = new_page(java_script_enabled=False)
    element = '<saveit-chat restaurant="casa" api-key="pk"><a href="https://h.example/r/casa">Reservar</a></saveit-chat>'

    page.goto(widget.host.embed("/", widget.chat, element))

    expect(page.get_by_role("link", name="Reservar")).to_be_visible()


def test_loading_the_file_twice_is_harmless(page: Page, widget: WidgetOnPage, chat: ChatStandIn) -> None:
    again = f'<script type="module" src="{chat.origin}/widget/v1/saveit-chat.js?again"></script>'

    widget.opened_on(page, body=again)
    widget.say("hola")

    expect(widget.log).to_contain_text("¿Para cuántas personas?")
    assert page_errors(page) == []
