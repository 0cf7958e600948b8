"""From a camera frame to the texts of the QR codes in it, by a chain of decoders and prepared pictures chosen
by measurement.

`decode` tries everything on one frame (pictures, tests, others who call it); `LiveReader` spreads the same
steps over the frames of a camera, so that each frame costs little. Neither ever raises: whatever is held into
the camera, the scanner goes on.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import cycle
from typing import Any

import cv2
import numpy as np

from host_app.devices.engines import Box, Grey, available, zbar, zxing

_RIM = 40  # pixels of white around a picture: a code at the very edge gets its quiet zone back
_LARGEST = 2600  # a side; a photograph beyond that only costs time
_SMALLEST = 11
_CUT_SIDE = 720  # pixels a found but unread code is enlarged to

Step = Callable[[Grey], list[str]]


def decode(frame: Any) -> list[str]:
    """The texts of the QR codes in a frame, each once, [] where none.

    `frame` is a BGR (or grey, or BGRA) numpy.uint8 array of any size. The steps stop at the first that reads
    something.
    """
    grey = _grey(frame)
    if grey is None:
        return []
    for step in STEPS:
        texts = step(grey)
        if texts:
            return _each_once(texts)
    return []


class LiveReader:
    """Reads frame after frame from one camera: the fast step on each, one further step in turn.

    The step that read last is tried on every frame until it fails: what the light and the phone needed a
    moment ago, they need now. Used from one thread.
    """

    def __init__(self) -> None:
        self._turn = cycle(STEPS[1:])
        self._learned: Step | None = None

    def read(self, frame: Any) -> list[str]:
        """The texts in this frame that its share of steps could read; never raises."""
        grey = _grey(frame)
        if grey is None:
            return []
        texts = STEPS[0](grey) or self._try_learned(grey)
        if not texts:
            step = next(self._turn)
            texts = step(grey)
            self._learned = step if texts else self._learned
        return _each_once(texts)

    def _try_learned(self, grey: Grey) -> list[str]:
        texts = self._learned(grey) if self._learned else []
        if not texts:
            self._learned = None
        return texts


def _plain(grey: Grey) -> list[str]:
    return zxing(grey).texts


def _denoised(grey: Grey) -> list[str]:
    return zxing(_array(cv2.medianBlur(grey, 3))).texts


def _thresholded(grey: Grey) -> list[str]:
    """Each pixel against the mean around it: for noise in the dark, where the decoder's own blocks are too
    coarse.
    """
    smooth = cv2.blur(grey, (3, 3))
    black_white = cv2.adaptiveThreshold(smooth, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY, 31, 4)
    return zxing(_array(black_white)).texts


def _enlarged_sharp(grey: Grey) -> list[str]:
    """One and a half times the size and sharpened: for motion and a lens that is not in focus, where modules
    have run together.
    """
    clean = cv2.resize(cv2.medianBlur(grey, 3), None, fx=1.5, fy=1.5, interpolation=cv2.INTER_LINEAR)
    return zxing(_array(cv2.addWeighted(clean, 3.0, cv2.blur(clean, (9, 9)), -2.0, 0))).texts


def _enlarged(grey: Grey) -> list[str]:
    """A code that was found but not read, cut out, enlarged and sharpened."""
    texts: list[str] = []
    for box in zxing(grey).unread:
        texts += zxing(_sharpened(_cut(grey, box))).texts
    return texts


def _three_quarters(grey: Grey) -> list[str]:
    return zxing(_scaled(grey, 0.75)).texts


def _even_white(grey: Grey) -> list[str]:
    """Light that falls off across the picture is divided away, so that paper is white everywhere."""
    background = cv2.blur(cv2.dilate(grey, np.ones((7, 7), np.uint8)), (51, 51))
    return zxing(_with_rim(_array(cv2.divide(grey, background, scale=255)))).texts


def _zbar_plain(grey: Grey) -> list[str]:
    return zbar(_with_rim(grey))


def _zbar_half(grey: Grey) -> list[str]:
    return zbar(_with_rim(_scaled(grey, 0.5)))


def _zbar_three_eighths(grey: Grey) -> list[str]:
    """Small enough that the pixel grid of a photographed phone screen is averaged away."""
    return zbar(_with_rim(_scaled(grey, 0.375)))


# Chosen and ordered by measurement: what reads most for least comes first, and the first must stay cheap, as
# it runs on every frame of the camera. pyzbar adds little to zxing-cpp, at half size, and alone (on Android)
# it needs the whole picture too.
STEPS: tuple[Step, ...] = (
    _plain,
    _denoised,
    _thresholded,
    _enlarged_sharp,
    _three_quarters,
    _even_white,
    _zbar_half,
    _enlarged,
    *(() if "zxing-cpp" in available() else (_zbar_plain, _zbar_three_eighths)),
)


def _grey(frame: Any) -> Grey | None:
    """The frame as one grey plane of a sensible size; None for what is no picture."""
    if not isinstance(frame, np.ndarray) or frame.dtype != np.uint8 or frame.ndim not in (2, 3):
        return None
    if min(frame.shape[:2]) < _SMALLEST:
        return None
    grey = frame if frame.ndim == 2 else _without_colour(frame)
    if grey is not None and max(grey.shape) > _LARGEST:
        return _scaled(grey, _LARGEST / max(grey.shape))
    return grey


def _without_colour(frame: Any) -> Grey | None:
    conversions = {1: None, 3: cv2.COLOR_BGR2GRAY, 4: cv2.COLOR_BGRA2GRAY}
    if frame.shape[2] not in conversions:
        return None
    conversion = conversions[frame.shape[2]]
    return frame[:, :, 0] if conversion is None else _array(cv2.cvtColor(frame, conversion))


def _with_rim(grey: Grey) -> Grey:
    return _array(cv2.copyMakeBorder(grey, _RIM, _RIM, _RIM, _RIM, cv2.BORDER_CONSTANT, value=255))


def _scaled(grey: Grey, factor: float) -> Grey:
    size = (max(1, round(grey.shape[1] * factor)), max(1, round(grey.shape[0] * factor)))
    return _array(cv2.resize(grey, size, interpolation=cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC))


def _sharpened(grey: Grey) -> Grey:
    return _array(cv2.addWeighted(grey, 2.0, cv2.GaussianBlur(grey, (0, 0), 2.0), -1.0, 0))


def _cut(grey: Grey, box: Box) -> Grey:
    """The box with a fifth of its size around it, enlarged to a useful size."""
    margin = max(box.right - box.left, box.bottom - box.top) // 5 + 8
    top, left = max(0, box.top - margin), max(0, box.left - margin)
    part = grey[top : box.bottom + margin, left : box.right + margin]
    return _with_rim(_scaled(part, max(1.0, min(4.0, _CUT_SIDE / max(1, *part.shape)))))


def _array(picture: Any) -> Grey:
    """OpenCV types its results as any array; ours are grey bytes."""
    return np.asarray(picture, dtype=np.uint8)


def _each_once(texts: list[str]) -> list[str]:
    return [text for text in dict.fromkeys(texts) if text]
