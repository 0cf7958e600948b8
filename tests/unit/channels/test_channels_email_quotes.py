"""A guest's own words out of letters as programs write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sample_letters import ENGLISH, OTHERS, SAMPLES, SPANISH, Sample

from backend.conversations.channels.email.quotes import first_paragraph, own_words
from backend.conversations.channels.email.signatures import name_in_signature

_PROGRAMS = list({**SPANISH, **{f"en {name}": each for name, each in ENGLISH.items()}, **OTHERS}.values())
_WORD = st.text("abcdefghijlmnñopqrstuvyáéíóú", min_size=1, max_size=9)
_LINE = st.lists(_WORD | st.integers(1, 31).map(str), min_size=1, max_size=9).map(" ".join)
_PARAGRAPH = st.lists(_LINE, min_size=1, max_size=4).map("\n".join)


def _flat(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_a_letter_of_a_program_leaves_what_the_guest_wrote(sample: Sample) -> None:
    assert _flat(own_words(sample.text)) == _flat(sample.words)


@given(st.sampled_from(_PROGRAMS), st.lists(_PARAGRAPH, min_size=1, max_size=3))
def test_the_first_paragraph_stays_whatever_the_program_adds(around, paragraphs) -> None:  # type: ignore[no-untyped-def]
    words = "\n\n".join(paragraphs)
    assert _flat(own_words(around(words))).startswith(_flat(first_paragraph(words)))


@given(st.text(max_size=400))
def test_any_text_is_read_without_an_error_and_nothing_is_added(text: str) -> None:
    assert len(own_words(text)) <= len(text)


@pytest.mark.parametrize(
    "words",
    [
        "Gracias, somos 4 para mañana a las 21:00.",
        "Gracias\n4 personas\nmañana a las 21:00",
        "El martes 24 mi mujer os escribió para 4 personas",
        "De: viernes 27\nPara: 4 personas",
        "Nombre: Lucía\nFecha: viernes 27\nHora: 21:00\nPara: 4 personas",
        "- 4 personas\n- viernes 27\n- a las 21:00",
        "Hola:\nmesa para 4 el viernes",
        "Best table for 4 please",
        "Aviso: llegamos 10 minutos tarde",
    ],
)
def test_words_that_look_like_a_signature_or_a_head_are_the_guest_s(words: str) -> None:
    assert own_words(words) == words


def test_what_is_added_below_the_signature_is_kept() -> None:
    words = own_words("Mesa para 4 mañana.\n\nUn saludo,\nLucía Gómez\n\nPD: necesitamos una trona")
    assert words == "Mesa para 4 mañana.\n\nPD: necesitamos una trona"


def test_answers_between_quoted_lines_are_kept() -> None:
    text = "El 24/11/26 a las 10:12, Casa Lola escribió:\n> ¿Cuántos sois?\nCinco.\n\n> ¿A qué hora?\nA las nueve."
    assert own_words(text) == "Cinco.\n\nA las nueve."


def test_a_letter_of_nothing_but_a_quotation_has_no_words() -> None:
    assert own_words("El 24/11/26 a las 10:12, Casa Lola escribió:\n\n> Mesa para 4 a las 20:00") == ""


@pytest.mark.parametrize(
    "text", ["Enviado desde mi iPhone", "\n\nSent from my iPhone\n", "[image: foto.jpg]"]
)
def test_a_program_s_own_line_alone_is_no_message(text: str) -> None:
    assert own_words(text) == ""


def test_the_name_below_a_closing_is_found() -> None:
    assert name_in_signature("Mesa para 4.\n\nUn saludo,\n\nLucía Gómez\nVentas") == "Lucía Gómez"


def test_a_letter_without_a_closing_is_signed_by_nobody() -> None:
    assert name_in_signature("Mesa para 4.\nLucía") is None


@pytest.mark.parametrize(
    "text",
    [
        "\n" * 20_000,
        ">" * 20_000,
        "_" * 20_000,
        "De: x\n" * 3_000,
        "De: x\nPara: y\n" * 1_500,
        "El 1 10:12 a\n" * 1_500,
        "<a@b.es>" * 2_500,
        "Gracias\n\n" * 2_000,
        "On " * 6_500 + "wrote:",
        "a\n\n" + "Aviso: mail " * 1_600,
        " \n" * 10_000,
        "Best regards, " * 1_400,
        "Am a schrieb " * 1_500,
        "Op a schreef " * 1_500,
        ("El " + "1 " * 340 + "escribió x:\n") * 29,
        "Il " * 6_500 + " ha scritto:",
    ],
    ids=range(16),
)
@pytest.mark.timeout(20)
def test_a_text_made_to_be_slow_is_read_all_the_same(text: str) -> None:
    assert len(own_words(text)) <= len(text)
