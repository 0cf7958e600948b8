"""A restaurant's own mailbox: connected over the API, checked, read by the worker, answered over the provider's own server."""

from __future__ import annotations

import smtplib
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from stage import Stage

sys.path.append(str(Path(__file__).resolve().parents[2] / "unit" / "channels"))

from imap_stand_in import Imap, imap_server
from letters import letter


@pytest.fixture
def imap() -> Iterator[Imap]:
    with imap_server() as server:
        yield server


class Taken:
    """What the provider's outgoing server took; it takes nothing from who has not signed in."""

    def __init__(self) -> None:
        self.letters: list[bytes] = []

    def __call__(self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        return AuthResult(success=data.password == b"secreto")

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd calls it so
        if not session.authenticated:
            return "530 sign in first"
        self.letters.append(envelope.content)
        return "250 taken"


@pytest.fixture
def outgoing(free_port: int) -> Iterator[Taken]:
    """The provider's outgoing server."""
    taken = Taken()
    server = Controller(taken, "127.0.0.1", free_port, authenticator=taken, auth_require_tls=False)
    server.start()
    yield taken
    server.stop()


def address(stage: Stage) -> str:
    return f"reservas@{stage.restaurant_id.hex[-12:]}.example"


def connect(stage: Stage, imap: Imap, port: int, **changes: Any) -> Any:
    settings = {
        "imapHost": "127.0.0.1",
        "imapPort": imap.port,
        "imapTls": "none",
        "smtpHost": "127.0.0.1",
        "smtpPort": port,
        "smtpTls": "none",
        **changes,
    }
    body = {
        "provider": "mail",
        "account": address(stage),
        "settings": settings,
        "secrets": {"imapPassword": "secreto"},
    }
    return stage.call(
        "PUT", f"/restaurants/{stage.restaurant_id}/channels/email", stage.staff["owner"], json=body
    )


def test_a_letter_in_the_restaurant_s_mailbox_is_answered_over_its_own_server(
    stage: Stage, imap: Imap, outgoing: Taken, free_port: int
) -> None:
    assert connect(stage, imap, free_port).status_code == 200
    imap_now(stage)
    imap.deliver(letter(to=address(stage)))
    imap_now(stage)
    [raw] = outgoing.letters
    assert f"From: Casa Prueba <{address(stage)}>".encode() in raw
    assert b"In-Reply-To: <uno@correo.example>" in raw


def imap_now(stage: Stage) -> None:
    """A minute passes; everything the worker does meanwhile."""
    stage.clock.at += timedelta(minutes=1)
    stage.work()


@pytest.mark.parametrize(
    ("account", "changes", "secrets", "field"),
    [
        ("nadie", {}, {"imapPassword": "x"}, "account"),
        ("a@b.example", {"imapHost": "imap.b.example"}, {}, "secrets.imapPassword"),
        ("a@b.example", {"smtpHost": "smtp.b.example"}, {}, "secrets.smtpPassword"),
        ("a@b.example", {"imapHost": "no host"}, {"imapPassword": "x"}, "settings.imapHost"),
    ],
)
def test_an_account_that_cannot_work_is_refused_by_its_field(
    stage: Stage, account: str, changes: dict[str, Any], secrets: dict[str, str], field: str
) -> None:
    body = {"provider": "mail", "account": account, "settings": changes, "secrets": secrets}
    answer = stage.call(
        "PUT", f"/restaurants/{stage.restaurant_id}/channels/email", stage.staff["owner"], json=body
    )
    assert (answer.status_code, answer.get_json()["errors"][0]["field"]) == (422, field)


def test_whoever_connects_a_mailbox_can_try_it(
    stage: Stage, imap: Imap, outgoing: Taken, free_port: int
) -> None:
    imap.deliver(letter())
    connect(stage, imap, free_port)
    path = f"/restaurants/{stage.restaurant_id}/channels/email/test"
    assert stage.call("POST", path, stage.staff["owner"]).get_json()["facts"] == {"letters": 1, "sends": True}


def test_a_password_that_is_wrong_is_told(stage: Stage, imap: Imap, outgoing: Taken, free_port: int) -> None:
    imap.password = "otra"
    connect(stage, imap, free_port)
    path = f"/restaurants/{stage.restaurant_id}/channels/email/test"
    answer = stage.call("POST", path, stage.staff["owner"]).get_json()
    assert (answer["ok"], answer["reason"]) == (False, "credentials")


def test_the_worker_takes_mail_itself_where_it_is_told_to(new_stage: Any, free_port: int) -> None:
    stage: Stage = new_stage(mail_listen=f"127.0.0.1:{free_port}")
    body = {"provider": "mail", "account": address(stage), "settings": {}, "secrets": {}}
    stage.call("PUT", f"/restaurants/{stage.restaurant_id}/channels/email", stage.staff["owner"], json=body)
    stage.work()
    with smtplib.SMTP("127.0.0.1", free_port) as client:
        client.sendmail("lucia@correo.example", [address(stage)], letter(to=address(stage)))
    stage.work()
    assert [each["to"]["email"] for each in stage.mails()] == ["lucia@correo.example"]
