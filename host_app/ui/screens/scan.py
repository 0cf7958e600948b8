"""The scanner: camera picture with a frame, and what was scanned last. Codes go to the desk; the verdict
takes the screen.

The camera runs while this screen is open, also under a verdict, so that the next guest's code is read at
once. A bad code changes nothing about that.
"""

# mypy: allow-subclassing-any
from __future__ import annotations

from collections import deque
from typing import Any

from kivy.clock import Clock
from kivy.properties import BooleanProperty, ListProperty, StringProperty
from kivy.uix.screenmanager import Screen

from host_app.core.enrolment import read_invitation
from host_app.core.lockout import Lockout
from host_app.core.records import DEFECT, Answer
from host_app.devices.watch import Watch
from host_app.ui import showing
from host_app.ui.context import Context
from host_app.ui.later import then
from host_app.ui.loading import load_kv
from host_app.ui.parts import camera_view  # noqa: F401 - its kv classes are used in ours
from host_app.ui.parts.basics import Chip

_RECENT = 3


class ScanScreen(Screen):
    """Looks while it is open."""

    camera_state = StringProperty("opening")
    checking = BooleanProperty(False)
    recent = ListProperty()
    wide = BooleanProperty(False)

    def __init__(self, context: Context, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._context = context
        self._watch: Watch | None = None
        # kept over re-openings: a code held up while the screen is left and opened is one sight
        self._lockout = Lockout()
        self._answers: deque[Answer] = deque(maxlen=_RECENT)

    def on_pre_enter(self) -> None:
        """Opens the camera."""
        if self._watch is None:
            self._watch = Watch(self._context.camera_source(), self._on_code, self._lockout)
            self._watch.start()
            self.ids.camera.show(self._watch.camera)

    def on_leave(self) -> None:
        """Closes the camera."""
        if self._watch is not None:
            self.ids.camera.show(None)
            self._watch.stop()
            self._watch = None

    def refresh(self) -> None:
        """The language changed: the last answers are told in the new one."""
        self._draw_recent()

    def _on_code(self, text: str) -> None:
        """On the scanner's thread."""
        invitation = read_invitation(text)
        if invitation is not None and invitation.server_url is not None:
            return  # the QR this device was just enrolled with still lies there; it is no guest
        Clock.schedule_once(lambda _: self._check(text, None), 0)

    def _check(self, code: str, reason: str | None) -> None:
        host = self._context.host
        self.checking = True
        future = host.submit(host.desk.scan, code, override=reason is not None, reason=reason)
        then(future, lambda answer: self._show(code, answer), lambda _: self._show(code, DEFECT))

    def _show(self, code: str, answer: Answer) -> None:
        self.checking = False
        self._answers.appendleft(answer)
        self._draw_recent()
        self._context.show_answer(answer, lambda why: self._check(code, why))

    def _draw_recent(self) -> None:
        words, place = self._context.words(), self.ids.recent
        place.clear_widgets()
        self.recent = [showing.verdict(answer, words) for answer in self._answers]
        for shown in self.recent:
            text = " · ".join(part for part in (shown["name"], shown["title"]) if part)
            place.add_widget(
                Chip(role=shown["role"], icon=shown["icon"], text=text, pos_hint={"center_x": 0.5})
            )


load_kv(__file__)
