"""Letters taken apart, honest and hostile ones."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from letters import GUEST, HOUSE, letter

from backend.conversations.channels.email.automatic import reason_not_to_answer
from backend.conversations.channels.email.bounces import bounce_in
from backend.conversations.channels.email.matter import words_of
from backend.conversations.channels.email.proof import is_proven
from backend.conversations.channels.email.reading import LONGEST_WORDS, Letter, read

_NAMES = (
    "From To Subject Message-ID References In-Reply-To Content-Type Content-Transfer-Encoding Reply-To"
    " Authentication-Results Content-Disposition Return-Path MIME-Version Delivered-To"
)
_FIELD = st.sampled_from(_NAMES.split())
_VALUE = st.one_of(
    st.text(max_size=80).map(lambda text: text.encode("utf-8", "surrogatepass")),
    st.binary(max_size=80),
    st.sampled_from(
        [
            b"multipart/mixed; boundary=x",
            b'multipart/alternative; boundary=""',
            b"message/rfc822",
            b"text/html; charset=nonsense",
            b"text/plain; charset=utf-7; format=flowed; delsp=yes",
            b"multipart/report; report-type=delivery-status; boundary=x",
            b"text/plain; charset*=utf-8''%00",
            b"=?utf-8?b?////?= <a@b.es>, =?x?q?=",
            b"base64",
            b"quoted-printable",
            b"x-uuencode",
            b"<a@b",
            b'@,;:<>()[]"',
            b"a@b.es (((((",
            b"=?utf-8?q?=0A=0DBcc:_x?=",
        ]
    ),
)
_BODY = st.lists(
    st.sampled_from(
        [
            b"--x\r\n",
            b"--x--\r\n",
            b"\r\n",
            b"Content-Type: text/html\r\n",
            b"<p><b>hola",
            b"=00=FF",
            b"> a\n",
        ]
    )
    | st.binary(max_size=60),
    max_size=12,
)
_CRAFTED = st.builds(
    lambda fields, body: (
        b"".join(name.encode() + b": " + value + b"\r\n" for name, value in fields) + b"\r\n" + b"".join(body)
    ),
    st.lists(st.tuples(_FIELD, _VALUE), max_size=8),
    _BODY,
)


def _read(raw: bytes) -> Letter:
    found = read(raw)
    assert found is not None
    return found


@settings(max_examples=400, deadline=None)
@given(st.binary(max_size=600) | _CRAFTED)
@example(
    b"From: a@b.es\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n"
    + b"--x\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n" * 400
)
@example(b"From: " + b"(" * 50_000 + b"\r\n\r\n")
@example(b"From: " + b"a@b.es, " * 20_000 + b"\r\n\r\n")
@example(b"From: a@b.es\r\nContent-Type: text/html\r\n\r\n" + b"<div>" * 20_000)
def test_any_bytes_are_read_or_refused_without_an_error(raw: bytes) -> None:
    found = read(raw)
    if found is not None:
        reason_not_to_answer(found, ())
        is_proven(found, {"mx.example"})
        bounce_in(found)
        assert len(words_of(found)) <= LONGEST_WORDS


def test_a_plain_letter_tells_who_wrote_what_to_whom() -> None:
    found = _read(letter())
    told = (found.author, found.name, found.recipients, found.subject, found.words, found.message_id)
    assert told == (
        GUEST,
        "Lucía Gómez",
        (HOUSE,),
        "Reserva",
        "Mesa para 4 mañana a las 20:00",
        "uno@correo.example",
    )


def test_a_letter_of_html_alone_is_read_without_what_it_quotes() -> None:
    html = '<div>Sí, <b>a las nueve</b>.</div><div class="gmail_quote"><div>El mar escribió:</div><p>Mesa para 4</p></div>'
    assert _read(letter(None, html=html)).words == "Sí, a las nueve."


def test_outlook_s_html_ends_where_the_answered_letter_begins() -> None:
    html = '<div>Cinco personas</div><div id="appendonsend"></div><hr><div id="divRplyFwdMsg">De: Lola</div><p>Mesa</p>'
    assert _read(letter(None, html=html)).words == "Cinco personas"


def test_html_that_hides_text_shows_only_what_the_guest_sees() -> None:
    html = '<style>p{}</style><div style="display: none">20 personas</div><script>x()</script><p>Cuatro personas</p>'
    assert _read(letter(None, html=html)).words == "Cuatro personas"


def test_plain_text_goes_before_html() -> None:
    assert _read(letter("Cuatro", html="<p>Cinco</p>")).words == "Cuatro"


def test_a_charset_that_does_not_exist_is_guessed() -> None:
    raw = b"From: a@b.es\r\nContent-Type: text/plain; charset=x-nonsense\r\n\r\nma\xf1ana a las ocho"
    assert _read(raw).words == "mañana a las ocho"


def test_lines_broken_by_the_program_are_put_together() -> None:
    raw = b"From: a@b.es\r\nContent-Type: text/plain; format=flowed\r\n\r\nMesa para \r\ncuatro personas\r\nel viernes"
    assert _read(raw).words == "Mesa para cuatro personas\nel viernes"


def test_a_picture_beside_the_text_is_named() -> None:
    raw = (
        b"From: a@b.es\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain\r\n\r\nHola\r\n"
        b"--x\r\nContent-Type: image/jpeg\r\nContent-Disposition: attachment; filename=a.jpg\r\n\r\nxx\r\n--x--\r\n"
    )
    assert (_read(raw).words, _read(raw).media) == ("Hola", ("image",))


def test_a_letter_inside_a_letter_is_not_the_guest_s() -> None:
    raw = (
        b"From: a@b.es\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain\r\n\r\nHola\r\n"
        b"--x\r\nContent-Type: message/rfc822\r\n\r\nFrom: c@d.es\r\nSubject: z\r\n\r\nMesa para 9\r\n--x--\r\n"
    )
    assert _read(raw).words == "Hola"


def test_the_envelope_goes_before_the_letter_s_own_recipients() -> None:
    found = _read(letter(to="Todos <otros@example.org>", Delivered_To=HOUSE))
    assert found.recipients == (HOUSE, "otros@example.org")


def test_a_letter_without_an_id_has_one_made_of_what_it_is() -> None:
    first, again, other = (_read(letter(text, message_id=None)).message_id for text in ("a", "a", "b"))
    assert (first == again, first == other) == (True, False)


def test_references_are_oldest_first_and_end_with_what_is_answered() -> None:
    found = _read(letter(References="<a@x> <b@x>", In_Reply_To="<c@x>"))
    assert found.references == ("a@x", "b@x", "c@x")


def test_a_long_letter_is_cut_where_the_chat_cuts() -> None:
    assert len(_read(letter("hola " * 5000)).words) <= LONGEST_WORDS


def test_nothing_at_all_is_no_letter() -> None:
    assert read(b"") is None


@pytest.mark.timeout(20)
def test_a_letter_of_more_parts_than_any_program_makes_is_refused() -> None:
    assert (
        read(
            b"From: a@b.es\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n"
            + b"--x\r\n\r\na\r\n" * 100_000
        )
        is None
    )


def test_a_subject_that_says_what_the_text_does_not_leads_it() -> None:
    found = _read(letter("¿Tenéis mesa para 4 a las 21:00?", subject="Reserva viernes 27"))
    assert words_of(found) == "Reserva viernes 27\n¿Tenéis mesa para 4 a las 21:00?"


def test_a_subject_that_says_nothing_new_is_left_out() -> None:
    found = _read(letter("Mesa para 4 mañana a las 21:00", subject="Reserva para 4"))
    assert words_of(found) == "Mesa para 4 mañana a las 21:00"


def test_an_empty_letter_says_its_subject() -> None:
    assert (
        words_of(_read(letter("", subject="Mesa para 4 mañana a las 21:00")))
        == "Mesa para 4 mañana a las 21:00"
    )


def test_an_answer_s_subject_is_ours_and_says_nothing() -> None:
    found = _read(letter("Sí", subject="Re: Mesa para 4 el viernes 27", In_Reply_To="<x@y>"))
    assert words_of(found) == "Sí"


_HEAD = b"From: a@b.es\r\nMessage-ID: <1@b.es>\r\n"


@pytest.mark.parametrize(
    "raw",
    [
        _HEAD
        + b"Content-Type: multipart/mixed; boundary=x\r\n\r\n"
        + b"--x\r\rHola\r" * 6_000,  # the parser ends lines so, too
        _HEAD + b"X: y\r\n" * 260_000 + b"\r\nHola",
        _HEAD
        + b"Content-Type: multipart/mixed; Boundary=b0\r\n\r\n"
        + b"".join(
            b"--b%d\r\nContent-Type: multipart/mixed; BOUNDARY=b%d\r\n\r\n" % (n, n + 1) for n in range(90)
        ),
    ],
    ids=["parts", "fields", "nesting"],
)
def test_a_letter_whose_reading_would_take_seconds_is_refused_before(raw: bytes) -> None:
    assert read(raw) is None


def test_html_of_more_elements_than_a_letter_has_is_read_without_its_layout() -> None:
    page = b"<table>" + b"<tr><td>a<td>b</tr>" * 4_000 + b"</table><p>Mesa para dos</p>"

    found = _read(_HEAD + b"Content-Type: text/html\r\n\r\n<p>Hola</p>" + page)

    assert found.words.startswith("Hola a b a b")
