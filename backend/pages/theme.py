"""The one style sheet's variables, made from the brand's tokens, and a restaurant's own colour over them.

Pure. Called by the asset routes. A restaurant's colour comes as a tiny style sheet of its own, addressed by
the colour itself, so that pages need no inline style and browsers keep it.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path

from backend.platform import brand

_SHEET = Path(__file__).parent / "static" / "pages.css"
_OWN = ("primary", "onPrimary")


@lru_cache
def stylesheet() -> str:
    """The whole style sheet: variables for light and dark, then the rules."""
    tokens = brand.tokens()
    sizes = [f"--text-{size}: {size / 16:g}rem;" for size in tokens["type"]]
    spaces = [f"--space-{size}: {size / 16:g}rem;" for size in tokens["space"]]
    radii = [f"--radius-{name}: {size}px;" for name, size in tokens["radius"].items()]
    touch = [f"--touch: {tokens['touch'] / 16:g}rem;"]
    return "\n".join(
        [
            _rule(_colours(tokens["light"]) + sizes + spaces + radii + touch),
            _in_the_dark(_colours(tokens["dark"])),
            _SHEET.read_text(encoding="utf-8"),
        ]
    )


@lru_cache
def stylesheet_version() -> str:
    """A short name of the style sheet's content, for its address."""
    return hashlib.sha256(stylesheet().encode()).hexdigest()[:12]


@lru_cache(maxsize=1024)
def restaurant_sheet(colour: str) -> str:
    """The style sheet that puts a restaurant's colour ('#RRGGBB') over the brand's, also in the chat."""
    palettes = brand.palettes(colour)
    light, dark = ({role: palettes[scheme][role] for role in _OWN} for scheme in ("light", "dark"))
    chat = [f"--saveit-{each[2:]}" for each in _colours(light)]
    chat += [f"--saveit-dark-{each[2:]}" for each in _colours(dark)]
    widget = "saveit-chat { " + " ".join(chat) + " }"
    return f"{_rule(_colours(light))}\n{_in_the_dark(_colours(dark))}\n{widget}\n"


def _colours(palette: Mapping[str, str]) -> list[str]:
    return [f"--{_kebab(role)}: {value};" for role, value in palette.items()]


def _rule(declarations: Iterable[str]) -> str:
    return ":root { " + " ".join(declarations) + " }"


def _in_the_dark(declarations: Iterable[str]) -> str:
    return "@media (prefers-color-scheme: dark) { " + _rule(declarations) + " }"


def _kebab(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", name).lower()
