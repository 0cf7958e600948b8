"""Pictures of a code are read back by two independent decoders, at every size that is sent out."""

from __future__ import annotations

import io
import re

import numpy as np
import pytest
import zxingcpp
from PIL import Image
from pyzbar import pyzbar
from pyzbar.pyzbar import ZBarSymbol

from backend.checkin.images import MODULES, qr_png, qr_svg

CODE = "SI1" + "AEDSM24QCD275AA6UACAAAAAAAAAAAAAAGIPL7T4AD5EA" * 2 + "A" * 19


def pixels(png: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(png)).convert("L"))


@pytest.mark.parametrize("scale", [2, 3, 4, 6, 8, 10, 12, 20])
def test_both_decoders_read_the_png(scale: int) -> None:
    picture = pixels(qr_png(CODE, pixels_per_module=scale))

    assert picture.shape == (MODULES * scale, MODULES * scale)
    assert [found.text for found in zxingcpp.read_barcodes(picture)] == [CODE]
    assert [found.data.decode() for found in pyzbar.decode(picture, symbols=[ZBarSymbol.QRCODE])] == [CODE]


def test_the_symbol_is_version_5_level_m_as_promised() -> None:
    (found,) = zxingcpp.read_barcodes(pixels(qr_png(CODE)))

    assert found.ec_level == "M"
    assert MODULES == 37 + 2 * 4


def test_the_quiet_zone_is_four_white_modules_on_every_side() -> None:
    picture = pixels(qr_png(CODE, pixels_per_module=5))
    inner = picture[20:-20, 20:-20]

    assert picture.sum() - inner.sum() == 255 * (picture.size - inner.size)
    assert inner.min() < 60


def test_the_svg_draws_exactly_the_modules_of_the_png() -> None:
    svg = qr_svg(CODE)
    drawn = np.full((MODULES, MODULES), 255, np.uint8)
    for x, y, length in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\d+z", svg):
        drawn[int(y), int(x) : int(x) + int(length)] = 0

    assert np.array_equal(drawn == 0, pixels(qr_png(CODE, pixels_per_module=1)) < 128)
    assert f'viewBox="0 0 {MODULES} {MODULES}"' in svg


def test_a_text_that_does_not_fit_or_a_scale_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="does not fit"):
        qr_png("A" * 200)
    with pytest.raises(ValueError, match="one pixel"):
        qr_png(CODE, pixels_per_module=0)
