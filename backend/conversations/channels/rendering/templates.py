"""Which approved template says a message outside of the window, and what fills it. Pure; called by WhatsApp's two senders."""

from __future__ import annotations

from typing import Any, Final

from backend.conversations.channels.records import Outbound
from backend.conversations.channels.rendering.words import short
from backend.platform.senders import WindowClosedError

LONGEST_WORD: Final = 900  # a template with its words may have 1024 characters


def template_of(account: dict[str, Any], message: Outbound) -> tuple[dict[str, Any], list[str]]:
    """The approved template for a message outside of the window with the words that fill it; raises WindowClosedError."""
    templates = account.get("templates") or {}
    for kind in (message.template, "message"):
        by_language = templates.get(kind) or {} if kind else {}
        template = by_language.get(message.language) or next(iter(by_language.values()), None)
        if template:
            text = short(message.reply.text, LONGEST_WORD)
            known = {"text": text, **{name: " ".join(word.split()) for name, word in message.words.items()}}
            return template, [known.get(name) or "-" for name in template["variables"]]
    raise WindowClosedError("the guest wrote too long ago, and there is no template for this message")
