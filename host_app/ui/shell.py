"""The frame around all screens: header, navigation, the open screen, and the verdict over everything.

Made by the app. News from other threads is gathered and drawn at most a few times a second, so a burst costs
one redraw.
"""

# mypy: allow-subclassing-any
from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kivy.clock import Clock
from kivy.core.window import Window
from kivy.metrics import dp
from kivy.properties import BooleanProperty
from kivy.uix.floatlayout import FloatLayout
from kivy.uix.screenmanager import NoTransition, ScreenManager

from host_app.core.records import Answer
from host_app.ui import showing
from host_app.ui.context import Context
from host_app.ui.loading import load_kv
from host_app.ui.parts import header, navigation, verdict_view  # noqa: F401 - their kv classes are used in ours
from host_app.ui.screens.arrivals import ArrivalsScreen
from host_app.ui.screens.enrol import EnrolScreen
from host_app.ui.screens.inbox import InboxScreen
from host_app.ui.screens.scan import ScanScreen
from host_app.ui.screens.settings import SettingsScreen

_REDRAW_SECONDS = 0.2
_CLOCK_SECONDS = 5.0
_WIDE = 840  # dp; from here on there is room for a rail and two panes


class Shell(FloatLayout):
    """Everything in the window."""

    wide = BooleanProperty(False)
    enrolled = BooleanProperty(False)

    def __init__(self, context: Context, turned_away: Callable[[], None], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._context = context
        self._turned_away = turned_away
        self._override: Callable[[str], None] | None = None
        self.answers_shown = 0
        self.screens = ScreenManager(transition=NoTransition())
        for name, screen in (
            ("enrol", EnrolScreen),
            ("arrivals", ArrivalsScreen),
            ("inbox", InboxScreen),
            ("scan", ScanScreen),
            ("settings", SettingsScreen),
        ):
            self.screens.add_widget(screen(context, name=name))
        self.ids.place.add_widget(self.screens)
        self.redraw = Clock.create_trigger(lambda _: self.draw(), _REDRAW_SECONDS)
        for source in (context.host.house, context.host.line, context.host.inbox):
            source.listen(lambda: Clock.schedule_once(lambda _: self.redraw(), 0))
        Clock.schedule_interval(lambda _: self.redraw(), _CLOCK_SECONDS)
        self.bind(size=lambda *_: self._fit())
        Window.bind(on_key_down=self._on_key)
        self._fit()

    def go(self, name: str) -> None:
        """Opens a screen; before enrolment there is only one."""
        if self._context.host.enrolment is None:
            self.show_enrolment()
            return
        self.enrolled = True
        self.screens.current = name
        self.ids.navigation.current = self.screens.current
        self.draw()

    def show_enrolment(self) -> None:
        """Opens the one screen that needs no enrolment, without bar and navigation."""
        self.enrolled = False
        self.screens.current = "enrol"

    def show_answer(self, answer: Answer, override: Callable[[str], None]) -> None:
        """Lets the verdict take the screen; `override(why)` is called when staff let the party in."""
        self._override = override
        self.answers_shown += 1
        self.ids.verdict.show(showing.verdict(answer, self._context.words()))

    def override(self, reason: str) -> None:
        """Staff let the party in: asks the desk again, with their reason in words."""
        why = self._context.words().say(f"verdict.reason.{reason}")
        self.ids.verdict.hide()
        if self._override is not None:
            self._override(why)

    def draw(self) -> None:
        """Draws header and open screen from what is known now."""
        host, words = self._context.host, self._context.words()
        if host.enrolment is None and self.enrolled:
            self.show_enrolment()
            if host.line.connection.revoked:
                self.screens.get_screen("enrol").tell_revoked()
                self._turned_away()
            return
        evening, connection = host.house.evening, host.line.connection
        bar = self.ids.header
        signal = showing.header_signal(connection, words)
        bar.restaurant = evening.restaurant.name if evening.restaurant else words.say("app.name")
        bar.day = showing.tonight(evening.service_date, words)
        bar.time = words.time(host.clock.now())
        bar.signal_role, bar.signal_icon, bar.signal_word = signal.role, signal.icon, signal.word
        bar.offline_sentence = showing.missing(connection, words)
        self.ids.navigation.to_review = len(host.house.to_review)
        self.ids.navigation.unread = host.inbox.unread()
        self.screens.current_screen.refresh()

    def _fit(self) -> None:
        self.wide = self.width >= dp(_WIDE)
        for screen in self.screens.screens:
            screen.wide = self.wide

    def _on_key(self, _window: Any, key: int, *_: Any) -> bool:
        """Escape sends away what lies on top; the app itself never closes by it."""
        escape = 27
        if key != escape:
            return False
        if self.ids.verdict.visible:
            self.ids.verdict.hide()
        elif self.screens.current in ("arrivals", "inbox"):
            self.screens.current_screen.choose("")
        return True


load_kv(__file__)
