"""The widget's colours: the brand's own, and legible in every pair it uses."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
PAIRS = [  # text or edge of a control, ground, least contrast (WCAG 2.2: 4.5 for text, 3 for edges of controls)
    ("ink", "ground", 4.5),
    ("ink", "raised", 4.5),
    ("quiet", "ground", 4.5),
    ("quiet", "raised", 4.5),
    ("primary", "raised", 4.5),
    ("primary", "goodTint", 4.5),
    ("onPrimary", "primary", 4.5),
    ("attentionInk", "attentionTint", 4.5),
    ("refusalInk", "refusalTint", 4.5),
    ("primary", "ground", 3),
    ("quiet", "raised", 3),
]


def widget_tokens() -> dict[str, dict[str, str]]:
    source = (ROOT / "widget" / "tokens.js").read_text(encoding="utf-8")
    loaded: dict[str, dict[str, str]] = json.loads(
        source.partition("export default ")[2].rstrip().removesuffix(";")
    )
    return loaded


def luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first: str, second: str) -> float:
    darker, lighter = sorted([luminance(first), luminance(second)])
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_value_is_the_brands(scheme: str) -> None:
    brand = json.loads((ROOT / "brand" / "tokens.json").read_text(encoding="utf-8"))[scheme]

    assert widget_tokens()[scheme] == {role: brand[role] for role in widget_tokens()[scheme]}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("front", "ground", "least"), PAIRS)
def test_a_pair_of_colours_is_legible(scheme: str, front: str, ground: str, least: float) -> None:
    values = widget_tokens()[scheme]

    assert contrast(values[front], values[ground]) >= least


def test_the_style_sheet_names_only_colours_that_exist() -> None:
    sheets = [ROOT / "widget" / "styles.js", ROOT / "widget" / "form" / "styles.js"]
    styles = "".join(sheet.read_text(encoding="utf-8") for sheet in sheets)
    named = set(re.findall(r"var\(--_([a-z-]+)", styles)) - {"top", "height"}
    known = {
        re.sub(r"[A-Z]", lambda letter: f"-{letter.group().lower()}", role)
        for role in widget_tokens()["light"]
    }

    assert named <= known
