"""From camera to codes: takes the newest frame, reads it, and reports each code that newly came into view.

Called by the scan screen, which starts and stops it. Runs in its own thread so that decoding never holds up
the preview; after any code, good or bad, it simply goes on.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from host_app.core.lockout import Lockout
from host_app.devices.camera import Camera
from host_app.devices.decoding import LiveReader

_WAIT_SECONDS = 0.5


class Scanner:
    """Reports codes to `on_code`, on its own thread."""

    def __init__(
        self, camera: Camera, on_code: Callable[[str], None], lockout: Lockout | None = None
    ) -> None:
        self._camera = camera
        self._on_code = on_code
        self._lockout = lockout or Lockout()
        self._reader = LiveReader()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="scanner", daemon=True)

    def start(self) -> None:
        """Begins to read."""
        self._thread.start()

    def stop(self) -> None:
        """Ends the thread; the camera is left as it is."""
        self._stopping.set()
        self._thread.join(5)

    def _run(self) -> None:
        seen = 0
        while not self._stopping.is_set():
            shot = self._camera.next_after(seen, _WAIT_SECONDS)
            if shot is None:
                continue
            seen = shot.number
            for text in self._reader.read(shot.frame):
                if self._lockout.admits(text, time.monotonic()):
                    self._on_code(text)
