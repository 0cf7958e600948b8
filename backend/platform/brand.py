"""The brand's values from `brand/tokens.json`, and the arithmetic that keeps a restaurant's own colour
readable.

Pure. Called by the mail layout and the page theme; restaurants use `contrast` to warn about a colour before
it is saved.
"""

from __future__ import annotations

import json
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

_FILE = Path(__file__).resolve().parents[2] / "brand" / "tokens.json"
_HEX = re.compile(r"#[0-9A-Fa-f]{6}")
READABLE = 4.5  # WCAG AA for text of any size
_STEPS = 50


@lru_cache
def tokens() -> dict[str, Any]:
    """Everything in the token file:

    `light` and `dark` palettes, `type`, `space`, `radius`, `touch`, `motion`.
    """
    loaded: dict[str, Any] = json.loads(_FILE.read_text(encoding="utf-8"))
    return loaded


def is_colour(text: str) -> bool:
    """Whether `text` is a colour as we write them: '#1E6B52'."""
    return _HEX.fullmatch(text) is not None


def contrast(one: str, other: str) -> float:
    """The WCAG contrast ratio of two '#RRGGBB' colours, 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def palettes(primary: str | None = None) -> dict[str, dict[str, str]]:
    """The `light` and `dark` palettes with a restaurant's primary colour in them.

    The colour is darkened (light) or lightened (dark) just until it can be read as text on every surface, and
    `onPrimary` is chosen to be read on it. None, the brand's own colour or something that is no colour give
    the brand's palettes.
    """
    light, dark = dict(tokens()["light"]), dict(tokens()["dark"])
    if primary is None or not is_colour(primary) or primary.upper() == light["primary"]:
        return {"light": light, "dark": dark}
    _take_primary(light, primary, toward="#000000", bright="#FFFFFF", deep=light["ink"])
    _take_primary(dark, primary, toward="#FFFFFF", bright=dark["ink"], deep="#0E1414")
    return {"light": light, "dark": dark}


def _take_primary(palette: dict[str, str], colour: str, *, toward: str, bright: str, deep: str) -> None:
    surfaces = (palette["ground"], palette["raised"])
    palette["primary"] = _readable(colour, surfaces, toward)
    palette["onPrimary"] = max((bright, deep), key=lambda ink: contrast(ink, palette["primary"]))


def _readable(colour: str, surfaces: tuple[str, ...], toward: str) -> str:
    for step in range(_STEPS + 1):
        candidate = _mix(colour, toward, step / _STEPS)
        if all(contrast(candidate, surface) >= READABLE for surface in surfaces):
            return candidate
    return toward


def _mix(colour: str, toward: str, share: float) -> str:
    pairs = zip(_channels(colour), _channels(toward), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02X}" for a, b in pairs)


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(channel / 255) for channel in _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else float(((channel + 0.055) / 1.055) ** 2.4)
