"""The brand's values as Kivy properties, light and dark. Screens bind to roles (`app.theme.ink`), never to
colours.

Made once by the app. Changing `mode` recolours everything at once, because kv rules follow the properties.
"""

# mypy: allow-subclassing-any
from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from kivy.event import EventDispatcher
from kivy.properties import ColorProperty, OptionProperty
from kivy.utils import get_color_from_hex

_TOKENS = json.loads(
    (Path(__file__).resolve().parents[2] / "brand" / "tokens.json").read_text(encoding="utf-8")
)
# At the door the verdict fills the screen in the role's strong colour. It is the same in light and dark: a
# host learns the colours by heart, and white on each of them is readable from afar.
_STRONG = {
    "good": "goodInk",
    "attention": "attentionInk",
    "refusal": "refusalInk",
    "info": "infoInk",
    "special": "specialInk",
}


class Theme(EventDispatcher):
    """One palette in use."""

    mode = OptionProperty("light", options=["light", "dark"])
    ground = ColorProperty()
    raised = ColorProperty()
    line = ColorProperty()
    ink = ColorProperty()
    quiet = ColorProperty()
    primary = ColorProperty()
    onPrimary = ColorProperty()  # noqa: N815 - named as in the token file
    accent = ColorProperty()

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.fbind("mode", lambda *_: self._apply())
        self._apply()

    def colour(self, name: str) -> list[float]:
        """A colour of the palette in use, by its name in the token file."""
        return list(get_color_from_hex(_TOKENS[self.mode][name]))

    def on_tint(self, role: str) -> tuple[list[float], list[float]]:
        """`(text, ground)` of a role for chips and marks. `mode` must be bound where this is used in kv."""
        if role == "accent":
            dark_ink = _TOKENS["light"]["ink"]
            return list(get_color_from_hex(dark_ink)), self.colour("accent")
        if role == "primary":
            return self.colour("onPrimary"), self.colour("primary")
        if role == "quiet":
            return self.colour("quiet"), self.colour("line")
        return self.colour(f"{role}Ink"), self.colour(f"{role}Tint")

    def strong(self, role: str) -> list[float]:
        """The ground of a verdict; white text is readable on it."""
        return list(get_color_from_hex(_TOKENS["light"][_STRONG[role]]))

    def _apply(self) -> None:
        for name in ("ground", "raised", "line", "ink", "quiet", "primary", "onPrimary", "accent"):
            setattr(self, name, self.colour(name))
