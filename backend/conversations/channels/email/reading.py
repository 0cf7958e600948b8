"""A letter taken apart: who, to whom, about what, in which thread, and the guest's own words. Pure; never raises on any bytes.

Called by `door`. What it says of itself is not believed here: `proof` decides who wrote it, `automatic` whether
anybody did.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from email import policy
from email.message import Message
from email.parser import BytesParser
from typing import Any, Final

from backend.conversations.channels.email.bodies import Body, body_of
from backend.conversations.channels.email.headers import (
    UNREADABLE,
    Fields,
    address_in,
    fields_of,
    ids_in,
    in_words,
    mailboxes,
)
from backend.conversations.channels.email.quotes import own_words
from backend.conversations.channels.email.signatures import name_in_signature

LONGEST_WORDS: Final = 2_000  # as much as the web chat takes
_LONGEST_NAME: Final = 80
_LONGEST_SUBJECT: Final = 200
_MOST_REFERENCES: Final = 50
_MOST_BOUNDARIES: Final = 5_000
_MOST_NESTED: Final = 60  # the parser holds each line against every boundary that is open
_MOST_LINES: Final = (
    250_000  # twice those of the largest letter we take; each field of a head costs as much as a page
)
_MOST_RECIPIENTS: Final = 20
_RECIPIENTS: Final = ("delivered-to", "x-original-to", "envelope-to", "x-forwarded-to", "to", "cc")


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter. Addresses are in lower case, ids without brackets; `references` is oldest first and ends with what it answers.

    `words` is the guest's own text, `subject` as people read it. `authors` are the addresses in From: an honest letter has one.
    """

    message_id: str
    authors: tuple[str, ...]
    name: str
    reply_to: str | None
    recipients: tuple[str, ...]
    subject: str
    references: tuple[str, ...]
    words: str
    signed: str | None
    media: tuple[str, ...]
    fields: Fields = field(repr=False)
    content_type: str = "text/plain"
    report: Message[Any, Any] | None = field(default=None, repr=False, compare=False)

    @property
    def author(self) -> str | None:
        """Who claims to have written it; None when nobody or several do."""
        return self.authors[0] if len(self.authors) == 1 else None

    @property
    def answer_to(self) -> str | None:
        """Where an answer goes: where the letter asks for it, as forms on web pages do, else to its author."""
        return self.reply_to or self.author


def read(raw: bytes) -> Letter | None:
    """The letter in these bytes; None when there is none in them."""
    mail = _parsed(raw)
    if mail is None:
        return None
    fields = fields_of(mail)
    if not fields:
        return None
    body = _body(mail)
    text = body.text
    authors = mailboxes(fields, "from")
    replies = mailboxes(fields, "reply-to")
    kind = _content_type(mail)
    return Letter(
        message_id=next(iter(ids_in(fields, "message-id")), "")
        or f"{hashlib.sha256(raw).hexdigest()[:40]}@nameless",
        authors=tuple(dict.fromkeys(address for _, address in authors)),
        name=(authors[0][0] if authors else "")[:_LONGEST_NAME],
        reply_to=replies[0][1] if len(replies) == 1 else None,
        recipients=_recipients(fields),
        subject=in_words(fields, "subject")[:_LONGEST_SUBJECT],
        references=_references(fields),
        words=_printable(own_words(text))[:LONGEST_WORDS].strip(),
        signed=name_in_signature(text[:LONGEST_WORDS]),
        media=tuple(dict.fromkeys(body.media)),
        fields=fields,
        content_type=kind,
        report=mail if kind == "multipart/report" else None,
    )


def _parsed(raw: bytes) -> Message[Any, Any] | None:
    """None for nesting and numbers of parts and lines that no program writes."""
    # The parser takes a lone carriage return for the end of a line, too.
    if raw.count(b"\n--") + raw.count(b"\r--") > _MOST_BOUNDARIES:
        return None
    lines = max(raw.count(b"\n"), raw.count(b"\r"))
    if lines > _MOST_LINES or raw.lower().count(b"boundary") > _MOST_NESTED:
        return None
    try:
        return BytesParser(policy=policy.default).parsebytes(raw)
    except UNREADABLE:
        return None


def _body(mail: Message[Any, Any]) -> Body:
    try:
        return body_of(mail)
    except RecursionError:
        return Body()


def _content_type(mail: Message[Any, Any]) -> str:
    try:
        return mail.get_content_type()
    except UNREADABLE:
        return "text/plain"


def _recipients(fields: Fields) -> tuple[str, ...]:
    """The envelope's first: To may name anybody."""
    found: list[str] = []
    for name in _RECIPIENTS:
        if name in ("to", "cc"):
            found += [address for _, address in mailboxes(fields, name)]
        else:
            found += [address for value in fields.get(name, ()) if (address := address_in(value))]
    return tuple(dict.fromkeys(found))[:_MOST_RECIPIENTS]


def _references(fields: Fields) -> tuple[str, ...]:
    chain = [*ids_in(fields, "references"), *ids_in(fields, "in-reply-to")[:1]]
    unique = list(dict.fromkeys(chain))
    # The first says which thread it is, the last ones what is answered.
    return tuple(unique if len(unique) <= _MOST_REFERENCES else [unique[0], *unique[1 - _MOST_REFERENCES :]])


def _printable(text: str) -> str:
    whole = text.encode("utf-8", "replace").decode("utf-8")
    return "".join(each if each.isprintable() or each == "\n" else " " for each in whole)
