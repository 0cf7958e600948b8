"""Twilio and Meta on the loopback, speaking their wire protocol: what they take, refuse, throttle, drop and never answer.

Used by tests of senders and of the pipeline. A server answers what `script` says, one entry a call that sends, then takes all.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

SID = "AC" + "0123456789abcdef" * 2
TOKEN = "a-token-of-the-account"
GRAPH_TOKEN = "EAAG-a-token-of-the-app"
APP_SECRET = "an-app-secret"


@dataclass(frozen=True)
class Refused:
    """The provider says no."""

    status: int
    code: int = 0
    subcode: int = 0
    retry_after: int | None = None
    html: bool = False


@dataclass(frozen=True)
class Dropped:
    """The connection ends without an answer; `taken`: after the provider has taken the message."""

    taken: bool


@dataclass(frozen=True)
class Slow:
    """Answers after so many seconds."""

    seconds: float


@dataclass
class Provider:
    """What a server was asked and what it took."""

    url: str = ""
    script: list[Any] = field(default_factory=list)
    asked: list[dict[str, Any]] = field(default_factory=list)
    taken: list[dict[str, Any]] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)  # what it says of an account beside the usual
    numbers: Any = field(default_factory=lambda: count(1))
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def next(self) -> Any:
        """What is done to this call."""
        with self.lock:
            return self.script.pop(0) if self.script else None

    def texts(self) -> list[str]:
        """The words of what was taken, in order."""
        return [each["words"] for each in self.taken]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    provider: Provider

    def log_message(self, *_: Any) -> None:
        """Tests read what was asked, not a log."""

    def body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def answer(self, status: int, body: Any, *, retry_after: int | None = None, html: bool = False) -> None:
        payload = b"<html>Sorry</html>" if html else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/html" if html else "application/json")
        self.send_header("Content-Length", str(len(payload)))
        if retry_after is not None:
            self.send_header("Retry-After", str(retry_after))
        self.end_headers()
        self.wfile.write(payload)

    def drop(self) -> None:
        self.close_connection = True
        self.connection.close()

    def refuse(self, refused: Refused, body: Any) -> None:
        self.answer(refused.status, body, retry_after=refused.retry_after, html=refused.html)


class _TwilioHandler(_Handler):
    def do_GET(self) -> None:
        asked = urlsplit(self.path)
        if not self._is_known():
            self.refuse(Refused(401), {"code": 20003, "message": "Authenticate", "status": 401})
        elif asked.path.endswith("/Messages.json"):
            self._list({name: values[0] for name, values in parse_qs(asked.query).items()})
        elif asked.path.endswith("/IncomingPhoneNumbers.json"):
            self.answer(200, {"incoming_phone_numbers": [{"sid": "PN1"}], "page": 0})
        else:
            self.answer(200, {"sid": SID, "friendly_name": "Casa Prueba", "status": "active"})

    def do_POST(self) -> None:
        form = dict(parse_qsl(self.body().decode(), keep_blank_values=True))
        self.provider.asked.append({"path": self.path, **form})
        if not self._is_known():
            self.refuse(Refused(401), {"code": 20003, "message": "Authenticate", "status": 401})
            return
        act = self.provider.next()
        if isinstance(act, Refused):
            self.refuse(act, {"code": act.code, "message": f"To: {form.get('To')}", "status": act.status})
            return
        if isinstance(act, Slow):
            time.sleep(act.seconds)
        if not isinstance(act, Dropped) or act.taken:
            sid = f"SM{next(self.provider.numbers):032d}"
            text = form.get("Body", form.get("ContentVariables", ""))
            self.provider.taken.append(
                {**form, "sid": sid, "words": text, "to": form.get("To"), "at": self.provider.clock()}
            )
        if isinstance(act, Dropped):
            self.drop()
            return
        self.answer(201, {"sid": sid, "status": "queued", "body": text, "to": form.get("To")})

    def _is_known(self) -> bool:
        given = self.headers.get("Authorization", "").removeprefix("Basic ")
        return base64.b64decode(given).decode() == f"{SID}:{TOKEN}"

    def _list(self, query: dict[str, str]) -> None:
        wanted = [
            {
                "sid": each["sid"],
                "body": each["words"],
                "status": "delivered",
                "date_created": format_datetime(each["at"]),
                "date_sent": format_datetime(each["at"]),
            }
            for each in self.provider.taken
            if each["to"] == query.get("To")
        ]
        self.answer(200, {"messages": wanted, "page": 0, "page_size": 20})


class _MetaHandler(_Handler):
    def do_GET(self) -> None:
        if not self._is_known():
            self.refuse(Refused(401), _graph_error(190, 463))
        else:
            told = {"display_phone_number": "+34 600 000 000", "verified_name": "Casa", "username": "casa"}
            self.answer(200, {**told, **self.provider.facts})

    def do_POST(self) -> None:
        raw = self.body()
        if self.path.endswith("/media"):
            self.provider.asked.append({"path": self.path, "raw": raw})
            self.answer(200, {"id": f"media-{next(self.provider.numbers)}"})
            return
        body = json.loads(raw)
        self.provider.asked.append({"path": self.path, **body})
        if not self._is_known():
            self.refuse(Refused(401), _graph_error(190, 463))
            return
        act = self.provider.next()
        if isinstance(act, Refused):
            self.refuse(act, _graph_error(act.code, act.subcode))
            return
        if isinstance(act, Slow):
            time.sleep(act.seconds)
        if not isinstance(act, Dropped) or act.taken:
            sid = f"wamid.{next(self.provider.numbers)}"
            self.provider.taken.append({**body, "sid": sid, "words": _graph_text(body)})
        if isinstance(act, Dropped):
            self.drop()
            return
        if "messaging_product" in body:
            self.answer(200, {"messaging_product": "whatsapp", "messages": [{"id": sid}]})
        else:
            self.answer(200, {"recipient_id": body["recipient"]["id"], "message_id": sid})

    def _is_known(self) -> bool:
        return self.headers.get("Authorization") == f"Bearer {GRAPH_TOKEN}"


def _graph_text(body: dict[str, Any]) -> str:
    """The words of a message in either product's form."""
    if "message" in body:
        return str(body["message"].get("text", body["message"].get("attachment", {}).get("type")))
    kind = body["type"]
    if kind == "interactive":
        return str(body["interactive"]["body"]["text"])
    return str(body[kind].get("body", body[kind].get("caption", body[kind].get("name"))))


def _graph_error(code: int, subcode: int) -> dict[str, Any]:
    return {
        "error": {
            "message": f"(#{code}) refused",
            "type": "OAuthException",
            "code": code,
            "error_subcode": subcode,
            "fbtrace_id": "AbC",
        }
    }


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that give up, and connections that a script drops, are what is tested."""


@contextmanager
def _served(handler: type[_Handler]) -> Iterator[Provider]:
    provider = Provider()
    bound = type("Bound", (handler,), {"provider": provider})
    server = _Server(("127.0.0.1", 0), bound)
    provider.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def twilio_server() -> Iterator[Provider]:
    """Twilio's REST API for the account SID with TOKEN."""
    with _served(_TwilioHandler) as provider:
        yield provider


@contextmanager
def meta_server() -> Iterator[Provider]:
    """Meta's Graph API for GRAPH_TOKEN."""
    with _served(_MetaHandler) as provider:
        yield provider


def twilio_signature(token: str, url: str, form: dict[str, str]) -> str:
    """As Twilio signs: the address and the sorted fields, HMAC-SHA1, base64."""
    signed = url + "".join(name + form[name] for name in sorted(form))
    return base64.b64encode(hmac.new(token.encode(), signed.encode(), hashlib.sha1).digest()).decode()


def meta_signature(secret: str, raw: bytes) -> str:
    """As Meta signs: the raw body, HMAC-SHA256, hexadecimal."""
    return "sha256=" + hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()


def form_body(form: dict[str, str]) -> bytes:
    """A form as it is sent."""
    return urlencode(form).encode()
