"""Enrolment: server, code and device name, typed or read from a QR, and plain words about what went wrong."""

# mypy: allow-subclassing-any
from __future__ import annotations

from typing import Any

from kivy.clock import Clock
from kivy.properties import BooleanProperty, StringProperty
from kivy.uix.screenmanager import Screen

from host_app.core.enrolment import read_invitation, server_address
from host_app.core.ports import UnreachableError
from host_app.core.records import Enrolment
from host_app.devices.watch import Watch
from host_app.ui.context import Context
from host_app.ui.later import then
from host_app.ui.loading import load_kv
from host_app.ui.parts import camera_view  # noqa: F401 - its kv classes are used in ours


class EnrolScreen(Screen):
    """Makes this device one of a restaurant's."""

    message = StringProperty("")
    message_role = StringProperty("info")
    busy = BooleanProperty(False)
    looking = BooleanProperty(False)
    wide = BooleanProperty(False)

    def __init__(self, context: Context, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._context = context
        self._watch: Watch | None = None

    def fill(self, server_url: str | None, code: str | None) -> None:
        """Puts in what is known already, and connects when that is all."""
        self.ids.server.text = server_url or self.ids.server.text
        self.ids.code.text = code or self.ids.code.text
        if server_url and code:
            self.connect()

    def connect(self) -> None:
        """Asks the server to enrol this device."""
        words, server = self._context.words(), server_address(self.ids.server.text)
        code, name = self.ids.code.text.strip(), self.ids.name.text.strip()
        if self.busy:
            return
        if not server or not code:
            self._say("attention", words.say("enrol.missing"))
            return
        self.busy = True
        self._say("info", words.say("enrol.connecting"))
        host = self._context.host
        future = host.submit(host.enrol, server, code, name or words.say("enrol.name.default"))
        then(future, self._enrolled, lambda problem: self._failed(problem, server))

    def tell_revoked(self) -> None:
        """The server turned this device away; it has forgotten everything."""
        self._say("attention", self._context.words().say("enrol.revoked"))

    def toggle_camera(self) -> None:
        """Opens the camera for the enrolment QR, or closes it."""
        if self._watch is None:
            self._watch = Watch(self._context.camera_source(), self._on_code)
            self._watch.start()
            self.ids.camera.show(self._watch.camera)
            self.looking = True
        else:
            self._close_camera()

    def on_leave(self) -> None:
        """Closes the camera."""
        self._close_camera()

    def refresh(self) -> None:
        """Nothing here depends on the evening."""

    def _close_camera(self) -> None:
        if self._watch is not None:
            self.ids.camera.show(None)
            self._watch.stop()
            self._watch = None
        self.looking = False

    def _on_code(self, text: str) -> None:
        """On the scanner's thread."""
        Clock.schedule_once(lambda _: self._take(text), 0)

    def _take(self, text: str) -> None:
        invitation = read_invitation(text)
        if invitation is None or self._watch is None:
            return  # another QR in view, or the camera was just closed: keep looking
        self._close_camera()
        self.ids.code.text = invitation.code
        self.ids.server.text = invitation.server_url or self.ids.server.text
        self._say("good", self._context.words().say("enrol.read"))

    def _enrolled(self, _: Enrolment) -> None:
        self.busy = False
        self.message = ""
        self.ids.code.text = ""
        self._context.go_home()

    def _failed(self, problem: BaseException, server: str) -> None:
        self.busy = False
        words = self._context.words()
        if isinstance(problem, UnreachableError):
            self._say("refusal", words.say("enrol.unreachable", server=server))
        else:
            self._say("refusal", words.say("enrol.refused"))

    def _say(self, role: str, sentence: str) -> None:
        self.message_role, self.message = role, sentence


load_kv(__file__)
