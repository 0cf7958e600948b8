"""The mailbox page shows what was sent as its reader sees it, and runs nothing of it."""

from __future__ import annotations

import base64
import re
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask
from page_fakes import NOW, qr_png
from werkzeug.test import TestResponse

from backend.notifications import MessageKind, render, sample_facts
from backend.pages import mailbox_blueprint
from backend.platform.senders import MailboxFolderSender, Outgoing, Rendered


class MovingClock:
    def __init__(self) -> None:
        self.at = NOW

    def now(self) -> datetime:
        self.at += timedelta(minutes=1)
        return self.at


ONE = "/mailbox/la-marea/00000000-0000-0000-0000-000000000001"


@pytest.fixture
def sent(tmp_path: Path) -> Path:
    """A mailbox with a Spanish confirmation by mail and a reminder by SMS."""
    sender = MailboxFolderSender(tmp_path, MovingClock())
    facts = replace(sample_facts(MessageKind.CONFIRMATION)[0], qr_png=qr_png())
    sender.send(_mail(1, render(MessageKind.CONFIRMATION, facts, "es")))
    reminder = render(MessageKind.REMINDER_3H, facts, "es")
    sender.send(replace(_mail(2, reminder), channel="sms", to={"phone": "+34600111222"}))
    return tmp_path


def _mail(number: int, rendered: Rendered) -> Outgoing:
    return Outgoing(
        message_id=UUID(int=number),
        restaurant="la-marea",
        channel="email",
        to={"name": "Lucía <Pérez>", "email": "lucia@example.com"},
        rendered=rendered,
        sender_name="La Marea",
        sender_address="reservas@saveit.example",
    )


def visit(folder: Path, path: str, language: str = "es") -> TestResponse:
    app = Flask("mailbox-under-test")
    app.register_blueprint(mailbox_blueprint(folder, lambda: "Europe/Madrid"))
    return app.test_client().get(path, headers={"Accept-Language": language})


def test_the_newest_message_is_on_top_at_the_restaurants_time(sent: Path) -> None:
    page = visit(sent, "/mailbox/").text
    assert "2 mensajes" in page
    assert re.findall(r'<a href="(/mailbox/la-marea/[^"]+)">', page) == [ONE[:-1] + "2", ONE]
    assert "martes 15 de diciembre a las 12:01" in page


def test_an_empty_mailbox_says_so(tmp_path: Path) -> None:
    assert "No message has been sent yet." in visit(tmp_path, "/mailbox/", "en").text


def test_a_long_mailbox_is_read_page_by_page(tmp_path: Path) -> None:
    sender = MailboxFolderSender(tmp_path, MovingClock())
    for number in range(51):
        sender.send(_mail(number, Rendered(f"S{number}", "t", "s", "<p>h</p>")))
    first, second = visit(tmp_path, "/mailbox/").text, visit(tmp_path, "/mailbox/?page=2").text
    assert (first.count('class="message"'), second.count('class="message"')) == (50, 1)
    assert "/mailbox/?page=2" in first
    assert visit(tmp_path, "/mailbox/?page=99").text == second
    assert visit(tmp_path, "/mailbox/?page=x").text == first


def test_a_mail_is_shown_in_a_frame_that_runs_nothing(sent: Path) -> None:
    page = visit(sent, ONE)
    assert f'src="{ONE}/mail" sandbox="allow-popups allow-popups-to-escape-sandbox"' in page.text
    assert "frame-src 'self'" in page.headers["Content-Security-Policy"]
    policy = visit(sent, f"{ONE}/mail").headers["Content-Security-Policy"]
    assert "sandbox allow-popups" in policy
    assert "script-src" not in policy
    assert "allow-scripts" not in policy


def test_the_framed_mail_has_its_code_in_place_and_opens_links_outside(sent: Path) -> None:
    mail = visit(sent, f"{ONE}/mail").text
    assert f'src="data:image/png;base64,{base64.b64encode(qr_png()).decode()}"' in mail
    assert "cid:" not in mail
    assert '<base target="_blank">' in mail


def test_a_mail_can_be_read_as_bare_text_and_as_a_short_message(sent: Path) -> None:
    assert "Localizador: K7M2QX" in visit(sent, f"{ONE}?as=text").text
    assert "Código y cambios: https://example.com/g/sample" in visit(sent, f"{ONE}?as=short").text


def test_a_text_message_is_a_bubble_without_other_faces(sent: Path) -> None:
    page = visit(sent, ONE[:-1] + "2").text
    assert "Te esperamos" in page
    assert "<iframe" not in page
    assert "+34600111222" in page


def test_who_it_went_to_is_shown_and_not_run(sent: Path) -> None:
    assert "Lucía &lt;Pérez&gt; &lt;lucia@example.com&gt;" in visit(sent, ONE).text


def test_files_are_downloaded_as_they_were_sent(sent: Path) -> None:
    page = visit(sent, ONE).text
    names = dict(re.findall(r'href="(/mailbox/[^"]+/files/\d+)">.*?</svg>([^<]+)</a>', page))
    assert sorted(names.values()) == ["K7M2QX.png", "reserva-K7M2QX.ics"]
    for address, name in names.items():
        answer = visit(sent, address)
        assert answer.headers["Content-Disposition"] == f"attachment; filename={name}"
    assert qr_png() in {visit(sent, address).data for address in names}


@pytest.mark.parametrize(
    "path",
    [
        "/mailbox/la-marea/00000000-0000-0000-0000-000000000009",
        "/mailbox/other/00000000-0000-0000-0000-000000000001",
        "/mailbox/../x",
        "/mailbox/la-marea/..%2f..%2fsecret",
        f"{ONE}/files/9",
        f"{ONE[:-1]}2/mail",
        f"{ONE}/files/99999999999999999999",
    ],
)
def test_what_is_not_there_is_a_page_that_says_so(sent: Path, path: str) -> None:
    assert visit(sent, path).status_code == 404


def test_a_hostile_mail_is_shown_as_it_is_but_cannot_run(tmp_path: Path) -> None:
    sender = MailboxFolderSender(tmp_path, MovingClock())
    evil = '<html><head></head><body><script>parent.location="https://x.example"</script></body></html>'
    sender.send(_mail(1, Rendered("<img src=x onerror=alert(1)>", "<b>t</b>", "<i>s</i>", evil)))
    for path in (ONE, f"{ONE}?as=text", f"{ONE}?as=short", "/mailbox/"):
        page = visit(tmp_path, path).text
        assert "<script>parent" not in page
        assert "<img src=x" not in page
        assert "<b>t" not in page
        assert "<i>s" not in page
