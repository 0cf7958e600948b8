"""A letter in all its clothes: mail text, HTML, short text, the QR inside and the calendar file beside.

`render` is what the delivery handler calls. Templates are sandboxed and strict: a placeholder that does not
exist is an error in a test, never an empty place in a mail.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from jinja2 import FileSystemLoader, StrictUndefined, Template, select_autoescape
from jinja2.sandbox import ImmutableSandboxedEnvironment

from backend.notifications.calendar_files import calendar_file
from backend.notifications.composing import Letter, compose
from backend.notifications.domain.facts import BookingFacts
from backend.notifications.domain.kinds import MessageKind
from backend.notifications.overrides import BadOverrideError, Override, choose, fill
from backend.notifications.voice import Voice
from backend.platform import brand
from backend.platform.senders import Attachment, Rendered

_MANY_BLANK_LINES = re.compile(r"\n{3,}")

Report = Callable[[Override, str], None]


def _unreported(override: Override, problem: str) -> None:
    """Stands in where the caller has nowhere to report to."""


def render(
    kind: MessageKind,
    facts: BookingFacts,
    locale: str,
    *,
    overrides: Iterable[Override] = (),
    report: Report = _unreported,
) -> Rendered:
    """The message for a reader of `locale`.

    The restaurant's `overrides` are used where they work; one that does not is replaced by our own words and
    `report` is told, so that a message always goes out.
    """
    voice = Voice(locale, facts.restaurant.formality)
    letter = _with_own_words(compose(kind, facts, voice), tuple(overrides), voice, report)
    code = _code_image(facts) if letter.shows_code and facts.qr_png else None
    context = {
        "letter": letter,
        "facts": facts,
        "say": voice.say,
        "language": voice.language,
        "code_image": code.content_id if code else None,
        **brand.palettes(facts.restaurant.primary_colour),
    }
    files = [code] if code else []
    if letter.calendar is not None:
        files.append(_calendar_attachment(facts, letter, voice))
    return Rendered(
        subject=letter.subject,
        text=_MANY_BLANK_LINES.sub("\n\n", _template("mail.txt").render(context)).strip() + "\n",
        short_text=letter.short,
        html=_template("mail.html").render(context),
        attachments=tuple(files),
        words={
            "name": letter.words["name"] or facts.restaurant.name,
            "restaurant": facts.restaurant.name,
            "when": letter.words["moment"],
            "people": letter.words["count"],
            "code": facts.code or "-",  # a provider takes no empty place
            "manage": facts.links.manage,
            "qr": facts.links.qr_image or "",
        },
    )


def _with_own_words(letter: Letter, overrides: tuple[Override, ...], voice: Voice, report: Report) -> Letter:
    own: dict[str, str] = {}
    for part in ("subject", "body", "short"):
        override = choose(overrides, letter.kind, voice.language, part)
        if override is None:
            continue
        try:
            own[part] = fill(override, letter.words)
        except BadOverrideError as problem:
            report(override, str(problem))
    body = own.pop("body", None)
    if body is not None:
        letter = replace(
            letter, paragraphs=tuple(" ".join(p.split()) for p in body.split("\n\n") if p.strip())
        )
    return replace(letter, **own)  # type: ignore[arg-type]


def _code_image(facts: BookingFacts) -> Attachment:
    return Attachment(
        filename=f"{facts.code}.png",
        content_type="image/png",
        content=facts.qr_png or b"",
        content_id=f"qr-{facts.reservation_id.hex}@saveit",
    )


def _calendar_attachment(facts: BookingFacts, letter: Letter, voice: Voice) -> Attachment:
    method = letter.calendar or "PUBLISH"
    return Attachment(
        filename=f"{voice.say('message.calendar.file')}-{facts.code}.ics",
        content_type="text/calendar",
        content=calendar_file(facts, method, facts.version, voice.locale),
        parameters=(("method", method), ("charset", "utf-8")),
    )


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


def _template(name: str) -> Template:
    return _environment().get_template(name)
