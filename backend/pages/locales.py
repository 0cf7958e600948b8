"""In which language a page is shown:

What the reader chose, then the guest's own, then the browser's, then the house's. Pure.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from backend.platform.texts import LANGUAGES, language_of

COOKIE = "saveit_lang"
_TAG = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8}){0,2}")


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads a page:

    The language they `chose` on the page ('es', 'en' or None) and what the browser accepts.
    """

    chose: str | None = None
    accepts: tuple[str, ...] = ()

    def locale(self, guest: str | None, house: str) -> str:
        """The locale to write in, for a guest of that locale (None: unknown) at a house of that locale.

        A known region of the chosen language is kept: 'en' chosen by a guest of 'en-US' gives 'en-US'.
        """
        known = [tag for tag in (guest, *self.accepts, house) if tag and _speaks(tag)]
        if self.chose in LANGUAGES:
            return next((tag for tag in known if language_of(tag) == self.chose), self.chose)
        return known[0] if known else LANGUAGES[0]


def _speaks(tag: str) -> bool:
    return _TAG.fullmatch(tag) is not None and tag.lower().replace("_", "-").split("-")[0] in LANGUAGES
