"""How large a text will be, before it is drawn: lists whose lines differ in height must know that in advance.

Called by the bubbles of the inbox. Each text is measured once for each width; that draws nothing and takes a fraction of a
millisecond.
"""

from __future__ import annotations

from functools import lru_cache

from kivy.core.text import Label

LINE_HEIGHT = 1.1


@lru_cache(maxsize=4096)
def measured(text: str, font_size: float, most: float, *, bold: bool = False) -> tuple[float, float]:
    """Width and height in pixels of a text that breaks its lines at `most` pixels; nothing for an empty one."""
    if not text:
        return 0.0, 0.0
    natural = _extents(text, font_size, None, bold)
    return natural if natural[0] <= most else (most, _extents(text, font_size, most, bold)[1])


def _extents(text: str, font_size: float, width: float | None, bold: bool) -> tuple[float, float]:
    label = Label(text=text, font_size=font_size, bold=bold, text_size=(width, None), line_height=LINE_HEIGHT)
    found: tuple[float, float] = label.render()
    return found
