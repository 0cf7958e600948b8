"""What Twilio's webhooks say, taken apart. Pure; called by the webhooks once the signature is verified."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from backend.conversations.channels.records import ChannelName, DeliveryState, Inbound
from backend.conversations.ports import Sender

_PREFIX: Final = "whatsapp:"
_E164: Final = re.compile(r"\+[1-9]\d{6,14}")
# Ids of our content templates' buttons that say nothing by themselves: the title then is what was said.
_PLACE: Final = re.compile(r"\d{1,2}|\{\{.*\}\}")
_STATES: Final[Mapping[str, DeliveryState]] = {
    "sent": "sent",
    "delivered": "delivered",
    "read": "read",
    "undelivered": "failed",
    "failed": "failed",
}
LONGEST_ID: Final = 200
_CODE: Final = re.compile(r"[0-9]{1,9}", re.ASCII)
_OPTED: Final = {"STOP": True, "START": False}


@dataclass(frozen=True, slots=True)
class Addressed:
    """On which channel, from whom, to which of our numbers. `address` without the channel's prefix."""

    channel: ChannelName
    account: str
    address: str


@dataclass(frozen=True, slots=True)
class Status:
    """What became of a message. `error` is Twilio's code, '' without one."""

    provider_id: str
    state: DeliveryState
    error: str
    ref: UUID | None


def addressed(form: Mapping[str, str], ours: str, theirs: str) -> Addressed | None:
    """Reads two fields that hold addresses; None when they hold none."""
    to, sender = form.get(ours, ""), form.get(theirs, "")
    is_whatsapp = to.startswith(_PREFIX) or sender.startswith(_PREFIX)
    to, sender = to.removeprefix(_PREFIX), sender.removeprefix(_PREFIX)
    if not _is_name(to) or not _is_name(sender):
        return None
    return Addressed("whatsapp" if is_whatsapp else "sms", to, sender)


def inbound(form: Mapping[str, str], parties: Addressed, session_id: str, now: datetime) -> Inbound | None:
    """The guest's message; None when it has no name of its own. Twilio says no time: it counts from now."""
    identity = form.get("MessageSid") or form.get("SmsMessageSid") or ""
    if not _is_name(identity):
        return None
    phone = parties.address if _E164.fullmatch(parties.address) else None
    return Inbound(
        channel=parties.channel,
        session_id=session_id,
        message_id=identity,
        address=parties.address,
        text=_said(form),
        at=now,
        sender=Sender(phone=phone),
        name=form.get("ProfileName") or None,
        media=_media(form),
    )


def opted(form: Mapping[str, str]) -> bool | None:
    """Twilio has taken a STOP (True) or a START (False) and answered it itself; None for every other message."""
    return _OPTED.get(form.get("OptOutType", "").upper())


def status(form: Mapping[str, str], ref: str | None) -> Status | None:
    """What became of a message; None for steps on the way that say nothing (queued, sending)."""
    identity = form.get("MessageSid") or form.get("SmsSid") or ""
    state = _STATES.get((form.get("MessageStatus") or form.get("SmsStatus") or "").lower())
    if state is None or not _is_name(identity):
        return None
    error = form.get("ErrorCode", "")
    return Status(identity, state, error if _CODE.fullmatch(error) else "", _uuid(ref))


def _said(form: Mapping[str, str]) -> str:
    """The words; of a tapped button or row what it stands for."""
    for name in ("ButtonPayload", "ListId"):
        tapped = form.get(name, "").strip()
        if tapped and not _PLACE.fullmatch(tapped):
            return tapped
    return form.get("Body", "") or form.get("ButtonText", "") or form.get("ListTitle", "")


def _media(form: Mapping[str, str]) -> tuple[str, ...]:
    count = form.get("NumMedia", "0")
    kinds = []
    if count.isdigit():
        for place in range(min(int(count), 10)):
            kind, _, subtype = form.get(f"MediaContentType{place}", "").partition("/")
            kinds.append(
                {"application": "document", "text": "contacts" if "vcard" in subtype else "document"}.get(
                    kind, kind or "other"
                )
            )
    if form.get("Latitude") and form.get("Longitude"):
        kinds.append("location")
    return tuple(kinds)


def _is_name(text: str) -> bool:
    """Whether it can be the name of something: a database and a log take it."""
    return 0 < len(text) <= LONGEST_ID and text.isprintable()


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None
