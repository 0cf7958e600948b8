"""What each kind of message says, in order, before it gets a shape: heading, sentences, details, ways on.

Pure. Called by rendering. The sentences themselves are chosen in `sentences`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from backend.notifications.domain.facts import BookingFacts, EarlierFacts
from backend.notifications.domain.kinds import MessageKind
from backend.notifications.placeholders import today_of, words
from backend.notifications.sentences import (
    Words,
    cancellation_body,
    cancellation_short,
    change_body,
    change_short,
    no_show_body,
    no_show_short,
    offer_body,
    offer_short,
    pending_body,
    pending_short,
    plain_body,
    policy_sentence,
    reminder_3h_body,
    reminder_24h_body,
)
from backend.notifications.voice import Voice
from backend.platform import wording

Tone = Literal["good", "attention", "info", "quiet"]
CalendarMethod = Literal["PUBLISH", "CANCEL"]


@dataclass(frozen=True, slots=True)
class Action:
    """A way on: what it says and where it leads."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Letter:
    """One message in words.

    `rows` are label and value; `notes` the small print; the first action is the main one.
    """

    kind: MessageKind
    tone: Tone
    subject: str
    heading: str
    paragraphs: tuple[str, ...]
    short: str
    rows: tuple[tuple[str, str], ...]
    notes: tuple[str, ...]
    actions: tuple[Action, ...]
    shows_code: bool
    calendar: CalendarMethod | None
    words: Words


@dataclass(frozen=True, slots=True)
class _Plan:
    tone: Tone
    body: Callable[[BookingFacts, Voice, Words], list[str]]
    shows_code: bool = False
    calendar: CalendarMethod | None = None
    actions: tuple[str, ...] = ("manage",)
    policy: bool = False
    family: str = ""
    more_short: Callable[[BookingFacts, Voice, Words], dict[str, str]] = field(
        default=lambda facts, voice, known: {}
    )


def compose(kind: MessageKind, facts: BookingFacts, voice: Voice) -> Letter:
    """The letter of that kind about this booking, in our own words."""
    plan = _PLANS[kind]
    family = f"message.{plan.family or kind.value}"
    known = words(facts, voice)
    heading = _heading(family, known, voice)
    known = {**known, "heading": heading}
    return Letter(
        kind=kind,
        tone=plan.tone,
        subject=voice.say(f"{family}.subject", **known),
        heading=heading,
        paragraphs=tuple(plan.body(facts, voice, known)),
        short=voice.say(f"message.{kind.value}.short", **{**known, **plan.more_short(facts, voice, known)}),
        rows=_rows(kind, facts, voice),
        notes=(policy_sentence(facts, voice),) if plan.policy else (),
        actions=_actions(plan.actions, facts, voice, known),
        shows_code=plan.shows_code and facts.status != "pending",
        calendar=plan.calendar,
        words=known,
    )


def _heading(family: str, known: Words, voice: Voice) -> str:
    key = f"{family}.heading"
    if family == "message.cancellation" or known["name"]:
        return voice.say(key, **known)
    return voice.say(f"{key}.anonymous", **known)


def details(facts: BookingFacts, voice: Voice) -> tuple[tuple[str, str], ...]:
    """Label and value of everything a guest needs to know about the table; what there is not is left out."""
    known = words(facts, voice)
    night = voice.night(facts.starts_at, facts.restaurant.timezone, facts.service_date)
    tables = wording.listed(facts.table_numbers, voice.locale)
    rows = [
        ("date", f"{known['date']} ({night})" if night else known["date"]),
        ("time", known["time"]),
        ("people", known["count"]),
        ("area", known["area"]),
        ("table" if len(facts.table_numbers) == 1 else "tables", tables),
        ("code", known["code"]),
        ("place", known["address"]),
    ]
    return tuple((voice.say(f"message.label.{name}"), value) for name, value in rows if value)


def _rows(kind: MessageKind, facts: BookingFacts, voice: Voice) -> tuple[tuple[str, str], ...]:
    if kind is not MessageKind.CHANGE or facts.earlier is None:
        return details(facts, voice)
    before = _moment_before(facts, facts.earlier, voice)
    return (*details(facts, voice), (voice.say("message.label.before"), before))


def _moment_before(facts: BookingFacts, earlier: EarlierFacts, voice: Voice) -> str:
    return voice.say(
        "message.change.before.area" if earlier.area_name else "message.change.before",
        people=voice.people(earlier.party_size),
        moment=voice.moment(earlier.starts_at, facts.restaurant.timezone, today_of(facts)),
        area=earlier.area_name,
    )


def _actions(names: tuple[str, ...], facts: BookingFacts, voice: Voice, known: Words) -> tuple[Action, ...]:
    phone = "".join(known["phone"].split())
    urls = {
        "manage": facts.links.manage,
        "calendar": facts.links.calendar,
        "directions": facts.links.directions,
        "again": facts.links.restaurant,
        "book": facts.links.manage,
        "call": f"tel:{phone}" if phone else None,
    }
    return tuple(
        Action(voice.say(f"message.link.{name}", **known), url) for name in names if (url := urls[name])
    )


_PLANS: dict[MessageKind, _Plan] = {
    MessageKind.CONFIRMATION: _Plan(
        tone="good",
        body=plain_body("confirmation"),
        shows_code=True,
        calendar="PUBLISH",
        actions=("manage", "calendar", "directions"),
        policy=True,
    ),
    MessageKind.PENDING: _Plan(
        tone="attention", body=pending_body, actions=("manage", "call"), more_short=pending_short
    ),
    MessageKind.CHANGE: _Plan(
        tone="good",
        body=change_body,
        shows_code=True,
        calendar="PUBLISH",
        actions=("manage", "calendar", "directions"),
        policy=True,
        more_short=change_short,
    ),
    MessageKind.CANCELLATION: _Plan(
        tone="quiet",
        body=cancellation_body,
        calendar="CANCEL",
        actions=("again",),
        more_short=cancellation_short,
    ),
    MessageKind.REMINDER_24H: _Plan(
        tone="info",
        body=reminder_24h_body,
        shows_code=True,
        actions=("manage", "directions"),
        policy=True,
        family="reminder",
    ),
    MessageKind.REMINDER_3H: _Plan(
        tone="info",
        body=reminder_3h_body,
        shows_code=True,
        actions=("manage", "directions", "call"),
        family="reminder",
    ),
    MessageKind.NO_SHOW: _Plan(
        tone="info", body=no_show_body, actions=("call", "again"), more_short=no_show_short
    ),
    MessageKind.WAITLIST_OFFER: _Plan(
        tone="good", body=offer_body, actions=("book", "call"), more_short=offer_short
    ),
}
