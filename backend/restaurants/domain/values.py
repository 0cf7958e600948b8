"""Small values used all over: texts in two languages, money, colours. Called by the other domain modules and
the schemas."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

# Currencies whose smallest unit is the whole one; every other currency here has two decimals.
_WHOLE = frozenset({"CLP", "ISK", "JPY", "KRW", "PYG", "VND", "XAF", "XOF", "UGX", "RWF"})

WHITE, INK, BLACK = "#FFFFFF", "#1D2321", "#000000"
_READABLE = 4.5  # WCAG 2 AA for normal text


@dataclass(frozen=True, slots=True)
class Bilingual:
    """A text in Spanish and English. An empty English text means that the Spanish one serves both."""

    es: str
    en: str = ""

    def in_language(self, language: str) -> str:
        """The text for 'es' or 'en'."""
        return self.en if language == "en" and self.en else self.es


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in an ISO 4217 currency."""

    amount: Decimal
    currency: str

    def times(self, factor: Decimal) -> Money:
        """The amount multiplied and rounded half up to the currency's smallest unit."""
        unit = Decimal(1) if self.currency in _WHOLE else Decimal("0.01")
        return Money((self.amount * factor).quantize(unit, ROUND_HALF_UP), self.currency)


def contrast(one: str, other: str) -> float:
    """The WCAG contrast ratio (1 to 21) of two colours written #RRGGBB."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def readable_text_on(ground: str) -> str:
    """White, the brand's ink or black: the first that reaches 4.5:1 on the ground (#RRGGBB). One of them
    always does."""
    return next((text for text in (WHITE, INK) if contrast(text, ground) >= _READABLE), BLACK)


def _luminance(colour: str) -> float:
    red, green, blue = (_linear(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else float(((channel + 0.055) / 1.055) ** 2.4)
