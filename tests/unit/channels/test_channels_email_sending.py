"""Answers as mails: in the guest's thread, from the house's own address, readable as text and as HTML."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import pytest
from mail_stand_ins import RESTAURANT, THREADS

from backend.conversations.channels.email.rendering import Answer, Enclosures, render_answer
from backend.conversations.channels.email.sending import EmailSender, Post
from backend.conversations.channels.records import Outbound
from backend.conversations.dialogue.render import Card, ListItem, QuickReply, Reply
from backend.notifications import RestaurantFacts
from backend.platform.senders import Outgoing, PermanentSendError

HOUSE = "reservas@casalola.example"
MESSAGE = "019b0000-0000-7000-8000-0000000000aa"
FACTS = RestaurantFacts(
    id=RESTAURANT,
    name="Casa Lola",
    slug="casa-lola",
    timezone="Europe/Madrid",
    locale="es-ES",
    currency="EUR",
    primary_colour="#1E6B52",
    address="Calle Mayor 12",
)
CARD = Card(
    "Reserva en Casa Lola",
    "https://x/g/t/qr.png",
    "DTKQ3N",
    "https://x/g/t",
    "https://x/g/t/calendar.ics",
    ("Jueves 17 de diciembre", "20:00 · 4 personas"),
)
THREAD = {
    "messageId": "uno@correo.example",
    "references": "cero@correo.example uno@correo.example",
    "subject": "Reserva",
    "quote": "Mesa para 4\nmañana",
    "to": HOUSE,
    "session": "persona.hilo",
}


class House:
    """A house with one booking."""

    def facts(self, restaurant_id: UUID) -> RestaurantFacts:
        return FACTS

    def enclosures(self, restaurant_id: UUID, card: Card, locale: str) -> Enclosures | None:
        return Enclosures(card.code, b"\x89PNG", b"BEGIN:VCALENDAR", "PUBLISH")


class Kept:
    """Takes mail, and may name it anew."""

    def __init__(self, name: str | None = None) -> None:
        self.name = name
        self.mails: list[Outgoing] = []

    def post(self, outgoing: Outgoing) -> str | None:
        self.mails.append(outgoing)
        return self.name


def _sender(post: Post, own: Post | None = None) -> EmailSender:
    def own_post(account: Mapping[str, Any]) -> Post | None:
        return own

    return EmailSender(House(), THREADS, post, own_post, "avisos@saveit.example")


def _message(reply: Reply, **changes: Any) -> Outbound:
    given: dict[str, Any] = {"language": "es", "thread": THREAD, "address": "lucia@correo.example", **changes}
    return Outbound(channel="email", reply=reply, message_id=MESSAGE, **given)


ACCOUNT = {"restaurantId": str(RESTAURANT), "account": HOUSE}


def _sent(reply: Reply, account: dict[str, Any] | None = None, **changes: Any) -> Outgoing:
    post = Kept()
    _sender(post).send(account or ACCOUNT, _message(reply, **changes))
    return post.mails[0]


def test_an_answer_is_in_the_guest_s_thread() -> None:
    head = _sent(Reply("Hola")).head
    assert head is not None
    assert (head.in_reply_to, head.references, head.automatic) == (
        "uno@correo.example",
        ("cero@correo.example", "uno@correo.example"),
        "auto-replied",
    )


def test_the_answer_s_own_name_leads_back_to_the_conversation() -> None:
    head = _sent(Reply("Hola")).head
    assert head is not None
    assert THREADS.is_ours(head.message_id)
    assert head.message_id.startswith(f"{MESSAGE}.persona.hilo.")


def test_the_same_message_has_the_same_name_each_time() -> None:
    assert _sent(Reply("Hola")).head == _sent(Reply("Hola")).head


def test_a_restaurant_with_an_account_writes_from_its_own_address() -> None:
    sent = _sent(Reply("Hola"))
    assert (sent.sender_name, sent.sender_address, sent.reply_to) == ("Casa Lola", HOUSE, None)


def test_a_restaurant_without_one_writes_from_the_server_s_and_is_answered_at_its_own() -> None:
    sent = _sent(Reply("Hola"), {"restaurantId": str(RESTAURANT)})
    assert (sent.sender_address, sent.reply_to) == ("avisos@saveit.example", HOUSE)


def test_a_restaurant_with_a_server_of_its_own_sends_over_it() -> None:
    server, own = Kept(), Kept()
    _sender(server, own).send(ACCOUNT, _message(Reply("Hola")))
    assert (len(server.mails), len(own.mails)) == (0, 1)


@pytest.mark.parametrize(("name", "known"), [("0102-ses", "0102-ses"), (None, f"{MESSAGE}.persona.hilo.")])
def test_the_receipt_names_the_mail_as_reports_will(name: str | None, known: str) -> None:
    receipt = _sender(Kept(name)).send(ACCOUNT, _message(Reply("Hola")))
    assert receipt.provider_id is not None
    assert receipt.provider_id.startswith(known)


def test_an_address_that_is_none_is_refused_for_good() -> None:
    with pytest.raises(PermanentSendError):
        _sender(Kept()).send(ACCOUNT, _message(Reply("Hola"), address="lucia"))


# What it says


def test_a_booking_s_mail_has_the_code_inside_and_the_calendar_beside() -> None:
    rendered = _sent(Reply("¡Listo!", card=CARD)).rendered
    picture, calendar = rendered.attachments
    assert (picture.content_id, calendar.filename) == ("qr-DTKQ3N@saveit", "reserva-DTKQ3N.ics")
    assert f"cid:{picture.content_id}" in rendered.html


def test_text_and_html_say_the_same_of_a_booking() -> None:
    rendered = _sent(Reply("¡Listo!", card=CARD)).rendered
    for words in (
        "¡Listo!",
        "Jueves 17 de diciembre",
        "20:00 · 4 personas",
        "DTKQ3N",
        "https://x/g/t",
        "Calle Mayor 12",
    ):
        assert words in rendered.text
        assert words in rendered.html


def test_quick_replies_and_lists_are_suggestions() -> None:
    reply = Reply("¿Cuál?", (QuickReply("19:30", "x"),), None, (ListItem("20:45", "y", "Sala"),))
    rendered = _sent(reply).rendered
    assert "- 20:45 (Sala)\n" in rendered.text
    assert "Puedes contestar, por ejemplo: 19:30\n" in rendered.text


def test_the_guest_s_words_are_quoted_below_as_such() -> None:
    assert "Escribiste:\n> Mesa para 4\n> mañana\n" in _sent(Reply("Hola")).rendered.text


def test_an_answer_without_a_quote_has_none() -> None:
    assert ">" not in _sent(Reply("Hola"), thread={**THREAD, "quote": ""}).rendered.text


def test_what_guests_write_is_never_markup() -> None:
    rendered = _sent(Reply("<b>x</b>"), thread={**THREAD, "quote": "<script>", "subject": "<i>"}).rendered
    assert not any(mark in rendered.html for mark in ("<b>x", "<script>", "<i>"))


@pytest.mark.parametrize(
    ("subject", "answered"),
    [
        ("Reserva", "Re: Reserva"),
        ("Re: Reserva", "Re: Reserva"),
        ("RE: Rv: Reserva", "Re: Reserva"),
        ("AW: [12]: Mesa", "Re: [12]: Mesa"),
        ("", "Re: Tu mensaje a Casa Lola"),
        ("Re:", "Re: Tu mensaje a Casa Lola"),
        ("Recuerdo: mesa", "Re: Recuerdo: mesa"),
    ],
)
def test_the_subject_is_the_guest_s_with_one_re(subject: str, answered: str) -> None:
    assert _sent(Reply("Hola"), thread={**THREAD, "subject": subject}).rendered.subject == answered


def test_a_house_that_says_usted_says_so_here_too() -> None:
    from dataclasses import replace

    rendered = render_answer(Answer(Reply("Hola"), replace(FACTS, formality="usted"), "es", quote="x"))
    assert "Escribió:" in rendered.text


def test_a_cancelled_booking_shows_no_code_but_takes_the_entry_back() -> None:
    enclosures = Enclosures("DTKQ3N", None, b"BEGIN:VCALENDAR", "CANCEL")
    rendered = render_answer(Answer(Reply("Cancelada", card=CARD), FACTS, "en", enclosures=enclosures))
    [calendar] = rendered.attachments
    assert (dict(calendar.parameters)["method"], "cid:" in rendered.html) == ("CANCEL", False)
