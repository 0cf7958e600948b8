"""The brand's colours can be read, whatever colour a restaurant brings."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.platform.brand import READABLE, contrast, is_colour, palettes, tokens

PAIRS = [
    ("ink", "ground"),
    ("ink", "raised"),
    ("quiet", "ground"),
    ("quiet", "raised"),
    ("primary", "ground"),
    ("primary", "raised"),
    ("onPrimary", "primary"),
    ("goodInk", "goodTint"),
    ("attentionInk", "attentionTint"),
    ("refusalInk", "refusalTint"),
    ("infoInk", "infoTint"),
    ("specialInk", "specialTint"),
]
colours = st.from_regex(r"#[0-9A-Fa-f]{6}", fullmatch=True)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), PAIRS)
def test_each_pair_of_the_brand_can_be_read(scheme: str, ink: str, ground: str) -> None:
    palette = tokens()[scheme]
    assert contrast(palette[ink], palette[ground]) >= READABLE


@given(colours)
def test_any_restaurants_colour_can_be_read_as_text_and_under_text(colour: str) -> None:
    for palette in palettes(colour).values():
        assert contrast(palette["primary"], palette["ground"]) >= READABLE
        assert contrast(palette["primary"], palette["raised"]) >= READABLE
        assert contrast(palette["onPrimary"], palette["primary"]) >= READABLE


def test_a_colour_that_can_be_read_is_kept_as_it_is() -> None:
    assert palettes("#7A1FA2")["light"]["primary"] == "#7A1FA2"


@pytest.mark.parametrize("nothing", [None, "", "red", "#12", "#1E6B52; } body { x", "#1e6b52"])
def test_no_colour_or_the_brands_own_gives_the_brand(nothing: str | None) -> None:
    assert palettes(nothing) == {"light": tokens()["light"], "dark": tokens()["dark"]}


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.478, abs=0.001)


@pytest.mark.parametrize(("text", "answer"), [("#a1B2c3", True), ("#a1B2c", False), ("x#a1B2c3", False)])
def test_a_colour_is_six_digits(text: str, answer: bool) -> None:
    assert is_colour(text) is answer
