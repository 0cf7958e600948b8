"""The guest's own pages:

/g/<token>, its change, its cancellation, its calendar file and its code. Mounted by the app.

The signed link is all a guest shows; every form carries a token bound to it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Literal, cast, get_args

from flask import Blueprint, Response, redirect, request

from backend.checkin.service import in_colours
from backend.notifications import Voice, calendar_file
from backend.pages.asking import Asked, read_asked, read_wish
from backend.pages.forms import sign_form, verify_form
from backend.pages.guest_views import (
    BookingPage,
    CancelPage,
    ChangePage,
    render_booking_page,
    render_cancel_page,
    render_change_page,
    today_at,
)
from backend.pages.ports import GuestPages
from backend.pages.records import Done, GuestBooking, Wish
from backend.pages.refusing import alternatives_of, refusal_sentence
from backend.pages.web import Limit, allowed_to, form_values, html, prepare, reader
from backend.platform import wording
from backend.platform.clock import Clock
from backend.platform.http import GUEST
from backend.platform.refusals import Refusal

_LOST = ("not_found", "gone")  # refusals that are about the link, not about what was asked


def guest_blueprint(
    pages: GuestPages, form_key: bytes, clock: Clock, limit: Limit | None = None
) -> Blueprint:
    """The routes under /g. `limit` counts each request and may raise Refusal('rate_limited')."""
    blueprint = Blueprint("guest_pages", __name__, url_prefix="/g")
    prepare(blueprint, limit)
    routes = _GuestRoutes(pages, form_key, clock)
    for rule, method, view in (
        ("/<token>", "GET", routes.booking),
        ("/<token>/change", "GET", routes.change_form),
        ("/<token>/change", "POST", routes.change),
        ("/<token>/cancel", "GET", routes.cancel_form),
        ("/<token>/cancel", "POST", routes.cancel),
        ("/<token>/calendar.ics", "GET", routes.calendar),
        ("/<token>/qr.png", "GET", routes.code),
        ("/<token>/qr.svg", "GET", routes.code_drawn),
    ):
        blueprint.add_url_rule(rule, view.__name__, _stated(view), methods=[method])
    return blueprint


@dataclass(frozen=True, slots=True)
class _GuestRoutes:
    pages: GuestPages
    form_key: bytes
    clock: Clock

    def booking(self, token: str) -> Response:
        booking = self.pages.load(token, reader())
        done = request.args.get("done")
        known = cast(Done, done) if done in get_args(Done) else None
        return html(render_booking_page(BookingPage(token, booking, known), booking.locale))

    def change_form(self, token: str) -> Response:
        booking = self.pages.load(token, reader())
        if not booking.may_change:
            return _back(token)
        return self._change_page(token, booking, self._asked(token, booking, request.args))

    def change(self, token: str) -> Response:
        booking = self.pages.load(token, reader())
        if not booking.may_change:
            return _back(token)
        form = form_values(request.form)
        asked = self._asked(token, booking, form)
        wish = None if asked.problems else read_wish(form, asked)
        if not self._genuine(token, "change", form):
            stale = _voice(booking).say("page.problem.stale")
            return self._change_page(token, booking, asked, wish=wish, refusal=stale, status=403)
        if wish is None:
            return self._change_page(token, booking, asked, time_missing=not asked.problems, status=422)
        try:
            self.pages.change(token, wish, _version(form, booking))
        except Refusal as refusal:
            return self._change_refused(token, asked, wish, refusal)
        return _back(token, "changed")

    def cancel_form(self, token: str) -> Response:
        booking = self.pages.load(token, reader())
        return self._cancel_page(token, booking) if booking.may_cancel else _back(token)

    def cancel(self, token: str) -> Response:
        booking = self.pages.load(token, reader())
        if not booking.may_cancel:
            return _back(token)
        if not self._genuine(token, "cancel", form_values(request.form)):
            return self._cancel_page(token, booking, _voice(booking).say("page.problem.stale"), 403)
        try:
            self.pages.cancel(token)
        except Refusal as refusal:
            if refusal.code in _LOST:
                raise
            booking = self.pages.load(token, reader())
            sentence = refusal_sentence(refusal, _voice(booking))
            return self._cancel_page(token, booking, sentence, refusal.status)
        return _back(token, "cancelled")

    def calendar(self, token: str) -> Response:
        booking = self.pages.load(token, reader())
        facts = booking.facts
        method: Literal["PUBLISH", "CANCEL"] = (
            "CANCEL" if facts.status in ("cancelled", "expired") else "PUBLISH"
        )
        name = f"{_voice(booking).say('message.calendar.file')}-{facts.code}.ics"
        answer = Response(calendar_file(facts, method, facts.version, booking.locale))
        answer.headers["Content-Type"] = f"text/calendar; charset=utf-8; method={method}"
        answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
        return _private(answer)

    def code(self, token: str) -> Response:
        image = self.pages.load(token, reader()).facts.qr_png
        if image is None:
            raise Refusal("not_found")
        if request.args.get("colours") == "rgb":  # messengers fetch it so
            image = in_colours(image)
        return _for_any_site(Response(image, mimetype="image/png"))

    def code_drawn(self, token: str) -> Response:
        return _for_any_site(Response(self.pages.code_drawing(token), mimetype="image/svg+xml"))

    def _asked(self, token: str, booking: GuestBooking, values: object) -> Asked:
        facts = booking.facts
        limits = self.pages.limits(token, booking.locale)
        area = next((each.id for each in limits.areas if each.name == facts.area_name), None)
        usual = Asked(facts.service_date, facts.party_size, area)
        return read_asked(values, limits, usual, _voice(booking), today_at(facts))  # type: ignore[arg-type]

    def _change_refused(self, token: str, asked: Asked, wish: Wish, refusal: Refusal) -> Response:
        """The page again as things are now, with why not and what is free instead."""
        if refusal.code in _LOST:
            raise refusal
        booking = self.pages.load(token, reader())
        if not booking.may_change:
            return _back(token)
        return self._change_page(
            token,
            booking,
            Asked(wish.day, wish.party_size, wish.area, asked.problems),
            wish=wish,
            refusal=refusal_sentence(refusal, _voice(booking)),
            instead=alternatives_of(refusal),
            status=refusal.status,
        )

    def _change_page(
        self,
        token: str,
        booking: GuestBooking,
        asked: Asked,
        *,
        wish: Wish | None = None,
        status: int = 200,
        **more: object,
    ) -> Response:
        locale = booking.locale
        page = ChangePage(
            token=token,
            booking=booking,
            limits=self.pages.limits(token, locale),
            asked=asked,
            options=self.pages.change_options(token, asked.day, asked.party_size, asked.area, locale),
            form=sign_form(self.form_key, token, "change", self.clock.now()),
            selected=f"{wish.time:%H:%M}" if wish else _selected(booking, asked.day),
            **more,  # type: ignore[arg-type]
        )
        return html(render_change_page(page, locale), status)

    def _cancel_page(
        self, token: str, booking: GuestBooking, refusal: str = "", status: int = 200
    ) -> Response:
        form = sign_form(self.form_key, token, "cancel", self.clock.now())
        return html(render_cancel_page(CancelPage(token, booking, form, refusal), booking.locale), status)

    def _genuine(self, token: str, purpose: str, form: dict[str, str]) -> bool:
        return verify_form(self.form_key, form.get("form", ""), token, purpose, self.clock.now())


def _stated(view: Callable[[str], Response]) -> Callable[[str], Response]:
    """A function of the bound method, so that it can say who may call it."""

    def call(token: str) -> Response:
        return view(token)

    return allowed_to({GUEST})(call)


def _voice(booking: GuestBooking) -> Voice:
    return Voice(booking.locale, booking.facts.restaurant.formality)


def _selected(booking: GuestBooking, day: date) -> str:
    """The time asked for by a link, or the booking's own on its own day."""
    asked = request.args.get("time", "")
    facts = booking.facts
    if asked or day != facts.service_date:
        return asked
    return f"{wording.local(facts.starts_at, facts.restaurant.timezone):%H:%M}"


def _version(form: dict[str, str], booking: GuestBooking) -> int:
    text = form.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else booking.facts.version


def _back(token: str, done: str = "") -> Response:
    return cast(Response, redirect(f"/g/{token}?done={done}" if done else f"/g/{token}", 303))


def _for_any_site(picture: Response) -> Response:
    """A picture that the chat shows on a restaurant's own site, also one that isolates itself."""
    picture.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return _private(picture)


def _private(answer: Response) -> Response:
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Robots-Tag"] = "noindex, nofollow"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer
