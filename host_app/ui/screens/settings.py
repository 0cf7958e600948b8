"""Settings and state of this device: language, look, camera, what works and how fresh it is, and acts a
person must look at.
"""

# mypy: allow-subclassing-any
from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath
from typing import Any

from kivy.properties import BooleanProperty, StringProperty
from kivy.uix.boxlayout import BoxLayout
from kivy.uix.screenmanager import Screen

from host_app import __version__
from host_app.core.house import party_of
from host_app.core.records import QueuedAct
from host_app.devices import engines
from host_app.ui import showing
from host_app.ui.context import Context
from host_app.ui.later import then
from host_app.ui.loading import load_kv
from host_app.ui.parts import basics  # noqa: F401 - its kv classes are used in ours


class StateLine(BoxLayout):
    """A name and its value."""

    name = StringProperty("")
    value = StringProperty("")


class ReviewLine(BoxLayout):
    """An act that the server refused, with the button that settles it."""

    text = StringProperty("")

    __events__ = ("on_seen",)

    def on_seen(self) -> None:
        """A person has dealt with it."""


class SettingsScreen(Screen):
    """Shows and changes this device's preferences."""

    language = StringProperty("es")
    appearance = StringProperty("light")
    camera = StringProperty("0")
    camera_name = StringProperty("")  # of a source that is no numbered camera
    device = StringProperty("")
    leaving = BooleanProperty(False)
    wide = BooleanProperty(False)

    def __init__(self, context: Context, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._context = context

    def refresh(self) -> None:
        """Reads everything again."""
        host, words = self._context.host, self._context.words()
        enrolment, evening = host.enrolment, host.house.evening
        if enrolment is not None:
            place = evening.restaurant.name if evening.restaurant else enrolment.server_url
            self.device = words.say("settings.device.of", name=enrolment.device_name, restaurant=place)
        self._draw_state()
        self._draw_review(host.house.to_review)

    def choose_camera(self, source: str) -> None:
        """Uses another camera from now on."""
        self.camera = source
        self._context.choose_camera(source)

    def on_camera(self, *_: Any) -> None:
        """Another source; of a file or an address its last part says enough."""
        self.camera_name = "" if self.camera.isdigit() else PurePath(self.camera).name

    def leave(self) -> None:
        """The second press erases and removes; the first one asks."""
        if not self.leaving:
            self.leaving = True
            return
        self.leaving = False
        host = self._context.host
        then(host.submit(host.leave), lambda _: self._context.go("enrol"), self._failed)

    def refresh_now(self) -> None:
        """Asks the server for everything."""
        self._context.host.refresh()

    def on_leave(self) -> None:
        """The question is not left open behind another screen."""
        self.leaving = False

    def _failed(self, _: BaseException) -> None:
        """It is in the log; what is shown is read again, so that nothing looks done that is not."""
        self.refresh()

    def _draw_state(self) -> None:
        place = self.ids.state
        place.clear_widgets()
        for name, value in self._state():
            place.add_widget(StateLine(name=name, value=value))

    def _state(self) -> list[tuple[str, str]]:
        host, words = self._context.host, self._context.words()
        evening, connection = host.house.evening, host.line.connection
        fetched = evening.fetched_at
        listed = (
            words.say("settings.diagnostics.list.value", count=len(evening.parties), time=words.time(fetched))
            if fetched
            else words.say("settings.diagnostics.list.none")
        )
        keys = "ok" if evening.day_keys.keys else "none"
        queue = (
            words.say("settings.diagnostics.queue.value", count=connection.waiting)
            if connection.waiting
            else words.say("settings.diagnostics.queue.none")
        )
        skew = words.say("settings.diagnostics.clock.value", seconds=round(host.clock.skew.total_seconds()))
        signal = showing.header_signal(connection, words)
        return [
            (words.say("settings.diagnostics.connection"), signal.word),
            (words.say("settings.diagnostics.list"), listed),
            (words.say("settings.diagnostics.keys"), words.say(f"settings.diagnostics.keys.{keys}")),
            (words.say("settings.diagnostics.queue"), queue),
            (words.say("settings.diagnostics.clock"), skew),
            (words.say("settings.diagnostics.readers"), ", ".join(engines.available())),
            (words.say("settings.diagnostics.version"), __version__),
        ]

    def _draw_review(self, refused: Sequence[QueuedAct]) -> None:
        place, words = self.ids.review, self._context.words()
        place.clear_widgets()
        for act in refused:
            line = ReviewLine(text=self._told(act))
            line.bind(on_seen=lambda _, event_id=act.check_in.event_id: self._set_aside(event_id))
            place.add_widget(line)
        self.ids.review_none.text = "" if refused else words.say("settings.review.none")

    def _told(self, act: QueuedAct) -> str:
        words = self._context.words()
        party = self._context.host.house.party(party_of(act.check_in))
        name = party.guest.name if party else words.say("settings.review.unknown")
        reason = showing.reason(act.reason or "", words)
        return words.say(
            "settings.review.item", time=words.time(act.check_in.scanned_at), name=name, reason=reason
        )

    def _set_aside(self, event_id: str) -> None:
        host = self._context.host
        then(host.submit(host.set_aside, event_id), lambda _: self.refresh(), self._failed)


load_kv(__file__)
