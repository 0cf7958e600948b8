"""The camera's picture, cropped to its place, with a frame that shows where a code belongs.

Used by the scan and enrol screens, which give it a camera. It only draws: reading codes happens in the
scanner's thread.
"""

# mypy: allow-subclassing-any
from __future__ import annotations

from typing import Any

import cv2
from kivy.clock import Clock
from kivy.graphics.texture import Texture
from kivy.properties import ObjectProperty, StringProperty
from kivy.uix.widget import Widget

from host_app.devices.camera import Camera, Frame
from host_app.ui.loading import load_kv

_FRAMES_PER_SECOND = 24
_WIDEST = 960  # pixels of preview; more are not seen and cost the drawing thread


class CameraView(Widget):
    """Shows the newest frame of `camera` while it has one."""

    texture = ObjectProperty(None, allownone=True)
    state = StringProperty("opening")  # as the camera says: opening, running, lost

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._camera: Camera | None = None
        self._shown = 0
        self._ticking: Any = None

    def show(self, camera: Camera | None) -> None:
        """Draws this camera from now on; None stops."""
        self._camera, self._shown = camera, 0
        if camera is None and self._ticking is not None:
            self._ticking.cancel()
            self._ticking, self.texture = None, None
        if camera is not None and self._ticking is None:
            self._ticking = Clock.schedule_interval(self._draw, 1 / _FRAMES_PER_SECOND)

    def _draw(self, _: float) -> None:
        if self._camera is None:
            return
        self.state = self._camera.state
        shot = self._camera.newest()
        if shot is None or shot.number == self._shown or self.width < 1 or self.height < 1:
            return
        self._shown = shot.number
        picture = _fitted(shot.frame, self.width / self.height)
        height, width = picture.shape[:2]
        if self.texture is None or self.texture.size != (width, height):
            self.texture = Texture.create(size=(width, height), colorfmt="rgb")
            self.texture.flip_vertical()
        self.texture.blit_buffer(picture.tobytes(), colorfmt="rgb", bufferfmt="ubyte")
        self.canvas.ask_update()


def _fitted(frame: Frame, ratio: float) -> Any:
    """The middle of the frame in the place's proportion, small enough to draw, as RGB."""
    height, width = frame.shape[:2]
    wide, high = (
        (min(width, round(height * ratio)), height)
        if width > height * ratio
        else (width, round(width / ratio))
    )
    left, top = (width - wide) // 2, (height - high) // 2
    part: Any = frame[top : top + high, left : left + wide]
    if wide > _WIDEST:
        part = cv2.resize(part, (_WIDEST, max(1, round(high * _WIDEST / wide))), interpolation=cv2.INTER_AREA)
    return cv2.cvtColor(part, cv2.COLOR_BGR2RGB)


load_kv(__file__)
