"""The guest's own pages as HTML:

The booking with its code, changing it, cancelling it. Pure; called by the guest routes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from backend.notifications import BookingFacts, Voice, details, policy_sentence, status_sentences, words
from backend.pages.asking import Asked, present
from backend.pages.frame import Frame, draw, restaurant_frame
from backend.pages.records import Alternative, BookingLimits, DayOptions, Done, GuestBooking
from backend.platform import wording

_TONES = {
    "pending": "attention",
    "confirmed": "good",
    "checked_in": "good",
    "seated": "good",
    "no_show": "info",
}
_LIVE = ("pending", "confirmed")
_DONE_NEEDS = {"booked": _LIVE, "changed": _LIVE, "cancelled": ("cancelled",)}
_OVER = ("completed", "cancelled", "no_show", "expired")


@dataclass(frozen=True, slots=True)
class BookingPage:
    """A guest's booking. `done` is what the guest did a moment ago; it is said only where the state agrees."""

    token: str
    booking: GuestBooking
    done: Done | None = None


@dataclass(frozen=True, slots=True)
class ChangePage:
    """Changing a booking: what is asked for, what is free, and why the last try was refused."""

    token: str
    booking: GuestBooking
    limits: BookingLimits
    asked: Asked
    options: DayOptions
    form: str
    selected: str = ""
    refusal: str = ""
    instead: Sequence[Alternative] = ()
    time_missing: bool = False


@dataclass(frozen=True, slots=True)
class CancelPage:
    """What cancelling means, before it is done."""

    token: str
    booking: GuestBooking
    form: str
    refusal: str = ""


def render_booking_page(page: BookingPage, locale: str) -> str:
    """The booking: state in words, code, details, and the ways on."""
    facts = page.booking.facts
    voice = Voice(locale, facts.restaurant.formality)
    over = facts.status in _OVER
    shown = [*details(facts, voice), *_notes(facts, voice)]
    title = voice.say("page.booking.title", restaurant=facts.restaurant.name)
    return draw(
        "booking.html",
        _frame(page.token, facts, voice, title),
        base=f"/g/{page.token}",
        facts=facts,
        booking=page.booking,
        done=_done(page, voice),
        tone=_TONES.get(facts.status, "neutral"),
        status=voice.say(f"page.status.{facts.status}"),
        summary=summary(facts, voice),
        sentences=status_sentences(facts, voice),
        shows_code=facts.qr_png is not None and facts.status in ("confirmed", "checked_in"),
        rows=shown,
        policy=policy_sentence(facts, voice) if page.booking.may_cancel else "",
        over=over,
        closed="" if over or page.booking.may_change else _closed(facts, voice),
    )


def render_change_page(page: ChangePage, locale: str) -> str:
    """Day, party and area; then the free times; then the button that changes it."""
    facts = page.booking.facts
    voice = Voice(locale, facts.restaurant.formality)
    address = f"/g/{page.token}/change"
    problems = {"time": voice.say("page.problem.time")} if page.time_missing else {}
    ask = present(
        page.asked,
        page.limits,
        voice,
        today_at(facts),
        options=page.options,
        timezone=facts.restaurant.timezone,
        address=address,
        instead=page.instead,
        problems=problems,
    )
    return draw(
        "change.html",
        _frame(page.token, facts, voice, voice.say("page.change.title"), "/change"),
        base=f"/g/{page.token}",
        action=address,
        summary=summary(facts, voice),
        refusal=page.refusal,
        ask=ask,
        selected=page.selected,
        hidden=[("form", page.form), ("version", str(facts.version)), *page.asked.query.items()],
        submit=voice.say("page.change.save"),
    )


def render_cancel_page(page: CancelPage, locale: str) -> str:
    """The policy first, then the two ways."""
    facts = page.booking.facts
    voice = Voice(locale, facts.restaurant.formality)
    free_until = facts.policy.free_until
    costs = bool(facts.policy.penalty) and free_until is not None and facts.written_at > free_until
    # A booking that was never confirmed costs nothing to give back.
    costs = costs and facts.status != "pending"
    cost = voice.say("page.cancel.costs" if costs else "page.cancel.free", **words(facts, voice))
    return draw(
        "cancel.html",
        _frame(page.token, facts, voice, voice.say("page.cancel.title"), "/cancel"),
        base=f"/g/{page.token}",
        booking=page.booking,
        summary=summary(facts, voice),
        cost=cost,
        costs=costs,
        form=page.form,
        refusal=page.refusal,
    )


def summary(facts: BookingFacts, voice: Voice) -> str:
    """'4 personas, viernes 18 de diciembre a las 20:00'."""
    known = words(facts, voice)
    return voice.say("page.booking.summary", people=known["people"], moment=known["moment"])


def today_at(facts: BookingFacts) -> date:
    """The restaurant's calendar day at the moment of the page."""
    return wording.local(facts.written_at, facts.restaurant.timezone).date()


def _frame(token: str, facts: BookingFacts, voice: Voice, title: str, below: str = "") -> Frame:
    return restaurant_frame(facts.restaurant, voice, title, f"/g/{token}{below}")


def _notes(facts: BookingFacts, voice: Voice) -> list[tuple[str, str]]:
    return [(voice.say("page.booking.notes"), facts.notes)] if facts.notes else []


def _done(page: BookingPage, voice: Voice) -> str:
    status = page.booking.facts.status
    if page.done is None or status not in _DONE_NEEDS[page.done]:
        return ""
    waiting = ".pending" if page.done == "booked" and status == "pending" else ""
    return voice.say(f"page.done.{page.done}{waiting}")


def _closed(facts: BookingFacts, voice: Voice) -> str:
    phone = facts.restaurant.phone
    return voice.say("page.booking.closed.call" if phone else "page.booking.closed", phone=phone)
