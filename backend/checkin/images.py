"""Pictures of a code for mails, chats and guest pages: PNG and SVG, drawn so that a cheap camera reads them.

Called by the check-in service on the server only; the host app never draws a code and does not carry these
packages. What reads well was measured: the smallest symbol (alphanumeric mode, version 5), level M, dark on
white with a full quiet zone, whole pixels per module and nothing in the middle.
"""

from __future__ import annotations

import io

import qrcode
from PIL import Image
from qrcode.constants import ERROR_CORRECT_M
from qrcode.util import MODE_ALPHA_NUM, QRData

VERSION = 5
QUIET_ZONE = 4
# Trying all eight masks is most of the work of drawing, and a signed code looks like noise: in 60 blurred pictures each decoder
# read as many with this one as with the best one.
_MASK = 2
MODULES = 17 + 4 * VERSION + 2 * QUIET_ZONE
# not the brand's ink: in #1D2321 pyzbar read no picture at 8 or more pixels a module, zxing-cpp none at 8
_INK = "#000000"
_PAPER = "#FFFFFF"


def qr_png(code: str, *, pixels_per_module: int = 10) -> bytes:
    """A PNG of `MODULES * pixels_per_module` pixels a side. ValueError when the code does not fit or the
    scale is below 1.
    """
    if pixels_per_module < 1:
        raise ValueError("a module is at least one pixel")
    modules = bytes(0 if dark else 255 for row in _symbol(code).get_matrix() for dark in row)
    side = MODULES * pixels_per_module
    picture = Image.frombytes("L", (MODULES, MODULES), modules).resize((side, side), Image.Resampling.NEAREST)
    buffer = io.BytesIO()
    picture.convert("1").save(buffer, format="PNG")
    return buffer.getvalue()


def in_colours(png: bytes) -> bytes:
    """The same picture with eight bits a colour: messengers take no PNG with fewer. Twice as large and no easier to read."""
    made = io.BytesIO()
    with Image.open(io.BytesIO(png)) as picture:
        picture.convert("RGB").save(made, format="PNG", optimize=True)
    return made.getvalue()


def qr_svg(code: str) -> str:
    """An SVG that scales to any size: one white card, one path of the dark modules, the quiet zone inside the
    picture.
    """
    rows = _symbol(code).get_matrix()
    path = "".join(
        f"M{start} {y}h{length}v1h-{length}z"
        for y, row in enumerate(rows)
        for start, length in _dark_runs(row)
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {MODULES} {MODULES}"'
        ' shape-rendering="crispEdges">'
        f'<path fill="{_PAPER}" d="M0 0h{MODULES}v{MODULES}H0z"/><path fill="{_INK}" d="{path}"/></svg>'
    )


def _symbol(code: str) -> qrcode.QRCode:
    symbol = qrcode.QRCode(
        version=VERSION, error_correction=ERROR_CORRECT_M, border=QUIET_ZONE, mask_pattern=_MASK
    )
    symbol.add_data(QRData(code, mode=MODE_ALPHA_NUM))
    try:
        symbol.make(fit=False)
    except qrcode.exceptions.DataOverflowError as too_long:
        raise ValueError("the code does not fit a version 5 symbol") from too_long
    return symbol


def _dark_runs(row: list[bool]) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    for x, dark in enumerate(row):
        if dark and runs and runs[-1][0] + runs[-1][1] == x:
            runs[-1] = (runs[-1][0], runs[-1][1] + 1)
        elif dark:
            runs.append((x, 1))
    return runs
