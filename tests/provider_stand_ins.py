"""Anthropic, OpenAI and Lex V2 on loopback, as far as engines use them: their paths, their bodies, their errors, their pickiness.

A test says what the provider understands (`Understood`) or how it misbehaves, and reads afterwards what it was sent. A request the
real service would refuse with 400 is refused here too.
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

LEX_PATH = re.compile(
    r"/bots/([0-9A-Za-z]{10})/botAliases/([0-9A-Za-z]+)/botLocales/(\w+)/sessions/([0-9a-zA-Z._:-]{2,100})/text"
)
LEX_INTENTS = {
    "reserve": "Reserve", "change": "ChangeBooking", "cancel": "CancelBooking", "status": "BookingStatus",
    "availability": "AskAvailability", "waitlist": "JoinWaitlist", "human": "SpeakToPerson", "greet": "Greet",
    "confirm": "Confirm", "deny": "Deny", "other": "FallbackIntent",
}  # fmt: skip
LEX_SLOTS = {
    "date": "Date",
    "time": "Time",
    "party_size": "PartySize",
    "name": "Name",
    "area": "Area",
    "occasion": "Occasion",
}


@dataclass(frozen=True)
class Understood:
    """What the provider understands: an intent and `(slot, value, words)` of each value."""

    intent: str
    values: tuple[tuple[str, str, str], ...] = ()
    sure: bool = True
    topic: str = "none"


@dataclass(frozen=True)
class Raw:
    """An answer byte by byte: `drip` seconds between bytes, `delay` before the first, `cut` for a connection that ends early."""

    body: bytes
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0.0
    drip: float = 0.0
    cut: bool = False


Told = Understood | Raw
Provider = Callable[[dict[str, Any]], Told]


@dataclass
class Sent:
    """One request as it came."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]


class StandIn:
    """One server for all three. `answer` is called with the request's body."""

    def __init__(self) -> None:
        self.answer: Provider = lambda _: Understood("other")
        self.requests: list[Sent] = []
        self.closing = threading.Event()
        self.broken = 0
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def tells(self, told: Told) -> None:
        """Answers everything with this."""
        self.answer = lambda _: told

    def close(self) -> None:
        """Ends the server, dripping answers included."""
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)


@contextmanager
def stand_in() -> Iterator[StandIn]:
    """A server for the length of a test."""
    server = StandIn()
    try:
        yield server
    finally:
        server.close()


def _handler(owner: StandIn) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length", "0")))
            sent = Sent(self.path, {k.lower(): v for k, v in self.headers.items()}, json.loads(raw))
            owner.requests.append(sent)
            speak = _speaker(sent.path)
            wrong = "no such path" if speak is None else speak.objection(sent)
            if speak is None or wrong:
                self._send(_json({"error": {"type": "invalid_request_error", "message": wrong}}, 400))
                return
            told = owner.answer(sent.body)
            self._send(told if isinstance(told, Raw) else _json(speak.says(told, sent)))

        def _send(self, raw: Raw) -> None:
            try:
                owner.closing.wait(raw.delay)
                self.send_response(raw.status)
                self.send_header("Content-Type", "application/json")
                for name, value in raw.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(raw.body) + (10 if raw.cut else 0)))
                self.end_headers()
                self._write(raw)
            except OSError:
                owner.broken += 1  # the caller has gone
                self.close_connection = True
            if raw.cut:
                self.close_connection = True

        def _write(self, raw: Raw) -> None:
            if not raw.drip:
                self.wfile.write(raw.body)
                return
            for place in range(len(raw.body)):
                if owner.closing.wait(raw.drip):
                    return
                self.wfile.write(raw.body[place : place + 1])
                self.wfile.flush()

    return Handler


def _json(body: Any, status: int = 200) -> Raw:
    return Raw(json.dumps(body).encode(), status)


class _Anthropic:
    """POST /v1/messages."""

    @staticmethod
    def objection(sent: Sent) -> str:
        body = sent.body
        tool = (body.get("tools") or [{}])[0]
        forced = body.get("tool_choice", {}).get("type") in ("tool", "any")
        thinks = body.get("thinking", {}).get("type", "disabled") != "disabled"
        if "authorization" not in sent.headers and "x-api-key" not in sent.headers:
            return "no key"
        if "anthropic-version" not in sent.headers or not body.get("max_tokens") or not body.get("model"):
            return "version, max_tokens and model are required"
        if {"temperature", "top_p", "top_k"} & body.keys():
            return "Extra inputs are not permitted"
        if forced and thinks:
            return "Thinking may not be enabled when tool_choice forces tool use."
        return _loose(tool.get("input_schema")) if tool.get("strict") else "not strict"

    @staticmethod
    def says(told: Understood, sent: Sent) -> dict[str, Any]:
        call = {
            "type": "tool_use", "id": "toolu_01", "name": sent.body["tools"][0]["name"], "input": _filled(told),
        }  # fmt: skip
        return anthropic_message([call], "tool_use", sent.body["model"])


def anthropic_message(
    content: list[dict[str, Any]], stop: str, model: str = "claude-haiku-5-5"
) -> dict[str, Any]:
    """A message as the Messages API answers."""
    return {
        "id": "msg_01", "type": "message", "role": "assistant", "model": model, "content": content,
        "stop_reason": stop, "stop_sequence": None, "usage": {"input_tokens": 400, "output_tokens": 60},
    }  # fmt: skip


class _OpenAi:
    """POST /v1/responses."""

    @staticmethod
    def objection(sent: Sent) -> str:
        tool = (sent.body.get("tools") or [{}])[0]
        if not sent.headers.get("authorization", "").startswith("Bearer "):
            return "no key"
        if "temperature" in sent.body and sent.body["model"].startswith("gpt-6"):
            return "Unsupported parameter: 'temperature' is not supported with this model."
        return _loose(tool.get("parameters")) if tool.get("strict") else "not strict"

    @staticmethod
    def says(told: Understood, sent: Sent) -> dict[str, Any]:
        call = {
            "type": "function_call", "id": "fc_1", "call_id": "call_1", "status": "completed",
            "name": sent.body["tools"][0]["name"], "arguments": json.dumps(_filled(told)),
        }  # fmt: skip
        return openai_response([call], sent.body["model"])


def openai_response(
    output: list[dict[str, Any]], model: str = "gpt-6-luna", status: str = "completed"
) -> dict[str, Any]:
    """A response as the Responses API answers."""
    return {
        "id": "resp_1", "object": "response", "created_at": 1795518000, "status": status, "model": model, "output": output,
        "error": None, "incomplete_details": None, "instructions": None, "metadata": {}, "parallel_tool_calls": False,
        "temperature": None, "tool_choice": "auto", "tools": [], "top_p": None,
        "usage": {"input_tokens": 300, "output_tokens": 50, "total_tokens": 350,
                  "input_tokens_details": {"cached_tokens": 0}, "output_tokens_details": {"reasoning_tokens": 0}},
    }  # fmt: skip


class _Lex:
    """POST …/text of lexv2-runtime."""

    @staticmethod
    def objection(sent: Sent) -> str:
        if not sent.headers.get("authorization", "").startswith("AWS4-HMAC-SHA256 "):
            return "not signed"
        text = sent.body.get("text", "")
        if not 1 <= len(text) <= 1024 or sent.body.keys() - {"text", "sessionState", "requestAttributes"}:
            return "ValidationException"
        return ""

    @staticmethod
    def says(told: Understood, sent: Sent) -> dict[str, Any]:
        intent = {
            "name": LEX_INTENTS.get(told.intent, told.intent),
            "slots": {
                LEX_SLOTS.get(slot, slot): _lex_slot(value, words) for slot, value, words in told.values
            },
            "state": "ReadyForFulfillment",
            "confirmationState": "None",
        }
        best: dict[str, Any] = {"intent": intent, "interpretationSource": "Lex"}
        if told.intent != "other":
            best["nluConfidence"] = {"score": 0.85 if told.sure else 0.5}
        return lex_recognised([best])


def _lex_slot(value: str, words: str) -> dict[str, Any]:
    return {
        "shape": "Scalar",
        "value": {"originalValue": words, "interpretedValue": value, "resolvedValues": [value]},
    }


def lex_recognised(interpretations: list[dict[str, Any]]) -> dict[str, Any]:
    """What RecognizeText answers."""
    fallback = {
        "intent": {"name": "FallbackIntent", "slots": {}, "state": "Failed", "confirmationState": "None"},
        "interpretationSource": "Lex",
    }
    best = interpretations[0] if interpretations else fallback
    state = {
        "dialogAction": {"type": "Close"},
        "intent": best.get("intent"),
        "originatingRequestId": "1a2b",
        "sessionAttributes": {},
    }
    return {"sessionId": "s", "sessionState": state, "interpretations": interpretations, "messages": []}


def _speaker(path: str) -> type[_Anthropic] | type[_OpenAi] | type[_Lex] | None:
    if path == "/v1/messages":
        return _Anthropic
    if path == "/v1/responses":
        return _OpenAi
    return _Lex if LEX_PATH.fullmatch(path) else None


def _filled(told: Understood) -> dict[str, Any]:
    values = [{"slot": slot, "value": value, "words": words} for slot, value, words in told.values]
    return {"intent": told.intent, "certain": told.sure, "topic": told.topic, "values": values}


def _loose(schema: Any) -> str:
    """What a strict schema may not be: an object with optional or further properties."""
    if not isinstance(schema, dict):
        return ""
    if schema.get("type") == "object" and (
        schema.get("additionalProperties") is not False
        or set(schema.get("required", ())) != set(schema.get("properties", {}))
    ):
        return "Invalid schema: 'additionalProperties' must be false and every property required"
    parts = [*schema.get("properties", {}).values(), schema.get("items")]
    return next((wrong for part in parts if (wrong := _loose(part))), "")


def waited(condition: Callable[[], bool], seconds: float = 5.0) -> bool:
    """Whether the condition came true in time."""
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            return False
        time.sleep(0.01)
    return True
