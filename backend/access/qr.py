"""The picture of an enrolment code for a tablet's camera. Called by the devices routes."""

from __future__ import annotations

import io

import qrcode
from qrcode.constants import ERROR_CORRECT_M

_QUIET_ZONE = 4


def enrolment_png(text: str, *, pixels_per_module: int = 8) -> bytes:
    """A black-on-white PNG of the text with its quiet zone; the symbol is as small as the text allows."""
    symbol = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=_QUIET_ZONE, box_size=pixels_per_module)
    symbol.add_data(text)
    symbol.make(fit=True)
    buffer = io.BytesIO()
    symbol.make_image(fill_color="black", back_color="white").get_image().convert("1").save(
        buffer, format="PNG", optimize=True
    )
    return buffer.getvalue()
