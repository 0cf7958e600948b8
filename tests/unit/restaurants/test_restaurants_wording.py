"""A restaurant's own sentences for the assistant: what may be replaced, and what each must keep."""

from __future__ import annotations

import pytest

from backend.platform.refusals import Refusal
from backend.platform.texts import catalogue
from backend.restaurants.domain import Bilingual
from backend.restaurants.wording import OURS, check_wording, placeholders


def problems(key: str, es: str, en: str = "") -> list[tuple[str, str]]:
    """`(field, code)` of what is wrong with one sentence."""
    try:
        check_wording({key: Bilingual(es, en)})
    except Refusal as refusal:
        return [(each.field, each.code) for each in refusal.fields]
    return []


@pytest.mark.parametrize(
    ("key", "es", "en"),
    [
        ("hello", "¡Buenas! Aquí {restaurant}. ¿Cuántos y cuándo?", ""),
        ("talk.bye", "¡Nos vemos!", "See you!"),
        ("held", "{minutes} minutos es tuya: {people} {day} {at}{where}.", ""),
        ("talk.laugh", "", ":)"),
    ],
)
def test_a_sentence_that_keeps_what_fills_ours_may_be_used(key: str, es: str, en: str) -> None:
    assert problems(key, es, en) == []


@pytest.mark.parametrize(
    ("key", "es", "code"),
    [
        ("held", "Tengo mesa.", "wrong_placeholders"),
        ("talk.bye", "Adiós, {name}", "wrong_placeholders"),
        ("talk.bye", "Adiós, {name.__class__}", "wrong_placeholders"),
        ("talk.bye", "Adiós, {0}", "wrong_placeholders"),
        ("hello", "Hola {restaurant!r}", "wrong_placeholders"),
        ("hello", "Hola {restaurant:>9999}", "wrong_placeholders"),
        ("hello", "Hola {restaurant", "wrong_placeholders"),
        ("talk.bye", "x" * 501, "too_long"),
    ],
)
def test_one_that_loses_or_invents_something_is_refused_by_its_name(key: str, es: str, code: str) -> None:
    assert problems(key, es) == [(f"profile.wording.{key}.es", code)]


@pytest.mark.parametrize("key", ["horoscope", "hello.usted", *sorted(OURS)])
def test_what_is_no_sentence_or_must_stay_ours_is_refused(key: str) -> None:
    assert problems(key, "Otra cosa") == [(f"profile.wording.{key}", "unknown_sentence")]


def test_what_must_stay_ours_is_there() -> None:
    assert {f"chat.{key}" for key in OURS} <= catalogue("es").keys()


def test_both_languages_are_looked_at() -> None:
    assert problems("talk.bye", "Adiós", "Bye {name}") == [
        ("profile.wording.talk.bye.en", "wrong_placeholders")
    ]


def test_every_sentence_of_ours_may_stand_for_itself() -> None:
    for language in ("es", "en"):
        for key, sentence in catalogue(language).items():
            if key.startswith("chat."):
                assert placeholders(sentence) is not None
