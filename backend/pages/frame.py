"""The frame around every page:

Language, title, colours, the way home, and the template environment. Called by the page views.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from backend.notifications import RestaurantFacts, Voice
from backend.pages.theme import stylesheet_version
from backend.platform import brand

_BRAND_COLOUR = brand.tokens()["light"]["primary"]


@dataclass(frozen=True, slots=True)
class Frame:
    """What every page needs beside its own content.

    `path` is the page's own address, for the language switch ('' leaves the switch out).
    """

    voice: Voice
    title: str
    path: str = ""
    home_name: str = "SaveIt"
    home_path: str = "/"
    privacy_path: str = "/privacy"
    colour: str | None = None

    @property
    def own_colour(self) -> str | None:
        """The restaurant's colour as it stands in an address ('7A1FA2'); None where it is the brand's."""
        if self.colour is None or not brand.is_colour(self.colour) or self.colour.upper() == _BRAND_COLOUR:
            return None
        return self.colour[1:].upper()


def restaurant_frame(restaurant: RestaurantFacts, voice: Voice, title: str, path: str) -> Frame:
    """The frame in a restaurant's name and colour."""
    return Frame(
        voice=voice,
        title=title,
        path=path,
        home_name=restaurant.name,
        home_path=f"/r/{restaurant.slug}",
        privacy_path=f"/r/{restaurant.slug}/privacy",
        colour=restaurant.primary_colour,
    )


def draw(template: str, frame: Frame, **content: Any) -> str:
    """The page as HTML."""
    return (
        _environment()
        .get_template(template)
        .render(
            frame=frame,
            say=frame.voice.say,
            language=frame.voice.language,
            other_language="en" if frame.voice.language == "es" else "es",
            sheet_version=stylesheet_version(),
            **content,
        )
    )


@lru_cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
