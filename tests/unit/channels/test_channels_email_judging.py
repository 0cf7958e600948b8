"""What is never answered, and what proves who wrote."""

from __future__ import annotations

import pytest
from letters import GUEST, HOUSE, PROOF, bounce, letter

from backend.conversations.channels.email.automatic import reason_not_to_answer
from backend.conversations.channels.email.bounces import Bounce, bounce_in
from backend.conversations.channels.email.proof import is_proven
from backend.conversations.channels.email.reading import read

TRUSTED = {"mx.casalola.example"}


def _reason(raw: bytes) -> str | None:
    found = read(raw)
    assert found is not None
    return reason_not_to_answer(found, {HOUSE})


def _proven(raw: bytes, trusted: set[str] = TRUSTED) -> bool:
    found = read(raw)
    assert found is not None
    return is_proven(found, trusted)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"Return_Path": "<>"}, "bounce"),
        ({"subject": "Undeliverable: Re: Reserva"}, "bounce"),
        ({"Auto_Submitted": "auto-replied"}, "automatic"),
        ({"Auto_Submitted": "auto-generated"}, "automatic"),
        ({"Precedence": "auto_reply"}, "automatic"),
        ({"X_Auto_Response_Suppress": "DR, OOF, AutoReply"}, "automatic"),
        ({"X_Autoreply": "yes"}, "automatic"),
        ({"subject": "Respuesta automática: Reserva"}, "automatic"),
        ({"subject": "Out of office: back on Monday"}, "automatic"),
        ({"Precedence": "bulk"}, "list"),
        ({"List_Id": "<ofertas.example>"}, "list"),
        ({"List_Unsubscribe": "<mailto:x@example.org>"}, "list"),
        ({"sender": "no-reply@tienda.example"}, "nobody"),
        ({"sender": "Avisos <noreply+77@tienda.example>"}, "nobody"),
        ({"sender": "MAILER-DAEMON@mx.example"}, "nobody"),
        ({"sender": f"Casa Lola <{HOUSE}>"}, "ours"),
        ({"Reply_To": HOUSE}, "ours"),
        ({"X_Spam_Flag": "YES"}, "spam"),
        ({"sender": "a@b.example, c@d.example"}, "nobody"),
    ],
)
def test_what_no_person_wrote_to_us_is_not_answered(fields: dict[str, str], reason: str) -> None:
    assert _reason(letter(**fields)) == reason  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"Auto_Submitted": "no"},
        {"Return_Path": f"<{GUEST}>"},
        {"Precedence": "first-class"},
        {"subject": "Estoy buscando mesa"},
        {"subject": "Autobús de 40 personas"},
        {"sender": "Reply García <reply.garcia@correo.example>"},
        {"X_Spam_Status": "No, score=1.2"},
    ],
)
def test_what_a_person_wrote_is_answered(fields: dict[str, str]) -> None:
    assert _reason(letter(**fields)) is None  # type: ignore[arg-type]


def test_a_report_names_the_letter_and_that_it_is_lost() -> None:
    found = read(bounce("x.y@casalola.example"))
    assert found is not None
    assert bounce_in(found) == Bounce("x.y@casalola.example", "5.1.1")


def test_a_report_of_a_delay_is_not_the_end() -> None:
    found = read(bounce("x.y@casalola.example", status="4.4.1", action="delayed"))
    assert found is not None
    told = bounce_in(found)
    assert told is not None
    assert not told.final


def test_a_guest_s_letter_reports_nothing() -> None:
    found = read(letter())
    assert found is not None
    assert bounce_in(found) is None


def test_a_from_field_alone_proves_nothing() -> None:
    assert not _proven(letter())


def test_a_trusted_server_s_word_proves_the_author() -> None:
    assert _proven(letter(Authentication_Results=PROOF))


def test_nobody_s_word_counts_when_no_server_is_trusted() -> None:
    assert not _proven(letter(Authentication_Results=PROOF), set())


@pytest.mark.parametrize(
    "said",
    [
        "mx.evil.example; dmarc=pass header.from=correo.example",
        "mx.casalola.example; none",
        "mx.casalola.example; dmarc=fail header.from=correo.example",
        "mx.casalola.example; dmarc=pass header.from=evil.example",
        "mx.casalola.example; dkim=pass header.d=evil.example",
        "mx.casalola.example; dkim=pass header.d=example",
        "mx.casalola.example; dkim=pass header.i=@evilcorreo.example",
        "mx.casalola.example; spf=pass smtp.mailfrom=correo.example",
        "mx.casalola.example; dkim=fail (dmarc=pass header.from=correo.example) header.d=correo.example",
        'mx.casalola.example; dkim=fail reason="; dmarc=pass header.from=correo.example"',
        "mx.casalola.example (; dmarc=pass header.from=correo.example",
        "",
        ";;;",
    ],
)
def test_a_word_that_is_not_about_the_author_proves_nothing(said: str) -> None:
    assert not _proven(letter(Authentication_Results=said))


@pytest.mark.parametrize(
    "said",
    [
        "MX.casalola.example 1; dmarc=PASS (p=NONE) header.from=Correo.example",
        "mx.casalola.example; dkim=pass (2048-bit key) header.i=@correo.example header.s=s1",
        "mx.casalola.example; dkim=fail header.d=lista.example; dkim=pass header.d=correo.example",
        "mx.casalola.example; dkim/1=pass header.d=correo.example",
    ],
)
def test_other_ways_of_saying_the_same_prove_it_too(said: str) -> None:
    assert _proven(letter(Authentication_Results=said))


def test_a_word_below_the_server_s_own_may_have_come_with_the_letter() -> None:
    forged = b"Authentication-Results: " + PROOF.encode() + b"\r\n"
    own = b"Authentication-Results: mx.casalola.example; dmarc=fail header.from=correo.example\r\n"
    assert not _proven(own + forged + letter())
