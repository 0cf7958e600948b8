"""The words of a letter out of its parts: plain text if there is any, else its HTML as text without what it quotes.

Bounded in depth, parts and size; whatever cannot be decoded is replaced, never raised. Pure; called by `reading`.
"""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message
from typing import Any, Final

from backend.conversations.channels.email.headers import UNREADABLE

LONGEST_TEXT: Final = 20_000
_LONGEST_HTML: Final = 200_000
_DEEPEST: Final = 20
_MOST_PARTS: Final = 200
# Codecs of Python that are no character sets of mail, or expand without bound.
_NOT_CHARSETS: Final = frozenset({"idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined"})
_KINDS: Final = {"image": "image", "audio": "audio", "video": "video", "application": "document"}
# Furniture of mail programs, nothing a guest sent.
_FURNITURE: Final = frozenset(
    {
        "application/pgp-signature",
        "application/pkcs7-signature",
        "application/x-pkcs7-signature",
        "application/ms-tnef",
    }
)


@dataclass(slots=True)
class Body:
    """`plain` and `html` as sent, '' when there is none; `media` names kinds of files beside them."""

    plain: str = ""
    html: str = ""
    media: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """What the guest's program shows, as text, quotations and signature included."""
        if self.plain.strip():
            return self.plain[:LONGEST_TEXT]
        if not self.html.strip():
            return ""
        # Only now: the libraries take four megabytes, and most processes never read a letter.
        from backend.conversations.channels.email.hypertext import text_of_html

        return text_of_html(self.html)[:LONGEST_TEXT]


def body_of(mail: Message[Any, Any]) -> Body:
    """The body of a parsed letter."""
    body = Body()
    for part in _leaves(mail):
        kind = _content_type(part)
        if _is_file(part) or kind not in ("text/plain", "text/html"):
            body.media += _kind_of(kind)
        elif kind == "text/plain":
            body.plain = _joined(body.plain, _unflowed(part, _decoded(part)[:LONGEST_TEXT]))
        else:
            body.html = _joined(body.html, _decoded(part)[:_LONGEST_HTML])
    return body


def _joined(before: str, more: str) -> str:
    """Apple's program cuts a text in pieces where a picture stands: they belong together."""
    return f"{before.rstrip()}\n{more}" if before.strip() and more.strip() else before or more


def _leaves(mail: Message[Any, Any]) -> Iterator[Message[Any, Any]]:
    waiting: list[tuple[Message[Any, Any], int]] = [(mail, 0)]
    seen = 0
    while waiting and seen < _MOST_PARTS:
        part, depth = waiting.pop()
        seen += 1
        # A letter inside a letter is not what this guest says.
        if not part.is_multipart() or _content_type(part).startswith("message/"):
            yield part
        elif depth < _DEEPEST:
            waiting += [(each, depth + 1) for each in reversed(parts_of(part))]


def parts_of(part: Message[Any, Any]) -> list[Message[Any, Any]]:
    """What a part is made of, [] for one that is not made of parts."""
    # Asked first: the library decodes the text of any other, and stumbles over names of character sets.
    inside = part.get_payload() if part.is_multipart() else []
    return [each for each in inside if isinstance(each, Message)] if isinstance(inside, list) else []


def _content_type(part: Message[Any, Any]) -> str:
    try:
        return part.get_content_type()
    except UNREADABLE:
        return "text/plain"


def _is_file(part: Message[Any, Any]) -> bool:
    try:
        return part.get_content_disposition() == "attachment" or part.get_filename() is not None
    except UNREADABLE:
        return True


def _kind_of(content_type: str) -> list[str]:
    if content_type in _FURNITURE:
        return []
    main = content_type.split("/", 1)[0]
    return [_KINDS.get(main, "document")] if main != "multipart" else []


def _decoded(part: Message[Any, Any]) -> str:
    try:
        content = part.get_payload(decode=True)
        charset = part.get_content_charset("utf-8")
    except UNREADABLE:
        return ""
    if not isinstance(content, bytes):
        return ""
    return _in(charset, content).replace("\0", "").replace("\r\n", "\n").replace("\r", "\n")


def _in(charset: str, content: bytes) -> str:
    """The text; a set that is unknown or wrong is guessed: UTF-8 is recognisable, everything is something in CP1252."""
    for name in (charset, "utf-8"):
        try:
            if codecs.lookup(name).name not in _NOT_CHARSETS:
                return content.decode(name)
        except (LookupError, ValueError):
            continue
    return content.decode("cp1252", "replace")


def _unflowed(part: Message[Any, Any], text: str) -> str:
    """Lines that the program broke at its width put together again (RFC 3676)."""
    try:
        flowed = str(part.get_param("format", "")).lower() == "flowed"
        glued = str(part.get_param("delsp", "")).lower() == "yes"
    except UNREADABLE:
        return text
    if not flowed:
        return text
    lines: list[str] = []
    open_line = False
    for raw in text.split("\n"):
        line = raw.removeprefix(" ") if not raw.startswith(">") else raw
        if open_line and not line.startswith(">") and line != "-- ":
            lines[-1] += line
        else:
            lines.append(line)
        open_line = line.endswith(" ") and line != "-- " and not line.startswith(">")
        if open_line and glued:
            lines[-1] = lines[-1][:-1]
    return "\n".join(lines)
