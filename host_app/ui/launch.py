"""Sets up Kivy and opens the window. Called by the command line; nothing else may import Kivy before it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from host_app.options import Options
from host_app.wiring import build
from host_app.wording import LANGUAGES, Words

_MINIMUM = (360, 560)


def run(options: Options) -> None:
    """Opens the app and returns when its window is closed."""
    _set_up_kivy(options.data, options.size)
    from kivy.core.window import Window

    if Window is None or _nobody_could_see_it():
        raise SystemExit("\n".join(Words(language).say("start.no_window") for language in LANGUAGES))
    from host_app.ui.app import HostApp  # Kivy reads its settings when it is first imported

    HostApp(build(options.data, options.language or "es"), options).run()


def _nobody_could_see_it() -> bool:
    """Linux without a display and without a screen of its own: SDL would draw into nothing, silently."""
    wished = any(name in os.environ for name in ("DISPLAY", "WAYLAND_DISPLAY", "SDL_VIDEODRIVER"))
    return sys.platform == "linux" and not wished and not any(Path("/dev/dri").glob("card*"))


def _set_up_kivy(data: Path, size: tuple[int, int]) -> None:
    home = data / "kivy"
    home.mkdir(parents=True, exist_ok=True)
    os.environ["KIVY_HOME"] = str(home)
    os.environ["KIVY_NO_ARGS"] = "1"  # the command line is ours
    os.environ.setdefault("KIVY_LOG_MODE", "PYTHON")  # through logging, like everything else
    from kivy.config import Config

    Config.set("kivy", "exit_on_escape", "0")
    Config.set("kivy", "desktop", "1")
    Config.set("input", "mouse", "mouse,disable_multitouch")  # no red dots for the right button
    for name, value in zip(("width", "height"), size, strict=True):
        Config.set("graphics", name, str(value))
    for name, value in zip(("minimum_width", "minimum_height"), _MINIMUM, strict=True):
        Config.set("graphics", name, str(value))
    Config.set("graphics", "multisamples", "0" if "LIBGL_ALWAYS_SOFTWARE" in os.environ else "2")
