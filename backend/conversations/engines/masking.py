"""Takes phones, e-mail addresses and long numbers out of a message before it leaves the house, and puts them back in what returns.

Called by the chain for each engine it asks. What the built-in parser recognised as a contact goes first; what looks like one is
taken too, so that a number the parser did not understand does not leave either. Dates and hours in figures stay.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from backend.conversations.understanding import Span

_PERSONAL: Final = {"phone": "PHONE", "email": "EMAIL", "code": "CODE"}
_EMAIL: Final = re.compile(r"[\w.+%'-]+\s?@\s?[\w-]+(?:\.[\w-]+)+", re.UNICODE)
_URL: Final = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
# Letters may be part of it: IBANs, identity cards, booking references of other houses.
_DIGITS: Final = re.compile(r"(?<!\w)(?:[A-Za-z]{1,4})?\+?\(?\d(?:[ ().\-·]{0,2}\d){6,}[A-Za-z]?(?!\w)")
# A date that stands alone; inside a row of figures ("600-11-12-22") it is part of a number. With a slash it never looks like one.
_DATE: Final = re.compile(
    r"(?<!\d)(?<!\d[-. ])(?:\d{4}([-.])\d{1,2}\1\d{1,2}|\d{1,2}([-.])\d{1,2}\2(?:\d{4}|\d{2}))(?!\d)(?![-. ]\d)"
)


@dataclass(frozen=True, slots=True)
class Masked:
    """A message without its contacts. `hidden` are the placeholders with what stood there."""

    text: str
    hidden: tuple[tuple[str, str], ...] = ()

    def restored(self, text: str) -> str:
        """The text with what was hidden put back."""
        for placeholder, original in self.hidden:
            text = text.replace(placeholder, original)
        return text


def mask(text: str, spans: Iterable[Span]) -> Masked:
    """The message as an engine may see it. `spans` are those of the built-in parser, on this text or a longer one."""
    found: list[tuple[int, int, str]] = [
        (span.start, min(span.end, len(text)), _PERSONAL[span.slot])
        for span in spans
        if span.slot in _PERSONAL and span.start < len(text)
    ]
    found += [(*match.span(), "EMAIL") for match in _EMAIL.finditer(text)]
    found += [(*match.span(), "LINK") for match in _URL.finditer(text)]
    dates = {match.span() for match in _DATE.finditer(text)}
    found += [(*match.span(), "NUMBER") for match in _DIGITS.finditer(text) if match.span() not in dates]
    return _replaced(text, _joined(found))


def _joined(found: list[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """Stretches in order, those that touch each other as one."""
    out: list[tuple[int, int, str]] = []
    for start, end, kind in sorted(found):
        if out and start < out[-1][1]:
            first, last, earlier = out.pop()
            out.append((first, max(last, end), kind if earlier == "NUMBER" else earlier))
        else:
            out.append((start, end, kind))
    return out


def _replaced(text: str, stretches: list[tuple[int, int, str]]) -> Masked:
    parts: list[str] = []
    hidden: list[tuple[str, str]] = []
    at = 0
    for number, (start, end, kind) in enumerate(stretches, 1):
        placeholder = f"[{kind}_{number}]"
        parts += [text[at:start], placeholder]
        hidden.append((placeholder, text[start:end]))
        at = end
    return Masked("".join([*parts, text[at:]]), tuple(hidden))
