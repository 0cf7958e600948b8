"""One HTTP request to a provider: bounded in time, on a connection of its own, its failures told apart by whether the provider
may have taken what was sent. Called by the provider clients beside this file.

A fresh connection for each: an idle one that the other side closed would fail in a way that looks as if the request had arrived.
"""

from __future__ import annotations

import codecs
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import requests
from requests import exceptions as failures
from urllib3.exceptions import MaxRetryError, NameResolutionError, NewConnectionError

from backend.platform.senders.port import InDoubtSendError, TemporarySendError

_LONGEST_ANSWER = 1_000_000
_LONGEST_PAUSE_S = 86_400.0


@dataclass(frozen=True, slots=True)
class WireAnswer:
    """What the provider answered. `retry_after` in seconds, None when it asked for no pause."""

    status: int
    content: bytes
    encoding: str
    headers: Mapping[str, str]
    retry_after: float | None = None

    @property
    def text(self) -> str:
        """The content as text."""
        return self.content.decode(self.encoding, "replace")


def ask(
    method: str,
    url: str,
    *,
    timeout_s: float,
    asks_only: bool = False,
    **request: Any,
) -> WireAnswer:
    """The provider's answer, whatever its status.

    Raises TemporarySendError when the request did not arrive, InDoubtSendError when it may have; with `asks_only` nothing is
    changed by it, and every failure is the former. The texts name no address.
    """
    try:
        with (
            requests.Session() as session,
            session.request(
                method, url, timeout=(timeout_s, timeout_s), allow_redirects=False, stream=True, **request
            ) as got,
        ):
            body = got.raw.read(_LONGEST_ANSWER, decode_content=True)
            return WireAnswer(
                got.status_code,
                body,
                _known(got.encoding),
                dict(got.headers),
                _retry_after(got.headers.get("Retry-After")),
            )
    except (failures.RequestException, OSError, ValueError) as failure:
        raise _told(failure, asks_only=asks_only) from failure
    except Exception as failure:  # urllib3's own, raised while the answer is read
        raise _told(failure, asks_only=asks_only) from failure


def _known(encoding: str | None) -> str:
    try:
        return codecs.lookup(encoding or "utf-8").name
    except LookupError:
        return "utf-8"


def _told(failure: Exception, *, asks_only: bool) -> TemporarySendError:
    name = type(failure).__name__
    if asks_only or _never_arrived(failure):
        return TemporarySendError(f"the provider is not reached: {name}")
    return InDoubtSendError(f"no answer from the provider: {name}")


def _never_arrived(failure: Exception) -> bool:
    if isinstance(
        failure,
        failures.ConnectTimeout
        | failures.SSLError
        | failures.ProxyError
        | failures.InvalidURL
        | failures.InvalidSchema
        | failures.MissingSchema
        | failures.InvalidHeader,
    ):
        return True
    cause = failure.args[0] if failure.args else None
    return isinstance(cause, MaxRetryError) and isinstance(
        cause.reason, NewConnectionError | NameResolutionError
    )


def _retry_after(header: str | None) -> float | None:
    """Seconds, a day at most; a date or nonsense counts as no wish."""
    try:
        seconds = float(header) if header else math.nan
    except ValueError:
        return None
    return None if math.isnan(seconds) else min(max(0.0, seconds), _LONGEST_PAUSE_S)
