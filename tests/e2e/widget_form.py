"""The widget's calendar as a guest uses it, found by role and name, for the browser tests of the form."""

from __future__ import annotations

from playwright.sync_api import Locator, Page
from widget_page import WidgetOnPage

FORM_NAMES = {
    "es": {
        "tab": "Calendario",
        "name": "Nombre",
        "phone": "Teléfono",
        "email": "Correo electrónico",
        "privacy": "Acepto que se usen mis datos",
        "book": "Reservar",
        "done": "¡Listo!",
    },
    "en": {
        "tab": "Calendar",
        "name": "Name",
        "phone": "Phone",
        "email": "Email",
        "privacy": "I agree to my details being used",
        "book": "Book",
        "done": "All set.",
    },
}


class FormOnPage:
    """The form in the panel of a widget that is open."""

    def __init__(self, widget: WidgetOnPage) -> None:
        self.widget = widget
        self.names = FORM_NAMES[widget.language]

    @property
    def page(self) -> Page:
        return self.widget.page

    @property
    def node(self) -> Locator:
        return self.page.locator("saveit-chat .form")

    @property
    def tab(self) -> Locator:
        return self.page.get_by_role("tab", name=self.names["tab"])

    @property
    def heading(self) -> Locator:
        return self.page.locator("saveit-chat .step-title")

    @property
    def grid(self) -> Locator:
        return self.page.get_by_role("grid")

    def day(self, name: str) -> Locator:
        """By its whole name, such as "viernes 18 de diciembre, hay mesa"."""
        return self.grid.get_by_role("button", name=name, exact=True)

    def button(self, name: str) -> Locator:
        return self.node.get_by_role("button", name=name, exact=True)

    @property
    def alert(self) -> Locator:
        return self.node.get_by_role("alert")

    @property
    def kept(self) -> Locator:
        """The line with the time for which the table is kept."""
        return self.page.locator("saveit-chat .kept")

    def field(self, name: str) -> Locator:
        """`name`, `phone`, `email`."""
        return self.node.get_by_label(self.names[name], exact=True)

    @property
    def consent(self) -> Locator:
        return self.node.get_by_label(self.names["privacy"])

    @property
    def submit(self) -> Locator:
        return self.button(self.names["book"])

    def choose(self) -> FormOnPage:
        """Opens the tab and waits for the month's days."""
        self.tab.click()
        self.page.locator("saveit-chat .day.free").first.wait_for()
        return self

    def to_details(self, day: str = "viernes 18 de diciembre, hay mesa", time: str = "20:30") -> FormOnPage:
        """Day and time picked; the table is kept."""
        self.choose()
        self.day(day).click()
        self.button(time).click()
        self.submit.wait_for()
        return self

    def fill(self, name: str = "Lucía García", phone: str = "600 111 222") -> None:
        """What a booking needs."""
        self.field("name").fill(name)
        self.field("phone").fill(phone)
        self.consent.check()
