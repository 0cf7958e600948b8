"""What leaves the house: no phone, mail, code or long number, and everything a table needs."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from backend.conversations.engines.masking import mask
from backend.conversations.understanding import understand
from backend.conversations.understanding.lexer import normalise

NOW = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)


def masked(text: str):
    clean = normalise(text)
    return mask(clean, understand(clean, now=NOW, tz="Europe/Madrid").spans)


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("mesa para 4, soy Ana, 600 111 222", "mesa para 4, soy Ana, [PHONE_1]"),
        ("call me on +44 20 7946 0958 please", "call me on [PHONE_1] please"),
        ("mi correo es ana.gil@example.org gracias", "mi correo es [EMAIL_1] gracias"),
        ("te paso la visa 4111 1111 1111 1111", "te paso la visa [PHONE_1]"),
        ("iban ES91 2100 0418 4502 0005 1332", "iban [PHONE_1]"),
        ("dni 12345678Z", "dni [CODE_1]"),
        ("mira https://example.org/u/ana?t=1 y dime", "mira [LINK_1] y dime"),
        ("seis cero cero uno uno uno dos dos dos", "[PHONE_1]"),
    ],
)
def test_what_is_personal_becomes_a_placeholder(text, seen):
    assert masked(text).text == seen


@pytest.mark.parametrize(
    "text",
    [
        "mesa para 4 el 24/12/2026 a las 20:30",
        "table for 12 on 2026-12-24 at 8pm",
        "el 5-12-2026 somos 6",
        "qiero meza pa 4 mñn 2130",
        "del 24 al 26, 2 noches, 300 euros",
    ],
)
def test_what_a_table_needs_stays(text):
    assert masked(text).text == normalise(text)


def test_a_date_inside_a_row_of_figures_is_part_of_a_number():
    assert "11-12-22" not in masked("llama al 600-11-12-22").text


def test_a_phone_that_the_end_of_what_is_sent_cuts_in_two_does_not_leave_by_half():
    text = "mesa para 4, 600 111 222"
    spans = understand(text, now=NOW, tz="Europe/Madrid").spans

    assert mask(text[:17], spans).text == "mesa para 4, [PHONE_1]"
    assert mask(text[:11], spans).text == "mesa para 4"


PHONES = st.from_regex(r"(\+\d{1,3} )?[6-9]\d{2}[ .-]?\d{3}[ .-]?\d{3}", fullmatch=True)
MAILS = st.from_regex(r"[a-z]{1,8}(\.[a-z]{1,8})?@[a-z]{2,8}\.(com|es|org)", fullmatch=True)
WORDS = st.sampled_from(
    ["mesa", "para", "4", "mañana", "a las 9", "qiero", "hola", "table", "please", "el 24/12", ","]
)


@given(st.lists(WORDS, max_size=6), PHONES, st.lists(WORDS, max_size=6), MAILS)
@example([], "600 111 222", [], "a@b.es")
def test_no_phone_and_no_mail_ever_leaves(before, phone, between, mail):
    seen = masked(" ".join([*before, "tel", phone, "y", *between, mail])).text

    assert not re.search(r"\d{3}[ .-]?\d{3}", seen.replace("2026", ""))
    assert "@" not in seen


@given(st.text(alphabet=st.characters(exclude_characters="["), max_size=200))
def test_what_was_hidden_comes_back_as_it_was(text):
    clean = normalise(text)
    away = masked(text)

    assert away.restored(away.text) == clean
