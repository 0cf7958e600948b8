"""The decoders themselves, each behind one small function: a grey picture in, texts out, no exception ever.

Called by `decoding`. A machine may lack one of them (zbar is a system library, zxing-cpp has no Android
build): what is there is used, and `available` tells the diagnostics. A guest's odd code, which makes some
decoders raise, is only "nothing read".
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

log = logging.getLogger(__name__)
Grey = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Box:
    """Where a code was seen, in pixels of the picture."""

    left: int
    top: int
    right: int
    bottom: int


@dataclass(frozen=True, slots=True)
class Sight:
    """What zxing-cpp saw: the texts it read, and where it found a code that it could not read."""

    texts: list[str]
    unread: list[Box]


def _optional(name: str) -> ModuleType | None:
    try:
        return import_module(name)
    except ImportError as missing:  # pyzbar raises it too when the zbar library is not on the machine
        log.warning("decoder %s is not available: %s", name, missing)
        return None


_zxing = _optional("zxingcpp")
_zbar = _optional("pyzbar.pyzbar")


def available() -> list[str]:
    """The names of the decoders this machine has."""
    return [name for name, module in (("zxing-cpp", _zxing), ("pyzbar", _zbar)) if module is not None]


def zxing(picture: Grey, *, global_histogram: bool = False, pure: bool = False) -> Sight:
    """Reads with zxing-cpp, plain QR codes only: asking for its whole QR family once gave a phantom Micro QR
    text.
    """
    if _zxing is None or 0 in picture.shape:
        return Sight([], [])
    binarizer = _zxing.Binarizer.GlobalHistogram if global_histogram else _zxing.Binarizer.LocalAverage
    try:
        found = _zxing.read_barcodes(
            np.ascontiguousarray(picture),
            formats=_zxing.BarcodeFormat.QRCodeModel2,
            binarizer=binarizer,
            text_mode=_zxing.TextMode.Plain,
            is_pure=pure,
            return_errors=True,
        )
        return Sight(
            [each.text for each in found if each.valid], [_box(each) for each in found if not each.valid]
        )
    except (ValueError, RuntimeError) as odd:
        log.debug("zxing-cpp could not read a picture: %s", odd)
        return Sight([], [])


def zbar(picture: Grey) -> list[str]:
    """Reads with pyzbar, QR codes only."""
    if _zbar is None or 0 in picture.shape:
        return []
    try:
        found = _zbar.decode(np.ascontiguousarray(picture), symbols=[_zbar.ZBarSymbol.QRCODE])
    except (ValueError, RuntimeError, _zbar.PyZbarError) as odd:  # it raises on every structured-append code
        log.debug("pyzbar could not read a picture: %s", odd)
        return []
    return [_text(each.data) for each in found]


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _box(found: Any) -> Box:
    corners = [
        getattr(found.position, name) for name in ("top_left", "top_right", "bottom_right", "bottom_left")
    ]
    across, down = [corner.x for corner in corners], [corner.y for corner in corners]
    return Box(left=min(across), top=min(down), right=max(across), bottom=max(down))
