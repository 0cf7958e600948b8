"""The head of a letter that anybody may have written: every field bounded, none of them trusted to be well formed.

The standard library's parser raises half a dozen kinds of errors on crafted fields and needs quadratic time on long ones; what it
cannot read is read as plain text here. Pure; called by `reading`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from email import policy
from email.errors import MessageError
from email.message import Message
from typing import Any, Final

_LONGEST: Final = 4_000  # characters of one field; References of a long thread are the longest honest ones
_MOST: Final = 400  # fields
_ID: Final = re.compile(r"<([^<>\s]{1,250})>")
_ADDRESS: Final = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9_-]{1,63}\.)+[A-Za-z0-9-]{2,63}"
)
# What `email` is known to raise on fields that break its grammar, besides its own errors.
UNREADABLE: Final = (
    MessageError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    AssertionError,
    RecursionError,
)

Fields = Mapping[str, tuple[str, ...]]


def fields_of(mail: Message[Any, Any]) -> dict[str, tuple[str, ...]]:
    """Every field by its lower-case name, in order, unfolded and bounded, as it was sent."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for name, value in list(mail.raw_items())[:_MOST]:
        text = str(value).encode("utf-8", "replace").decode("utf-8")[:_LONGEST]
        found[str(name).lower()].append(" ".join(text.replace("\0", " ").split()))
    return {name: tuple(values) for name, values in found.items()}


def first(fields: Fields, name: str) -> str:
    """The first field of that name, '' when there is none."""
    return fields.get(name, ("",))[0]


def in_words(fields: Fields, name: str) -> str:
    """The first field of that name as people read it, encoded words decoded."""
    return _decoded("Subject", first(fields, name))


def mailboxes(fields: Fields, name: str) -> list[tuple[str, str]]:
    """Name and address of each mailbox in the fields of that name; the address in lower case."""
    found: list[tuple[str, str]] = []
    for value in fields.get(name, ()):
        try:
            parsed = policy.default.header_factory("From", value)
            pairs = [(str(each.display_name), str(each.addr_spec)) for each in parsed.addresses]
        except UNREADABLE:
            pairs = [("", each) for each in _ADDRESS.findall(value)]
        found += [(_plain(said), address.lower()) for said, address in pairs if _ADDRESS.fullmatch(address)]
    return found


def address_in(text: str) -> str | None:
    """The one address in a text such as a Delivered-To field, in lower case."""
    found = _ADDRESS.search(text)
    return found.group().lower() if found else None


def ids_in(fields: Fields, name: str) -> tuple[str, ...]:
    """The message ids in a field, without brackets, in order."""
    return tuple(each for value in fields.get(name, ()) for each in _ID.findall(value))


def _decoded(name: str, value: str) -> str:
    try:
        return _plain(str(policy.default.header_factory(name, value)))
    except UNREADABLE:
        return _plain(value)


def _plain(text: str) -> str:
    """One line of text that any store takes: no line ends, no control characters, no lone surrogates."""
    whole = text.encode("utf-8", "replace").decode("utf-8")
    return " ".join("".join(each if each.isprintable() else " " for each in whole).split())
