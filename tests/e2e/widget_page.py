"""The widget as a guest meets it: on a restaurant's page, found by role and name, for its browser tests.

`widget` is a fixture: `widget.open_on(page)` loads the host page and waits until the element is defined.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from playwright.sync_api import FloatRect, Locator, Page
from widget_stand_in import ChatStandIn, HostPage

ELEMENT = '<saveit-chat restaurant="casa-lucia" api-key="pk_test" lang="es" {more}></saveit-chat>'
EVENTS = ("saveit-open", "saveit-close", "saveit-message", "saveit-booked")
RECORD_EVENTS = """
  window.heard = [];
  const hear = (event) => heard.push([event.type, event.target.localName, event.detail]);
  for (const name of %s) document.addEventListener(name, hear);
""" % list(EVENTS)  # noqa: UP031 - the script is full of braces
NAMES = {
    "es": {
        "launcher": "Reservar mesa",
        "field": "Mensaje",
        "send": "Enviar",
        "close": "Cerrar las reservas",
    },
    "en": {
        "launcher": "Book a table",
        "field": "Message",
        "send": "Send",
        "close": "Close the bookings",
    },
}


def stop_clock(page: Page) -> None:
    """From now on the page's time stands still until `page.clock.run_for(milliseconds)`."""
    page.clock.install(time=datetime(2026, 12, 1, 12, tzinfo=UTC))
    page.clock.pause_at(datetime(2026, 12, 1, 13, tzinfo=UTC))


def box_of(part: Locator) -> FloatRect:
    """Where a part is on the page, in CSS pixels; fails when it is not to be seen."""
    box = part.bounding_box()
    assert box is not None, f"{part} is not shown"
    return box


class WidgetOnPage:
    """A host page with the widget in it, and the parts of the widget that a person uses."""

    def __init__(self, chat: ChatStandIn, host: HostPage) -> None:
        self.chat = chat
        self.host = host
        self.page: Page
        self.language = "es"

    def open_on(self, page: Page, more: str = "", *, element: str = ELEMENT, **options: Any) -> WidgetOnPage:
        """Loads the host page; `more` is attributes for the element, `options` go to `HostPage.embed`."""
        self.page = page
        page.add_init_script(RECORD_EVENTS)
        page.goto(self.host.embed("/", self.chat, element.format(more=more), **options))
        page.wait_for_function("() => !!customElements.get('saveit-chat')")
        return self

    def opened_on(self, page: Page, more: str = "", **options: Any) -> WidgetOnPage:
        """The same, and presses the launcher."""
        self.open_on(page, more, **options)
        self.launcher.click()
        self.dialog.wait_for()
        return self

    @property
    def element(self) -> Locator:
        return self.page.locator("saveit-chat")

    @property
    def launcher(self) -> Locator:
        return self.page.locator("saveit-chat .launcher")

    @property
    def dialog(self) -> Locator:
        return self.page.get_by_role("dialog")

    @property
    def log(self) -> Locator:
        return self.page.get_by_role("log")

    @property
    def field(self) -> Locator:
        return self.page.get_by_role("textbox", name=NAMES[self.language]["field"])

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    @property
    def send_button(self) -> Locator:
        return self.button(NAMES[self.language]["send"])

    @property
    def close_button(self) -> Locator:
        return self.button(NAMES[self.language]["close"])

    def say(self, text: str) -> None:
        self.field.fill(text)
        self.field.press("Enter")

    def guest_said(self) -> list[str]:
        return self.page.locator("saveit-chat .guest .bubble").all_text_contents()

    @property
    def house_bubbles(self) -> Locator:
        """All the restaurant's bubbles, the greeting first."""
        return self.page.locator("saveit-chat .house .bubble")

    def house_said(self) -> list[str]:
        return self.house_bubbles.all_text_contents()

    def heard(self, name: str) -> list[dict[str, Any]]:
        """The details of the events of that name which reached the document, in order."""
        return [
            detail
            for heard, target, detail in self.page.evaluate("heard")
            if (heard, target) == (name, "saveit-chat")
        ]

    def focused(self) -> str:
        """What has the focus: a class inside the widget, or an id outside."""
        focused: str = self.page.evaluate("""() => {
          const inside = document.activeElement?.shadowRoot?.activeElement;
          return inside ? inside.className : document.activeElement.id;
        }""")
        return focused


@pytest.fixture
def chat() -> Iterator[ChatStandIn]:
    """SaveIt's side of the chat, on loopback."""
    server = ChatStandIn()
    yield server
    server.close()


@pytest.fixture
def host() -> Iterator[HostPage]:
    """The restaurant's own site, another origin."""
    server = HostPage()
    yield server
    server.close()


@pytest.fixture
def widget(chat: ChatStandIn, host: HostPage) -> WidgetOnPage:
    return WidgetOnPage(chat, host)
