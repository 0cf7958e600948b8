"""An answer in a thread as a mail: text and HTML by the brand, with the code inside and the calendar file beside. Pure.

Called by `sending`. Quick replies and lists are suggestions to type: a mail has no buttons that would answer in its thread.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final, Literal

from jinja2 import FileSystemLoader, StrictUndefined, select_autoescape
from jinja2.sandbox import ImmutableSandboxedEnvironment

from backend.conversations.dialogue.render import Reply
from backend.notifications import RestaurantFacts, Voice
from backend.platform import brand
from backend.platform.senders import Attachment, Rendered

_MANY_BLANK_LINES: Final = re.compile(r"\n{3,}")
_ANSWERS: Final = re.compile(r"(?:\s*(?:re|rv|aw|tr|resp?|sv)\s*(?:\[\d+\])?\s*:)+\s*", re.IGNORECASE)
_LONGEST_SUBJECT: Final = 150
_LONGEST_SHORT: Final = 160


@dataclass(frozen=True, slots=True)
class Enclosures:
    """What goes with a booking: the code as a PNG (None when there is no code to show) and the calendar file."""

    code: str
    qr_png: bytes | None
    calendar: bytes
    method: Literal["PUBLISH", "CANCEL"]


@dataclass(frozen=True, slots=True)
class Answer:
    """All that an answer is made of. `quote` is the beginning of what it answers, '' without one."""

    reply: Reply
    house: RestaurantFacts
    language: str
    subject: str = ""
    quote: str = ""
    enclosures: Enclosures | None = None


def render_answer(answer: Answer) -> Rendered:
    """The mail."""
    voice = Voice(answer.language, answer.house.formality)
    files = _files(answer.enclosures, voice)
    picture = next((each.content_id for each in files if each.content_id), None)
    context: dict[str, Any] = {
        "paragraphs": [each.split("\n") for each in re.split(r"\n\s*\n", answer.reply.text.strip())],
        "subject": subject_of(answer, voice),
        "card": answer.reply.card,
        "suggestions": [each.title for each in answer.reply.quick_replies],
        "options": answer.reply.options,
        "quote": answer.quote.strip().split("\n") if answer.quote.strip() else [],
        "house": answer.house,
        "say": voice.say,
        "language": voice.language,
        "code_image": picture,
        **brand.palettes(answer.house.primary_colour),
    }
    text = _environment().get_template("answer.txt").render(context)
    return Rendered(
        subject=context["subject"],
        text=_MANY_BLANK_LINES.sub("\n\n", text).strip() + "\n",
        short_text=" ".join(answer.reply.text.split())[:_LONGEST_SHORT],
        html=_environment().get_template("answer.html").render(context),
        attachments=files,
    )


def subject_of(answer: Answer, voice: Voice) -> str:
    """The guest's subject as an answer's; one of ours where they gave none."""
    own = (
        _ANSWERS.sub("", answer.subject, count=1).strip()
        if _ANSWERS.match(answer.subject)
        else answer.subject.strip()
    )
    return f"Re: {own or voice.say('mail.subject', restaurant=answer.house.name)}"[:_LONGEST_SUBJECT]


def _files(enclosures: Enclosures | None, voice: Voice) -> tuple[Attachment, ...]:
    if enclosures is None:
        return ()
    name = f"{voice.say('mail.calendar_file')}-{enclosures.code}.ics"
    parameters = (("method", enclosures.method), ("charset", "utf-8"))
    calendar = Attachment(name, "text/calendar", enclosures.calendar, parameters=parameters)
    if enclosures.qr_png is None:
        return (calendar,)
    code = enclosures.code
    return Attachment(f"{code}.png", "image/png", enclosures.qr_png, content_id=f"qr-{code}@saveit"), calendar


@lru_cache
def _environment() -> ImmutableSandboxedEnvironment:
    return ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=select_autoescape(("html",)),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
