"""What renderers share: pieces of text that fit, words of a card, texts that are short enough, what an SMS costs. Pure."""

from __future__ import annotations

from collections.abc import Callable
from math import ceil
from typing import Final

from backend.conversations.dialogue.render import Card, Reply
from backend.platform.texts import say

# The GSM 03.38 alphabet; those of the second row take two places.
_GSM: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_DOUBLE: Final = frozenset("^{}\\[~]|€")
# Signs that would make each part of an SMS less than half as long, and say nothing more.
_PLAIN: Final = str.maketrans(
    {
        "“": '"',
        "”": '"',
        "‘": "'",
        "’": "'",
        "–": "-",
        "—": "-",
        "…": "...",
        "·": "-",
        "\u00a0": " ",
        "\u202f": " ",
    }
)


def pieces(text: str, most: int, size: Callable[[str], int] = len) -> list[str]:
    """The text in pieces of `size` at most: cut between paragraphs, else lines, sentences or words, and inside a word only when
    there is no other way. Nothing is lost but the space at a cut."""
    text = text.strip()
    found: list[str] = []
    while size(text) > most:
        cut = _cut(text, most, size)
        found.append(text[:cut].rstrip())
        text = text[cut:].lstrip()
    return [*found, text] if text or not found else found


def _cut(text: str, most: int, size: Callable[[str], int]) -> int:
    """Where the first piece ends."""
    low, high = 1, min(len(text), most)
    while low < high:  # the longest beginning that fits
        middle = (low + high + 1) // 2
        if size(text[:middle]) <= most:
            low = middle
        else:
            high = middle - 1
    for mark in ("\n\n", "\n", ". ", "? ", "! ", " "):
        at = text.rfind(mark, low // 3, low)
        if at > 0:
            return at + len(mark.rstrip()) or at
    return low


def octets(text: str) -> int:
    """The length in UTF-8."""
    return len(text.encode())


def short(text: str, most: int) -> str:
    """The text in `most` characters, with an ellipsis when it is longer."""
    text = " ".join(text.split())
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def with_links(reply: Reply, language: str, *, code: bool = False) -> str:
    """The text, and below it the links of the card; `code` adds the picture of the code, for channels without pictures."""
    if reply.card is None:
        return reply.text.strip()
    return "\n".join([reply.text.strip(), *card_links(reply.card, language, code=code)]).strip()


def card_links(card: Card, language: str, *, code: bool = False) -> list[str]:
    """A line a link."""
    links = [
        ("code", card.image_url if code else ""),
        ("manage", card.manage_url),
        ("calendar", card.calendar_url),
    ]
    return [say(f"channel.link.{name}", language, url=url) for name, url in links if url]


def for_messengers(picture_url: str) -> str:
    """A picture of ours as messengers take it: with eight bits a colour."""
    return f"{picture_url}?colours=rgb" if picture_url.endswith(".png") else picture_url


def plain(text: str) -> str:
    """The text for an SMS: typographic signs as they are on a keyboard; letters with accents stay."""
    return text.translate(_PLAIN)


def segments(text: str) -> int:
    """How many SMS a text is charged as: 160 (153) characters of the GSM alphabet, else 70 (67)."""
    if all(each in _GSM or each in _GSM_DOUBLE for each in text):
        units, one, more = sum(2 if each in _GSM_DOUBLE else 1 for each in text), 160, 153
    else:
        units, one, more = len(text.encode("utf-16-be")) // 2, 70, 67
    return 1 if units <= one else ceil(units / more)
