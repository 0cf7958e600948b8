"""Which conversation a letter belongs to, and the ids that bring an answer back to it. Pure; called by `door` and `sending`.

A thread is known by the first letter in it: every mail program repeats that id in References. A program that names only what it
answers is served by the ids of our own letters, which carry the thread under a seal. Session ids are keyed digests: they hold no
address, and nobody can make one.
"""

from __future__ import annotations

import hashlib
import hmac
from typing import Final
from uuid import UUID

from backend.conversations.channels.email.reading import Letter

_SHORT: Final = 24  # hex digits: 96 bits


class Threads:
    """Names threads with a key of its own."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def person(self, restaurant_id: UUID, address: str) -> str:
        """One writer at one restaurant: the first half of all their session ids."""
        return self._digest("person", restaurant_id.hex, address)

    def session(self, restaurant_id: UUID, letter: Letter, address: str, root: str | None = None) -> str:
        """The session id of a letter from that address; `root` names another beginning than the thread's own.

        Somebody else who answers in the same thread has another session: what was said with the first stays with them.
        """
        person = self.person(restaurant_id, address)
        for each in reversed(letter.references):
            known = self._carried(each)
            if known is not None and known.startswith(person):
                return known
        first = root or (letter.references[0] if letter.references else letter.message_id)
        return f"{person}.{self._digest('thread', restaurant_id.hex, address, first)}"

    def message(self, restaurant_id: UUID, letter: Letter, address: str) -> str:
        """A letter's name among messages: the same for the same letter, and without what its Message-ID may tell."""
        return f"m{self._digest('message', restaurant_id.hex, address, letter.message_id)}"

    def our_id(self, message_id: str, session_id: str, domain: str) -> str:
        """The Message-ID of an answer, without brackets."""
        local = f"{_word(message_id)}.{session_id}"
        return f"{local}.{self._digest('letter', local)}@{domain}"

    def is_ours(self, message_id: str) -> bool:
        """Whether we gave a letter this id."""
        return self._carried(message_id) is not None

    def _carried(self, message_id: str) -> str | None:
        local, _, seal = message_id.partition("@")[0].rpartition(".")
        if len(seal) != _SHORT or not hmac.compare_digest(
            seal.encode(), self._digest("letter", local).encode()
        ):
            return None
        return local.partition(".")[2] or None

    def _digest(self, *parts: str) -> str:
        said = "\0".join(parts).encode("utf-8", "replace")
        return hmac.digest(self._key, said, hashlib.sha256).hex()[:_SHORT]


def _word(text: str) -> str:
    """One word of an id, without the dot that separates them."""
    return "".join(each if each.isascii() and each.isalnum() else "-" for each in text)[:40] or "m"
