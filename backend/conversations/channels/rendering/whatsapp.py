"""A reply on WhatsApp, in as few messages as it takes, since each is charged: by Meta's Cloud API (interactive buttons and lists)
and by Twilio (content templates for both, when the account has them). Pure; called by the two senders.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from backend.conversations.channels.rendering.words import for_messengers, pieces, short, with_links
from backend.conversations.dialogue.render import ListItem, QuickReply, Reply
from backend.platform.texts import say

MOST_BUTTONS: Final = 3
BUTTON_TITLE: Final = 20
MOST_ROWS: Final = 10
ROW_TITLE: Final = 24
ROW_DESCRIPTION: Final = 72
LONGEST_ID: Final = 200  # of a row; a button's may be 256
LONGEST_TEXT: Final = 4096
LONGEST_INTERACTIVE: Final = 1024  # the body of an interactive message, and a picture's caption
LONGEST_TWILIO: Final = 1600

Json = dict[str, Any]
_Choice = TypeVar("_Choice", QuickReply, ListItem)


@dataclass(frozen=True, slots=True)
class TwilioPart:
    """One message as Twilio takes it: words and a picture, or a content template by its SID (the words then say what it says)."""

    body: str
    media_url: str | None = None
    content: str | None = None
    variables: str | None = None


def cloud_parts(reply: Reply, language: str, picture: Mapping[str, str] | None) -> list[Json]:
    """The messages for Meta's Cloud API, each without its recipient. `picture` is the card's: `{link}` or `{id}`."""
    text = with_links(reply, language)
    buttons, rows = _choices(reply)
    limit = LONGEST_INTERACTIVE if buttons or rows or picture else LONGEST_TEXT
    *before, last = pieces(text, limit)
    if rows and picture:  # a list shows no picture
        return [*map(_text, before), _image(picture, ""), _list(last, rows, language)]
    ending = _list(last, rows, language) if rows else _buttons(last, buttons, picture) if buttons else None
    if ending is None:
        ending = _image(picture, last) if picture else _text(last)
    return [*map(_text, before), ending]


def twilio_parts(reply: Reply, language: str, contents: Mapping[str, Any]) -> list[TwilioPart]:
    """The messages for Twilio. `contents` are the account's content templates: `choices_1` to `choices_3` have a text and so many
    titles as variables, `list_2` to `list_10` a text, a button and so many titles with descriptions. What it lacks goes as text,
    which says all that the buttons say."""
    text = with_links(reply, language)
    buttons, rows = _choices(reply)
    picture = for_messengers(reply.card.image_url) if reply.card and reply.card.image_url else None
    key = f"choices_{len(buttons)}" if buttons else f"list_{len(rows)}" if rows else None
    sid = _sid(contents.get(key), language) if key else None
    *before, last = pieces(text, LONGEST_INTERACTIVE if sid or picture else LONGEST_TWILIO)
    parts = [TwilioPart(each) for each in before]
    if sid is None:
        return [*parts, TwilioPart(last, picture)]
    if picture:
        parts.append(TwilioPart("", picture))
    shown = [each.title for each in buttons] or [
        word for row in rows for word in (row.title, row.description or " ")
    ]
    words = [last, *([] if buttons else [say("channel.choose", language)]), *shown]
    variables = json.dumps({str(place + 1): word for place, word in enumerate(words)}, ensure_ascii=False)
    return [*parts, TwilioPart(last, None, sid, variables)]


def _sid(content: object, language: str) -> str | None:
    """A content template is one SID for all languages, or one a language."""
    if isinstance(content, dict):
        content = content.get(language)
    return str(content) if content else None


def _choices(reply: Reply) -> tuple[list[QuickReply], list[ListItem]]:
    """Buttons or rows, cut to what WhatsApp shows; more than three answers to tap are rows."""
    if reply.options:
        return [], [_row(each.title, each.value, each.description) for each in reply.options[:MOST_ROWS]]
    if len(reply.quick_replies) > MOST_BUTTONS:
        return [], [_row(each.title, each.value, "") for each in reply.quick_replies[:MOST_ROWS]]
    return [QuickReply(short(each.title, BUTTON_TITLE), each.value[:256]) for each in reply.quick_replies], []


def _row(title: str, value: str, description: str) -> ListItem:
    """What does not fit the title goes below it."""
    if len(title) > ROW_TITLE and not description:
        description = title
    return ListItem(short(title, ROW_TITLE), value[:LONGEST_ID], short(description, ROW_DESCRIPTION))


def _text(body: str) -> Json:
    return {"type": "text", "text": {"body": body, "preview_url": False}}


def _image(picture: Mapping[str, str], caption: str) -> Json:
    return {"type": "image", "image": {**picture, **({"caption": caption} if caption else {})}}


def _buttons(body: str, buttons: list[QuickReply], picture: Mapping[str, str] | None) -> Json:
    made: Json = {
        "type": "button",
        "body": {"text": body},
        "action": {
            "buttons": [
                {"type": "reply", "reply": {"id": each.value, "title": each.title}}
                for each in _apart(buttons)
            ]
        },
    }
    if picture:
        made["header"] = {"type": "image", "image": dict(picture)}
    return {"type": "interactive", "interactive": made}


def _list(body: str, rows: list[ListItem], language: str) -> Json:
    shown = [
        {"id": row.value, "title": row.title, **({"description": row.description} if row.description else {})}
        for row in _apart(rows)
    ]
    action = {"button": short(say("channel.choose", language), BUTTON_TITLE), "sections": [{"rows": shown}]}
    return {"type": "interactive", "interactive": {"type": "list", "body": {"text": body}, "action": action}}


def _apart(choices: list[_Choice]) -> list[_Choice]:
    """Without those whose title or value is there already: Meta refuses a message with two alike."""
    seen: set[str] = set()
    kept = []
    for each in choices:
        if not {each.title, f"={each.value}"} & seen:
            kept.append(each)
        seen |= {each.title, f"={each.value}"}
    return kept
