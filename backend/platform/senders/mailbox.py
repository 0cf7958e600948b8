"""A folder that takes every message instead of a provider:

The default on one machine, and what demonstrations and tests read.

`DIR/mailbox/<restaurant>/<message id>.json` describes a message, the `.eml` beside it is the whole mail.
Called by the delivery handler through the port, and by the mailbox page to show what was sent.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any

from backend.platform.clock import Clock
from backend.platform.senders.message import Outgoing
from backend.platform.senders.mime import build_mail
from backend.platform.senders.port import PermanentSendError, TemporarySendError

_PRIVATE_FOLDER = 0o700  # messages hold names and addresses; files are made with mode 600
_SAFE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}")
_NEEDED = {"email": "email", "sms": "phone", "whatsapp": "phone", "chat": "thread"}


@dataclass(frozen=True, slots=True)
class Stored:
    """What the index says of one message; `sent_at` is aware UTC."""

    message_id: str
    restaurant: str
    channel: str
    to: dict[str, str]
    sender_name: str
    sender_address: str
    subject: str
    text: str
    short_text: str
    language: str
    sent_at: datetime


@dataclass(frozen=True, slots=True)
class StoredPart:
    """A file inside a stored mail; `content_id` is set for images of the HTML."""

    filename: str
    content_type: str
    content: bytes
    content_id: str | None


class MailboxFolderSender:
    """A MessageSender that writes into `folder`/mailbox.

    Each file appears whole or not at all, and the same message id replaces itself, so a repeat leaves one
    message.
    """

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._folder = folder / "mailbox"
        self._clock = clock

    def send(self, outgoing: Outgoing) -> None:
        self.post(outgoing)

    def post(self, outgoing: Outgoing) -> str | None:
        """As `send`; None, because nobody gives the message another name."""
        if not outgoing.to.get(_NEEDED[outgoing.channel]):
            raise PermanentSendError(f"there is no {_NEEDED[outgoing.channel]} to send to")
        now = self._clock.now()
        home = self._folder / outgoing.restaurant
        files = [(home / f"{outgoing.message_id}.json", _index_entry(outgoing, now))]
        if outgoing.channel == "email":  # the mail first: what the index names can be opened
            files.insert(0, (home / f"{outgoing.message_id}.eml", build_mail(outgoing, now).as_bytes()))
        try:
            self._folder.mkdir(mode=_PRIVATE_FOLDER, parents=True, exist_ok=True)
            home.mkdir(mode=_PRIVATE_FOLDER, exist_ok=True)
            for path, content in files:
                _write_whole(path, content)
        except OSError as failure:
            raise TemporarySendError(f"the mailbox folder cannot be written: {failure.strerror}") from failure
        return None


def list_mailbox(
    folder: Path, restaurant: str | None = None, *, first: int = 0, most: int | None = None
) -> list[Stored]:
    """What was sent, newest first; `folder` is the data folder, as given to the sender.

    `first` and `most` choose a part of the list: only that part is read.
    """
    paths = sorted(_entries(folder, restaurant), key=_newness, reverse=True)
    chosen = paths[first : None if most is None else first + most]
    return [_stored(json.loads(path.read_text(encoding="utf-8"))) for path in chosen]


def count_mailbox(folder: Path) -> int:
    """How many messages the mailbox holds."""
    return len(_entries(folder, None))


def erase_from_mailbox(folder: Path, restaurant: str, message_ids: Iterable[str]) -> int:
    """Removes messages for good, with all their files; how many there were. Called when a guest is erased."""
    home = folder / "mailbox" / restaurant
    found = [path for path in _entries(folder, restaurant) if path.stem in set(message_ids)]
    for path in found:
        for file in home.glob(f"{path.stem}.*"):
            file.unlink(missing_ok=True)
    return len(found)


def _entries(folder: Path, restaurant: str | None) -> list[Path]:
    paths = (folder / "mailbox").glob("*/*.json")
    return [path for path in paths if restaurant in (None, path.parent.name)]


def _newness(path: Path) -> tuple[int, str]:
    return path.stat().st_mtime_ns, path.stem


def open_stored(
    folder: Path, restaurant: str, message_id: str
) -> tuple[Stored, str | None, list[StoredPart]] | None:
    """One message with its HTML (None for chat and SMS) and its files; None when there is no such message."""
    if not (_SAFE_NAME.fullmatch(restaurant) and _SAFE_NAME.fullmatch(message_id)):
        return None
    path = folder / "mailbox" / restaurant / f"{message_id}.json"
    if not path.is_file():
        return None
    stored = _stored(json.loads(path.read_text(encoding="utf-8")))
    if stored.channel != "email":
        return stored, None, []
    mail = message_from_bytes(path.with_suffix(".eml").read_bytes(), policy=SMTP)
    body = mail.get_body(("html",))
    html = body.get_content() if isinstance(body, EmailMessage) else None
    return stored, html, [_part(each) for each in mail.walk() if each.get_filename()]


def _part(part: EmailMessage) -> StoredPart:
    content_id = part["Content-ID"]
    payload = part.get_payload(decode=True)
    return StoredPart(
        filename=part.get_filename() or "",
        content_type=part.get_content_type(),
        content=payload if isinstance(payload, bytes) else b"",
        content_id=str(content_id).strip("<>") if content_id else None,
    )


def _index_entry(outgoing: Outgoing, now: datetime) -> bytes:
    stored = Stored(
        message_id=str(outgoing.message_id),
        restaurant=outgoing.restaurant,
        channel=outgoing.channel,
        to=dict(outgoing.to),  # type: ignore[arg-type]
        sender_name=outgoing.sender_name,
        sender_address=outgoing.sender_address,
        subject=outgoing.rendered.subject,
        text=outgoing.rendered.text,
        short_text=outgoing.rendered.short_text,
        language=outgoing.language,
        sent_at=now.astimezone(UTC),
    )
    entry = {**asdict(stored), "sent_at": stored.sent_at.isoformat()}
    return json.dumps(entry, ensure_ascii=False, indent=1).encode()


def _stored(entry: dict[str, Any]) -> Stored:
    return Stored(**{**entry, "sent_at": datetime.fromisoformat(entry["sent_at"])})


def _write_whole(path: Path, content: bytes) -> None:
    """Writes beside the target, flushes to the disk, then renames:

    A reader or a crash sees all of it or none. What a killed worker left is written over by the next try, as it
    has the same name; only one worker at a time has a message.
    """
    temporary = path.with_name(f".{path.name}.new")
    try:
        with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
