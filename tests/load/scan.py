"""From a camera frame to the text of its code: the tablet's decoder on frames like a camera's. Needs no server."""

from __future__ import annotations

import importlib.util
import random
import time
from collections.abc import Iterator
from typing import Any

from tests.load.figures import Figure, milliseconds, tell

_FRAMES = 60
_WIDTH, _HEIGHT = 1280, 720
_CODE = "SI1" + "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567" * 3 + "ABCDEFGHIJKLM"


def run() -> Iterator[Figure]:
    """The figure; a line that says so where the host app's packages are not installed."""
    if importlib.util.find_spec("cv2") is None:
        yield Figure("scan", None, "ms", note="skipped: the host app's packages are not installed")
        return
    from host_app.devices.decoding import decode

    tell("scan")
    frames = [_frame(random.Random(number)) for number in range(_FRAMES)]
    decode(frames[0])
    times, read = [], 0
    for frame in frames:
        began = time.perf_counter()
        read += decode(frame) == [_CODE]
        times.append(time.perf_counter() - began)
    note = f"median of {_FRAMES} frames of {_WIDTH}x{_HEIGHT}, {read} read"
    yield Figure("scan", milliseconds(times, 0.5), "ms", limit=6, note=note)
    yield Figure("scan_p99", milliseconds(times, 0.99), "ms")


def _frame(dice: random.Random) -> Any:
    """A phone that shows the code, held at some distance and a little turned, before a noisy room."""
    import cv2
    import numpy as np

    noise = np.random.default_rng(dice.randrange(1 << 30))
    frame = noise.normal(110, 12, (_HEIGHT, _WIDTH, 3)).clip(0, 255).astype(np.uint8)
    side = dice.randrange(220, 520)
    phone = cv2.resize(_picture(), (side, side), interpolation=cv2.INTER_AREA)
    turn = cv2.getRotationMatrix2D((side / 2, side / 2), dice.uniform(-20, 20), 0.75)
    phone = cv2.warpAffine(phone, turn, (side, side), borderValue=(255, 255, 255))
    left, top = dice.randrange(_WIDTH - side), dice.randrange(_HEIGHT - side)
    frame[top : top + side, left : left + side] = phone
    return cv2.GaussianBlur(frame, (3, 3), 0)


def _picture() -> Any:
    import numpy as np
    import qrcode

    code = qrcode.QRCode(border=4, box_size=8, error_correction=qrcode.constants.ERROR_CORRECT_M)
    code.add_data(_CODE)
    return np.array(code.make_image().convert("RGB"))
