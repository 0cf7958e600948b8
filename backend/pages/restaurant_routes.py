"""A restaurant's public pages:

/r/<slug>, booking without JavaScript, privacy; and /privacy for all. Mounted by the app.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import cast
from uuid import uuid4

from flask import Blueprint, Response, redirect, request

from backend.notifications import Voice
from backend.pages.asking import Asked, read_asked, read_wish
from backend.pages.contact import draft_of, read_contact
from backend.pages.forms import sign_form, verify_form
from backend.pages.ports import GuestPages
from backend.pages.records import RestaurantView, Wish
from backend.pages.refusing import alternatives_of, field_problems, refusal_sentence
from backend.pages.restaurant_views import (
    BookPage,
    ContactDraft,
    render_book_page,
    render_privacy_page,
    render_restaurant_page,
)
from backend.pages.web import WITH_CHAT, Limit, allowed_to, form_values, html, prepare, reader
from backend.platform import wording
from backend.platform.clock import Clock
from backend.platform.http import ANYONE
from backend.platform.refusals import Refusal

_USUAL_PARTY = 2
_KEY = re.compile(r"[0-9a-f]{32}")


def restaurant_blueprint(
    pages: GuestPages, form_key: bytes, clock: Clock, limit: Limit | None = None
) -> Blueprint:
    """The routes under /r, and /privacy. `limit` counts each request and may raise Refusal('rate_limited')."""
    blueprint = Blueprint("restaurant_pages", __name__)
    prepare(blueprint, limit)
    routes = _RestaurantRoutes(pages, form_key, clock)
    anyone = allowed_to({ANYONE})

    @blueprint.get("/r/<slug>")
    @anyone
    def restaurant(slug: str) -> Response:
        return routes.restaurant(slug)

    @blueprint.get("/r/<slug>/book")
    @anyone
    def book_form(slug: str) -> Response:
        return routes.book_form(slug)

    @blueprint.post("/r/<slug>/book")
    @anyone
    def book(slug: str) -> Response:
        return routes.book(slug)

    @blueprint.get("/r/<slug>/privacy")
    @anyone
    def restaurant_privacy(slug: str) -> Response:
        view = pages.restaurant(slug, reader())
        return html(render_privacy_page(view, view.locale), private=False)

    @blueprint.get("/privacy")
    @anyone
    def privacy() -> Response:
        return html(render_privacy_page(None, reader().locale(None, "es")), private=False)

    return blueprint


@dataclass(frozen=True, slots=True)
class _RestaurantRoutes:
    pages: GuestPages
    form_key: bytes
    clock: Clock

    def restaurant(self, slug: str) -> Response:
        view = self.pages.restaurant(slug, reader())
        asked = self._asked(view, {})
        body = render_restaurant_page(view, asked, self._today(view), view.locale)
        return html(body, policy=WITH_CHAT, private=False)

    def book_form(self, slug: str) -> Response:
        view = self.pages.restaurant(slug, reader())
        asked = self._asked(view, request.args)
        page = self._page(view, asked, look=bool(request.args.get("date")) and not asked.problems)
        return html(render_book_page(replace(page, selected=request.args.get("time", "")), view.locale))

    def book(self, slug: str) -> Response:
        view = self.pages.restaurant(slug, reader())
        voice = _voice(view)
        form = form_values(request.form)
        asked = self._asked(view, form)
        draft = draft_of(form)
        contact, problems = read_contact(draft, voice)
        wish = None if asked.problems else read_wish(form, asked)
        if wish is None and not asked.problems:
            problems = {"time": voice.say("page.problem.time"), **problems}
        if not self._genuine(slug, form):
            return self._again(view, asked, draft, wish, status=403, refusal=voice.say("page.problem.stale"))
        if wish is None or problems:
            return self._again(view, asked, draft, wish, status=422, problems=problems)
        try:
            token = self.pages.book(slug, wish, contact, view.locale, form["key"])
        except Refusal as refusal:
            return self._refused(view, draft, wish, refusal)
        return cast(Response, redirect(f"/g/{token}?done=booked", 303))

    def _refused(self, view: RestaurantView, draft: ContactDraft, wish: Wish, refusal: Refusal) -> Response:
        if refusal.code in ("not_found", "gone"):
            raise refusal
        voice = _voice(view)
        problems = field_problems(refusal, voice)
        sentence = "" if problems else refusal_sentence(refusal, voice)
        asked = Asked(wish.day, wish.party_size, wish.area)
        answer = self._again(
            view,
            asked,
            draft,
            wish,
            status=refusal.status,
            problems=problems,
            refusal=sentence,
            instead=alternatives_of(refusal),
        )
        answer.headers.extend(refusal.headers)
        return answer

    def _again(
        self,
        view: RestaurantView,
        asked: Asked,
        draft: ContactDraft,
        wish: Wish | None,
        *,
        status: int,
        **more: object,
    ) -> Response:
        """The form again with what was typed. It gets a new key: what is sent next is another wish."""
        if wish is not None:
            asked = Asked(wish.day, wish.party_size, wish.area, asked.problems)
        page = self._page(view, asked, look=not asked.problems)
        selected = f"{wish.time:%H:%M}" if wish else ""
        page = replace(page, contact=draft, selected=selected, **more)  # type: ignore[arg-type]
        return html(render_book_page(page, view.locale), status)

    def _page(self, view: RestaurantView, asked: Asked, *, look: bool) -> BookPage:
        key = uuid4().hex
        slug, locale = view.facts.slug, view.locale
        return BookPage(
            view=view,
            asked=asked,
            today=self._today(view),
            form=sign_form(self.form_key, f"{slug} {key}", "book", self.clock.now()),
            key=key,
            options=self.pages.day(slug, asked.day, asked.party_size, asked.area, locale) if look else None,
        )

    def _asked(self, view: RestaurantView, values: Mapping[str, str]) -> Asked:
        limits, today = view.limits, self._today(view)
        party = min(max(_USUAL_PARTY, limits.smallest), limits.largest)
        usual = Asked(min(max(today, limits.first_day), limits.last_day), party, None)
        return read_asked(values, limits, usual, _voice(view), today)

    def _today(self, view: RestaurantView) -> date:
        return wording.local(self.clock.now(), view.facts.timezone).date()

    def _genuine(self, slug: str, form: Mapping[str, str]) -> bool:
        key = form.get("key", "")
        if not _KEY.fullmatch(key):
            return False
        return verify_form(self.form_key, form.get("form", ""), f"{slug} {key}", "book", self.clock.now())


def _voice(view: RestaurantView) -> Voice:
    return Voice(view.locale, view.facts.formality)
