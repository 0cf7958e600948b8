"""What every page route shares:

Who reads, the answer's headers, the language switch, errors as pages. Used by the routes here.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TypeVar
from urllib.parse import urlencode

from flask import Blueprint, Request, Response, redirect, request
from werkzeug.datastructures import MultiDict

from backend.notifications import Voice
from backend.pages.locales import COOKIE, Reader
from backend.pages.plain_views import render_error_page
from backend.pages.refusing import refusal_sentence
from backend.platform.refusals import Refusal
from backend.platform.texts import LANGUAGES

Limit = Callable[[Request], None]
View = TypeVar("View", bound=Callable[..., object])

# Nothing runs, nothing is framed, forms go nowhere else.
PLAIN = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
# The restaurant's page runs the chat widget and nothing else.
WITH_CHAT = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self' data:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_A_YEAR = 365 * 86400
_USUAL_PAGES = ("not_found", "gone", "rate_limited", "unavailable")


def reader() -> Reader:
    """Who reads the page of this request."""
    chosen = request.cookies.get(COOKIE)
    accepted = tuple(tag for tag, _ in list(request.accept_languages)[:10])
    return Reader(chosen if chosen in LANGUAGES else None, accepted)


def html(body: str, status: int = 200, *, policy: str = PLAIN, private: bool = True) -> Response:
    """A page.

    A `private` one belongs to one guest: it is not kept, not indexed, and tells nobody its address.
    """
    answer = Response(body, status, mimetype="text/html")
    answer.headers["Content-Security-Policy"] = policy
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Referrer-Policy"] = "no-referrer" if private else "strict-origin-when-cross-origin"
    answer.headers["Cache-Control"] = "no-store" if private else "no-cache"
    answer.headers["Vary"] = "Accept-Language, Cookie"
    if private:
        answer.headers["X-Robots-Tag"] = "noindex, nofollow"
    return answer


def allowed_to(who: Collection[str]) -> Callable[[View], View]:
    """States who may call a page; the test that walks all routes reads it."""

    def state(view: View) -> View:
        view.access = frozenset(who)  # type: ignore[attr-defined]
        return view

    return state


def prepare(blueprint: Blueprint, limit: Limit | None = None) -> None:
    """Gives a blueprint its limit, the language switch and errors as pages."""
    if limit is not None:
        blueprint.before_request(lambda: limit(request))
    blueprint.before_request(_switch_language)
    blueprint.register_error_handler(Refusal, _refused)


def form_values(form: MultiDict[str, str]) -> dict[str, str]:
    """The form's first values without control characters, which no name or note needs and the database
    refuses.
    """
    return {
        name: "".join(char for char in value if char >= " " or char in "\n\t").strip()
        for name, value in form.items()
    }


def _switch_language() -> Response | None:
    """A click on the other language is remembered and leads back to the same page."""
    chosen = request.args.get("lang")
    if request.method not in ("GET", "HEAD") or chosen not in LANGUAGES:
        return None
    rest = MultiDict((name, value) for name, value in request.args.items(multi=True) if name != "lang")
    query = "&".join(_pairs(rest))
    answer = redirect(f"{request.path}?{query}" if query else request.path, 303)
    answer.set_cookie(
        COOKIE, chosen, max_age=_A_YEAR, path="/", secure=request.is_secure, httponly=True, samesite="Lax"
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer  # type: ignore[return-value]


def _pairs(args: MultiDict[str, str]) -> list[str]:
    return [urlencode([pair]) for pair in args.items(multi=True)]


def _refused(refusal: Refusal) -> Response:
    locale = reader().locale(None, LANGUAGES[0])
    text = "" if refusal.code in _USUAL_PAGES else refusal_sentence(refusal, Voice(locale))
    answer = html(render_error_page(refusal.code, locale, text), refusal.status)
    answer.headers.extend(refusal.headers)
    return answer
