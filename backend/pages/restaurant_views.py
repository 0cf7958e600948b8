"""A restaurant's public pages as HTML:

Its face with the chat, booking without JavaScript, privacy. Pure; called by their routes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from urllib.parse import urlencode

from backend.notifications import Voice
from backend.pages.asking import FIELDS, Asked, present
from backend.pages.frame import Frame, draw, restaurant_frame
from backend.pages.hours import special_in_words, week_in_words
from backend.pages.locales import COOKIE
from backend.pages.records import Alternative, DayOptions, RestaurantView
from backend.pages.refusing import shown_first

_MORE = ("menu", "parking", "pets")


@dataclass(frozen=True, slots=True)
class ContactDraft:
    """What has been typed into the contact fields so far."""

    name: str = ""
    email: str = ""
    phone: str = ""
    notes: str = ""
    privacy: bool = False


@dataclass(frozen=True, slots=True)
class BookPage:
    """Booking step by step. Without `options` only day and party are asked for."""

    view: RestaurantView
    asked: Asked
    today: date
    form: str
    key: str
    options: DayOptions | None = None
    contact: ContactDraft = field(default_factory=ContactDraft)
    selected: str = ""
    refusal: str = ""
    instead: Sequence[Alternative] = ()
    problems: Mapping[str, str] = field(default_factory=dict)


def render_restaurant_page(view: RestaurantView, asked: Asked, today: date, locale: str) -> str:
    """Name, description, a first booking step, hours, place; the chat widget comes with a script tag."""
    voice = Voice(locale, view.facts.formality)
    more = [(voice.say(f"page.restaurant.{name}"), getattr(view, name)) for name in _MORE]
    return draw(
        "restaurant.html",
        restaurant_frame(view.facts, voice, view.facts.name, f"/r/{view.facts.slug}"),
        view=view,
        ask=present(asked, view.limits, voice, today),
        week=week_in_words(view.hours, voice),
        special=special_in_words(view.special_days, today, voice),
        more=[(label, text) for label, text in more if text],
        website=view.website if view.website.startswith(("https://", "http://")) else "",
    )


def render_book_page(page: BookPage, locale: str) -> str:
    """Party and day, then time and contact details, in one page that keeps what was typed."""
    view = page.view
    voice = Voice(locale, view.facts.formality)
    address = f"/r/{view.facts.slug}/book"
    title = voice.say("page.book.title", restaurant=view.facts.name)
    ask = present(
        page.asked,
        view.limits,
        voice,
        page.today,
        options=page.options,
        timezone=view.facts.timezone,
        address=address,
        instead=page.instead,
        problems=page.problems,
    )
    return draw(
        "book.html",
        restaurant_frame(view.facts, voice, title, f"{address}?{urlencode(page.asked.query)}"),
        action=address,
        ask=ask,
        contact=page.contact,
        selected=page.selected,
        refusal=page.refusal,
        problem_links=shown_first(ask.problems, FIELDS),
        hidden=[("form", page.form), ("key", page.key), *page.asked.query.items()],
        submit=voice.say("page.book.do"),
    )


def render_privacy_page(view: RestaurantView | None, locale: str) -> str:
    """What happens to a guest's data: at one restaurant, or at any when `view` is None."""
    voice = Voice(locale, view.facts.formality if view else "tu")
    title = voice.say("page.privacy.title")
    frame = Frame(voice, title, "/privacy")
    if view is not None:
        frame = restaurant_frame(view.facts, voice, title, f"/r/{view.facts.slug}/privacy")
    return draw(
        "privacy.html", frame, sections=_privacy_sections(view, voice), contact=_contact(view) if view else []
    )


def _privacy_sections(view: RestaurantView | None, voice: Voice) -> list[tuple[str, str]]:
    months = view.retention_months if view else None
    variants = {"who": "" if view else ".any", "long": "" if months else ".any"}
    params = {"restaurant": view.facts.name if view else "", "months": months, "cookie": COOKIE}
    return [
        (
            voice.say(f"page.privacy.{name}.title"),
            voice.say(f"page.privacy.{name}{variants.get(name, '')}", **params),
        )
        for name in ("what", "why", "see", "long", "cookies", "rights", "who")
    ]


def _contact(view: RestaurantView) -> list[str]:
    facts = view.facts
    return [line for line in (facts.name, facts.address, facts.email, facts.phone) if line]
