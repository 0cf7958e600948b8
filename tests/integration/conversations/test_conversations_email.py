"""Mail from end to end: a letter dropped into the maildir, the answer in the mailbox folder, a booking after the yes."""

from __future__ import annotations

from collections.abc import Callable
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from itertools import count
from typing import Any
from uuid import UUID

import pytest
from stage import Stage

GUEST = "lucia@correo.example"
TRUSTED = "mx.casa.example"
PROOF = f"{TRUSTED}; dmarc=pass header.from=correo.example"
_NUMBERS = count()


class Post:
    """The guest at their mail program, and the mail server between."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.address = f"reservas@{stage.restaurant_id.hex[-12:]}.example"
        self.folder = stage.services.settings.data_dir / "maildir"
        self.worker = stage.worker
        self._connect()

    def _connect(self) -> None:
        """The address becomes the restaurant's."""
        body = {"provider": "mail", "account": self.address, "settings": {}, "secrets": {}}
        path = f"/restaurants/{self.stage.restaurant_id}/channels/email"
        answer = self.stage.call("PUT", path, self.stage.staff["owner"], json=body)
        assert answer.status_code == 200, answer.get_data(as_text=True)

    def drop(self, text: str, answers: EmailMessage | None = None, **fields: str) -> str:
        """A letter as the mail server delivers it; its Message-ID."""
        mail = EmailMessage(policy=SMTP.clone(max_line_length=900))
        number = next(_NUMBERS)
        identity = f"<{number}.{self.stage.restaurant_id.hex}@correo.example>"
        given = {
            "Return-Path": f"<{GUEST}>",
            "Delivered-To": self.address,
            "From": f"Lucía Gómez <{GUEST}>",
            "To": self.address,
            "Subject": "Reserva",
            "Message-ID": identity,
            **{name.replace("_", "-"): value for name, value in fields.items()},
        }
        if answers is not None:
            given["Subject"] = str(answers["Subject"])
            given["In-Reply-To"] = "".join(str(answers["Message-ID"]).split())
            given["References"] = (
                f"{' '.join(str(answers['References'] or '').split())} {given['In-Reply-To']}".strip()
            )
        for name, value in given.items():
            mail[name] = value
        mail.set_content(text)
        (self.folder / "new").mkdir(parents=True, exist_ok=True)
        (self.folder / "new" / f"{number}.mx").write_bytes(mail.as_bytes())
        return given["Message-ID"]

    def says(self, text: str, answers: EmailMessage | None = None, **fields: str) -> EmailMessage:
        """Writes, lets the worker work, reads the newest answer."""
        before = len(self.answers())
        self.drop(text, answers, **fields)
        self.stage.work()
        found = self.answers()
        assert len(found) > before, "no answer"
        return found[-1]

    def answers(self) -> list[EmailMessage]:
        """All mails to the guest that answer one, oldest first."""
        return [each for each in self.mails() if each["In-Reply-To"]]

    def mails(self) -> list[EmailMessage]:
        """All mails to the guest, oldest first."""
        slug = self.stage.services.restaurants.config(self.stage.restaurant_id).profile.slug
        folder = self.stage.services.settings.data_dir / "mailbox" / slug
        found = [message_from_bytes(path.read_bytes(), policy=SMTP) for path in sorted(folder.glob("*.eml"))]
        return [each for each in found if isinstance(each, EmailMessage)]

    def bookings(self) -> list[dict[str, Any]]:
        """What is booked tomorrow."""
        query = {"restaurantId": str(self.stage.restaurant_id), "date": "2026-12-17"}
        return self.stage.call(
            "GET", "/reservations", self.stage.staff["host"], query_string=query
        ).get_json()["reservations"]


@pytest.fixture
def post(new_stage: Callable[..., Stage]) -> Post:
    return Post(new_stage(mail_trusted_servers=TRUSTED))


def text_of(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


def books(post: Post, **fields: str) -> EmailMessage:
    """A booking in as few letters as it takes; the last answer."""
    answer = post.says("Quiero reservar para 4 personas mañana a las 20:00", **fields)
    answer = post.says("A nombre de Lucía Gómez", answer, **fields)
    for _ in range(4):
        if post.bookings():
            break
        answer = post.says("Sí", answer, **fields)
    return answer


def test_a_letter_in_the_maildir_is_answered_as_a_proper_reply(post: Post) -> None:
    asked = post.drop("Quiero reservar para 4 personas mañana a las 20:00")
    post.stage.work()
    [answer] = post.answers()
    told = {
        name: " ".join(str(answer[name]).split())
        for name in ("To", "Subject", "In-Reply-To", "References", "Auto-Submitted")
    }
    assert told == {
        "To": GUEST,
        "Subject": "Re: Reserva",
        "In-Reply-To": asked,
        "References": asked,
        "Auto-Submitted": "auto-replied",
    }


def test_a_booking_by_mail_is_made_after_the_yes_and_comes_with_its_code(post: Post) -> None:
    answer = books(post)
    [booked] = post.bookings()
    assert (booked["partySize"], booked["time"], booked["channel"]) == (4, "20:00", "email")
    kinds = {part.get_content_type(): part for part in answer.walk()}
    assert kinds["image/png"]["Content-ID"]
    assert b"METHOD:PUBLISH" in kinds["text/calendar"].get_payload(decode=True)
    assert booked["code"] in text_of(answer)


def test_all_letters_of_the_booking_are_one_thread(post: Post) -> None:
    books(post)
    inbox = post.stage.call(
        "GET",
        "/conversations",
        post.stage.staff["host"],
        query_string={"restaurantId": str(post.stage.restaurant_id)},
    ).get_json()
    assert [each["channel"] for each in inbox["conversations"]] == ["email"]


def test_a_letter_that_is_delivered_twice_is_answered_once(post: Post) -> None:
    for _ in range(2):
        post.drop("Hola", Message_ID="<twice@correo.example>")
        post.stage.work()
    assert len(post.answers()) == 1


def test_a_proven_guest_cancels_by_answering_the_confirmation(post: Post) -> None:
    post.stage.booked(guest={"name": "Lucía Gómez", "email": GUEST})
    post.stage.work()
    [confirmation] = post.mails()
    answer = post.says("No podemos ir, cancela la reserva", confirmation, Authentication_Results=PROOF)
    if post.bookings()[0]["status"] != "cancelled":
        post.says("Sí", answer, Authentication_Results=PROOF)
    assert post.bookings()[0]["status"] == "cancelled"


def test_a_confirmation_is_answered_at_the_address_that_the_assistant_reads(post: Post) -> None:
    post.stage.booked(guest={"name": "Lucía Gómez", "email": GUEST})
    post.stage.work()
    assert post.address in str(post.mails()[0]["Reply-To"])


def test_whoever_only_claims_the_address_sees_and_cancels_nothing(post: Post) -> None:
    booked = post.stage.booked(guest={"name": "Lucía Gómez", "email": GUEST})["reservation"]
    post.stage.work()
    [confirmation] = post.mails()
    answer = post.says("Cancela mi reserva", confirmation)
    answer = post.says("Sí", answer)
    assert (booked["code"] in text_of(answer), post.bookings()[0]["status"]) == (False, "confirmed")


def test_an_automatic_answer_is_not_answered(post: Post) -> None:
    post.drop("Estoy fuera hasta el lunes", Auto_Submitted="auto-replied")
    post.stage.work()
    assert post.answers() == []


def bounces(post: Post, mail: EmailMessage) -> str:
    """A server reports that a mail of ours will never arrive; the mail's name."""
    identity = "".join(str(mail["Message-ID"]).split()).strip("<>")
    lines = [
        "Return-Path: <>",
        f"Delivered-To: {post.address}",
        "From: MAILER-DAEMON@mx.example",
        f"To: {post.address}",
        "Content-Type: multipart/report; report-type=delivery-status; boundary=x",
        *("", "--x", "Content-Type: message/delivery-status"),
        *(
            "",
            "Reporting-MTA: dns; mx",
            "",
            f"Final-Recipient: rfc822; {GUEST}",
            "Action: failed",
            "Status: 5.1.1",
            "",
        ),
        *("--x", "Content-Type: text/rfc822-headers", "", f"Message-ID: <{identity}>", "", "--x--", ""),
    ]
    (post.folder / "new" / "bounce.mx").write_bytes("\r\n".join(lines).encode())
    post.stage.work()
    return identity


def test_a_bounce_of_our_answer_is_seen_with_the_message(post: Post) -> None:
    identity = bounces(post, post.says("Hola"))
    with post.stage.worker.database.tenant(post.stage.restaurant_id) as tx:
        row = tx.one("SELECT state, last_error FROM outbound_messages WHERE provider_id = :id", id=identity)
    assert row == {"state": "failed", "last_error": "5.1.1"}


def test_a_bounce_of_a_confirmation_is_seen_with_the_booking(post: Post) -> None:
    booked = post.stage.booked(guest={"name": "Lucía Gómez", "email": GUEST})["reservation"]
    post.stage.work()
    (post.folder / "new").mkdir(parents=True, exist_ok=True)
    bounces(post, post.mails()[0])
    messages = post.stage.worker.notifications.messages(post.stage.restaurant_id, UUID(booked["id"]))
    assert messages[0]["state"] == "dead"  # there is no other way to this guest


def test_english_letters_are_answered_in_english(post: Post) -> None:
    answer = post.says("Hello, do you have a table for two tomorrow at 9 pm?")
    assert "Reply to this email" in text_of(answer)


def test_a_guest_who_answers_the_next_day_goes_on_where_they_were(post: Post) -> None:
    answer = post.says("Quiero reservar para 4 personas el viernes a las 20:00")
    post.stage.later(hours=20)
    answer = post.says("A nombre de Lucía Gómez", answer)
    post.stage.later(hours=3)
    assert "Listo" in text_of(post.says("Sí", answer))


def test_a_booking_by_mail_is_told_once(post: Post) -> None:
    books(post)
    post.stage.work()
    files = [
        part for mail in post.mails() for part in mail.walk() if part.get_content_type() == "text/calendar"
    ]
    assert len(files) == 1


def test_a_person_s_answer_goes_out_in_the_guest_s_thread(post: Post) -> None:
    post.says("Quiero hablar con una persona")
    query = {"restaurantId": str(post.stage.restaurant_id)}
    host = post.stage.staff["host"]
    [thread] = post.stage.call("GET", "/conversations", host, query_string=query).get_json()["conversations"]
    said = post.stage.call(
        "POST",
        f"/conversations/{thread['id']}/messages",
        host,
        json={"messageId": "s1", "text": "Hola, soy Marta."},
    )
    assert said.status_code == 201
    post.stage.work()
    answer = post.answers()[-1]
    assert (text_of(answer).split("\n")[0], answer["Subject"]) == ("Hola, soy Marta.", "Re: Reserva")


def test_a_flood_from_one_address_ends_and_is_kept_aside(new_stage: Callable[..., Stage]) -> None:
    post = Post(new_stage(mail_per_hour=2))
    for _ in range(4):
        post.drop("Hola")
    post.stage.work()
    assert len(post.answers()) == 2


def test_an_erased_guest_is_in_no_mail_of_ours_any_more(post: Post) -> None:
    books(post)
    [booked] = post.bookings()
    post.stage.call("POST", f"/guests/{booked['guestId']}/erase", post.stage.staff["manager"])
    post.stage.work()
    assert post.mails() == []
