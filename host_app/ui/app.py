"""The Kivy app: theme, words and window around a Host. Made by `launch`, which has set up Kivy before this is
imported.
"""

# mypy: allow-subclassing-any
from __future__ import annotations

from typing import Any

from kivy.app import App
from kivy.core.text import LabelBase
from kivy.properties import ObjectProperty, StringProperty

from host_app.core.enrolment import server_address
from host_app.core.records import Answer
from host_app.options import Options
from host_app.runtime import Host
from host_app.ui import icons
from host_app.ui.context import Context
from host_app.ui.shell import Shell
from host_app.ui.theme import Theme
from host_app.ui.witness import Witness
from host_app.wording import Words


class HostApp(App):
    """Holds what kv rules reach through `app`: `theme`, `t(key)`, `language`. Decides nothing else."""

    theme = ObjectProperty()
    language = StringProperty("es")
    t = ObjectProperty()  # a new function after each change of language, so that every text follows it

    def __init__(self, host: Host, options: Options, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._host = host
        self._options = options
        self._code = options.enrol
        self.title = "SaveIt"
        self.language = options.language or host.journal.setting("language") or "es"
        self.theme = Theme(mode=host.journal.setting("appearance") or "light")
        self.t = Words(self.language).say
        LabelBase.register(icons.FONT_NAME, str(icons.FONT_FILE))

    def build(self) -> Shell:
        """Makes the window's content."""
        context = Context(
            host=self._host,
            words=self._words,
            camera_source=self._camera_source,
            choose_camera=lambda source: self._host.journal.keep_setting("camera", source),
            choose_language=self.choose_language,
            choose_appearance=self.choose_appearance,
            show_answer=self._show_answer,
            go=lambda name: self._shell.go(name),
            go_home=self._go_home,
        )
        self._shell = Shell(context, self.turned_away)
        self._shell.screens.get_screen("settings").camera = self._camera_source()
        if self._options.state is not None:
            Witness(self._options.state, self._shell, self._host).start()
        return self._shell

    def on_start(self) -> None:
        """The window is there: work begins. A code on the command line enrols a device that is not yet there."""
        self._host.start()
        known, server = self._host.enrolment, self._options.server
        if known is None or (self._options.enrol and server and known.server_url != server_address(server)):
            self._enrol()
        else:
            self._go_home()

    def _go_home(self) -> None:
        """Whoever names a camera wants to scan; else the list is where work begins."""
        self._shell.go("scan" if self._options.camera else "arrivals")

    def _enrol(self) -> None:
        self._shell.show_enrolment()
        code, self._code = self._code, None  # a code is tried once
        self._shell.screens.get_screen("enrol").fill(self._options.server, code)

    def turned_away(self) -> None:
        """The server no longer knows this device."""
        self._enrol()

    def on_stop(self) -> None:
        """The window closes: the camera is given back and the threads end."""
        self._shell.screens.current_screen.dispatch("on_leave")
        self._host.stop()

    def choose_language(self, language: str) -> None:
        """Everything is said in this language from now on."""
        self.language = language
        self.t = Words(language).say
        self._host.journal.keep_setting("language", language)
        self._host.refresh_inbox()  # the server says why somebody waits, in our language
        self._shell.draw()

    def choose_appearance(self, mode: str) -> None:
        """Light or dark from now on."""
        self.theme.mode = mode
        self._host.journal.keep_setting("appearance", mode)

    def _show_answer(self, answer: Answer, override: Any) -> None:
        self._shell.show_answer(answer, override)

    def _words(self) -> Words:
        restaurant = self._host.house.evening.restaurant
        return Words(self.language, restaurant.zone if restaurant else None)

    def _camera_source(self) -> str:
        return self._options.camera or self._host.journal.setting("camera") or "0"
