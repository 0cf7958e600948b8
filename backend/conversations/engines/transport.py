"""HTTP for the LLM engines: the SDKs' own client on a transport that ends an answer which drips past its time.

Called by `anthropic` and `openai`. A socket's time-out starts anew with every byte; this one does not.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

import httpx2

_IDLE_CONNECTIONS = 4


class _Hurried(httpx2.SyncByteStream):
    """An answer's body that must be there by a moment of the monotonic clock."""

    def __init__(self, body: httpx2.SyncByteStream, until: float) -> None:
        self._body = body
        self._until = until

    def __iter__(self) -> Iterator[bytes]:
        for part in self._body:
            if time.monotonic() > self._until:
                raise httpx2.ReadTimeout("the answer was not complete in time")
            yield part

    def close(self) -> None:
        self._body.close()


class _HurriedTransport(httpx2.HTTPTransport):
    """Gives each answer as long as the request's read time-out says, first byte to last."""

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        within = request.extensions.get("timeout", {}).get("read")
        until = float("inf") if within is None else time.monotonic() + within
        response = super().handle_request(request)
        if isinstance(response.stream, httpx2.SyncByteStream):
            response.stream = _Hurried(response.stream, until)
        return response


def http_client() -> httpx2.Client:
    """A client that keeps a few connections, follows no redirect (the key stays where it was meant to go) and reads no
    environment."""
    limits = httpx2.Limits(max_keepalive_connections=_IDLE_CONNECTIONS)
    return httpx2.Client(
        transport=_HurriedTransport(limits=limits, retries=0), follow_redirects=False, trust_env=False
    )
