"""The camera: always the newest frame, from a device, a video, a picture or a folder of pictures, and back by
itself when lost.

Called by the scan screen. One thread reads; whoever wants a frame takes the newest one, so a slow reader
skips frames and never falls behind.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import cv2
import numpy as np
from numpy.typing import NDArray

log = logging.getLogger(__name__)

State = Literal["opening", "running", "lost"]
Frame = NDArray[np.uint8]

_PICTURES = {".png", ".jpg", ".jpeg", ".bmp", ".webp", ".tif", ".tiff"}
_WIDTH, _HEIGHT = 1280, 720  # more pixels cost more time than they read
_STILL_SECONDS = 0.1  # a picture is shown as a slow camera would
_FOLDER_SECONDS = 1.0  # each picture of a folder stays in view for so long
_REOPEN_SECONDS = 1.0


class CameraLostError(Exception):
    """The source cannot be opened or has stopped giving frames."""


@dataclass(frozen=True, slots=True)
class Shot:
    """A frame and its number; numbers grow by one."""

    number: int
    frame: Frame


class Camera:
    """Reads one source in its own thread until it is stopped."""

    def __init__(self, source: str) -> None:
        self.source = source
        self._condition = threading.Condition()
        self._shot: Shot | None = None
        self._state: State = "opening"
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="camera", daemon=True)

    @property
    def state(self) -> State:
        """Whether frames are coming."""
        return self._state

    def start(self) -> None:
        """Begins to read."""
        self._thread.start()

    def stop(self) -> None:
        """Ends the reading and gives the device back."""
        self._stopping.set()
        with self._condition:
            self._condition.notify_all()
        self._thread.join(5)

    def newest(self) -> Shot | None:
        """The newest frame, or None before the first."""
        with self._condition:
            return self._shot

    def next_after(self, number: int, seconds: float) -> Shot | None:
        """Waits for a frame newer than `number`; None when none comes in time or the camera is stopped."""
        with self._condition:
            self._condition.wait_for(
                lambda: self._stopping.is_set() or (self._shot is not None and self._shot.number > number),
                seconds,
            )
            shot = self._shot
        return shot if shot is not None and shot.number > number and not self._stopping.is_set() else None

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                for frame in frames(self.source, self._stopping.wait):
                    self._show(frame)
                    if self._stopping.is_set():
                        return
            except (CameraLostError, cv2.error) as lost:
                log.warning("camera %s is lost: %s", self.source, lost)
                self._state = "lost"
                self._stopping.wait(_REOPEN_SECONDS)

    def _show(self, frame: Frame) -> None:
        with self._condition:
            self._state = "running"
            self._shot = Shot((self._shot.number if self._shot else 0) + 1, frame)
            self._condition.notify_all()


def frames(source: str, wait: Callable[[float], Any]) -> Iterator[Frame]:
    """The frames of a source for ever, each at its time: an index, a video or stream, a picture, a folder of
    pictures.

    `wait` sleeps for seconds. CameraLostError when the source is not there or ends.
    """
    path = Path(source)
    if path.is_dir():
        return _folder(path, wait)
    if path.suffix.lower() in _PICTURES:
        return _still(path, wait)
    return _capture(source, wait)


def _still(path: Path, wait: Callable[[float], Any]) -> Iterator[Frame]:
    while True:
        yield _picture(path)
        wait(_STILL_SECONDS)


def _folder(path: Path, wait: Callable[[float], Any]) -> Iterator[Frame]:
    while True:
        pictures = sorted(each for each in path.iterdir() if each.suffix.lower() in _PICTURES)
        if not pictures:
            raise CameraLostError(f"no picture in {path}")
        for each in pictures:
            for _ in range(round(_FOLDER_SECONDS / _STILL_SECONDS)):
                yield _picture(each)
                wait(_STILL_SECONDS)


def _picture(path: Path) -> Frame:
    picture = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if picture is None:
        raise CameraLostError(f"{path} is not a picture")
    return np.asarray(picture, dtype=np.uint8)


def _capture(source: str, wait: Callable[[float], Any]) -> Iterator[Frame]:
    is_file = Path(source).is_file()
    capture = cv2.VideoCapture(int(source)) if source.isdigit() else cv2.VideoCapture(source)
    try:
        if not capture.isOpened():
            raise CameraLostError(f"{source} cannot be opened")
        if source.isdigit():
            _prefer_quick_frames(capture)
        pause = 1.0 / (capture.get(cv2.CAP_PROP_FPS) or 25.0) if is_file else 0.0
        while True:
            read, frame = capture.read()
            if not read and is_file and capture.set(cv2.CAP_PROP_POS_FRAMES, 0):
                read, frame = capture.read()  # a video starts over, as a rehearsal needs it
            if not read:
                raise CameraLostError(f"{source} gives no more frames")
            yield np.asarray(frame, dtype=np.uint8)
            if pause:
                wait(pause)
    finally:
        capture.release()


def _prefer_quick_frames(capture: cv2.VideoCapture) -> None:
    capture.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG"))
    capture.set(cv2.CAP_PROP_FRAME_WIDTH, _WIDTH)
    capture.set(cv2.CAP_PROP_FRAME_HEIGHT, _HEIGHT)
    capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)
