"""Twilio's REST API through its official SDK: send a message, look for one, check an account. Called by the WhatsApp and SMS
senders, for conversations and for messages about bookings alike.

An account is a mapping with `accountSid` and `authToken`, or `apiKeySid` and `apiKeySecret` in place of the token. Errors are
told by Twilio's code as the errors of `port`; their texts hold no number and no word of a message.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http import HttpClient
from twilio.http.response import Response
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from backend.platform.senders.port import (
    AccountSendError,
    InDoubtSendError,
    OptedOutError,
    PermanentSendError,
    SendError,
    TemporarySendError,
    WindowClosedError,
)
from backend.platform.senders.wire import ask

log = logging.getLogger(__name__)

_WINDOW = {63016}
_OPTED_OUT = {21610, 63041}
# Our credentials, funds or permissions, not the message: nothing of this account leaves until they are mended.
_ACCOUNT = {
    20003, 20005, 20006, 20404, 21606, 21659, 21660, 21703, 21704, 30002, 30010, 30034, 63007, 63020, 63025, 63033, 63045, 90010,
}  # fmt: skip
_THROTTLED = {14107, 20429, 21611, 30001, 30022, 63017, 63018, 63038}
_PASSING = {20500, 20503, 30008, 30009, 63005, 63010, 63012}
_API = "https://api.twilio.com"
_FOUND_AT_MOST = 20
_SKEW = timedelta(seconds=10)  # between its clock and ours
_LOST = ("failed", "canceled")


@dataclass(frozen=True, slots=True)
class TwilioMessage:
    """What goes to Twilio: either words with a picture, or a content template with its variables as JSON."""

    to: str
    sender: str
    body: str | None = None
    media_url: str | None = None
    content_sid: str | None = None
    content_variables: str | None = None
    messaging_service_sid: str | None = None
    status_callback: str | None = None


class TwilioApi:
    """Twilio at `base_url`."""

    def __init__(self, base_url: str = _API, timeout_s: float = 10.0) -> None:
        self._base_url = base_url.rstrip("/")
        self._timeout_s = timeout_s

    def send(self, account: Mapping[str, Any], message: TwilioMessage) -> str:
        """Twilio's name of the message (its SID) once it has taken it."""
        wire = _Wire(self._base_url, self._timeout_s)
        given: dict[str, Any] = {"to": message.to}
        if message.messaging_service_sid:
            given["messaging_service_sid"] = message.messaging_service_sid
        else:
            given["from_"] = message.sender
        if message.content_sid:
            given["content_sid"] = message.content_sid
            given["content_variables"] = message.content_variables
        else:
            given["body"] = message.body
            given["media_url"] = [message.media_url] if message.media_url else None
        if message.status_callback:
            given["status_callback"] = message.status_callback
        try:
            sent = _client(account, wire).messages.create(**{k: v for k, v in given.items() if v is not None})
        except (TwilioException, ValueError, KeyError) as refused:
            raise _error(refused, wire) from refused
        return str(sent.sid)

    def find(
        self, account: Mapping[str, Any], *, to: str, sender: str | None, body: str, since: datetime
    ) -> str | None:
        """The SID of a message with exactly these words sent there since then; None when there is none."""
        wire = _Wire(self._base_url, self._timeout_s, asks_only=True)
        where = {"from_": sender} if sender else {}
        try:
            found = _client(account, wire).messages.list(
                to=to, date_sent_after=since - _SKEW, limit=_FOUND_AT_MOST, page_size=_FOUND_AT_MOST, **where
            )
        except (TwilioException, ValueError, KeyError) as refused:
            raise _error(refused, wire) from refused
        for each in found:
            at = each.date_created or each.date_sent
            is_late_enough = at is None or at >= since - _SKEW
            if is_late_enough and (each.body or "").strip() == body.strip() and each.status not in _LOST:
                return str(each.sid)
        return None

    def check(self, account: Mapping[str, Any]) -> dict[str, str]:
        """`{name, status}` of the account as Twilio knows it."""
        wire = _Wire(self._base_url, self._timeout_s, asks_only=True)
        try:
            found = _client(account, wire).api.accounts(str(account["accountSid"])).fetch()
        except (TwilioException, ValueError, KeyError) as refused:
            raise _error(refused, wire) from refused
        return {"name": str(found.friendly_name), "status": str(found.status)}

    def owns(self, account: Mapping[str, Any], number: str) -> bool:
        """Whether the number is one of the account's telephone numbers."""
        wire = _Wire(self._base_url, self._timeout_s, asks_only=True)
        try:
            found = _client(account, wire).incoming_phone_numbers.list(phone_number=number, limit=1)
        except (TwilioException, ValueError, KeyError) as refused:
            raise _error(refused, wire) from refused
        return bool(found)


class _Wire(HttpClient):  # type: ignore[misc]  # the SDK carries no types
    """The SDK's way out: our time-outs, our base address, and whether the provider may have taken what was sent."""

    def __init__(self, base_url: str, timeout_s: float, *, asks_only: bool = False) -> None:
        super().__init__(log, False, timeout_s)
        self._base_url = base_url
        self._asks_only = asks_only
        self._timeout_s = timeout_s
        self.retry_after: float | None = None

    def request(
        self,
        method: str,
        url: str,
        params: Any = None,
        data: Any = None,
        headers: Any = None,
        auth: Any = None,
        timeout: Any = None,
        allow_redirects: bool = False,
    ) -> Response:
        """As the SDK wants it; raises our errors, which pass through it."""
        if url.startswith(_API):
            url = self._base_url + url.removeprefix(_API)
        answer = ask(
            method,
            url,
            timeout_s=self._timeout_s,
            asks_only=self._asks_only,
            params=params,
            data=data,
            headers=headers,
            auth=auth,
        )
        self.retry_after = answer.retry_after
        return Response(answer.status, answer.text, answer.headers)


def _client(account: Mapping[str, Any], wire: _Wire) -> Client:
    key, secret = account.get("apiKeySid"), account.get("apiKeySecret")
    user, password = (key, secret) if key and secret else (account["accountSid"], account["authToken"])
    # An empty environment: the machine's variables are no account of a restaurant.
    return Client(user, password, account["accountSid"], http_client=wire, environment={"TZ": "UTC"})


def _error(refused: Exception, wire: _Wire) -> SendError:
    if isinstance(refused, TwilioRestException):
        return error_of(refused.code or 0, refused.status, wire.retry_after, asks_only=wire._asks_only)
    if isinstance(refused, KeyError):
        return AccountSendError(f"the account lacks {refused}")
    if isinstance(refused, TwilioException):
        return AccountSendError("the account's credentials are not complete")
    return InDoubtSendError("Twilio's answer cannot be read")


def error_of(code: int, status: int, retry_after: float | None, *, asks_only: bool = False) -> SendError:
    """Twilio's refusal as ours. `status` 0 for errors that come in a status callback."""
    told = f"Twilio refused ({code or status})"
    if code in _WINDOW:
        return WindowClosedError(told)
    if code in _OPTED_OUT:
        return OptedOutError(told)
    if code in _THROTTLED or status == 429:
        return TemporarySendError(told, retry_after=retry_after or 1.0)
    if code in _ACCOUNT or status in (401, 403):
        return AccountSendError(told)
    if status == 503 or code in _PASSING:
        return TemporarySendError(told, retry_after=retry_after)
    if status >= 500:
        return TemporarySendError(told) if asks_only else InDoubtSendError(told)
    return PermanentSendError(told)


def is_signed(token: str, address: str, form: Any, signature: str) -> bool:
    """Whether a webhook is Twilio's: `address` as it was entered there, `form` with all values of each field."""
    try:
        return bool(RequestValidator(token).validate(address, form, signature))
    except ValueError:  # an address that cannot be read as one
        return False
