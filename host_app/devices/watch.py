"""A camera with somebody who reads it: what a screen opens while it is shown and closes when it is left.

Called by the scan and enrol screens.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from host_app.core.lockout import Lockout
from host_app.devices.camera import Camera
from host_app.devices.scanner import Scanner


class Watch:
    """One camera and one scanner, started and stopped together."""

    def __init__(self, source: str, on_code: Callable[[str], None], lockout: Lockout | None = None) -> None:
        self.camera = Camera(source)
        self._scanner = Scanner(self.camera, on_code, lockout)

    def start(self) -> None:
        """Begins to look; codes are reported on the scanner's thread."""
        self.camera.start()
        self._scanner.start()

    def stop(self) -> None:
        """Lets go of the camera without keeping the caller: a driver may take seconds to close."""
        threading.Thread(target=self._stop, name="camera-closing", daemon=True).start()

    def _stop(self) -> None:
        self.camera.stop()
        self._scanner.stop()
