"""Meta's Graph API: WhatsApp Cloud API and Instagram messaging. Called by the senders of both channels, for conversations and for
messages about bookings alike.

Errors are told by Meta's code and subcode as the errors of `port`; their texts hold no number and no word of a message.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from backend.platform.senders.port import (
    AccountSendError,
    InDoubtSendError,
    OptedOutError,
    PermanentSendError,
    SendError,
    TemporarySendError,
    WindowClosedError,
)
from backend.platform.senders.wire import WireAnswer, ask

_WINDOW = {131047}
_WINDOW_SUBCODES = {2018278, 2534022}  # code 10, Messenger's and Instagram's
_OPTED_OUT = {131050}
_THROTTLED = {4, 17, 32, 341, 613, 80002, 80006, 80007, 130429, 131048, 131056, 133016}
_PASSING = {1, 2, 131000, 131016, 131057, 133004}
# The token, its permissions, the business or its payment: nothing of this account leaves until they are mended.
_ACCOUNT = {
    0, 3, 10, 102, 190, 368, 131005, 131031, 131037, 131042, 131045, 133000, 133005, 133006, 133010, 134100,
}  # fmt: skip
_LONG_PAUSE_S = {80007: 60.0, 131048: 300.0, 613: 60.0, 4: 60.0}


class GraphApi:
    """The Graph API at `base_url`, in one version."""

    def __init__(self, base_url: str, version: str, timeout_s: float = 10.0) -> None:
        self._root = f"{base_url.rstrip('/')}/{version}"
        self._timeout_s = timeout_s

    def post(self, path: str, token: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """The answer of a call that changes something."""
        answer = ask(
            "POST",
            f"{self._root}/{path}",
            timeout_s=self._timeout_s,
            headers={**_bearer(token), "Content-Type": "application/json"},
            data=json.dumps(body, ensure_ascii=False).encode(),
        )
        return _read(answer, asks_only=False)

    def get(self, path: str, token: str, fields: str) -> dict[str, Any]:
        """What it says about a thing."""
        answer = ask(
            "GET",
            f"{self._root}/{path}",
            timeout_s=self._timeout_s,
            asks_only=True,
            headers=_bearer(token),
            params={"fields": fields},
        )
        return _read(answer, asks_only=True)

    def upload(self, path: str, token: str, name: str, content: bytes, content_type: str) -> str:
        """The id of a picture that was uploaded; nothing reaches a guest by it."""
        answer = ask(
            "POST",
            f"{self._root}/{path}",
            timeout_s=self._timeout_s,
            asks_only=True,
            headers=_bearer(token),
            data={"messaging_product": "whatsapp", "type": content_type},
            files={"file": (name, content, content_type)},
        )
        return str(_named(_read(answer, asks_only=True), "id"))


def sent_id(answer: Mapping[str, Any]) -> str | None:
    """Meta's name of a message that it took, in either product's answer."""
    messages = answer.get("messages")
    if isinstance(messages, list) and messages and isinstance(messages[0], dict):
        return str(messages[0].get("id")) if messages[0].get("id") else None
    found = answer.get("message_id")
    return str(found) if found else None


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def _read(answer: WireAnswer, *, asks_only: bool) -> dict[str, Any]:
    try:
        body = json.loads(answer.text)
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        if answer.status < 400:
            raise (TemporarySendError if asks_only else InDoubtSendError)("Meta's answer cannot be read")
        raise error_of(0, 0, answer.status, answer.retry_after, asks_only=asks_only, named=False)
    error = body.get("error")
    if isinstance(error, dict) or answer.status >= 400:
        told = error if isinstance(error, dict) else {}
        raise error_of(
            _number(told.get("code")),
            _number(told.get("error_subcode")),
            answer.status,
            answer.retry_after,
            asks_only=asks_only,
            named="code" in told,
            transient=told.get("is_transient") is True,
        )
    return body


def error_of(
    code: int,
    subcode: int,
    status: int,
    retry_after: float | None = None,
    *,
    asks_only: bool = False,
    named: bool = True,
    transient: bool = False,
) -> SendError:
    """Meta's refusal as ours. `named` false: there is no code, only a status (a proxy on the way, an outage)."""
    told = f"Meta refused ({code}/{subcode})" if named else f"Meta answered {status}"
    if not named:
        if status == 429:
            return TemporarySendError(told, retry_after=retry_after or 5.0)
        if status >= 500:
            return TemporarySendError(told) if asks_only or status == 503 else InDoubtSendError(told)
        return AccountSendError(told) if status in (401, 403) else PermanentSendError(told)
    if code in _WINDOW or subcode in _WINDOW_SUBCODES:
        return WindowClosedError(told)
    if code in _OPTED_OUT:
        return OptedOutError(told)
    if code in _THROTTLED or status == 429:
        return TemporarySendError(told, retry_after=retry_after or _LONG_PAUSE_S.get(code, 5.0))
    if code in _PASSING or transient:
        return TemporarySendError(told, retry_after=retry_after)
    if code in _ACCOUNT or 200 <= code < 300 or status == 401:
        return AccountSendError(told)
    return PermanentSendError(told)


def _number(value: object) -> int:
    try:
        return int(str(value))
    except ValueError:
        return 0


def _named(answer: Mapping[str, Any], name: str) -> Any:
    value = answer.get(name)
    if not value:
        raise TemporarySendError("Meta's answer lacks what was asked for")
    return value
