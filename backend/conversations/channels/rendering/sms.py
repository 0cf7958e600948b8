"""A reply as SMS: words and links alone, and as few parts as they need. Pure; called by the sender."""

from __future__ import annotations

from typing import Final

from backend.conversations.channels.rendering.words import pieces, plain, with_links
from backend.conversations.dialogue.render import Reply

LONGEST: Final = 1600  # what Twilio takes as one message, of several parts


def sms_parts(reply: Reply, language: str) -> list[str]:
    """The texts; `words.segments` says what each costs."""
    return pieces(plain(with_links(reply, language, code=True)), LONGEST)
