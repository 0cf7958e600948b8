"""A small HTTP client for end-to-end tests: one connection a request, and a clear difference between an answer
and none. Used by `running` and the tests.
"""

from __future__ import annotations

import http.client
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

_PATIENCE_S = 30.0


class LostError(OSError):
    """The connection was refused, cut or silent: whether the server did what was asked is not known."""


@dataclass(frozen=True)
class Reply:
    """An answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """The body; fails, showing it, when it is no JSON."""
        assert "json" in self.headers.get("content-type", ""), f"{self.status}: {self.body[:500]!r}"
        return json.loads(self.body)

    @property
    def code(self) -> str | None:
        """The code of a problem document; None for any other answer."""
        if not self.headers.get("content-type", "").startswith("application/problem+json"):
            return None
        return str(self.json()["code"])


@dataclass(frozen=True)
class Caller:
    """Somebody with credentials, or without."""

    port: int
    headers: Mapping[str, str] = field(default_factory=dict)

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        timeout: float = _PATIENCE_S,
    ) -> Reply:
        """The answer, whatever it says; raises LostError when there is none."""
        sent = {**self.headers, **(headers or {}), "Connection": "close"}
        payload = None
        if body is not None:
            payload, sent["Content-Type"] = json.dumps(body).encode(), "application/json"
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            connection.request(method, path, payload, sent)
            answer = connection.getresponse()
            names = {name.lower(): value for name, value in answer.getheaders()}
            return Reply(answer.status, names, answer.read())
        except (OSError, http.client.HTTPException) as lost:
            raise LostError(f"{method} {path}: {lost!r}") from lost
        finally:
            connection.close()

    def get(self, path: str) -> Reply:
        """An answer that must be a success."""
        return _good(self.call("GET", path))

    def post(self, path: str, body: Any, headers: Mapping[str, str] | None = None) -> Reply:
        """An answer that must be a success."""
        return _good(self.call("POST", path, body, headers))


def _good(reply: Reply) -> Reply:
    assert reply.status < 300, f"{reply.status}: {reply.body.decode(errors='replace')[:1000]}"
    return reply
