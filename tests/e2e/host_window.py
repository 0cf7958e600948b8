"""The host app as a person meets it: a real window on a screen of its own, a camera to hold codes into,
touches and keys.

For end-to-end tests of the app, and of anything whose end is seen at the door. What the window shows is read
from the lines the app writes with `--state`; pictures come from the X server's own frame buffer.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import struct
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from servers import wait_until

from host_app.core.lockout import LOCKOUT_SECONDS

ROOT = Path(__file__).resolve().parents[2]
PORTRAIT = (800, 1280)
LANDSCAPE = (1280, 800)
_A_SIGHT_S = 20.0
_PATIENCE_S = 60.0  # a busy machine draws a window slowly; what is slow is not wrong
_POLL_S = 0.05
_SETTLED_S = 0.3
_WALL = (118, 110, 100)

Seen = dict[str, Any]


class HostWindow:
    """One app in one window. `start` opens it, `until` waits for what it shows, `tap` and `type` use it."""

    def __init__(self, folder: Path, size: tuple[int, int], language: str) -> None:
        self.size = size
        self.language = language
        self._folder = folder
        self._camera = folder / "camera"
        self._camera.mkdir(parents=True)
        self.hold_up(None)
        self._state = folder / "state.jsonl"
        self._console = folder / "console.log"
        self._screen: subprocess.Popen[bytes] | None = None
        self._app: subprocess.Popen[bytes] | None = None
        self._display = ""
        self._painted = False

    def start(self, *arguments: str) -> None:
        """Opens the app in the window; earlier data of this device is found again."""
        if self._screen is None:
            self._open_screen()
        self._state.unlink(missing_ok=True)
        self._painted = False
        width, height = self.size
        command = [
            *(sys.executable, str(ROOT / "scripts" / "host")),
            *("--data", str(self._folder / "device"), "--state", str(self._state)),
            *("--size", f"{width}x{height}", "--language", self.language),
            *("--camera", str(self._camera), *arguments),
        ]
        environment = {**os.environ, "DISPLAY": self._display, "LIBGL_ALWAYS_SOFTWARE": "1"}
        with self._console.open("ab") as console:
            self._app = subprocess.Popen(command, env=environment, stdout=console, stderr=console)

    def kill(self) -> None:
        """Ends the app without a goodbye, as a flat battery would."""
        assert self._app is not None
        self._app.kill()
        self._app.wait(30)
        wait_until(lambda: not self.pixels()[::50, ::50].any(), "the window to be gone")

    def close(self) -> None:
        """Ends app and screen."""
        for process in (self._app, self._screen):
            if process is not None and process.poll() is None:
                process.terminate()
                process.wait(30)

    def seen(self) -> Seen | None:
        """What the window shows now; None before it shows anything."""
        if not self._state.exists():
            return None
        lines = self._state.read_text(encoding="utf-8").splitlines()
        found: Seen | None = json.loads(lines[-1]) if lines else None
        return found

    def until(self, shows: Callable[[Seen], Any], what: str) -> Seen:
        """Waits until the window shows it; fails, naming `what`, when it does not."""
        deadline = time.monotonic() + _PATIENCE_S
        while time.monotonic() < deadline:
            assert self._app is not None, "start() comes first"
            assert self._app.poll() is None, f"the app ended:\n{self._console.read_text()[-3000:]}"
            seen = self.seen()
            if seen is not None and shows(seen) and self._is_painted():
                return seen
            time.sleep(_POLL_S)
        picture = self.keep_picture("waited-in-vain")
        raise AssertionError(f"waited in vain for {what}; {picture} shows {self.seen()}")

    def tap(self, target: str) -> None:
        """Touches what the app calls `target`, once it is there and has stopped moving."""
        place: list[int] | None = None
        deadline = time.monotonic() + _PATIENCE_S
        while time.monotonic() < deadline:
            seen = self.until(lambda seen: target in seen["targets"], f"{target} to tap")
            if seen["targets"][target] == place:
                x, y = str(place[0]), str(place[1])
                # Off and back: a new window does not know where a pointer is that has not moved since it opened.
                self._xdotool("mousemove", "0", "0", "mousemove", x, y, "click", "1")
                return
            place = seen["targets"][target]
            time.sleep(_SETTLED_S)
        raise AssertionError(f"{target} never stood still")

    def type(self, text: str) -> None:
        """Types on the keyboard."""
        self._xdotool("type", "--delay", "15", text)

    def press(self, *keys: str) -> None:
        """Presses keys by their X names: Tab, Return, Escape, ctrl+a."""
        self._xdotool("key", *keys)

    def go(self, screen: str) -> None:
        """Opens a screen through the navigation."""
        self.tap(f"go.{screen}")
        self.until(lambda seen: seen["screen"] == screen, f"the screen {screen}")

    def hold_up(self, png: bytes | None, side: int = 420) -> None:
        """Holds a picture in front of the camera, so many pixels wide in a 1280x720 frame; None shows the
        bare wall.
        """
        frame = Image.new("RGB", (1280, 720), _WALL)
        if png is not None:
            code = Image.open(io.BytesIO(png)).convert("RGB").resize((side, side), Image.Resampling.LANCZOS)
            frame.paste(code, ((1280 - side) // 2, (720 - side) // 2))
        unfinished = self._folder / "frame.png"
        frame.save(unfinished)
        unfinished.replace(self._camera / "frame.png")

    def scan(self, png: bytes) -> Seen:
        """Holds a code up until its verdict is shown, then takes it away; the verdict.

        Like a person, takes a code that is not read away and holds it up once more; the second time it has to be.
        """
        before = (self.seen() or {}).get("scans", 0)
        self.hold_up(png)
        try:
            wait_until(
                lambda: (self.seen() or {}).get("scans", 0) > before, "a first sight of the code", _A_SIGHT_S
            )
        except AssertionError:
            self.hold_up(None)
            time.sleep(2 * _SETTLED_S + LOCKOUT_SECONDS)
            self.hold_up(png)
        seen = self.until(lambda now: now["scans"] > before and now["verdict"], "a verdict")
        self.hold_up(None)
        verdict: Seen = seen["verdict"]
        return verdict

    def keep_picture(self, name: str) -> Path:
        """Saves what the screen shows as artefacts/host/NAME.png, for people to look at after a test run."""
        folder = ROOT / "artefacts" / "host"
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{name}.png"
        Image.fromarray(self.pixels()).save(path)
        return path

    def pixels(self) -> Any:
        """The screen as an RGB array, read from the X server's frame buffer (a file in X's own xwd format)."""
        data = (self._folder / "Xvfb_screen0").read_bytes()
        header = struct.unpack(">25I", data[:100])
        size, width, height, line, colours = header[0], header[4], header[5], header[12], header[19]
        start = size + colours * 12
        rows = np.frombuffer(data[start : start + line * height], np.uint8).reshape(height, line)
        return rows[:, : width * 4].reshape(height, width, 4)[:, :, 2::-1].copy()

    def _is_painted(self) -> bool:
        """Whether the window has drawn its first frame; touches before that go to an empty screen."""
        self._painted = self._painted or bool(self.pixels()[::50, ::50].any())
        return self._painted

    def _open_screen(self) -> None:
        width, height = self.size
        read, write = os.pipe()
        command = [
            "Xvfb",
            "-displayfd",
            str(write),
            "-screen",
            "0",
            f"{width}x{height}x24",
            "-nolisten",
            "tcp",
        ]
        self._screen = subprocess.Popen(
            [*command, "-fbdir", str(self._folder)], pass_fds=[write], stderr=subprocess.DEVNULL
        )
        os.close(write)
        with os.fdopen(read) as number:
            self._display = f":{number.readline().strip()}"

    def _xdotool(self, *arguments: str) -> None:
        subprocess.run(["xdotool", *arguments], env={**os.environ, "DISPLAY": self._display}, check=True)


@contextmanager
def host_window(folder: Path, size: tuple[int, int] = PORTRAIT, language: str = "es") -> Iterator[HostWindow]:
    """A window that is closed afterwards. Fails, and says what to do, where it cannot be opened."""
    for program in ("Xvfb", "xdotool"):
        if shutil.which(program) is None:
            pytest.fail(f"tests of the host app need {program}: install it (scripts/test does where it may)")
    window = HostWindow(folder, size, language)
    try:
        yield window
    finally:
        window.close()
