"""SNS's webhook as the web process serves it: what is taken, refused, asked for again; S3 and SNS played on loopback."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from flask import Flask
from flask.testing import FlaskClient
from letters import GUEST, letter
from mail_stand_ins import RESTAURANT, Hall, hall
from requests.adapters import HTTPAdapter
from sns_stand_in import (
    CERTIFICATE_URL,
    NOW,
    SUBSCRIBE_URL,
    TOPIC,
    StandInAws,
    certificate,
    confirmation,
    new_key,
    notification,
    received,
    signed,
)
from werkzeug.test import TestResponse

from backend.conversations.channels.email.aws import AmazonSns, S3Letters
from backend.conversations.channels.email.sns import SnsVerifier, Unreachable
from backend.conversations.channels.email.webhook import PATH, SesParts, ses_api
from backend.platform.http.mount import mount
from backend.platform.telemetry import Telemetry

KEY = new_key()


class StoppedClock:
    def now(self) -> datetime:
        return NOW


class Nobody:
    """Asked by no unguarded endpoint."""


@dataclass
class Shelf:
    """S3 and SNS on loopback: objects by path; `status` is answered instead when it is set."""

    port: int = 0
    objects: dict[str, bytes] = field(default_factory=dict)
    status: int = 0
    asked: list[str] = field(default_factory=list)


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        shelf: Shelf = self.server.shelf  # type: ignore[attr-defined]
        path = urlsplit(self.path).path
        shelf.asked.append(path)
        found = shelf.objects.get(path)
        status = shelf.status or (200 if found is not None else 404)
        body = found if status == 200 and found is not None else b"<Error><Code>NoSuchKey</Code></Error>"
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        if status in (301, 302):
            self.send_header("Location", "http://127.0.0.1:9/elsewhere")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Quiet."""


@pytest.fixture
def shelf() -> Iterator[Shelf]:
    made = Shelf()
    with ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as server:
        server.shelf = made  # type: ignore[attr-defined]
        made.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield made
        server.shutdown()
        thread.join()


@pytest.fixture
def s3(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> S3Letters:
    """boto3 itself, against loopback."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    return S3Letters("eu-west-1", f"http://127.0.0.1:{shelf.port}")


@dataclass
class Webhook:
    """The endpoint with all behind it."""

    client: FlaskClient
    aws: StandInAws
    at: Hall

    def post(self, told: Any, key: Any = KEY) -> TestResponse:
        body = json.dumps(signed(told, key)) if isinstance(told, dict) else told
        return self.client.post(PATH, data=body, content_type="text/plain; charset=UTF-8")


@pytest.fixture
def webhook(s3: S3Letters) -> Webhook:
    aws, at = StandInAws({CERTIFICATE_URL: certificate(KEY)}), hall(largest=60_000)
    parts = SesParts(
        verifier=SnsVerifier(aws, [TOPIC], timedelta(seconds=3900)),
        aws=aws,
        letters=s3,
        door=at.door,
        feedback=at.feedback,
        store=at.store,  # type: ignore[arg-type]
        clock=StoppedClock(),
        buckets=["mails"],
        restaurants=lambda: [RESTAURANT],
    )
    app = Flask("webhook-test", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = 1_000_000
    mount(app, [ses_api(parts)], Nobody(), Telemetry(), "")  # type: ignore[arg-type]
    return Webhook(app.test_client(), aws, at)


def test_a_letter_inside_the_notification_is_taken(webhook: Webhook) -> None:
    answer = webhook.post(notification(received(letter())))
    assert (answer.status_code, webhook.at.taken[0].address, webhook.at.taken[0].sender.proven) == (
        200,
        GUEST,
        True,
    )


def test_a_letter_in_s3_is_fetched_and_taken(webhook: Webhook, shelf: Shelf) -> None:
    shelf.objects["/mails/in/1"] = letter()
    answer = webhook.post(notification(received(None, type="S3", bucketName="mails", objectKey="in/1")))
    assert (answer.status_code, webhook.at.taken[0].text) == (200, "Mesa para 4 mañana a las 20:00")


def test_the_same_notification_again_changes_nothing(webhook: Webhook) -> None:
    told = notification(received(letter()))
    assert [webhook.post(told).status_code, webhook.post(told).status_code, len(webhook.at.taken)] == [
        200,
        200,
        1,
    ]


def test_notifications_out_of_order_are_both_taken(webhook: Webhook) -> None:
    later = letter("Sí", message_id="<dos@x>", References="<uno@correo.example>")
    for raw, at in ((later, "2026-12-16T08:59:00.000Z"), (letter(), "2026-12-16T08:50:00.000Z")):
        webhook.post(notification(received(raw), Timestamp=at))
    assert len({each.session_id for each in webhook.at.taken}) == 1
    assert webhook.at.taken[1].at < webhook.at.taken[0].at


def test_a_forged_notification_is_forbidden(webhook: Webhook) -> None:
    answer = webhook.post(notification(received(letter())), new_key())
    assert (answer.status_code, webhook.at.taken) == (403, [])


def test_a_stale_notification_is_forbidden(webhook: Webhook) -> None:
    answer = webhook.post(notification(received(letter()), Timestamp="2026-12-16T07:30:00.000Z"))
    assert (answer.status_code, webhook.at.taken) == (403, [])


def test_another_s_topic_is_forbidden(webhook: Webhook) -> None:
    told = notification(received(letter()), TopicArn="arn:aws:sns:eu-west-1:999999999999:other")
    assert webhook.post(told).status_code == 403


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"\xff\xfe", b"[" * 100_000])
def test_what_is_no_message_at_all_is_malformed(webhook: Webhook, body: bytes) -> None:
    assert webhook.post(body).status_code == 400


def test_a_huge_body_is_refused(webhook: Webhook) -> None:
    assert webhook.post(b"{" + b" " * 1_100_000).status_code == 413


def test_a_subscription_is_confirmed_once_it_is_proven(webhook: Webhook) -> None:
    assert (webhook.post(confirmation()).status_code, webhook.aws.confirmed) == (200, [SUBSCRIBE_URL])


def test_a_subscription_of_somebody_else_is_not_confirmed(webhook: Webhook) -> None:
    assert (webhook.post(confirmation(), new_key()).status_code, webhook.aws.confirmed) == (403, [])


def test_sns_shall_repeat_while_its_certificate_cannot_be_had(webhook: Webhook) -> None:
    webhook.aws.away = True
    assert webhook.post(notification(received(letter()))).status_code == 503
    webhook.aws.away = False
    assert (webhook.post(notification(received(letter()))).status_code, len(webhook.at.taken)) == (200, 1)


def test_sns_shall_repeat_while_s3_is_away(webhook: Webhook, shelf: Shelf) -> None:
    told = notification(received(None, type="S3", bucketName="mails", objectKey="in/1"))
    shelf.status = 503
    assert webhook.post(told).status_code == 503
    shelf.status, shelf.objects["/mails/in/1"] = 0, letter()
    assert (webhook.post(told).status_code, len(webhook.at.taken)) == (200, 1)


@pytest.mark.parametrize("why", ["unavailable", "lock_timeout"])
def test_sns_shall_repeat_while_the_database_is_away_or_busy(webhook: Webhook, why: str) -> None:
    webhook.at.intake.why = why
    webhook.at.intake.away = True
    assert webhook.post(notification(received(letter()))).status_code == 503


@pytest.mark.parametrize("size", [None, 70_000])
def test_a_letter_that_is_gone_or_too_large_is_not_asked_for_again(
    webhook: Webhook, shelf: Shelf, size: int | None
) -> None:
    if size:
        shelf.objects["/mails/in/1"] = b"a" * size
    answer = webhook.post(notification(received(None, type="S3", bucketName="mails", objectKey="in/1")))
    assert (answer.status_code, webhook.at.taken) == (200, [])


@pytest.mark.parametrize(
    "text",
    [
        "hola",
        "[]",
        '{"notificationType": "Received"}',
        received(None, type="S3", bucketName="theirs", objectKey="k"),
    ],
)
def test_a_proven_notification_that_says_nothing_we_know_is_not_asked_for_again(
    webhook: Webhook, text: str
) -> None:
    assert (webhook.post(notification(text)).status_code, webhook.at.taken) == (200, [])


def test_a_bounce_marks_our_letter(webhook: Webhook) -> None:
    told = {
        "notificationType": "Bounce",
        "mail": {"messageId": "0102-ses", "source": "x@nobody.example"},
        "bounce": {"bounceType": "Permanent", "bounceSubType": "General"},
    }
    assert webhook.post(notification(json.dumps(told))).status_code == 200
    assert webhook.at.feedback.reports == [("0102-ses", "failed", "Bounce General")]


# The adapters


class _ToLoopback(HTTPAdapter):
    """SNS's host, found on loopback."""

    def __init__(self, port: int) -> None:
        super().__init__()
        self._port = port

    def send(self, request: Any, *given: Any, **more: Any) -> Any:
        request.url = f"http://127.0.0.1:{self._port}{urlsplit(request.url).path}"
        more["proxies"] = {}
        return super().send(request, *given, **more)


@pytest.fixture
def sns(shelf: Shelf) -> AmazonSns:
    session = requests.Session()
    session.mount("https://sns.eu-west-1.amazonaws.com", _ToLoopback(shelf.port))
    return AmazonSns(session)


def test_a_certificate_is_fetched_as_it_is(sns: AmazonSns, shelf: Shelf) -> None:
    shelf.objects[urlsplit(CERTIFICATE_URL).path] = b"pem"
    assert sns.certificate(CERTIFICATE_URL) == b"pem"


@pytest.mark.parametrize("status", [302, 403, 500])
def test_whatever_else_sns_answers_is_tried_again(sns: AmazonSns, shelf: Shelf, status: int) -> None:
    shelf.status = status
    with pytest.raises(Unreachable):
        sns.certificate(CERTIFICATE_URL)
    assert len(shelf.asked) == 1


def test_a_certificate_without_end_is_not_read(sns: AmazonSns, shelf: Shelf) -> None:
    shelf.objects[urlsplit(CERTIFICATE_URL).path] = b"a" * 100_000
    with pytest.raises(Unreachable):
        sns.certificate(CERTIFICATE_URL)
