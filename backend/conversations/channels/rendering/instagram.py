"""A reply on Instagram: text in pieces of 1000 bytes, up to 13 quick replies, a card as a generic template. Pure; called by the
sender.
"""

from __future__ import annotations

from typing import Any, Final

from backend.conversations.channels.rendering.words import for_messengers, octets, pieces, short
from backend.conversations.dialogue.render import Card, Reply
from backend.platform.texts import say

LONGEST_TEXT: Final = 1000  # bytes of UTF-8
MOST_QUICK: Final = 13
QUICK_TITLE: Final = 20
LONGEST_PAYLOAD: Final = 1000
CARD_TITLE: Final = 80
BUTTON_TITLE: Final = 20

Json = dict[str, Any]


def instagram_parts(reply: Reply, language: str) -> list[Json]:
    """The messages, each as the `message` of a send call. Quick replies stand on the last: a later message hides them."""
    parts: list[Json] = [{"text": each} for each in pieces(reply.text, LONGEST_TEXT, octets) if each]
    if reply.card is not None:
        parts.append(_card(reply.card, language))
    quick = _quick(reply)
    if quick and parts:
        parts[-1]["quick_replies"] = quick
    return parts


def _quick(reply: Reply) -> list[Json]:
    shown = [(each.title, each.value) for each in reply.quick_replies] or [
        (each.title, each.value) for each in reply.options
    ]
    return [
        {"content_type": "text", "title": short(title, QUICK_TITLE), "payload": value[:LONGEST_PAYLOAD]}
        for title, value in shown[:MOST_QUICK]
    ]


def _card(card: Card, language: str) -> Json:
    links = (("manage", card.manage_url), ("calendar", card.calendar_url))
    element: Json = {
        "title": short(card.title, CARD_TITLE),
        "subtitle": short(" · ".join(card.lines) or card.code, CARD_TITLE),
        "image_url": for_messengers(card.image_url),
        "buttons": [
            {
                "type": "web_url",
                "url": url,
                "title": short(say(f"channel.button.{name}", language), BUTTON_TITLE),
            }
            for name, url in links
            if url
        ],
    }
    kept = {name: value for name, value in element.items() if value}
    return {"attachment": {"type": "template", "payload": {"template_type": "generic", "elements": [kept]}}}
