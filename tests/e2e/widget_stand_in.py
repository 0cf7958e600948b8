"""Two loopback servers for the widget's browser tests: a restaurant's page, and SaveIt's side of POST /chat.

`ChatStandIn` speaks the contract (CORS, one answer per message id, problem documents) and plays the answers
that a test plans; all else is `house`'s (widget_house_stand_in.py). `HostPage` is another origin that embeds the widget, with the
strictest Content-Security-Policy that widget/README.md allows.
"""

from __future__ import annotations

import io
import json
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

import qrcode
from widget_house_stand_in import GuestSocket, HouseStandIn, asked_of

from widget.serving import widget_file

HELLO = {"replies": [{"text": "¿Para cuántas personas?"}]}


@dataclass
class Planned:
    """One answer to come: held back until `gate` is set; with `drop` the connection closes without a word."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    gate: threading.Event | None = None
    drop: bool = False


@dataclass(frozen=True)
class Received:
    method: str
    path: str
    headers: dict[str, str]
    body: Any


def replies(*replies: dict[str, Any]) -> Planned:
    return Planned(body={"replies": list(replies)})


def problem(status: int, code: str, detail: str, **headers: str) -> Planned:
    """A problem document, as the contract has them; header names with underscores for dashes."""
    body = {
        "type": f"/problems/{code}",
        "title": detail,
        "status": status,
        "code": code,
        "detail": detail,
        "requestId": "r-1",
    }
    return Planned(status, body, {name.replace("_", "-"): value for name, value in headers.items()})


def booking_card(**changes: Any) -> dict[str, Any]:
    """The card of a booking just made, as widget/README.md describes it."""
    card = {
        "kind": "booking",
        "title": "Mesa para 4",
        "imageUrl": "/qr/K7QF2M.png",
        "code": "K7QF2M",
        "manageUrl": "/g/token",
        "calendarUrl": "/g/token/calendar.ics",
        "lines": ["Viernes 18 de diciembre", "20:00 · 4 personas", "Lucía", "Terraza"],
        "event": "booked",
        "reservation": {
            "id": "0190",
            "code": "K7QF2M",
            "date": "2026-12-18",
            "time": "20:00",
            "partySize": 4,
        },
    }
    return {**card, **changes}


class LoopbackServer:
    """An HTTP server on a free port, in a thread, stopped by `close`."""

    def __init__(self, answer: Callable[[BaseHTTPRequestHandler], None], host: str) -> None:
        handler = type("Handler", (_QuietHandler,), {"answer": staticmethod(answer)})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})
        self._thread.start()
        self.port = self._server.server_address[1]
        self.origin = f"http://{host}:{self.port}"

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


class ChatStandIn(LoopbackServer):
    """Plays `planned` answers in order, then `HELLO`; keeps what came; answers an id always alike."""

    def __init__(self) -> None:
        self.house = HouseStandIn()
        self.planned: deque[Planned] = deque()
        self.received: list[Received] = []
        self._answered: dict[str, Any] = {}
        self._arrival = threading.Condition()
        super().__init__(self._answer, "127.0.0.1")

    def plan(self, *answers: Planned) -> None:
        self.planned.extend(answers)

    def messages(self) -> list[dict[str, Any]]:
        """The bodies of all POST /chat so far, in order."""
        return [request.body for request in self.received if request.method == "POST"]

    def wait_for_messages(self, count: int, seconds: float = 10) -> list[dict[str, Any]]:
        """Blocks until `count` messages have come; fails when they do not."""
        with self._arrival:
            assert self._arrival.wait_for(lambda: len(self.messages()) >= count, seconds), self.messages()
        return self.messages()

    def _answer(self, request: BaseHTTPRequestHandler) -> None:
        path = urlsplit(request.path).path
        if request.command == "OPTIONS":
            send(request, 204, b"", _CORS | {"Access-Control-Max-Age": "600"})
        elif request.command == "POST" and path.startswith("/api/v1/chat/"):
            self._chat(request, path)
        elif path.startswith("/widget/v1/"):
            _send_widget(request, path.removeprefix("/widget/v1/"))
        elif path.startswith("/qr/"):
            send(request, 200, _qr_picture(), {"Content-Type": "image/png"})
        elif path == "/ws/chat" and self.house.has_socket:
            GuestSocket(self.house, request).serve()
            request.close_connection = True
        elif path.startswith("/api/v1/"):
            self._of_the_house(request)
        else:
            send(request, 404, b"", {})

    def _of_the_house(self, request: BaseHTTPRequestHandler) -> None:
        status, body = self.house.answer(asked_of(request))
        kind = "application/json" if status < 400 else "application/problem+json"
        raw = b"" if body is None else json.dumps(body).encode()
        send(request, status, raw, _CORS | {"Content-Type": kind})

    def _chat(self, request: BaseHTTPRequestHandler, path: str) -> None:
        body = json.loads(request.rfile.read(int(request.headers["Content-Length"])))
        with self._arrival:
            self.received.append(Received("POST", path, dict(request.headers), body))
            planned = self.planned.popleft() if self.planned else Planned(body=HELLO)
            self._arrival.notify_all()
        if planned.gate:
            assert planned.gate.wait(20), "the test never opened the gate"
        if planned.drop:
            request.close_connection = True
            return
        self._send_planned(request, planned, body["messageId"])

    def _send_planned(self, request: BaseHTTPRequestHandler, planned: Planned, message_id: str) -> None:
        answer = planned.body
        if planned.status == 200:
            answer = self._answered.setdefault(message_id, answer)
        raw = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        kind = "application/json" if planned.status == 200 else "application/problem+json"
        headers = {"Content-Type": kind, "Set-Cookie": "tracker=1; SameSite=None", **planned.headers}
        send(request, planned.status, raw, _CORS | headers)


class HostPage(LoopbackServer):
    """A restaurant's own site: `pages` maps a path to (HTML, headers)."""

    def __init__(self, host: str = "localhost") -> None:
        self.pages: dict[str, tuple[str, dict[str, str]]] = {}
        super().__init__(self._answer, host)

    def embed(self, path: str, chat: ChatStandIn, element: str, **page: str) -> str:
        """Adds a page holding `element` and answers its address.

        `body` is more of the page, `script` attributes of the script tag, `policy` a whole Content-Security-Policy
        instead of the strict one, `extra_policy` directives after it.
        """
        parts = {"body": "", "script": "", "policy": STRICT_POLICY, "extra_policy": ""} | page
        html = PAGE.format(chat=chat.origin, element=element, body=parts["body"], script=parts["script"])
        socket = chat.origin.replace("http", "ws", 1)
        policy = parts["policy"].format(chat=chat.origin, socket=socket) + parts["extra_policy"]
        self.pages[path] = (html, {"Content-Security-Policy": policy})
        return f"{self.origin}{path}"

    def _answer(self, request: BaseHTTPRequestHandler) -> None:
        html, headers = self.pages.get(urlsplit(request.path).path, ("", {}))
        kind = {"Content-Type": "text/html; charset=utf-8"}
        send(request, 200 if html else 404, html.encode(), kind | headers)


STRICT_POLICY = (
    "default-src 'none'; script-src {chat}/widget/v1/; connect-src {chat} {socket}; img-src {chat}; "
    "base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)
PAGE = """<!doctype html>
<html lang="es"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Casa Lucía</title><script async type="module" src="{chat}/widget/v1/saveit-chat.js" {script}></script></head>
<body><main><h1>Casa Lucía</h1><p>Cocina de mercado en el centro.</p>
<button id="own">Reserva aquí</button>{body}</main>
{element}</body></html>"""
_CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET, POST, DELETE",
    "Access-Control-Allow-Headers": "Content-Type, X-Api-Key, X-SaveIt-Session, Idempotency-Key",
    "Access-Control-Expose-Headers": "Retry-After",
}


class _QuietHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    answer: Callable[[BaseHTTPRequestHandler], None]

    def _handle(self) -> None:
        type(self).answer(self)

    do_GET = do_POST = do_DELETE = do_OPTIONS = _handle  # noqa: N815 - the names http.server looks for

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: a test's output is the test's."""


def send(request: BaseHTTPRequestHandler, status: int, body: bytes, headers: dict[str, str]) -> None:
    """One answer with its length; a browser that has gone meanwhile is no trouble."""
    request.send_response(status)
    for name, value in {**headers, "Content-Length": str(len(body))}.items():
        request.send_header(name, value)
    try:
        request.end_headers()
        request.wfile.write(body)
    except ConnectionError:
        request.close_connection = (
            True  # the browser gave up waiting or went to another page, as some tests want
        )


def _send_widget(request: BaseHTTPRequestHandler, name: str) -> None:
    found = widget_file(name)
    if found is None:
        send(request, 404, b"", {})
    else:
        send(request, 200, found.gzipped, {**found.headers, "Content-Encoding": "gzip"})


def _qr_picture() -> bytes:
    picture = io.BytesIO()
    qrcode.make("SI1" + "A" * 109, border=2).save(picture)
    return picture.getvalue()
